//! How many bytes images take in the store, and making room for more.
//!
//! The count is one object, changed by compare-and-swap: added to before images are stored, some at
//! once, and made anew from the list of images whenever it says that there is no room, or is old. A store
//! may keep the bytes of a large image for another hour after it was deleted, for its readers: of
//! those there are never more than half a budget besides.

use std::cell::Cell;

use edge::{
    Clock, Objects, Timestamp,
    objects::{self, Condition, ObjectError, Put, Written},
};
use registry::{Key, Prefix};
use serde::{Deserialize, Serialize};

/// Attempts to change the count before an image is not stored for want of it.
const ATTEMPTS: usize = 6;

/// Largest ledger, in bytes.
const MAX_LEDGER: u64 = 64 << 10;

/// Milliseconds for which evicted bytes may still be on a disk.
const LINGER: i64 = 65 * 60 * 1000;

/// Milliseconds after which the count is not believed any more: images expire.
const RECOUNT: i64 = 6 * 60 * 60 * 1000;

/// Bytes of an image from which on a store may keep them for a while (on Spin, more than one chunk).
const LARGE: u64 = 1 << 20;

/// Most images that are deleted at once, and pages of the list that are read for it.
const MAX_EVICTED: usize = 250;
const MAX_PAGES: usize = 500;

/// Width of the classes by age that eviction goes by, in milliseconds: ten minutes.
const CLASS: i64 = 10 * 60 * 1000;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Ledger {
    /// Bytes of the images that are there, more or less.
    bytes: u64,
    /// When they were counted.
    counted: Timestamp,
    /// What was deleted lately: when, and how many bytes.
    deleted: Vec<(Timestamp, u64)>,
}

impl Ledger {
    fn lingering(&self) -> u64 {
        self.deleted.iter().map(|(_, bytes)| bytes).sum()
    }

    fn has_room(&self, bytes: u64, budget: u64) -> bool {
        let live = self.bytes.saturating_add(bytes);
        live <= budget && live.saturating_add(self.lingering()) <= budget.saturating_add(budget / 2)
    }

    fn forget_before(&mut self, now: Timestamp) {
        self.deleted.retain(|(at, _)| now < at.plus(LINGER));
    }
}

thread_local! {
    /// Bytes that this isolate or instance has counted and not yet stored.
    static CREDIT: Cell<u64> = const { Cell::new(0) };
}

/// What part of the budget is counted at once, so that a burst of images does not contend for the
/// count: R2 takes one write a second of an object.
const SHARE: u64 = 256;

/// Whether `bytes` more may be stored within `budget`; they are counted then. Older images are
/// deleted to make room.
///
/// # Errors
/// What the store says.
pub async fn reserve<H>(host: &H, bytes: u64, budget: u64) -> Result<bool, ObjectError>
where
    H: Objects + Clock,
{
    // A cache that one image could empty is none.
    if bytes > budget / 4 {
        return Ok(false);
    }
    if let Some(left) = CREDIT.get().checked_sub(bytes) {
        CREDIT.set(left);
        return Ok(true);
    }
    let share = budget / SHARE;
    if bytes < share && count(host, share, budget).await? {
        CREDIT.set(CREDIT.get() + share - bytes);
        return Ok(true);
    }
    count(host, bytes, budget).await
}

/// Takes `bytes` off the count that were counted by `at` and have not been stored after all: an image
/// whose length nobody knew is counted as the longest.
///
/// # Errors
/// What the store says.
pub async fn give_back<H>(
    host: &H,
    bytes: u64,
    at: Timestamp,
    budget: u64,
) -> Result<(), ObjectError>
where
    H: Objects + Clock,
{
    // A little is kept for the next images.
    let credit = CREDIT.get();
    let kept = bytes.min((budget / SHARE).saturating_sub(credit));
    CREDIT.set(credit + kept);
    let bytes = bytes - kept;
    if bytes == 0 {
        return Ok(());
    }
    let key = Key::ImageLedger.path();
    for _ in 0..ATTEMPTS {
        let Some(stored) = objects::read(host, &key, MAX_LEDGER).await? else {
            break;
        };
        let mut ledger: Ledger = serde_json::from_slice(&stored.bytes).unwrap_or_default();
        // What was counted anew since then holds nothing of it.
        if at < ledger.counted {
            break;
        }
        ledger.bytes = ledger.bytes.saturating_sub(bytes);
        if write(host, &key, &ledger, Condition::Etag(stored.meta.etag)).await? {
            break;
        }
    }
    Ok(())
}

