//! Which addresses are being worked on in this isolate or instance, so that a second request for one
//! waits for the first instead of doing the same.
//!
//! Only finished values are kept, never a future or a waker: Workers cancel a request that waits for
//! something that another one owns. Whoever waits looks again, by timers of its own.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use edge::{Clock, Timestamp};
use registry::Digest;

use super::Turn;
use crate::{Host, limits};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(25);

thread_local! {
    /// Until when each is taken, at most: a platform may forget a request without ending it.
    static TAKEN: RefCell<BTreeMap<Digest, Timestamp>> = const { RefCell::new(BTreeMap::new()) };
}

/// The right to work on an address, given up when it is dropped.
#[derive(Debug)]
pub struct Lease {
    key: Digest,
    until: Timestamp,
    /// The right to work on it on this node.
    turn: Option<Turn>,
}

impl Lease {
    /// Takes `key`; `None` where somebody else has it.
    pub fn take<C: Clock>(clock: &C, key: Digest) -> Option<Self> {
        let now = clock.now();
        let patience = i64::try_from(limits::PATIENCE.as_millis()).unwrap_or(i64::MAX);
        TAKEN.with_borrow_mut(|taken| {
            taken.retain(|_, until| now < *until);
            if taken.contains_key(&key) {
                return None;
            }
            let until = now.plus(patience);
            taken.insert(key, until);
            let turn = None;
            Some(Self { key, until, turn })
        })
    }

    /// Takes `key`, in this isolate or instance and on this node; waits and answers `None` where
    /// somebody else has it.
    pub async fn take_or_wait<H: Host>(host: &H, key: Digest) -> Option<Self> {
        let Some(mut lease) = Self::take(host, key) else {
            Self::wait(host, key).await;
            return None;
        };
        lease.turn = Turn::take(host, &key).await;
        if lease.turn.is_none() {
            // Others of this instance wait for this request meanwhile.
            Turn::wait(host, &key).await;
            return None;
        }
        Some(lease)
    }

    /// Waits until nobody has `key`, or patience ends.
    async fn wait<C: Clock>(clock: &C, key: Digest) {
        let mut waited = Duration::ZERO;
        while waited < limits::PATIENCE && is_taken(clock, &key) {
            clock.sleep(PAUSE).await;
            waited += PAUSE;
        }
    }
}

fn is_taken<C: Clock>(clock: &C, key: &Digest) -> bool {
    let now = clock.now();
    TAKEN.with_borrow(|taken| taken.get(key).is_some_and(|until| now < *until))
}

impl Drop for Lease {
    fn drop(&mut self) {
        TAKEN.with_borrow_mut(|taken| {
            // Another may have taken it when our time was over.
            if taken.get(&self.key) == Some(&self.until) {
                taken.remove(&self.key);
            }
        });
    }
}
