//! What is never kept, and what is not kept any longer.

use std::time::Duration;

use edge::{
    Objects,
    objects::{Get, Got, ObjectError},
};
use edge_cache::{Cached, Policy};
use testkit::{
    memory::{Fault, MemoryHost, Operation},
    pattern,
};

use super::{
    super::SqliteShelf,
    node::{FRESH, IMMUTABLE, Node, publish},
    odd::Odd,
};
use crate::objects::sweep;

const LARGE: usize = 3 * 1024 * 1024 + 17;
const COPIES: &str = "SELECT count(*) FROM copies";
const TOTAL: &str = "SELECT bytes FROM copied";

#[test]
fn a_copy_is_whole_or_not_there() {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, 100_000_000);
    let large = pattern::piece(0, LARGE);
    publish(&memory, "key", large.clone(), IMMUTABLE);
    let count = |query| node.process.database.number(query);

    // A reader who goes away in the middle.
    node.run(async {
        let got = node.cache.object_get("key", Get::default()).await;
        let Ok(Got::Found(mut object)) = got else {
            panic!("it is not found");
        };
        for _ in 0..200 {
            object.body.next().await.expect("more").expect("bytes");
        }
    });
    assert_eq!(count(COPIES), 0);

    // A body that breaks off, when the lease of the one before is over.
    memory.advance(Duration::from_secs(61));
    node.origin
        .inject(|point| (point.operation == Operation::GetBody).then_some(Fault::After));
    assert!(matches!(node.read("key"), Err(ObjectError::Body(_))));
    assert_eq!(count(COPIES), 0);

    node.origin.heal();
    assert_eq!(node.read("key"), Ok(large.to_vec()));
    assert_eq!((count(COPIES), count(TOTAL)), (1, LARGE as i64 + 1024));
    assert_eq!(count("SELECT count(*) FROM leases"), 0);
}

#[test]
fn bytes_with_another_digest_are_not_kept() {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, 100_000_000);
    let policy = Policy {
        fresh: FRESH,
        budget: 100_000_000,
    };
    let shelf = SqliteShelf(node.process.clone());
    let origin = Odd {
        store: memory.clone(),
        pause: Duration::ZERO,
        lies: true,
    };
    let cache = Cached::new(origin, shelf, policy);
    publish(&memory, "small", "text", IMMUTABLE);
    publish(&memory, "large", pattern::piece(0, LARGE), IMMUTABLE);
    let small = node.run(cache.object_get("small", Get::default()));
    assert!(matches!(small, Err(ObjectError::Checksum)), "{small:?}");
    let large = node.run(async {
        match cache.object_get("large", Get::default()).await {
            Ok(Got::Found(object)) => object.body.bytes(u64::MAX).await,
            other => panic!("{other:?}"),
        }
    });
    assert!(large.is_ok(), "what has passed through has passed");
    assert_eq!(node.process.database.number(COPIES), 0);
}

#[test]
fn what_is_private_or_would_take_most_of_the_room_is_not_kept() {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, 1_000_000);
    publish(&memory, "private", "text", "no-store");
    publish(&memory, "large", pattern::piece(0, 600_000), IMMUTABLE);
    for _ in 0..2 {
        assert_eq!(node.read("private"), Ok(b"text".to_vec()));
        assert_eq!(node.read("large").map(|bytes| bytes.len()), Ok(600_000));
    }
    assert_eq!((node.asked("private"), node.asked("large")), (2, 2));
    assert_eq!(node.process.database.number(COPIES), 0);
}

#[test]
fn what_has_not_been_used_for_longest_makes_room() {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, 9_000_000);
    let bytes = pattern::piece(0, 2_000_000);
    let keys = ["a", "b", "c", "d"];
    for key in keys {
        publish(&memory, key, bytes.clone(), IMMUTABLE);
        assert!(node.read(key).is_ok());
        memory.advance(Duration::from_secs(3_600));
    }
    // The oldest is used again.
    assert!(node.read("a").is_ok());
    memory.advance(Duration::from_secs(3_600));
    for key in ["e", "f"] {
        publish(&memory, key, bytes.clone(), IMMUTABLE);
        assert!(node.read(key).is_ok());
        let total = node.process.database.number(TOTAL);
        assert!(total <= 9_000_000, "{total}");
    }
    for (key, asked) in [("a", 1), ("d", 1), ("e", 1), ("f", 1), ("b", 2)] {
        assert!(node.read(key).is_ok());
        assert_eq!(node.asked(key), asked, "{key}");
    }
}

/// Many small objects under way for ever: rows and file stay bounded.
#[test]
fn the_database_does_not_grow_with_what_is_evicted() {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, 5_000_000);
    let database = &node.process.database;
    let bytes = pattern::piece(0, 1_200_000);
    let mut most = 0;
    for number in 0..40 {
        let key = format!("archive {number}");
        publish(&memory, &key, bytes.clone(), IMMUTABLE);
        assert!(node.read(&key).is_ok());
        // The database's own clock, by which chunks of evicted copies are removed.
        database.pass(61_000);
        memory.advance(Duration::from_secs(61));
        node.run(sweep::after_write(&node.process, 4));
        most = most.max(database.number("PRAGMA page_count"));
    }
    assert_eq!(database.number("SELECT count(*) FROM leases"), 0);
    assert_eq!(database.number(COPIES), 4);
    let megabytes = most * 4096 / 1_000_000;
    assert!(megabytes < 12, "the file had {megabytes} MB");
    assert_eq!(
        database.number("SELECT count(DISTINCT etag) FROM chunks"),
        database.number("SELECT (SELECT count(*) FROM copies) + (SELECT count(*) FROM loose)")
    );
}

#[test]
fn an_expired_copy_is_no_object() {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, 1_000_000);
    let put = edge::objects::Put {
        cache_control: Some(IMMUTABLE),
        expires: Some(edge::Clock::now(&memory).plus(60_000)),
        ..Default::default()
    };
    let other = memory.peer();
    assert!(
        other
            .block_on(other.object_put("key", "text".into(), put))
            .is_ok()
    );
    assert_eq!(node.read("key"), Ok(b"text".to_vec()));
    memory.advance(Duration::from_secs(59));
    assert_eq!(node.read("key"), Ok(b"text".to_vec()));
    memory.advance(Duration::from_secs(1));
    assert_eq!(node.read("key"), Ok(b"(missing)".to_vec()));
}
