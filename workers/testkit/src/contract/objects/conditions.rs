//! Writes that take place only under a condition.

use edge::{
    Body, Objects,
    objects::{Condition, ObjectError, Put, Written},
};
use futures_util::stream;

use crate::contract::{
    Outcome,
    case::{ensure, same},
    space::Space,
};

/// A write under `condition`.
pub fn put_if(condition: Condition) -> Put {
    Put {
        condition,
        ..Put::default()
    }
}

async fn refused<H: Objects>(space: &Space<'_, H>, name: &str, condition: Condition) -> Outcome {
    let what = format!("a write of {name} under {condition:?}");
    match space.put(name, "intruder", put_if(condition)).await {
        Ok(Written::Refused) => Ok(()),
        Ok(Written::Stored(_)) => Err(format!("{what} took place")),
        Err(error) => Err(format!("{what} failed instead of being refused: {error}")),
    }
}

pub async fn create_only<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "create_only").await?;
    space
        .store_as("object", "first", put_if(Condition::Absent))
        .await?;
    refused(&space, "object", Condition::Absent).await?;
    space.holds("object", b"first").await
}

pub async fn create_only_after_delete<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "create_only_after_delete").await?;
    space.store("object", "first").await?;
    space.delete("object").await?;
    space
        .store_as("object", "second", put_if(Condition::Absent))
        .await?;
    space.holds("object", b"second").await
}

pub async fn compare_and_swap<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "compare_and_swap").await?;
    let mut etag = space.store("object", "0").await?.etag;
    for round in 1..5 {
        let swap = put_if(Condition::Etag(etag.clone()));
        let meta = space.store_as("object", round.to_string(), swap).await?;
        ensure!(meta.etag != etag, "a swap left the entity tag {etag}");
        etag = meta.etag;
        space.holds("object", round.to_string().as_bytes()).await?;
    }
    // The entity tag of a read serves as well as that of a write.
    let head = space.head("object").await?.map(|meta| meta.etag);
    same("the entity tag that head tells", head, Some(etag))
}

pub async fn stale_compare_and_swap<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "stale_compare_and_swap").await?;
    let stale = space.store("object", "first").await?.etag;
    space.store("object", "second").await?;
    refused(&space, "object", Condition::Etag(stale.clone())).await?;
    space.holds("object", b"second").await?;
    space.delete("object").await?;
    refused(&space, "object", Condition::Etag(stale)).await?;
    space.lacks("object").await
}

pub async fn compare_and_swap_of_nothing<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "compare_and_swap_of_nothing").await?;
    let other = space.store("other", "other").await?.etag;
    refused(&space, "object", Condition::Etag(other)).await?;
    let unknown = Condition::Etag("d41d8cd98f00b204e9800998ecf8427e".into());
    refused(&space, "object", unknown).await?;
    space.lacks("object").await
}

pub async fn refused_write_changes_nothing<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "refused_write_changes_nothing").await?;
    let put = Put {
        content_type: Some("text/plain"),
        cache_control: Some("max-age=60"),
        ..Put::default()
    };
    let before = space.store_as("object", "kept", put).await?;
    let put = Put {
        condition: Condition::Absent,
        content_type: Some("application/json"),
        ..Put::default()
    };
    let written = space
        .put("object", crate::pattern::stream(300_000), put)
        .await;
    same("what became of the write", written, Ok(Written::Refused))?;
    space.holds("object", b"kept").await?;
    same("the facts", space.head("object").await?, Some(before))
}

/// Either way is allowed, but it must be one of the two, and a refusal must store nothing.
pub async fn conditional_write_of_unknown_length<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "conditional_write_of_unknown_length").await?;
    let body = || {
        let pieces = [Ok("un".into()), Ok("known".into())];
        Body::stream(stream::iter(pieces), None)
    };
    match space.put("object", body(), put_if(Condition::Absent)).await {
        Ok(Written::Stored(_)) => space.holds("object", b"unknown").await?,
        Err(ObjectError::LengthRequired) => space.lacks("object").await?,
        other => return Err(format!("a create-only write of unknown length: {other:?}")),
    }
    space.store("object", "kept").await?;
    match space.put("object", body(), put_if(Condition::Absent)).await {
        Ok(Written::Refused) | Err(ObjectError::LengthRequired) => {}
        other => return Err(format!("the same where an object is: {other:?}")),
    }
    space.holds("object", b"kept").await
}

pub async fn bytes_are_written_as_bodies_are<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "bytes_are_written_as_bodies_are").await?;
    let key = space.key("object");
    let first = crate::pattern::piece(0, 1_500_000);
    let create = put_if(Condition::Absent);
    let written = host.object_write(&key, first.clone(), create.clone()).await;
    let Ok(Written::Stored(meta)) = written else {
        return Err(format!("bytes that nothing has the key of: {written:?}"));
    };
    space.holds("object", &first).await?;
    let again = host.object_write(&key, first.slice(..9), create).await;
    same("what is created twice", again, Ok(Written::Refused))?;
    let wrong = Put {
        sha256: Some([0; 32]),
        ..Put::default()
    };
    let written = host.object_write(&key, first.slice(..9), wrong).await;
    same(
        "bytes of another digest",
        written,
        Err(ObjectError::Checksum),
    )?;
    space.holds("object", &first).await?;
    let swap = put_if(Condition::Etag(meta.etag));
    let written = host.object_write(&key, first.slice(..9), swap).await;
    ensure!(matches!(written, Ok(Written::Stored(_))), "{written:?}");
    space.holds("object", &first[..9]).await
}
