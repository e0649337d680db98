//! Writes that take place, whatever the shape of their bodies.

use edge::{
    Body, BodyError, Bytes, Objects,
    objects::{Condition, Get, Put},
};
use futures_util::stream;

use super::conditions::put_if;
use crate::{
    contract::{
        Outcome,
        case::{ensure, same},
        space::Space,
    },
    pattern, sign,
};

/// `bytes` as a stream of pieces of very different sizes, empty ones among them.
pub fn in_odd_pieces(bytes: &Bytes, length: Option<u64>) -> Body {
    let sizes = [1, 7, 0, 1_000, 65_537, 300_001, 3, 1_048_576, 1_048_577];
    let mut rest = bytes.clone();
    let mut pieces: Vec<Result<Bytes, BodyError>> = Vec::new();
    for size in sizes.into_iter().cycle() {
        if rest.is_empty() {
            break;
        }
        pieces.push(Ok(rest.split_to(size.min(rest.len()))));
    }
    Body::stream(stream::iter(pieces), length)
}

pub async fn every_byte_value<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "every_byte_value").await?;
    let bytes: Vec<u8> = (0..=255).chain([0, 0, 255, 254, 13, 10]).collect();
    space.store("object", bytes.clone()).await?;
    space.holds("object", &bytes).await
}

pub async fn overwrite_with_shorter<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "overwrite_with_shorter").await?;
    for length in [3_000_000, 1_048_577, 1_048_576, 10, 0, 5] {
        let bytes = pattern::piece(0, length);
        space.store("object", bytes.clone()).await?;
        space.holds("object", &bytes).await?;
    }
    same(
        "what is listed",
        space.names("", 10).await?,
        vec!["object".into()],
    )
}

pub async fn overwrite_changes_etag<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "overwrite_changes_etag").await?;
    let mut seen = Vec::new();
    for text in ["one", "two", "three", "a longer text"] {
        let etag = space.store("object", text).await?.etag;
        ensure!(!etag.is_empty(), "the entity tag is empty");
        ensure!(!etag.contains('"'), "the entity tag {etag} has quotes");
        ensure!(
            etag.bytes().all(|byte| byte.is_ascii_graphic()),
            "the entity tag {etag:?} cannot stand in a header"
        );
        ensure!(!seen.contains(&etag), "the entity tag {etag} came again");
        seen.push(etag);
    }
    Ok(())
}

pub async fn large_object_in_odd_pieces<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "large_object_in_odd_pieces").await?;
    let bytes = pattern::piece(0, 5 * 1024 * 1024 + 1);
    let put = Put {
        condition: Condition::Absent,
        sha256: Some(sign::sha256(&bytes)),
        ..Put::default()
    };
    let body = in_odd_pieces(&bytes, Some(bytes.len() as u64));
    let meta = space.store_as("object", body, put).await?;
    same("the size", meta.size, bytes.len() as u64)?;
    space.holds("object", &bytes).await
}

pub async fn body_of_unknown_length<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "body_of_unknown_length").await?;
    // R2's multipart uploads want parts of at least 5 MiB, so lengths on both sides of that.
    for length in [0, 1, 100_000, 5 * 1024 * 1024, 11 * 1024 * 1024 + 3] {
        let bytes = pattern::piece(0, length);
        let put = Put {
            content_type: Some("application/zip"),
            ..Put::default()
        };
        let meta = space
            .store_as("object", in_odd_pieces(&bytes, None), put)
            .await?;
        same("the size", meta.size, length as u64)?;
        let kind = meta.content_type.as_deref();
        same("the media type", kind, Some("application/zip"))?;
        space.holds("object", &bytes).await?;
    }
    Ok(())
}

pub async fn chain_of_bodies<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "chain_of_bodies").await?;
    let middle = pattern::piece(0, 1_500_000);
    let expected = [b"head ", &middle[..], b" tail"].concat();
    let chain = Body::chain([
        Body::Empty,
        Body::from("head "),
        in_odd_pieces(&middle, Some(middle.len() as u64)),
        Body::chain([Body::from(" "), Body::Empty, Body::from("tail")]),
    ]);
    let put = Put {
        condition: Condition::Absent,
        sha256: Some(sign::sha256(&expected)),
        ..Put::default()
    };
    space.store_as("object", chain, put).await?;
    space.holds("object", &expected).await
}

/// The body of a read is handed to a write unread, as platforms that can do it without the
/// function's memory expect it.
pub async fn copy_of_an_object<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "copy_of_an_object").await?;
    for length in [0, 10, 3 * 1024 * 1024 + 5] {
        let bytes = pattern::piece(0, length);
        space.store("source", bytes.clone()).await?;
        let object = space.open("source", Get::default()).await?;
        space.store("copy", object.body).await?;
        space.holds("copy", &bytes).await?;
        space.holds("source", &bytes).await?;
        space.delete("copy").await?;
        let object = space.open("source", Get::default()).await?;
        let put = put_if(Condition::Absent);
        space.store_as("copy", object.body, put).await?;
        space.holds("copy", &bytes).await?;
    }
    Ok(())
}

/// What an archive for another track is made of.
pub async fn part_of_an_object_and_a_tail<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "part_of_an_object_and_a_tail").await?;
    let bytes = pattern::piece(0, 2 * 1024 * 1024 + 5);
    let end = bytes.len() - 1_000;
    space.store("source", bytes.clone()).await?;
    let object = space.open("source", Get::range(0..end as u64)).await?;
    let body = Body::chain([object.body, Body::from("another tail")]);
    same(
        "the length of the chain",
        body.length(),
        Some(end as u64 + 12),
    )?;
    space.store("object", body).await?;
    let expected = [&bytes[..end], b"another tail"].concat();
    space.holds("object", &expected).await
}

pub async fn delete_is_idempotent<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "delete_is_idempotent").await?;
    space.delete("object").await?;
    space.store("object", "text").await?;
    space.store("object/below", "text").await?;
    space.delete("object").await?;
    space.delete("object").await?;
    space.lacks("object").await?;
    space.holds("object/below", b"text").await
}
