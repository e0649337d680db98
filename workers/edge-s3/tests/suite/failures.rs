//! A bucket that is slow, overloaded, or gone.

use std::time::Duration;

use edge::{
    Body, Clock, Objects,
    clock::timeout,
    objects::{Condition, Get, Got, ObjectError, Put, Written},
};
use edge_s3::S3;
use futures_util::{StreamExt, stream};
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

/// A body of 9 MiB times `pieces`, whose length is not known before.
fn in_parts(pieces: u64) -> Body {
    let pieces = (0..pieces).map(|seed| Ok(pattern::piece(seed, 9 << 20)));
    Body::stream(stream::iter(pieces.collect::<Vec<_>>()), None)
}

/// Making the parts one object may take a while, and the answer may get lost.
#[test]
fn a_write_in_parts_that_is_completed_is_stored() {
    for mode in [
        Mode::Slow(Duration::from_secs(40)),
        Mode::AnswerLost,
        Mode::Hangs,
        Mode::Cut(10),
    ] {
        let (host, bucket) = configured();
        let s3 = port(&host);
        assert!(write(&host, &s3, "older", Condition::Always).is_ok());
        let completed = Rule::on("POST", "/packages/key", mode.clone());
        bucket.script(completed.after(1).times(1));
        let written = write(&host, &s3, in_parts(1), Condition::Always);
        let head = host.block_on(s3.object_head("key"));
        match (written, head) {
            (Ok(Written::Stored(written)), Ok(Some(stored))) => {
                assert_eq!(written, stored, "{mode:?}");
                assert_eq!(stored.size, 9 << 20);
            }
            other => panic!("{mode:?}: {other:?}"),
        }
        assert_eq!(bucket.unfinished(), 0);
    }
    // What was there before is not taken for it.
    let (host, bucket) = configured();
    let s3 = port(&host);
    assert!(write(&host, &s3, in_parts(1), Condition::Always).is_ok());
    host.advance(Duration::from_secs(1));
    let mode = Mode::Dropped;
    bucket.script(Rule::on("POST", "/packages/key", mode).after(1).times(1));
    let written = write(&host, &s3, in_parts(1), Condition::Always);
    assert!(is_unavailable(&written), "{written:?}");
    assert_eq!(bucket.unfinished(), 0);
}

#[test]
fn a_writer_who_goes_away_leaves_no_parts() {
    let (host, bucket) = configured();
    let s3 = port(&host);
    let pieces = stream::iter([Ok(pattern::piece(0, 9 << 20))]).chain(stream::pending());
    let body = Body::stream(pieces, None);
    let put = s3.object_put("key", body, Put::default());
    let gone = host.block_on(timeout(&host, Duration::from_secs(10), put));
    assert_eq!(gone, None);
    assert_eq!(bucket.unfinished(), 1);
    host.block_on(host.run_deferred());
    assert_eq!((bucket.unfinished(), bucket.keys().len()), (0, 0));
}

/// Whatever fails of a write in parts, nothing of it stays.
#[test]
fn a_write_in_parts_that_fails_is_given_up() {
    for (method, path, skip) in [("PUT", "/packages/key", 0), ("PUT", "/packages/key", 1)] {
        let (host, bucket) = configured();
        let s3 = port(&host);
        let mode = Mode::Answer(Reply::new(400));
        bucket.script(Rule::on(method, path, mode).after(skip).times(1));
        assert!(is_unavailable(&write(
            &host,
            &s3,
            in_parts(2),
            Condition::Always
        )));
        assert_eq!((bucket.unfinished(), bucket.keys().len()), (0, 0));
        // And one that is overloaded for a moment goes on.
        let mode = Mode::Answer(Reply::new(503));
        bucket.script(Rule::on(method, path, mode).after(skip).times(2));
        let written = write(&host, &s3, in_parts(2), Condition::Always);
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
