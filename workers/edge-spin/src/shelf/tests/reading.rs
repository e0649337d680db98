//! Reads: from the copy, from the store, and from the copy again when the store is gone.

use std::time::Duration;

use edge::{
    Clock, Objects,
    objects::{Condition, Get, Got, ObjectError, Put, Written},
};
use futures_util::future::{join, join_all};
use testkit::{
    memory::{Fault, MemoryHost},
    pattern,
};

use super::node::{FRESH, IMMUTABLE, Node, publish};

const BRIEF: &str = "public, max-age=60, stale-while-revalidate=600";
const LARGE: usize = 3 * 1024 * 1024 + 17;
const BUDGET: u64 = 100_000_000;

fn world() -> (MemoryHost, Node) {
    let memory = MemoryHost::new();
    let node = Node::new(&memory, BUDGET);
    (memory, node)
}

#[test]
fn what_never_changes_is_asked_for_once() {
    for bytes in [pattern::piece(0, 1000), pattern::piece(0, LARGE)] {
        let (memory, node) = world();
        publish(&memory, "key", bytes.clone(), IMMUTABLE);
        for _ in 0..3 {
            assert_eq!(node.read("key"), Ok(bytes.to_vec()));
            let part = node.run(node.reading("key", Get::range(5..900)));
            assert_eq!(part, Ok(bytes.slice(5..900).to_vec()));
            memory.advance(Duration::from_secs(1_000_000));
        }
        assert_eq!(node.asked("key"), 1, "{} bytes", bytes.len());
        let head = node.run(node.cache.object_head("key"));
        assert_eq!(head, Ok(memory.meta("key")));
        assert_eq!(node.asked("key"), 1);
    }
}

#[test]
fn what_may_change_is_asked_for_again_in_time() {
    let (memory, node) = world();
    publish(&memory, "key", "old", BRIEF);
    for _ in 0..5 {
        assert_eq!(node.read("key"), Ok(b"old".to_vec()));
    }
    assert_eq!(node.asked("key"), 1, "while it is fresh nobody asks");
    memory.advance(FRESH);
    assert_eq!(node.read("key"), Ok(b"old".to_vec()));
    assert_eq!(node.read("key"), Ok(b"old".to_vec()));
    assert_eq!(
        node.asked("key"),
        2,
        "it was the same, so it is fresh again"
    );
    publish(&memory, "key", "new", BRIEF);
    memory.advance(FRESH);
    assert_eq!(node.read("key"), Ok(b"new".to_vec()));
    assert_eq!(node.asked("key"), 3);
    let other = memory.peer();
    assert_eq!(other.block_on(other.object_delete("key")), Ok(()));
    memory.advance(FRESH);
    assert_eq!(node.read("key"), Ok(b"(missing)".to_vec()));
}

#[test]
fn of_many_who_ask_at_once_one_asks_the_store() {
    for (seed, length) in (1..30).flat_map(|seed| [(seed, 10), (seed, 900_000)]) {
        let (memory, node) = world();
        memory.interleave(seed);
        let bytes = pattern::piece(0, length).to_vec();
        publish(&memory, "key", bytes.clone(), BRIEF);
        for round in 1..3 {
            let readers = (0..16).map(|_| node.reading("key", Get::default()));
            for read in node.run(join_all(readers)) {
                assert_eq!(read, Ok(bytes.clone()));
            }
            assert_eq!(node.asked("key"), round, "seed {seed}");
            // Once more, when all of them find that the copy is due.
            memory.advance(FRESH);
        }
    }
}

/// Not kept: who asks later asks for themselves.
#[test]
fn of_many_who_ask_for_what_is_missing_one_asks_the_store() {
    for seed in 1..30 {
        let (memory, node) = world();
        memory.interleave(seed);
        for round in 1..3 {
            let readers = (0..16).map(|_| node.reading("key", Get::default()));
            for read in node.run(join_all(readers)) {
                assert_eq!(read, Ok(b"(missing)".to_vec()));
            }
            assert_eq!(node.asked("key"), round, "seed {seed}");
        }
        // A write of this node is seen even by those who wait.
        let writer = node.writer();
        let written = node.run(writer.object_put("key", "text".into(), Put::default()));
        assert!(matches!(written, Ok(Written::Stored(_))), "{written:?}");
        let readers = (0..16).map(|_| node.reading("key", Get::default()));
        for read in node.run(join_all(readers)) {
            assert_eq!(read, Ok(b"text".to_vec()));
        }
        assert_eq!(node.asked("key"), 3, "seed {seed}");
    }
}

