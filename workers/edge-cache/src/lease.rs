//! Who asks the store for something, while others wait or make do.

use std::time::Duration;

use edge::{Clock, Platform, Timestamp};

use crate::{
    Cached, Kept, Shelf,
    doubt::{later, milliseconds},
};

/// How long whoever copies a large object may take, before others believe them gone, from one renewal to the next.
pub(crate) const COPYING: Duration = Duration::from_secs(60);

/// Longest wait for somebody else's copy, and how long a large one is waited for that is being made;
/// the store is asked after that.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long it is told that the store has nothing under a name: to those who had asked by then.
const TOLD: Duration = Duration::from_secs(5);

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

/// What a lease's name begins with when it has become the word that the store has nothing under it.
pub const MISSING_PREFIX: char = '\u{1}';

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

/// What came of waiting for somebody else who asks.
pub(crate) enum Waited {
    /// They have kept a copy, or found it right.
    Kept(Box<Kept>),
    /// The store has nothing.
    Missing,
    /// They have not, or take too long: whoever has waited asks for themselves.
    Nothing,
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

    /// Ends the lease of `holder`, whom the store has told that it has no such object.
    pub(crate) async fn tell_missing(&self, holder: &str) {
        let told = self.shelf.shelf_missed(holder, self.after(TOLD)).await;
        self.heard(told);
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

    /// Waits for the copy of `key` that somebody else is about to keep, or to find right.
    /// Who waits has asked at the time of `asked`.
    pub(crate) async fn wait(
        &self,
        key: &str,
        asked: Timestamp,
        will_do: impl Fn(&Kept) -> bool,
    ) -> Waited {
        let mut pause = FIRST;
        let until = self.after(PATIENCE);
        while self.shelf.host().now() < until {
            self.shelf.host().sleep(pause).await;
            if let Some(kept) = self.usable(key).await.filter(&will_do) {
                return Waited::Kept(Box::new(kept));
            }
            match self.lease(key, S::ASKING).await {
                Leased::Ours(holder) => {
                    let waited = self.outcome(key, asked, &will_do).await;
                    self.release(&holder).await;
                    if let Some(waited) = waited {
                        return waited;
                    }
                }
                Leased::Others => {}
                Leased::Failed => return Waited::Nothing,
            }
            pause = (pause * 2).min(LONGEST);
        }
        Waited::Nothing
    }

    /// What came of others' asking, while nobody asks, for somebody who has asked at the time of
    /// `asked`; `None` where that is not known yet. Without a copy there was nothing to keep: it is
    /// missing; or it is large, and perhaps being copied, which is waited for as well; or it is
    /// private, and everybody who has waited asks for themselves, at once.
    pub(crate) async fn outcome(
        &self,
        key: &str,
        asked: Timestamp,
        will_do: impl Fn(&Kept) -> bool,
    ) -> Option<Waited> {
        if let Some(kept) = self.usable(key).await.filter(will_do) {
            return Some(Waited::Kept(Box::new(kept)));
        }
        let missing = format!("{MISSING_PREFIX}{key}");
        if self.began(&missing, TOLD).await >= Some(asked) {
            return Some(Waited::Missing);
        }
        let now = self.shelf.host().now();
        let copying = self.began(&of_copying(key), COPYING).await;
        match copying.is_some_and(|began| now < later(began, PATIENCE)) {
            true => None,
            false => Some(Waited::Nothing),
        }
    }

    /// When the lease called `name` began, or was last extended, to last for `time`.
    async fn began(&self, name: &str, time: Duration) -> Option<Timestamp> {
        let until = self.heard(self.shelf.shelf_leased(name).await).flatten()?;
        Some(until.plus(-milliseconds(time)))
    }
}
