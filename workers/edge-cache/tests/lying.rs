//! A store that answers other bytes than were written.

use std::time::Duration;

use edge::{
    Body, Objects,
    objects::{Get, Got, ObjectError, ObjectMeta, Page, Put, Written},
};
use edge_cache::{Doubt, Near};
use testkit::memory::{MemoryHost, Operation};

const FRESH: Duration = Duration::from_secs(5);

/// A store whose bytes are not those of the announced digest.
struct Lying(MemoryHost);

impl Objects for Lying {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        let mut got = self.0.object_get(key, get).await?;
        if let Got::Found(object) = &mut got {
            object.meta.sha256 = Some([7; 32]);
        }
        Ok(got)
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        self.0.object_head(key).await
    }

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        self.0.object_put(key, body, put).await
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError> {
        self.0.object_list(prefix, cursor, limit).await
    }

    async fn object_delete(&self, key: &str) -> Result<(), ObjectError> {
        self.0.object_delete(key).await
    }
}

#[test]
fn what_is_not_as_announced_is_not_put_near() {
    let host = MemoryHost::new();
    host.give_nearby();
    host.place("key", b"text".to_vec());
    let lying = Near::new(
        Lying(host.peer()),
        host.clone(),
        "here",
        FRESH,
        Doubt::default(),
    );
    let got = host.block_on(lying.object_get("key", Get::default()));
    assert!(matches!(got, Err(ObjectError::Checksum)), "{got:?}");
    host.block_on(host.run_deferred());
    let honest = host.peer();
    let near = Near::new(
        honest.clone(),
        host.clone(),
        "here",
        FRESH,
        Doubt::default(),
    );
    let got = host.block_on(near.object_get("key", Get::default()));
    assert!(matches!(got, Ok(Got::Found(_))), "{got:?}");
    let points = honest.points();
    let reads = points.iter().filter(|one| one.operation == Operation::Get);
    assert_eq!(reads.count(), 1, "nothing was near");
}
