//! What travels with an object besides its bytes.

use edge::{
    Clock, Objects,
    objects::{Get, ObjectMeta, Put},
};

use crate::{
    contract::{
        Outcome,
        case::{ensure, same},
        space::Space,
    },
    sign,
};

/// How far the clocks of a store and of its caller may be apart, in milliseconds.
const CLOCK_DIFFERENCE: i64 = 5 * 60 * 1000;

fn as_json() -> Put {
    Put {
        content_type: Some("application/json; charset=utf-8"),
        cache_control: Some("public, max-age=60, stale-while-revalidate=600"),
        ..Put::default()
    }
}

fn described(meta: &ObjectMeta) -> (Option<&str>, Option<&str>) {
    (meta.content_type.as_deref(), meta.cache_control.as_deref())
}

pub async fn metadata_round_trip<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "metadata_round_trip").await?;
    let put = as_json();
    let expected = (put.content_type, put.cache_control);
    let written = space.store_as("object", "{}", put).await?;
    same("what the writer is told", described(&written), expected)?;
    let object = space.open("object", Get::default()).await?;
    same("what a reader is told", described(&object.meta), expected)?;
    let part = space.open("object", Get::range(0..1)).await?;
    same("what a reader of a part is told", &part.meta, &written)?;
    same("what head says", space.head("object").await?, Some(written))
}

pub async fn metadata_is_replaced<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "metadata_is_replaced").await?;
    let put = Put {
        sha256: Some(sign::sha256(b"{}")),
        ..as_json()
    };
    space.store_as("object", "{}", put).await?;
    let written = space.store("object", "text").await?;
    same("the metadata", described(&written), (None, None))?;
    same("the checksum", written.sha256, None)?;
    same("what head says", space.head("object").await?, Some(written))
}

pub async fn checksum_is_kept<H: Objects>(host: &H) -> Outcome {
    let space = Space::new(host, "checksum_is_kept").await?;
    let sha256 = Some(sign::sha256(b"bytes"));
    let put = Put {
        sha256,
        ..Put::default()
    };
    let written = space.store_as("object", "bytes", put).await?;
    same("what the writer is told", written.sha256, sha256)?;
    let head = space.head("object").await?;
    same("what head says", head.and_then(|meta| meta.sha256), sha256)
}

pub async fn modified_is_now<H: Objects + Clock>(host: &H) -> Outcome {
    let space = Space::new(host, "modified_is_now").await?;
    let written = space.store("object", "text").await?;
    let apart = host.now().milliseconds() - written.modified.milliseconds();
    ensure!(
        apart.abs() < CLOCK_DIFFERENCE,
        "an object written now says that it was written {apart} ms ago"
    );
    let first = written.modified;
    let second = space.store("object", "other").await?.modified;
    ensure!(
        second >= first,
        "the time of writing went from {first} back to {second}"
    );
    Ok(())
}
