//! What is never kept, and what is not kept any longer.

use std::time::Duration;

use edge::{
    Clock, Objects,
    objects::{Get, Got, ObjectError},
};
use edge_cache::{Cached, Policy, Shelf};
use testkit::{
    memory::{Fault, MemoryHost, Odd, Operation},
    pattern,
};

use super::{
    super::SqliteShelf,
    node::{FRESH, IMMUTABLE, Node, publish},
};
use crate::objects::sweep;

const LARGE: usize = 3 * 1024 * 1024 + 17;
const COPIES: &str = "SELECT count(*) FROM copies";
const CHUNKS: &str = "SELECT count(*) FROM chunks";
const LEASES: &str = "SELECT count(*) FROM leases";
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
    assert!(count(CHUNKS) > 0, "nothing had been copied");
    node.run(memory.run_deferred());
    assert_eq!((count(CHUNKS), count(LEASES)), (0, 0));

    // A body that breaks off.
    node.origin
        .inject(|point| (point.operation == Operation::GetBody).then_some(Fault::After));
    assert!(matches!(node.read("key"), Err(ObjectError::Body(_))));
    assert_eq!(count(COPIES), 0);

    node.origin.heal();
    assert_eq!(node.read("key"), Ok(large.to_vec()));
    assert_eq!((count(COPIES), count(TOTAL)), (1, LARGE as i64 + 1024));
    assert_eq!(count(LEASES), 0);
}

/// A process that is killed again and again fills no disk.
#[test]
fn what_was_left_of_copies_counts() {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, 9_000_000);
    let count = |query| node.process.database.number(query);
    for number in 0..5 {
        let key = format!("archive {number}");
        publish(&memory, &key, pattern::piece(0, LARGE), IMMUTABLE);
        node.run(async {
            let got = node.cache.object_get(&key, Get::default()).await;
            let Ok(Got::Found(mut object)) = got else {
                panic!("it is not found");
            };
            let mut read = 0;
            while read < LARGE - 1000 {
                read += object
                    .body
                    .next()
                    .await
                    .expect("more")
                    .expect("bytes")
                    .len();
            }
        });
        memory.drop_deferred();
        memory.advance(Duration::from_secs(61));
        assert!(count(CHUNKS) * 1_048_576 <= 9_000_000, "{number}");
    }
    let read = |key| node.read(key).map(|bytes| bytes.len());
    assert_eq!(read("archive 4"), Ok(LARGE));
    assert_eq!(count(COPIES), 0, "there was room");
    // Once that is swept away, copies are made again.
    node.process.database.pass(3_600_000);
    node.run(sweep::after_write(&node.process, 4));
    assert_eq!(count(CHUNKS), 0);
    assert_eq!(read("archive 4"), Ok(LARGE));
    assert_eq!(count(COPIES), 1);
}

/// What is being copied is as good as kept: others make room for it.
#[test]
fn copies_in_the_making_count() {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, 10_000_000);
    let bytes = pattern::piece(0, LARGE);
    for key in ["a", "b", "c", "d"] {
        publish(&memory, key, bytes.clone(), IMMUTABLE);
    }
    assert!(node.read("a").is_ok());
    memory.advance(Duration::from_secs(1));
    node.run(async {
        let got = node.cache.object_get("b", Get::default()).await;
        let Ok(Got::Found(mut object)) = got else {
            panic!("it is not found");
        };
        while node.process.database.number("SELECT count(*) FROM loose") == 0 {
            object.body.next().await.expect("more").expect("bytes");
        }
        for key in ["c", "d"] {
            assert!(node.reading(key, Get::default()).await.is_ok());
            memory.sleep(Duration::from_secs(1)).await;
        }
        // Three copies alone would be within the budget.
        assert_eq!(node.process.database.number(COPIES), 2);
        let rest = object.body.bytes(u64::MAX).await;
        assert!(rest.is_ok(), "{rest:?}");
    });
    assert!(node.process.database.number(TOTAL) <= 10_000_000);
}

#[test]
fn a_byte_of_what_is_huge_copies_nothing() {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, 16_000_000);
    publish(&memory, "huge", pattern::piece(0, LARGE), IMMUTABLE);
    let byte = node.run(node.reading("huge", Get::range(0..1)));
    assert_eq!(byte.map(|bytes| bytes.len()), Ok(1));
    assert_eq!(memory.deferred(), 0);
    // Whoever reads it whole has paid for it.
    assert!(node.read("huge").is_ok());
    assert_eq!(node.process.database.number(COPIES), 1);
}

/// A reader on a slow line is not cut off because the copy makes room for another one.
#[test]
fn a_reader_of_what_is_evicted_goes_on() {
    for is_replaced in [false, true] {
        let memory = MemoryHost::new();
        let node = Node::new(&memory, 100_000_000);
        let bytes = pattern::piece(0, LARGE);
        publish(&memory, "key", bytes.clone(), IMMUTABLE);
        assert!(node.read("key").is_ok());
        let rest = node.run(async {
            let get = Get::range(5..LARGE as u64);
            let got = node.cache.object_get("key", get).await;
            let Ok(Got::Found(mut object)) = got else {
                panic!("it is not found");
            };
            let first = object.body.next().await.expect("more").expect("bytes");
            let shelf = SqliteShelf(node.process.clone());
            assert_eq!(shelf.shelf_trim(0).await, Ok(()));
            node.process.database.pass(61_000);
            sweep::after_write(&node.process, 4).await;
            assert_eq!(node.process.database.number(CHUNKS), 0);
            if is_replaced {
                publish(&memory, "key", pattern::piece(1, LARGE), IMMUTABLE);
            }
            let rest = object.body.bytes(u64::MAX).await;
            rest.map(|rest| [first, rest].concat())
        });
        match is_replaced {
            false => assert_eq!(rest, Ok(bytes[5..].to_vec())),
            // Never two halves of different objects.
            true => assert!(rest.is_err()),
        }
    }
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

/// What an update check needs is read every minute, archives now and then: a new archive takes the
/// place of one of those, so that a node without its store still answers checks.
#[test]
fn what_is_read_every_minute_outlives_what_was_read_minutes_ago() {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, 7_000_000);
    let archive = pattern::piece(0, 2_000_000);
    let small = [("channels", "public, max-age=60"), ("manifest", IMMUTABLE)];
    for (key, policy) in small {
        publish(&memory, key, key, policy);
    }
    for minute in 0..8 {
        for (key, _) in small {
            assert!(node.read(key).is_ok());
        }
        if minute % 2 == 1 {
            let key = format!("archive-{minute}");
            publish(&memory, &key, archive.clone(), IMMUTABLE);
            assert!(node.read(&key).is_ok());
        }
        memory.advance(Duration::from_secs(60));
    }
    node.origin.inject(|_| Some(Fault::Before));
    for (key, _) in small {
        assert_eq!(node.read(key), Ok(key.as_bytes().to_vec()), "{key}");
    }
    assert!(node.read("archive-1").is_err(), "the oldest is evicted");
    assert!(node.read("archive-7").is_ok());
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