/// What nobody has published may be asked for under ever new names.
#[test]
fn what_is_missing_takes_no_room_for_long() {
    let (memory, node) = world();
    for number in 0..2000 {
        assert_eq!(node.read(&format!("{number}")), Ok(b"(missing)".to_vec()));
        memory.advance(Duration::from_secs(1));
    }
    let left = node.process.database.number("SELECT count(*) FROM leases");
    assert!(left < 200, "{left}");
}

/// A large copy is waited for, too, while it is made.
#[test]
fn of_many_who_want_an_archive_at_once_one_reads_it_from_the_store() {
    for seed in 1..30 {
        let (memory, node) = world();
        memory.interleave(seed);
        let large = pattern::piece(0, LARGE);
        publish(&memory, "archive", large.clone(), IMMUTABLE);
        let readers = (0..16).map(|_| node.reading("archive", Get::default()));
        for read in node.run(join_all(readers)) {
            assert_eq!(read, Ok(large.to_vec()));
        }
        assert_eq!(node.asked("archive"), 1, "seed {seed}");
    }
}

/// Whoever reads slowly holds nobody up for long.
#[test]
fn a_slow_reader_of_an_archive_holds_up_others_for_seconds() {
    let (memory, node) = world();
    let large = pattern::piece(0, LARGE);
    publish(&memory, "archive", large.clone(), IMMUTABLE);
    let slow = async {
        let got = node.cache.object_get("archive", Get::default()).await;
        let Ok(Got::Found(mut object)) = got else {
            panic!("{got:?}");
        };
        let mut length = 0;
        while let Some(Ok(piece)) = object.body.next().await {
            length += piece.len();
            memory.sleep(Duration::from_secs(30)).await;
        }
        assert_eq!(length, LARGE);
    };
    let timed = |_| async {
        let started = memory.now();
        let read = node.reading("archive", Get::default()).await;
        assert_eq!(read, Ok(large.to_vec()));
        memory.now().milliseconds() - started.milliseconds()
    };
    let ((), took) = node.run(join(slow, join_all((0..4).map(timed))));
    assert!(took.iter().all(|took| *took < 5000), "{took:?}");
}

#[test]
fn a_warm_node_goes_on_when_the_store_is_gone() {
    for fault in [Fault::Before, Fault::CrashBefore] {
        let (memory, node) = world();
        let large = pattern::piece(0, LARGE);
        publish(&memory, "archive", large.clone(), IMMUTABLE);
        publish(&memory, "pointer", "points", BRIEF);
        publish(&memory, "cold", "cold", BRIEF);
        assert_eq!(node.read("archive"), Ok(large.to_vec()));
        assert_eq!(node.read("pointer"), Ok(b"points".to_vec()));
        // From now on it refuses, or never answers.
        node.origin.inject(move |_| Some(fault));
        for _ in 0..10 {
            memory.advance(FRESH);
            let started = memory.now();
            assert_eq!(node.read("pointer"), Ok(b"points".to_vec()), "{fault:?}");
            assert_eq!(node.read("archive"), Ok(large.to_vec()));
            let head = node.run(node.cache.object_head("pointer"));
            assert!(matches!(head, Ok(Some(_))), "{head:?}");
            let took = memory.now().milliseconds() - started.milliseconds();
            assert!(took < 5_000, "{took} ms");
        }
        let stale = |line: &String| line.contains("cache-stale");
        assert!(memory.log_lines().iter().any(stale), "nobody is told");
        if fault == Fault::Before {
            assert!(node.read("cold").is_err());
            node.origin.heal();
            publish(&memory, "pointer", "points elsewhere", BRIEF);
            memory.advance(FRESH);
            assert_eq!(node.read("pointer"), Ok(b"points elsewhere".to_vec()));
        }
    }
}

