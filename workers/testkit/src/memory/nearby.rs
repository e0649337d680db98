//! A cache beside the process, where a test wants one.

use std::time::Duration;

use edge::{Body, Bytes, Clock, Nearby, Relay, Timestamp, nearby::Kept};

use super::MemoryHost;

/// What is kept: facts, bytes, and until when.
pub(super) type Shelf = std::collections::BTreeMap<String, (String, Bytes, Timestamp)>;

impl MemoryHost {
    /// Gives this process a cache beside it.
    pub fn give_nearby(&self) {
        self.process.nearby.borrow_mut().get_or_insert_default();
    }
}

impl Relay for MemoryHost {}

impl Nearby for MemoryHost {
    fn has_nearby(&self) -> bool {
        self.process.nearby.borrow().is_some()
    }

    async fn nearby_get(&self, key: &str) -> Option<Kept> {
        let now = self.now();
        let shelf = self.process.nearby.borrow();
        let (facts, bytes, until) = shelf.as_ref()?.get(key)?;
        (now < *until).then(|| Kept {
            facts: facts.clone(),
            body: Body::from(bytes.clone()),
        })
    }

    async fn nearby_put(&self, key: &str, kept: Kept, lifetime: Duration) {
        let Ok(bytes) = kept.body.bytes(u64::MAX).await else {
            return;
        };
        let lifetime = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
        let until = self.now().plus(lifetime);
        if let Some(shelf) = self.process.nearby.borrow_mut().as_mut() {
            shelf.insert(key.to_owned(), (kept.facts, bytes, until));
        }
    }
}
