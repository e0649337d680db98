//! Reads: whole, in part, and only if changed.

use std::ops::Range;

use edge::{
    Objects,
    objects::{Get, Got, ObjectError},
    range::ByteRange,
};

use crate::{
    contract::{
        Outcome,
        case::{ensure, same, same_bytes},
        space::{Space, whole},
    },
    pattern,
};

pub async fn missing_object<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "missing_object").await?;
    space.store("object/below", "other").await?;
    space.store("objects", "other").await?;
    space.lacks("object").await?;
    let get = Get {
        range: Some(ByteRange::Suffix(1)),
        unless_etag: Some("d41d8cd98f00b204e9800998ecf8427e".into()),
    };
    let got = space.get("object", get).await?;
    ensure!(matches!(got, Got::Missing), "a part of nothing is {got:?}");
    Ok(())
}

pub async fn whole_object<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "whole_object").await?;
    let written = space.store("object", "{\"some\":\"text\"}").await?;
    space.holds("object", b"{\"some\":\"text\"}").await?;
    same("what head says", space.head("object").await?, Some(written))
}

pub async fn empty_object<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "empty_object").await?;
    for body in [edge::Body::Empty, edge::Body::from("")] {
        space.store("object", body).await?;
        space.holds("object", b"").await?;
    }
    same(
        "what is listed",
        space.names("", 10).await?,
        vec!["object".into()],
    )?;
    unsatisfiable(&space, ByteRange::Suffix(1), 0).await?;
    unsatisfiable(&space, from(0, None), 0).await
}

fn from(start: u64, length: Option<u64>) -> ByteRange {
    ByteRange::From { start, length }
}

async fn part<H: Objects>(
    space: &Space<'_, H>,
    range: ByteRange,
    whole_bytes: &[u8],
    expected: Range<u64>,
) -> Outcome {
    let get = Get {
        range: Some(range),
        ..Get::default()
    };
    let object = space.open("object", get).await?;
    let size = whole_bytes.len() as u64;
    same("the size of the object", object.meta.size, size)?;
    same("the range", object.range, expected.clone())?;
    let length = Some(expected.end - expected.start);
    same("the length of the body", object.body.length(), length)?;
    let found = whole(object.body).await?;
    let expected = usize::try_from(expected.start).unwrap_or(usize::MAX)
        ..usize::try_from(expected.end).unwrap_or(usize::MAX);
    same_bytes(&format!("{range:?}"), &found, &whole_bytes[expected])
}

pub async fn ranges<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "ranges").await?;
    let bytes = b"0123456789";
    space.store("object", bytes.to_vec()).await?;
    for (range, expected) in [
        (from(0, Some(1)), 0..1),
        (from(0, Some(10)), 0..10),
        (from(0, None), 0..10),
        (from(3, Some(4)), 3..7),
        (from(9, Some(1)), 9..10),
        (from(9, None), 9..10),
        (from(8, Some(100)), 8..10),
        (from(5, Some(u64::MAX)), 5..10),
        (ByteRange::Suffix(1), 9..10),
        (ByteRange::Suffix(10), 0..10),
        (ByteRange::Suffix(1_000), 0..10),
    ] {
        part(&space, range, bytes, expected).await?;
    }
    Ok(())
}

/// Around the boundaries of whatever pieces the store keeps.
pub async fn ranges_of_a_large_object<H: Objects>(host: &H) -> Outcome {
    const MIB: u64 = 1024 * 1024;
    let space = Space::new(host, "ranges_of_a_large_object").await?;
    let bytes = pattern::piece(0, 2 * 1024 * 1024 + 17);
    let size = bytes.len() as u64;
    space.store("object", bytes.clone()).await?;
    for (range, expected) in [
        (from(0, None), 0..size),
        (from(MIB - 1, Some(2)), MIB - 1..MIB + 1),
        (from(MIB, Some(MIB)), MIB..2 * MIB),
        (from(MIB, Some(1)), MIB..MIB + 1),
        (from(1, Some(2 * MIB)), 1..2 * MIB + 1),
        (from(65_535, Some(3)), 65_535..65_538),
        (from(2 * MIB, None), 2 * MIB..size),
        (ByteRange::Suffix(17), 2 * MIB..size),
        (ByteRange::Suffix(18), 2 * MIB - 1..size),
    ] {
        part(&space, range, &bytes, expected).await?;
    }
    Ok(())
}

async fn unsatisfiable<H: Objects>(space: &Space<'_, H>, range: ByteRange, size: u64) -> Outcome {
    let get = Get {
        range: Some(range),
        ..Get::default()
    };
    match space.host.object_get(&space.key("object"), get).await {
        Err(ObjectError::RangeNotSatisfiable { size: told }) => {
            same("the size that the error tells", told, size)
        }
        other => Err(format!("{range:?} of {size} bytes: {other:?}")),
    }
}

pub async fn range_beyond_the_end<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "range_beyond_the_end").await?;
    space.store("object", "0123456789").await?;
    for range in [
        from(10, None),
        from(10, Some(1)),
        from(11, Some(5)),
        from(u64::MAX, Some(u64::MAX)),
        from(3, Some(0)),
        ByteRange::Suffix(0),
    ] {
        unsatisfiable(&space, range, 10).await?;
    }
    space.holds("object", b"0123456789").await
}

pub async fn unless_etag<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "unless_etag").await?;
    let first = space.store("object", "first").await?;
    let unless = |etag: &str, range| Get {
        range,
        unless_etag: Some(etag.to_owned()),
    };
    for range in [None, Some(from(1, Some(2)))] {
        match space.get("object", unless(&first.etag, range)).await? {
            Got::Unchanged(meta) => same("the facts", &meta, &first)?,
            other => return Err(format!("a read of what the reader has: {other:?}")),
        }
    }
    let second = space.store("object", "second").await?;
    let object = space.open("object", unless(&first.etag, None)).await?;
    same("the entity tag", &object.meta.etag, &second.etag)?;
    same_bytes("the changed object", &whole(object.body).await?, b"second")?;
    let range = Some(from(1, Some(2)));
    let object = space.open("object", unless(&first.etag, range)).await?;
    same_bytes("a part of it", &whole(object.body).await?, b"ec")
}

pub async fn read_after_write<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "read_after_write").await?;
    for round in 0..10 {
        let text = format!("round {round}");
        // A read before the write tempts a cache of misses.
        space.lacks("object").await?;
        space.store("object", text.clone()).await?;
        space.holds("object", text.as_bytes()).await?;
        same(
            "what is listed",
            space.names("", 10).await?,
            vec!["object".into()],
        )?;
        space.delete("object").await?;
    }
    space.lacks("object").await
}
