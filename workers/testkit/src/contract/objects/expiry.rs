//! Objects that cease to exist.

use std::time::Duration;

use edge::{
    Clock, Objects,
    objects::{Condition, Get, Got, Put, Written},
};

use crate::contract::{
    Outcome,
    case::{ensure, same},
    space::Space,
};

/// How long the objects of these cases live, in milliseconds. Callers ask for a minute or more;
/// the suite does not want to wait that long.
const LIFETIME: i64 = 1_500;

fn expiring<H: Clock>(host: &H, milliseconds: i64) -> Put {
    Put {
        expires: Some(host.now().plus(milliseconds)),
        ..Put::default()
    }
}

async fn outlive<H: Clock>(host: &H) {
    let milliseconds = u64::try_from(LIFETIME + 500).unwrap_or_default();
    host.sleep(Duration::from_millis(milliseconds)).await;
}

pub async fn expiry_round_trip<H: Objects + Clock>(host: &H) -> Outcome {
    let space = Space::new(host, "expiry_round_trip").await?;
    let put = expiring(host, 3_600_000);
    let expires = put.expires;
    let written = space.store_as("object", "text", put).await?;
    same("what the writer is told", written.expires, expires)?;
    let object = space.open("object", Get::default()).await?;
    same("what a reader is told", object.meta.expires, expires)?;
    space.holds("object", b"text").await?;
    same(
        "what is listed",
        space.names("", 10).await?,
        vec!["object".into()],
    )
}

pub async fn expired_object_is_gone<H: Objects + Clock>(host: &H) -> Outcome {
    let space = Space::new(host, "expired_object_is_gone").await?;
    let put = expiring(host, LIFETIME);
    let etag = space.store_as("object", "text", put).await?.etag;
    space.store("other", "text").await?;
    outlive(host).await;
    space.lacks("object").await?;
    let get = Get {
        unless_etag: Some(etag),
        ..Get::default()
    };
    let got = space.get("object", get).await?;
    ensure!(
        matches!(got, Got::Missing),
        "a reader that has the expired object is told {got:?}"
    );
    space.holds("other", b"text").await?;
    // Nobody is bound to tidy up, but everybody may.
    space.delete("object").await?;
    space.lacks("object").await
}

/// An expired object counts as absent for conditional writes too.
pub async fn expired_object_gives_way<H: Objects + Clock>(host: &H) -> Outcome {
    let space = Space::new(host, "expired_object_gives_way").await?;
    let create = || Put {
        condition: Condition::Absent,
        ..Put::default()
    };
    let put = expiring(host, LIFETIME);
    space.store_as("created", "old", put.clone()).await?;
    let etag = space.store_as("swapped", "old", put).await?.etag;
    let written = space.put("created", "early", create()).await;
    same("a create before it expired", written, Ok(Written::Refused))?;
    outlive(host).await;
    let swap = Put {
        condition: Condition::Etag(etag),
        ..Put::default()
    };
    let written = space.put("swapped", "new", swap).await;
    same("a swap of an expired object", written, Ok(Written::Refused))?;
    space.store_as("created", "new", create()).await?;
    space.holds("created", b"new").await
}

pub async fn overwrite_removes_expiry<H: Objects + Clock>(host: &H) -> Outcome {
    let space = Space::new(host, "overwrite_removes_expiry").await?;
    let put = expiring(host, LIFETIME);
    space.store_as("object", "old", put).await?;
    let written = space.store("object", "new").await?;
    same("the expiry", written.expires, None)?;
    outlive(host).await;
    space.holds("object", b"new").await
}
