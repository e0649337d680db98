//! The platform's own cache in front of the store: what is fresh in the store is put there after it
//! has been served, and served from there until it is not fresh any more.

use std::{rc::Rc, time::Duration};

use edge::{Response, nearby::Kept};
use registry::Digest;

use crate::{
    Host,
    cache::{self, Age, Lease, Record},
    reply::{Picture, Served},
    routes::Ask,
};

/// Part of every key: another number where older copies must not be read.
const EDITION: u8 = 1;

/// The answer that a near copy gives, if there is one.
pub async fn answer<H: Host>(host: &H, ask: &Ask, key: &Digest) -> Option<Response> {
    if !host.has_nearby() {
        return None;
    }
    let kept = host.nearby_get(&name(key)).await?;
    let record: Record = serde_json::from_str(&kept.facts).ok()?;
    let image = record.image()?;
    let whole = kept
        .body
        .length()
        .is_none_or(|length| length == image.length);
    if record.age(host.now()) != Age::Fresh || !whole {
        return None;
    }
    let picture = Picture::of(ask, &record, image, Served::Nearby);
    Some(match picture.is_known(&ask.request) {
        true => picture.unchanged(host.now()),
        false => picture.whole(kept.body, host.now()),
    })
}

/// Puts the image of a fresh record near, after the answer.
pub fn fill<H: Host>(host: &H, key: &Digest, record: &Record) {
    let left = record.fresh_until.milliseconds() - host.now().milliseconds();
    let (Ok(left), true) = (u64::try_from(left), host.has_nearby()) else {
        return;
    };
    // One of those who are answered at once does it.
    let Some(lease) = Lease::take(host, mark(key)) else {
        return;
    };
    let (later, name, record) = (host.clone(), name(key), Rc::new(record.clone()));
    host.defer(async move {
        let Some(image) = record.image() else { return };
        let Ok(facts) = serde_json::to_string(&*record) else {
            return;
        };
        if let Some(body) = cache::open(&later, image).await {
            let kept = Kept { facts, body };
            later
                .nearby_put(&name, kept, Duration::from_millis(left))
                .await;
        }
        drop(lease);
    });
}

fn name(key: &Digest) -> String {
    format!("image-{EDITION}-{key}")
}

/// What names this work, which is another one than fetching the image.
fn mark(key: &Digest) -> Digest {
    let mut bytes = *key.bytes();
    for byte in &mut bytes {
        *byte = !*byte;
    }
    Digest::new(bytes)
}
