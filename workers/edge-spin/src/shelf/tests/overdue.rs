//! How old an answer may be while the store is there.

use std::time::Duration;

use edge::{
    Clock,
    objects::{Get, Got},
};
use edge_cache::{Cached, Policy, Shelf};
use futures_util::future::join_all;
use testkit::memory::{Fault, MemoryHost, Odd};

use super::{
    super::SqliteShelf,
    node::{FRESH, Node, publish},
};

const BRIEF: &str = "public, max-age=60, stale-while-revalidate=600";
const BUDGET: u64 = 100_000_000;
const DAY: Duration = Duration::from_secs(86_400);

/// A node that has read what was replaced since.
fn behind() -> (MemoryHost, Node) {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, BUDGET);
    publish(&memory, "key", "old", BRIEF);
    assert_eq!(node.read("key"), Ok(b"old".to_vec()));
    publish(&memory, "key", "new", BRIEF);
    (memory, node)
}

/// For how long whoever asks may take on a shelf of this kind.
fn shelf_asking<S: Shelf>(_: &S) -> Duration {
    S::ASKING
}

/// A night without readers, and then several at once.
#[test]
fn nobody_is_answered_from_a_copy_that_is_long_due() {
    for seed in 1..20 {
        let (memory, node) = behind();
        memory.interleave(seed);
        memory.advance(DAY);
        let readers = (0..4).map(|_| node.reading("key", Get::default()));
        for read in node.run(join_all(readers)) {
            assert_eq!(read, Ok(b"new".to_vec()), "seed {seed}");
        }
        assert_eq!(node.asked("key"), 2, "one asks for all of them");
    }
}

#[test]
fn a_node_that_can_write_nothing_asks_the_store() {
    let (memory, node) = behind();
    node.process.is_full.set(true);
    assert_eq!(node.read("key"), Ok(b"old".to_vec()), "it is fresh");
    memory.advance(FRESH);
    assert_eq!(node.read("key"), Ok(b"new".to_vec()));
    publish(&memory, "key", "newer", BRIEF);
    assert_eq!(node.read("key"), Ok(b"newer".to_vec()));
    publish(&memory, "cold", "cold", BRIEF);
    assert_eq!(node.read("cold"), Ok(b"cold".to_vec()));
    // What it has is still better than nothing.
    node.origin.inject(|_| Some(Fault::Before));
    assert_eq!(node.read("key"), Ok(b"old".to_vec()));
}

#[test]
fn whoever_died_while_asking_keeps_nobody_from_it() {
    let (memory, node) = behind();
    memory.advance(FRESH);
    let shelf = SqliteShelf(node.process.clone());
    let lease = || {
        let until = memory.now().plus(3_600_000);
        node.run(shelf.shelf_lease("key", "somebody", until))
    };
    assert_eq!(lease(), Ok(true));
    assert_eq!(node.read("key"), Ok(b"old".to_vec()), "somebody asks");
    memory.advance(shelf_asking(&shelf));
    assert_eq!(node.read("key"), Ok(b"new".to_vec()));
    // And where the store is gone, the copy is answered.
    node.origin.inject(|_| Some(Fault::CrashBefore));
    assert_eq!(node.read("key"), Ok(b"old".to_vec()));
}

/// The reader does not wait for a slow store, but the next one has what it said.
#[test]
fn a_slow_store_is_heard_in_the_end() {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, BUDGET);
    let origin = Odd {
        store: node.origin.clone(),
        pause: Duration::from_secs(3),
        lies: false,
    };
    let policy = Policy {
        fresh: FRESH,
        budget: BUDGET,
    };
    let cache = Cached::new(origin, SqliteShelf(node.process.clone()), policy);
    let read = || {
        node.run(async {
            match edge::Objects::object_get(&cache, "key", Get::default()).await {
                Ok(Got::Found(object)) => object.body.bytes(u64::MAX).await,
                other => panic!("{other:?}"),
            }
        })
    };
    publish(&memory, "key", "old", BRIEF);
    assert_eq!(read(), Ok("old".into()));
    publish(&memory, "key", "new", BRIEF);
    memory.advance(FRESH);
    assert_eq!(read(), Ok("old".into()));
    node.run(memory.run_deferred());
    assert_eq!(read(), Ok("new".into()));
    assert_eq!(node.asked("key"), 2, "it is not asked twice for that");
    let leases = "SELECT count(*) FROM leases";
    assert_eq!(node.process.database.number(leases), 0);
}
