//! A bucket that is slow, overloaded, or gone.

use std::time::Duration;

use edge::{
    Body, Clock, Objects,
    objects::{Condition, Get, Got, ObjectError, Put, Written},
};
use edge_s3::S3;
use testkit::{
    fake::{Bucket, Mode, Reply, Rule},
    memory::MemoryHost,
    pattern,
};

use crate::bucket::{ID, KEY, configured, port};

/// The longest that a request without a body may take altogether.
const PATIENCE: Duration = Duration::from_secs(16);

fn read(host: &MemoryHost, s3: &S3<MemoryHost>, key: &str) -> Result<Vec<u8>, ObjectError> {
    host.block_on(async {
        match s3.object_get(key, Get::default()).await? {
            Got::Found(object) => Ok(object.body.bytes(u64::MAX).await?.into()),
            other => panic!("{key} is {other:?}"),
        }
    })
}

fn write(
    host: &MemoryHost,
    s3: &S3<MemoryHost>,
    body: impl Into<Body>,
    condition: Condition,
) -> Result<Written, ObjectError> {
    let put = Put {
        condition,
        ..Put::default()
    };
    host.block_on(s3.object_put("key", body.into(), put))
}

fn is_unavailable<T>(result: &Result<T, ObjectError>) -> bool {
    matches!(result, Err(ObjectError::Unavailable(_)))
}

fn of(bucket: &Bucket, method: &str) -> usize {
    let requests = bucket.requests();
    requests
        .iter()
        .filter(|asked| asked.method == method)
        .count()
}

#[test]
fn what_passes_is_waited_for() {
    for status in [500, 502, 503, 504, 429, 408] {
        let (host, bucket) = configured();
        let s3 = port(&host);
        let refuse = |method| {
            let mode = Mode::Answer(Reply::new(status));
            bucket.script(Rule::on(method, "/packages/key", mode).times(2));
        };
        refuse("PUT");
        let written = write(&host, &s3, "bytes", Condition::Always);
        assert!(matches!(written, Ok(Written::Stored(_))), "{written:?}");
        refuse("GET");
        assert_eq!(read(&host, &s3, "key"), Ok(b"bytes".to_vec()), "{status}");
        refuse("HEAD");
        let head = host.block_on(s3.object_head("key"));
        assert_eq!(head.map(|meta| meta.is_some()), Ok(true));
        refuse("DELETE");
        assert_eq!(host.block_on(s3.object_delete("key")), Ok(()));
        assert_eq!(bucket.keys(), Vec::<String>::new());
    }
}

/// Whether a write under a condition that failed took place nobody knows: repeated, it would be
/// refused because of itself.
#[test]
fn a_conditional_write_is_repeated_only_where_nothing_was_done() {
    for (status, repeated) in [(429, true), (503, true), (409, true), (500, false)] {
        let (host, bucket) = configured();
        let s3 = port(&host);
        let mode = Mode::Answer(Reply::new(status));
        bucket.script(Rule::on("PUT", "/packages/key", mode).times(1));
        let written = write(&host, &s3, "bytes", Condition::Absent);
        assert_eq!(written.is_ok(), repeated, "{status}: {written:?}");
    }
    let (host, bucket) = configured();
    let s3 = port(&host);
    bucket.script(Rule::on("PUT", "/packages/key", Mode::AnswerLost).times(1));
    let written = write(&host, &s3, "bytes", Condition::Absent);
    assert!(is_unavailable(&written), "{written:?}");
    assert_eq!(read(&host, &s3, "key"), Ok(b"bytes".to_vec()));
    assert_eq!(of(&bucket, "PUT"), 1);
}

