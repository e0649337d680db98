//! The cache over a real database: what is kept, for how long, and what is answered when the store
//! is gone.

mod limits;
mod node;
mod overdue;
mod reading;

use std::time::Duration;

use edge::Objects;
use testkit::{contract, memory::MemoryHost};

use self::node::Node;

/// The cases want a clock as well.
#[derive(Clone)]
struct Timed<O>(O, MemoryHost);

impl<O> edge::Clock for Timed<O> {
    fn now(&self) -> edge::Timestamp {
        self.1.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.1.sleep(duration).await;
    }
}

impl<O: Objects> Objects for Timed<O> {
    async fn object_get(
        &self,
        key: &str,
        get: edge::objects::Get,
    ) -> Result<edge::objects::Got, edge::objects::ObjectError> {
        self.0.object_get(key, get).await
    }

    async fn object_head(
        &self,
        key: &str,
    ) -> Result<Option<edge::objects::ObjectMeta>, edge::objects::ObjectError> {
        self.0.object_head(key).await
    }

    async fn object_put(
        &self,
        key: &str,
        body: edge::Body,
        put: edge::objects::Put,
    ) -> Result<edge::objects::Written, edge::objects::ObjectError> {
        self.0.object_put(key, body, put).await
    }

    async fn object_write(
        &self,
        key: &str,
        bytes: edge::Bytes,
        put: edge::objects::Put,
    ) -> Result<edge::objects::Written, edge::objects::ObjectError> {
        self.0.object_write(key, bytes, put).await
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<edge::objects::Page, edge::objects::ObjectError> {
        self.0.object_list(prefix, cursor, limit).await
    }

    async fn object_delete(&self, key: &str) -> Result<(), edge::objects::ObjectError> {
        self.0.object_delete(key).await
    }
}

/// Through a cache the store is still the store: what one node writes it reads.
#[test]
fn a_cached_store_keeps_the_contract() {
    for seed in 0..4 {
        let memory = MemoryHost::new();
        if seed > 0 {
            memory.interleave(seed);
        }
        let node = Node::new(&memory, 100_000_000);
        keeps_the_contract(&node, &Timed(node.cache.clone(), memory.clone()), seed);
        keeps_the_contract(&node, &Timed(node.writer(), memory.clone()), seed);
    }
}

fn keeps_the_contract<O: Objects + Clone + 'static>(node: &Node, store: &Timed<O>, seed: u64) {
    let mut failures = Vec::new();
    for case in contract::objects::<Timed<O>>() {
        // Twice, the second time with copies of the first.
        for _ in 0..2 {
            if let Err(text) = node.run((case.run)(store)) {
                failures.push(format!("{} with seed {seed}: {text}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
