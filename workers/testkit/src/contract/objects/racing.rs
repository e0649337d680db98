//! Writers and readers at the same time.

use edge::{
    Bytes, Objects,
    objects::{Condition, Get, Put, Written},
};
use futures_util::future::join_all;

use super::conditions::put_if;
use crate::{
    contract::{
        Outcome,
        case::{describe, ensure, same, same_bytes},
        space::{Space, whole},
    },
    pattern,
};

/// Writers that race.
const WRITERS: usize = 8;

/// Lets [`WRITERS`] write at once under the same condition; exactly one must be stored, and the
/// object must be that one's.
async fn race<H: Objects>(space: &Space<'_, H>, condition: Condition) -> Outcome {
    let texts: Vec<String> = (0..WRITERS)
        .map(|writer| format!("writer {writer}"))
        .collect();
    let writes = texts.iter().map(|text| {
        let put = put_if(condition.clone());
        space.put("object", text.clone(), put)
    });
    let mut winners = Vec::new();
    for (text, written) in texts.iter().zip(join_all(writes).await) {
        match written {
            Ok(Written::Stored(_)) => winners.push(text),
            Ok(Written::Refused) => {}
            Err(error) => return Err(format!("a racing write failed: {error}")),
        }
    }
    match winners.as_slice() {
        [winner] => space.holds("object", winner.as_bytes()).await,
        winners => Err(format!("{} of {WRITERS} racing writers won", winners.len())),
    }
}

pub async fn one_of_many_creators_wins<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "one_of_many_creators_wins").await?;
    race(&space, Condition::Absent).await
}

pub async fn one_of_many_swappers_wins<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "one_of_many_swappers_wins").await?;
    let etag = space.store("object", "before").await?.etag;
    race(&space, Condition::Etag(etag)).await
}

/// The pattern of every record: read, change, write if nobody else did, else again.
pub async fn counting_by_compare_and_swap_loses_nothing<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "counting_by_compare_and_swap_loses_nothing").await?;
    space.store("object", "0").await?;
    let increments = (0..WRITERS).map(|_| increment(&space));
    for outcome in join_all(increments).await {
        outcome?;
    }
    space.holds("object", WRITERS.to_string().as_bytes()).await
}

async fn increment<H: Objects>(space: &Space<'_, H>) -> Outcome {
    // In every round at least one writer succeeds, so this many tries suffice for each.
    for _ in 0..WRITERS {
        let object = space.open("object", Get::default()).await?;
        let bytes = whole(object.body).await?;
        let count: usize = String::from_utf8_lossy(&bytes)
            .parse()
            .map_err(|_| format!("the counter reads {}", describe(&bytes)))?;
        let swap = put_if(Condition::Etag(object.meta.etag));
        match space.put("object", (count + 1).to_string(), swap).await {
            Ok(Written::Stored(_)) => return Ok(()),
            Ok(Written::Refused) => {}
            Err(error) => return Err(format!("a counting write failed: {error}")),
        }
    }
    Err("a writer was refused more often than there are others".into())
}

/// A reader of records and manifests gets one or the other whole, without an error.
pub async fn reader_of_a_small_object_during_overwrite<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "reader_of_a_small_object_during_overwrite").await?;
    let (old, new) = ([b'o'; 3_000], [b'n'; 2_000]);
    space.store("object", old.to_vec()).await?;
    let object = space.open("object", Get::default()).await?;
    space.store("object", new.to_vec()).await?;
    let size = object.meta.size;
    let bytes = whole(object.body).await?;
    same(
        "the size that the reader was told",
        size,
        bytes.len() as u64,
    )?;
    ensure!(
        *bytes == old || *bytes == new,
        "the reader got {}, neither the old nor the new object",
        describe(&bytes)
    );
    space.holds("object", &new).await
}

/// A reader of an archive that is replaced under it may be cut off, which it notices, but never
/// gets a mixture.
pub async fn reader_of_a_large_object_during_overwrite<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "reader_of_a_large_object_during_overwrite").await?;
    let old = pattern::piece(0, 3 * 1024 * 1024);
    let new = pattern::piece(1, 3 * 1024 * 1024);
    space.store("object", old.clone()).await?;
    let mut object = space.open("object", Get::default()).await?;
    let first = match object.body.next().await {
        Some(Ok(piece)) => piece,
        other => return Err(format!("the first piece of the object: {other:?}")),
    };
    space.store("object", new.clone()).await?;
    if let Ok(rest) = whole(object.body).await {
        let read = [first, rest].concat();
        same("the length that the reader got", read.len(), old.len())?;
        ensure!(read == old, "the reader got a mixture of two objects");
    }
    space.holds("object", &new).await
}

pub async fn reader_during_delete<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "reader_during_delete").await?;
    let bytes: Bytes = pattern::piece(0, 3 * 1024 * 1024);
    space
        .store_as("object", bytes.clone(), Put::default())
        .await?;
    let object = space.open("object", Get::default()).await?;
    space.delete("object").await?;
    if let Ok(read) = whole(object.body).await {
        same_bytes("what the reader of a deleted object got", &read, &bytes)?;
    }
    space.lacks("object").await
}
