//! Who asks the store for something, while others wait or make do.

use std::time::Duration;

use edge::{Clock, Platform};

use crate::{Cached, Kept, Shelf};

/// How long whoever copies a large object may take, before others believe them gone, from one renewal to the next.
pub(crate) const COPYING: Duration = Duration::from_secs(60);

/// Longest wait for somebody else's copy; the store is asked after that.
const PATIENCE: Duration = Duration::from_secs(3);

/// First pause of that wait; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(5);

const LONGEST: Duration = Duration::from_millis(160);

/// The name of the lease of whoever copies the large object `key`. [`crate::Shelf::shelf_forget`]
/// ends it too, so the shelf knows it.
pub(crate) fn of_copying(key: &str) -> String {
    format!("{COPYING_PREFIX}{key}")
}

/// What such names begin with: a character that no key begins with.
pub const COPYING_PREFIX: char = '\0';

/// What became of the wish for a lease.
pub(crate) enum Leased {
    /// It is held, under this name.
    Ours(String),
    /// Somebody else has it.
    Others,
    /// The shelf failed, so nobody may have it, and nothing can be kept.
    Failed,
}

impl Leased {
    pub(crate) fn ours(self) -> Option<String> {
        match self {
            Self::Ours(holder) => Some(holder),
            Self::Others | Self::Failed => None,
        }
    }
}

impl<O, S: Shelf> Cached<O, S> {
    /// The lease called `name`, if nobody else has it.
    pub(crate) async fn lease(&self, name: &str, time: Duration) -> Leased {
        let holder = self.new_name();
        let until = self.after(time);
        let leased = self.shelf.shelf_lease(name, &holder, until).await;
        match self.heard(leased) {
            Some(true) => Leased::Ours(holder),
            Some(false) => Leased::Others,
            None => Leased::Failed,
        }
    }

    pub(crate) async fn release(&self, holder: &str) {
        self.heard(self.shelf.shelf_release(holder).await);
    }

    /// A name that nothing else has.
    pub(crate) fn new_name(&self) -> String {
        self.shelf
            .host()
            .random()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The copy of `key`, unless the object has expired, or the copy has.
    pub(crate) async fn usable(&self, key: &str) -> Option<Kept> {
        let kept = self.heard(self.shelf.shelf_find(key).await).flatten()?;
        let now = self.shelf.host().now();
        let ends = [kept.meta.expires, kept.until];
        let is_alive = ends.iter().flatten().all(|end| *end > now);
        is_alive.then_some(kept)
    }

    /// The copy of `key` that somebody else is about to keep, or to find right; nothing where they
    /// do not, or take too long.
    pub(crate) async fn wait(&self, key: &str, will_do: impl Fn(&Kept) -> bool) -> Option<Kept> {
        let mut pause = FIRST;
        let until = self.after(PATIENCE);
        while self.shelf.host().now() < until {
            self.shelf.host().sleep(pause).await;
            if let Some(kept) = self.usable(key).await.filter(&will_do) {
                return Some(kept);
            }
            match self.lease(key, S::ASKING).await {
                Leased::Ours(holder) => {
                    // Nobody asks any more. Without a copy there was nothing to keep: it is missing,
                    // private or large, and everybody who has waited asks for themselves, at once.
                    let kept = self.usable(key).await.filter(&will_do);
                    self.release(&holder).await;
                    return kept;
                }
                Leased::Others => {}
                Leased::Failed => return None,
            }
            pause = (pause * 2).min(LONGEST);
        }
        None
    }
}