/// Counts `bytes` more if there is room for them, or can be made.
async fn count<H>(host: &H, bytes: u64, budget: u64) -> Result<bool, ObjectError>
where
    H: Objects + Clock,
{
    let key = Key::ImageLedger.path();
    let mut counted = false;
    for _ in 0..ATTEMPTS {
        let stored = objects::read(host, &key, MAX_LEDGER).await?;
        let now = host.now();
        let (mut ledger, condition): (Ledger, _) = match stored {
            Some(stored) => (
                serde_json::from_slice(&stored.bytes).unwrap_or_default(),
                Condition::Etag(stored.meta.etag),
            ),
            None => (Ledger::default(), Condition::Absent),
        };
        ledger.forget_before(now);
        let is_old = now.milliseconds() - ledger.counted.milliseconds() > RECOUNT;
        if !counted && (is_old || !ledger.has_room(bytes, budget)) {
            counted = true;
            ledger.bytes = make_room(host, &mut ledger, budget, bytes).await?;
            ledger.counted = now;
        }
        let fits = ledger.has_room(bytes, budget);
        if fits {
            ledger.bytes += bytes;
        }
        if write(host, &key, &ledger, condition).await? {
            return Ok(fits);
        }
    }
    Ok(false)
}

async fn write<H: Objects>(
    host: &H,
    key: &str,
    ledger: &Ledger,
    condition: Condition,
) -> Result<bool, ObjectError> {
    let text = serde_json::to_vec(ledger).unwrap_or_default();
    let put = Put {
        condition,
        content_type: Some(Key::ImageLedger.content_type()),
        ..Put::default()
    };
    let written = host.object_put(key, text.into(), put).await?;
    Ok(matches!(written, Written::Stored(_)))
}

/// Counts the images, and deletes the oldest where they and `bytes` more exceed the budget, down to
/// four fifths of it. What is left, in bytes.
async fn make_room<H: Objects + Clock>(
    host: &H,
    ledger: &mut Ledger,
    budget: u64,
    bytes: u64,
) -> Result<u64, ObjectError> {
    let mut classes = std::collections::BTreeMap::<i64, u64>::new();
    each(host, |meta| {
        *classes.entry(class(meta.modified)).or_default() += meta.size;
        None
    })
    .await?;
    let total: u64 = classes.values().sum();
    if total.saturating_add(bytes) <= budget {
        return Ok(total);
    }
    let mut excess = total.saturating_sub(budget / 5 * 4);
    let mut last = i64::MIN;
    for (class, bytes) in classes {
        last = class;
        if bytes >= excess {
            break;
        }
        excess -= bytes;
    }
    let (mut freed, mut lingering) = (0, 0);
    let mut left = total.saturating_sub(budget / 5 * 4);
    each(host, |meta| {
        let goes = class(meta.modified) <= last && left > 0;
        if goes {
            left = left.saturating_sub(meta.size);
            freed += meta.size;
            lingering += if meta.size > LARGE { meta.size } else { 0 };
        }
        goes.then(|| meta.key.clone())
    })
    .await?;
    if lingering > 0 {
        ledger.deleted.push((host.now(), lingering));
    }
    Ok(total.saturating_sub(freed))
}

fn class(modified: Timestamp) -> i64 {
    modified.milliseconds().div_euclid(CLASS)
}

/// Shows every image to `look`, and deletes those whose key it answers, up to a bound.
async fn each<H: Objects>(
    host: &H,
    mut look: impl FnMut(&objects::ObjectMeta) -> Option<String>,
) -> Result<(), ObjectError> {
    let prefix = Prefix::Images.path();
    let mut cursor = None;
    let mut deleted = 0;
    for _ in 0..MAX_PAGES {
        let page = host
            .object_list(&prefix, cursor.as_deref(), objects::MAX_PAGE)
            .await?;
        for meta in &page.objects {
            if deleted == MAX_EVICTED {
                return Ok(());
            }
            if let Some(key) = look(meta) {
                host.object_delete(&key).await?;
                deleted += 1;
            }
        }
        match page.cursor {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    Ok(())
}