/// While the store does not answer, only one reader in a while waits for it.
#[test]
fn a_store_that_hangs_holds_up_one_reader() {
    let (memory, node) = world();
    publish(&memory, "key", "text", BRIEF);
    assert_eq!(node.read("key"), Ok(b"text".to_vec()));
    memory.advance(FRESH);
    node.origin.inject(|_| Some(Fault::CrashBefore));
    let timed = |_| async {
        let started = memory.now();
        assert_eq!(
            node.reading("key", Get::default()).await,
            Ok(b"text".to_vec())
        );
        memory.now().milliseconds() - started.milliseconds()
    };
    let mut took = node.run(join_all((0..8).map(timed)));
    took.sort_unstable();
    assert!(took[6] < 100, "{took:?}");
    assert!(took[7] < 3_000, "{took:?}");
}

#[test]
fn what_a_node_writes_it_reads() {
    for seed in 1..200 {
        let (memory, node) = world();
        memory.interleave(seed);
        // Other pauses every time.
        for _ in 0..seed {
            edge::Platform::random(&memory);
        }
        publish(&memory, "key", "old", BRIEF);
        let writer = node.writer();
        let write = async {
            memory.sleep(Duration::from_millis(seed % 7)).await;
            let put = Put {
                cache_control: Some(BRIEF),
                ..Put::default()
            };
            writer.object_put("key", "new".into(), put).await
        };
        let reads = async {
            for _ in 0..4 {
                node.reading("key", Get::default()).await?;
            }
            Ok::<(), ObjectError>(())
        };
        let (written, read) = node.run(join(write, reads));
        assert!(matches!(written, Ok(Written::Stored(_))), "{written:?}");
        assert_eq!(read, Ok(()));
        // Whoever was reading meanwhile has not kept what was replaced.
        assert_eq!(node.read("key"), Ok(b"new".to_vec()), "seed {seed}");
    }
}

#[test]
fn a_writer_reads_the_store_itself_and_forgets_what_it_was_refused_for() {
    let (memory, node) = world();
    publish(&memory, "key", "old", BRIEF);
    assert_eq!(node.read("key"), Ok(b"old".to_vec()));
    let stale = memory.meta("key").expect("it is there").etag;
    publish(&memory, "key", "new", BRIEF);
    let writer = node.writer();
    let head = node.run(writer.object_head("key"));
    assert_eq!(head, Ok(memory.meta("key")));
    assert_eq!(node.read("key"), Ok(b"old".to_vec()), "it is still fresh");
    let put = Put {
        condition: Condition::Etag(stale),
        ..Put::default()
    };
    let written = node.run(writer.object_put("key", "mine".into(), put));
    assert_eq!(written, Ok(Written::Refused));
    assert_eq!(node.read("key"), Ok(b"new".to_vec()));
}

/// The first who wants a part of an archive gets it from the store; the node then has all of it.
#[test]
fn a_part_of_what_is_not_there_passes_through_and_the_whole_follows() {
    let (memory, node) = world();
    let large = pattern::piece(0, LARGE);
    publish(&memory, "archive", large.clone(), IMMUTABLE);
    publish(&memory, "pointer", "points", BRIEF);
    let part = node.run(node.reading("archive", Get::range(10..2_000_000)));
    assert_eq!(part, Ok(large.slice(10..2_000_000).to_vec()));
    let part = node.run(node.reading("pointer", Get::range(1..3)));
    assert_eq!(part, Ok(b"oi".to_vec()));
    assert_eq!(memory.deferred(), 1, "only what never changes is copied so");
    node.run(memory.run_deferred());
    assert_eq!(node.asked("archive"), 2);
    node.origin.inject(|_| Some(Fault::Before));
    assert_eq!(node.read("archive"), Ok(large.to_vec()));
    let part = node.run(node.reading("archive", Get::range(2_000_000..2_000_001)));
    assert_eq!(part, Ok(large.slice(2_000_000..2_000_001).to_vec()));
}