#[test]
fn a_bucket_that_is_gone_is_given_up_in_time() {
    for mode in [
        Mode::Hangs,
        Mode::Dropped,
        Mode::Answer(Reply::new(503)),
        Mode::Slow(Duration::from_secs(3_600)),
    ] {
        let (host, bucket) = configured();
        let s3 = port(&host);
        for method in ["GET", "HEAD", "PUT", "DELETE"] {
            bucket.script(Rule::on(method, "/packages*", mode.clone()));
        }
        let started = host.now();
        let get = host.block_on(s3.object_get("key", Get::default()));
        assert!(is_unavailable(&get), "{get:?}");
        assert!(is_unavailable(&host.block_on(s3.object_head("key"))));
        assert!(is_unavailable(&host.block_on(s3.object_delete("key"))));
        assert!(is_unavailable(&host.block_on(s3.object_list("", None, 5))));
        let written = write(&host, &s3, "bytes", Condition::Always);
        assert!(is_unavailable(&written), "{written:?}");
        let took = host.now().milliseconds() - started.milliseconds();
        let most = i64::try_from(5 * PATIENCE.as_millis()).expect("it fits");
        assert!(took < most, "{mode:?} took {took} ms");
    }
}

#[test]
fn a_body_that_is_cut_is_noticed() {
    let (host, bucket) = configured();
    let s3 = port(&host);
    let large = pattern::piece(0, 3_000_000);
    assert!(write(&host, &s3, large, Condition::Always).is_ok());
    for mode in [Mode::Cut(2_000_000), Mode::Cut(0)] {
        bucket.script(Rule::on("GET", "/packages/key", mode).times(1));
        let read = read(&host, &s3, "key");
        assert!(
            matches!(read, Err(ObjectError::Body(_))),
            "{:?}",
            read.is_ok()
        );
    }
}

/// Whatever fails of a write in parts, nothing of it stays.
#[test]
fn a_write_in_parts_that_fails_is_given_up() {
    let unknown = || {
        let pieces = vec![
            Ok(pattern::piece(0, 9 << 20)),
            Ok(pattern::piece(1, 9 << 20)),
        ];
        Body::stream(futures_util::stream::iter(pieces), None)
    };
    for (method, path, skip) in [("PUT", "/packages/key", 0), ("PUT", "/packages/key", 1)] {
        let (host, bucket) = configured();
        let s3 = port(&host);
        let mode = Mode::Answer(Reply::new(400));
        bucket.script(Rule::on(method, path, mode).after(skip).times(1));
        assert!(is_unavailable(&write(
            &host,
            &s3,
            unknown(),
            Condition::Always
        )));
        assert_eq!((bucket.unfinished(), bucket.keys().len()), (0, 0));
        // And one that is overloaded for a moment goes on.
        let mode = Mode::Answer(Reply::new(503));
        bucket.script(Rule::on(method, path, mode).after(skip).times(2));
        let written = write(&host, &s3, unknown(), Condition::Always);
        assert!(matches!(written, Ok(Written::Stored(_))), "{written:?}");
        assert_eq!((bucket.unfinished(), bucket.keys().len()), (0, 1));
    }
}

#[test]
fn a_missing_bucket_is_an_error_and_not_an_empty_one() {
    let (host, _bucket) = configured();
    host.set(edge::config::name::STORE_BUCKET, "another");
    let s3 = port(&host);
    assert!(is_unavailable(&host.block_on(s3.object_head("key"))));
    assert!(is_unavailable(
        &host.block_on(s3.object_get("key", Get::default()))
    ));
    assert!(is_unavailable(&host.block_on(s3.object_list("", None, 5))));
    assert!(is_unavailable(&write(
        &host,
        &s3,
        "bytes",
        Condition::Always
    )));
}

#[test]
fn errors_and_settings_tell_no_secret() {
    let (host, _bucket) = configured();
    host.set(
        edge::config::name::STORE_SECRET_ACCESS_KEY,
        "another-secret",
    );
    let s3 = port(&host);
    let error = host.block_on(s3.object_get("key", Get::default()));
    let text = format!("{error:?}");
    assert!(text.contains("SignatureDoesNotMatch"), "{text}");
    assert!(text.contains("STORE_SECRET_ACCESS_KEY"), "{text}");
    let settings = host.block_on(edge_s3::Settings::read(&host));
    let settings = format!("{settings:?}");
    for secret in [KEY, ID, "another-secret"] {
        assert!(!text.contains(secret), "{text}");
        assert!(!settings.contains(secret), "{settings}");
    }
}
