//! Writes whose bodies are not what they should be store nothing and leave what was there.

use edge::{
    Body, BodyError, Bytes, Objects,
    objects::{Condition, ObjectError, Put, Written},
};
use futures_util::stream;

use super::conditions::put_if;
use crate::{
    contract::{Outcome, case::ensure, space::Space},
    pattern, sign,
};

/// Writes a bad body where nothing is and where something is, with and without a condition, and
/// checks what the writer is told and that nothing changed.
async fn stores_nothing<H: Objects>(
    space: &Space<'_, H>,
    body: impl Fn() -> Body,
    put: Put,
    expected: impl Fn(&ObjectError) -> bool,
) -> Outcome {
    let told = |written: Result<Written, ObjectError>| match written {
        Err(error) if expected(&error) => Ok(()),
        other => Err(format!("the writer was told {other:?}")),
    };
    told(space.put("object", body(), put.clone()).await)?;
    space.lacks("object").await?;
    let etag = space.store("object", "kept").await?.etag;
    told(space.put("object", body(), put.clone()).await)?;
    space.holds("object", b"kept").await?;
    if body().length().is_some() {
        let condition = Condition::Etag(etag);
        told(space.put("object", body(), Put { condition, ..put }).await)?;
        space.holds("object", b"kept").await?;
    }
    // What the failed writes left behind is in nobody's way.
    let swap = put_if(Condition::Always);
    space.store_as("object", "after", swap).await?;
    space.holds("object", b"after").await
}

fn announcing(bytes: &[u8]) -> Put {
    Put {
        sha256: Some(sign::sha256(bytes)),
        ..Put::default()
    }
}

pub async fn wrong_checksum_stores_nothing<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "wrong_checksum_stores_nothing").await?;
    let put = announcing(b"other bytes");
    let checksum = |error: &ObjectError| *error == ObjectError::Checksum;
    stores_nothing(&space, || Body::from("the bytes"), put, checksum).await
}

pub async fn wrong_checksum_of_a_large_body_stores_nothing<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "wrong_checksum_of_a_large_body_stores_nothing").await?;
    let body = || pattern::stream(3_000_000);
    let checksum = |error: &ObjectError| *error == ObjectError::Checksum;
    stores_nothing(&space, body, announcing(b"other bytes"), checksum).await
}

/// A body that ends with an error after `good` bytes.
fn failing(good: usize, length: Option<u64>) -> Body {
    let mut rest = pattern::piece(0, good);
    let mut pieces: Vec<Result<Bytes, BodyError>> = Vec::new();
    while !rest.is_empty() {
        pieces.push(Ok(rest.split_to(rest.len().min(100_000))));
    }
    pieces.push(Err(failure()));
    Body::stream(stream::iter(pieces), length)
}

fn failure() -> BodyError {
    BodyError::Failed("the line went dead".into())
}

/// The writer is told the body's own error, which the journal then shows.
fn own_error(error: &ObjectError) -> bool {
    *error == ObjectError::Body(failure())
}

pub async fn failing_body_stores_nothing<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "failing_body_stores_nothing").await?;
    let body = || failing(10, Some(20));
    stores_nothing(&space, body, Put::default(), own_error).await
}

pub async fn failing_large_body_stores_nothing<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "failing_large_body_stores_nothing").await?;
    let body = || failing(3_000_000, Some(4_000_000));
    stores_nothing(&space, body, Put::default(), own_error).await
}

pub async fn failing_body_of_unknown_length_stores_nothing<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "failing_body_of_unknown_length_stores_nothing").await?;
    for good in [0, 10, 6 * 1024 * 1024] {
        space.delete("object").await?;
        let body = || failing(good, None);
        stores_nothing(&space, body, Put::default(), own_error).await?;
    }
    Ok(())
}

/// A body that announces `announced` bytes and has `actual` ones.
fn misannounced(announced: u64, actual: usize) -> Body {
    let pieces = [Ok(pattern::piece(0, actual))];
    Body::stream(stream::iter(pieces), Some(announced))
}

fn is_body(error: &ObjectError) -> bool {
    matches!(error, ObjectError::Body(_))
}

pub async fn short_body_stores_nothing<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "short_body_stores_nothing").await?;
    for (announced, actual) in [(20, 10), (1, 0), (2_000_000, 1_999_999)] {
        space.delete("object").await?;
        let body = || misannounced(announced, actual);
        ensure!(body().length() == Some(announced), "the body is not short");
        stores_nothing(&space, body, Put::default(), is_body).await?;
    }
    Ok(())
}

pub async fn long_body_stores_nothing<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "long_body_stores_nothing").await?;
    for (announced, actual) in [(10, 20), (0, 1), (1_999_999, 2_000_000)] {
        space.delete("object").await?;
        let body = || misannounced(announced, actual);
        stores_nothing(&space, body, Put::default(), is_body).await?;
    }
    Ok(())
}
