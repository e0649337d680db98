//! Addresses at which there is no image, remembered for a moment and within bounds: anybody can ask
//! for any number of them, and none costs an image's budget anything.
//!
//! Where a platform keeps isolates (Workers), they are in its memory. Elsewhere instances share
//! nothing but the store: there they are in 256 objects, one for each first byte of an
//! address's hash, and the last one is remembered.

use std::{cell::RefCell, collections::BTreeMap};

use registry::Digest;
use serde::{Deserialize, Serialize};

use super::{Age, Record, store};
use crate::Host;

/// Most addresses in memory.
const REMEMBERED: usize = 1024;

thread_local! {
    static ABSENT: RefCell<BTreeMap<Digest, Record>> = const { RefCell::new(BTreeMap::new()) };
}

/// What is in a place.
#[derive(Serialize, Deserialize)]
struct Absent {
    /// The address.
    key: Digest,
    /// What is known of it.
    record: Record,
}

/// What is remembered of `key`, as long as it is of use.
pub async fn recall<H: Host>(host: &H, key: &Digest) -> Option<Record> {
    let record = if host.has_nearby() {
        ABSENT.with_borrow(|absent| absent.get(key).cloned())
    } else {
        let absent: Absent = store::read_json(host, &place(key)).await?;
        (absent.key == *key).then_some(absent.record)
    };
    record.filter(|record| record.age(host.now()) != Age::Expired)
}

/// Remembers that there is no image at `key`.
pub async fn remember<H: Host>(host: &H, key: &Digest, record: Record) {
    if !host.has_nearby() {
        let (key, expires) = (*key, record.expires());
        store::write_json(host, &place(&key), expires, &Absent { key, record }).await;
        return;
    }
    let now = host.now();
    ABSENT.with_borrow_mut(|absent| {
        if absent.len() >= REMEMBERED {
            absent.retain(|_, record| record.age(now) != Age::Expired);
        }
        // In a flood of them the next ones are asked for again.
        if absent.len() < REMEMBERED {
            absent.insert(*key, record);
        }
    });
}

/// Which object an address has, with others.
fn place(key: &Digest) -> Digest {
    let mut bytes = [0; 32];
    bytes[0] = key.bytes()[0];
    Digest::new(bytes)
}
