//! What stands in a bucket that Workers read and write too.

use edge::{
    Body, Objects, Timestamp,
    objects::{Get, Got, Put, Written},
};
use testkit::{pattern, sign};

use crate::bucket::{configured, port};

/// What `edge-cloudflare` reads: `expires` and `sha256` among the custom metadata.
#[test]
fn what_is_written_is_what_a_worker_reads() {
    let (host, bucket) = configured();
    let s3 = port(&host);
    let large = pattern::piece(0, 9 << 20);
    let expires = Timestamp::from_milliseconds(2_000_000_000_123);
    for (name, bytes, length) in [
        ("small", large.slice(..10), Some(10)),
        ("large", large.slice(..2 << 20), Some(2 << 20)),
        ("parts", large.clone(), None),
    ] {
        let pieces = futures_util::stream::iter([Ok(bytes.clone())]);
        let put = Put {
            content_type: Some("application/zip"),
            cache_control: Some("public, max-age=31536000, immutable"),
            sha256: Some(sign::sha256(&bytes)),
            expires: Some(expires),
            ..Put::default()
        };
        let body = Body::stream(pieces, length);
        let written = host.block_on(s3.object_put(name, body, put));
        assert!(matches!(written, Ok(Written::Stored(_))), "{written:?}");
        for (header, expected) in [
            ("content-type", "application/zip"),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("x-amz-meta-expires", "2000000000123"),
            ("x-amz-meta-sha256", &sign::sha256_hex(&bytes)),
        ] {
            let found = bucket.stored_header(name, header);
            assert_eq!(found.as_deref(), Some(expected), "{header} of {name}");
        }
    }
}

#[test]
fn what_a_worker_has_written_is_read() {
    let (host, bucket) = configured();
    let s3 = port(&host);
    let later = edge::Clock::now(&host).plus(1_000);
    let (expires, digest) = (later.milliseconds().to_string(), sign::sha256_hex(b"bytes"));
    let headers = [
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        ("x-amz-meta-expires", expires.as_str()),
        ("x-amz-meta-sha256", &digest),
    ];
    bucket.place("key", "bytes", &headers);
    let get = || host.block_on(s3.object_get("key", Get::default()));
    let Ok(Got::Found(object)) = get() else {
        panic!("it is not found");
    };
    let meta = object.meta;
    assert_eq!(meta.content_type.as_deref(), Some("application/json"));
    assert_eq!(meta.cache_control.as_deref(), Some("no-store"));
    assert_eq!(meta.expires, Some(later));
    assert_eq!(meta.sha256, Some(sign::sha256(b"bytes")));
    let expected = Timestamp::parse("2026-11-22T10:00:00Z");
    assert_eq!(Some(meta.modified), expected, "what the bucket says itself");
    host.advance(std::time::Duration::from_secs(1));
    assert!(matches!(get(), Ok(Got::Missing)));
    let listed = host.block_on(s3.object_list("", None, 10));
    assert_eq!(listed.map(|page| page.objects.len()), Ok(0));
}
