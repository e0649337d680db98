//! Standing in for a store that does not answer, and saying so.

use std::{cell::Cell, rc::Rc, time::Duration};

use edge::Timestamp;

/// For how long after the store has last confirmed it a copy of what may change stands in for the
/// store, where copies are brief: in an isolate's memory and in the data centre's cache. It is what
/// `stale-while-revalidate` lets every cache do.
pub const STALE: Duration = Duration::from_secs(600);

/// How long after such an answer others may be made of it: the `max-age` that they have.
const LASTING: Duration = Duration::from_secs(60);

/// Whether the answers of an instance may come from copies that stood in for the store.
#[derive(Debug, Clone, Default)]
pub struct Doubt(Rc<Cell<Timestamp>>);

impl Doubt {
    /// Notes that a copy stands in `now`.
    pub(crate) fn note(&self, now: Timestamp) {
        self.0.set(later(now, LASTING));
    }

    /// Whether it is so `now`; answers may then be [`STALE`] older than otherwise.
    pub fn holds(&self, now: Timestamp) -> bool {
        now < self.0.get()
    }
}

/// `duration` after `time`.
pub(crate) fn later(time: Timestamp, duration: Duration) -> Timestamp {
    time.plus(milliseconds(duration))
}

/// `duration` in milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
