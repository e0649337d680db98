//! Copies in an instance's memory, with the data centre's own cache behind them.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use edge::{
    Body, Bytes, Clock, Objects,
    objects::{Get, Got, Put, Written},
};
use edge_cache::{Cached, Copies, Doubt, MemoryShelf, Near, Policy, STALE, Shelf};
use futures_util::future::{FutureExt, join_all};
use testkit::memory::{Fault, MemoryHost, Operation};

const FRESH: Duration = Duration::from_secs(5);
const BUDGET: u64 = 1 << 20;
const BRIEF: &str = "public, max-age=60, stale-while-revalidate=600";
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// For how long a copy that is due is answered while another reader asks.
const OVERDUE: Duration = <MemoryShelf<MemoryHost> as Shelf>::ASKING;

type Cache = Cached<Near<MemoryHost, MemoryHost>, MemoryShelf<MemoryHost>>;

/// A data centre, and the store as it reaches it.
struct Centre {
    host: MemoryHost,
    /// Faults are put here.
    origin: MemoryHost,
}

impl Centre {
    fn new() -> Self {
        let host = MemoryHost::new();
        let origin = host.peer();
        Self { host, origin }
    }

    /// The same with a cache of its own.
    fn with_nearby() -> Self {
        let centre = Self::new();
        centre.host.give_nearby();
        centre
    }

    /// One whose store answers in an order of its own, with a cache of its own for every other seed.
    fn busy(seed: u64) -> Self {
        let centre = if seed.is_multiple_of(2) {
            Self::new()
        } else {
            Self::with_nearby()
        };
        centre.host.interleave(seed);
        centre
    }

    /// A new instance.
    fn instance(&self) -> Instance<'_> {
        self.instance_of(BUDGET)
    }

    /// One with this many bytes for copies.
    fn instance_of(&self, budget: u64) -> Instance<'_> {
        let copies = Copies::new();
        Instance {
            centre: self,
            copies,
            budget,
        }
    }

    fn publish(&self, key: &str, bytes: impl Into<Body>, policy: &'static str) {
        let put = Put {
            cache_control: Some(policy),
            ..Put::default()
        };
        let other = self.host.peer();
        let written = other.block_on(other.object_put(key, bytes.into(), put));
        assert!(matches!(written, Ok(Written::Stored(_))), "{written:?}");
    }

    /// How often the store was asked.
    fn asked(&self) -> usize {
        let points = self.origin.points();
        let asked = |operation| matches!(operation, Operation::Get | Operation::Head);
        points.iter().filter(|one| asked(one.operation)).count()
    }
}

struct Instance<'c> {
    centre: &'c Centre,
    copies: Rc<RefCell<Copies>>,
    budget: u64,
}

impl Instance<'_> {
    fn cache(&self) -> Cache {
        let Centre { host, origin } = self.centre;
        let doubt = self.copies.borrow().doubt();
        let near = Near::new(origin.clone(), host.clone(), "here", FRESH, doubt);
        let shelf = MemoryShelf::new(host.clone(), Rc::clone(&self.copies));
        let policy = Policy {
            fresh: FRESH,
            budget: self.budget,
        };
        Cached::new(near, shelf, policy)
    }

    async fn reading(&self, key: &str) -> Option<Bytes> {
        match self.cache().object_get(key, Get::default()).await {
            Ok(Got::Found(object)) => object.body.bytes(u64::MAX).await.ok(),
            _ => None,
        }
    }

    fn read(&self, key: &str) -> Option<Bytes> {
        let host = &self.centre.host;
        let read = host.block_on(self.reading(key));
        host.block_on(host.run_deferred());
        read
    }
}

#[test]
fn a_thundering_herd_costs_one_read() {
    for seed in 1..40 {
        let centre = Centre::busy(seed);
        centre.publish("key", "text", BRIEF);
        let instance = centre.instance();
        for round in 1..4 {
            let readers = (0..32).map(|_| instance.reading("key"));
            for read in centre.host.block_on(join_all(readers)) {
                assert_eq!(read.as_deref(), Some(b"text".as_slice()), "seed {seed}");
            }
            assert_eq!(centre.asked(), round, "seed {seed}");
            // Once more when the copy is due, and once more when it is overdue.
            let waited = if round == 1 { FRESH } else { FRESH + OVERDUE };
            centre.host.advance(waited);
        }
    }
}

/// Nor does it where there is nothing; and whoever comes later asks for themselves.
#[test]
fn a_herd_for_what_is_missing_costs_one_read() {
    for seed in 1..40 {
        let centre = Centre::busy(seed);
        let instance = centre.instance();
        for round in 1..4 {
            let readers = (0..32).map(|_| instance.reading("key"));
            let read = centre.host.block_on(join_all(readers));
            assert!(read.iter().all(Option::is_none), "seed {seed}");
            assert_eq!(centre.asked(), round, "seed {seed}");
        }
        centre.publish("key", "text", BRIEF);
        assert_eq!(instance.read("key"), Some("text".into()), "seed {seed}");
    }
}

/// What is not there is said only by who has asked, and only to who has waited.
#[test]
fn a_store_that_fails_does_not_make_anything_missing() {
    for seed in 1..40 {
        let centre = Centre::new();
        centre.host.interleave(seed);
        centre.publish("key", "text", BRIEF);
        let instance = centre.instance();
        let nth = Cell::new(0);
        centre.origin.inject(move |_| {
            nth.set(nth.get() + 1);
            (nth.get() == 1).then_some(Fault::Before)
        });
        let get = || async { instance.cache().object_get("key", Get::default()).await };
        let read = centre.host.block_on(join_all((0..8).map(|_| get())));
        let failed = read.iter().filter(|got| got.is_err()).count();
        assert_eq!(failed, 1, "seed {seed}");
        assert!(!read.iter().any(|got| matches!(got, Ok(Got::Missing))));
    }
}

/// JSON is read whole by whoever asks for it, so that larger copies of it cost no more.
#[test]
fn large_records_are_shared_and_archives_pass_by() {
    for (kind, size, asked) in [
        ("application/json; charset=utf-8", 900_000, 1),
        ("application/zip", 200_000, 1),
        ("application/zip", 900_000, 8),
    ] {
        let centre = Centre::with_nearby();
        let bytes = vec![7; size];
        let put = Put {
            cache_control: Some(IMMUTABLE),
            content_type: Some(kind),
            ..Put::default()
        };
        let store = centre.host.peer();
        let written = store.block_on(store.object_put("key", bytes.into(), put));
        assert!(matches!(written, Ok(Written::Stored(_))), "{written:?}");
        let instance = centre.instance_of(BUDGET * 2);
        let readers = (0..8).map(|_| instance.reading("key"));
        for read in centre.host.block_on(join_all(readers)) {
            assert_eq!(read.map(|bytes| bytes.len()), Some(size));
        }
        assert_eq!(centre.asked(), asked, "{kind} of {size}");
    }
}

#[test]
fn a_change_is_seen_in_time() {
    for centre in [Centre::new(), Centre::with_nearby()] {
        centre.publish("key", "old", BRIEF);
        let instance = centre.instance();
        assert_eq!(instance.read("key"), Some("old".into()));
        centre.publish("key", "new", BRIEF);
        assert_eq!(instance.read("key"), Some("old".into()), "it is fresh");
        centre.host.advance(FRESH);
        // As old as a copy may be: another instance finds what the first had put near.
        let other = centre.instance();
        assert_eq!(other.read("key"), Some("new".into()));
        assert_eq!(instance.read("key"), Some("new".into()));
    }
}

/// Every answer of many readers is at most as old as the two copies may be.
#[test]
fn nothing_older_than_announced_is_answered() {
    for seed in 1..60 {
        let centre = Centre::with_nearby();
        centre.host.interleave(seed);
        let instances: Vec<_> = (0..3).map(|_| centre.instance()).collect();
        let most = (FRESH * 2 + OVERDUE).as_millis();
        let mut published = Vec::new();
        for turn in 0..20_u64 {
            centre.publish("key", turn.to_string(), BRIEF);
            published.push(centre.host.now());
            let readers = instances
                .iter()
                .flat_map(|one| [one.reading("key"), one.reading("key")]);
            for read in centre.host.block_on(join_all(readers)) {
                let read: usize = std::str::from_utf8(&read.expect("it is there"))
                    .expect("a number")
                    .parse()
                    .expect("a number");
                let Some(replaced) = published.get(read + 1) else {
                    continue;
                };
                let behind = centre.host.now().milliseconds() - replaced.milliseconds();
                assert!(
                    u128::try_from(behind).is_ok_and(|behind| behind <= most),
                    "seed {seed}: {behind} ms"
                );
            }
            centre.host.block_on(centre.host.run_deferred());
            let pause = Duration::from_millis(seed.wrapping_mul(turn * 997) % 9000);
            centre.host.advance(pause);
        }
    }
}

#[test]
fn a_store_that_is_gone_is_stood_in_for() {
    for fault in [Fault::Before, Fault::CrashBefore] {
        let centre = Centre::with_nearby();
        centre.publish("pointer", "points", BRIEF);
        centre.publish("manifest", "text", IMMUTABLE);
        let instance = centre.instance();
        assert_eq!(instance.read("pointer"), Some("points".into()));
        assert_eq!(instance.read("manifest"), Some("text".into()));
        centre.origin.inject(move |_| Some(fault));
        for _ in 0..5 {
            centre.host.advance(Duration::from_secs(60));
            assert_eq!(instance.read("pointer"), Some("points".into()), "{fault:?}");
            assert_eq!(instance.read("manifest"), Some("text".into()));
        }
        if fault == Fault::Before {
            let new = centre.instance();
            assert_eq!(new.read("pointer"), Some("points".into()), "from near");
            assert_eq!(new.read("manifest"), Some("text".into()));
            assert_eq!(new.read("unknown"), None);
        }
    }
}

#[test]
fn an_instance_that_has_just_begun_finds_what_others_have_read() {
    let centre = Centre::with_nearby();
    centre.publish("pointer", "points", BRIEF);
    centre.publish("private", "secret", "private, no-store");
    assert_eq!(centre.instance().read("pointer"), Some("points".into()));
    assert_eq!(centre.instance().read("pointer"), Some("points".into()));
    assert_eq!(centre.asked(), 1);
    for _ in 0..2 {
        assert_eq!(centre.instance().read("private"), Some("secret".into()));
    }
    assert_eq!(centre.asked(), 3, "what is private is kept nowhere");
    // Another store that shares the cache.
    let near = Near::new(
        centre.origin.clone(),
        centre.host.clone(),
        "elsewhere",
        FRESH,
        Doubt::default(),
    );
    let got = centre
        .host
        .block_on(near.object_get("pointer", Get::default()));
    assert!(matches!(got, Ok(Got::Found(_))));
    assert_eq!(centre.asked(), 4);
}

/// Large objects pass by, and small ones take no more than the budget.
#[test]
fn memory_is_bounded() {
    let centre = Centre::with_nearby();
    let instance = centre.instance();
    centre.publish("large", vec![7; 300_000], IMMUTABLE);
    for _ in 0..2 {
        let read = instance.read("large").map(|bytes| bytes.len());
        assert_eq!(read, Some(300_000));
    }
    assert_eq!(centre.asked(), 2);
    for number in 0..40 {
        centre.publish(&format!("{number}"), vec![7; 100_000], IMMUTABLE);
        assert!(instance.read(&format!("{number}")).is_some());
    }
    let policy = Policy {
        fresh: FRESH,
        budget: BUDGET,
    };
    let alone = MemoryShelf::new(centre.host.clone(), Rc::clone(&instance.copies));
    let cache = Cached::new(centre.origin.clone(), alone, policy);
    let before = centre.asked();
    for number in 0..40 {
        let key = number.to_string();
        let head = centre.host.block_on(cache.object_head(&key));
        assert!(matches!(head, Ok(Some(_))), "{head:?}");
    }
    assert_eq!(centre.asked() - before, 30, "ten copies of 100 KB fit");
}

/// A reader who knows what was there an hour ago is like any other.
#[test]
fn conditional_reads_are_answered_from_copies_too() {
    let centre = Centre::new();
    centre.publish("key", "text", BRIEF);
    let etag = centre.host.meta("key").expect("it is there").etag;
    let ask = |instance: &Instance<'_>, etag: &str| {
        let get = Get {
            unless_etag: Some(etag.to_owned()),
            range: None,
        };
        let host = &centre.host;
        host.block_on(instance.cache().object_get("key", get))
    };
    for (known, rounds) in [(etag.as_str(), 1), ("an older one", 2)] {
        let instance = centre.instance();
        for _ in 0..4 {
            match ask(&instance, known) {
                Ok(Got::Unchanged(_)) => assert_eq!(known, etag),
                Ok(Got::Found(_)) => assert_ne!(known, etag),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(centre.asked(), rounds, "{known}");
    }
}

/// A platform drops a request whose client has gone, with whatever it was about to do.
#[test]
fn a_reader_who_was_cancelled_holds_nobody_up_for_long() {
    let centre = Centre::new();
    let host = &centre.host;
    centre.publish("key", "text", BRIEF);
    let instance = centre.instance();
    centre.origin.interleave(1);
    let cancelled = instance.reading("key").now_or_never();
    assert_eq!(cancelled, None, "it is under way");
    let started = host.now();
    for _ in 0..4 {
        assert_eq!(instance.read("key"), Some("text".into()));
    }
    let waited = host.now().milliseconds() - started.milliseconds();
    assert!(waited <= 4000, "{waited} ms");
    assert_eq!(
        centre.asked(),
        2,
        "one who waited, and one whose copy is kept"
    );
}

/// What may change is not answered hours after it was withdrawn, because the store is gone.
#[test]
fn what_may_change_stands_in_for_a_while_only() {
    let centre = Centre::with_nearby();
    let host = &centre.host;
    centre.publish("pointer", "points", BRIEF);
    centre.publish("manifest", "text", IMMUTABLE);
    let first = centre.instance();
    let is_in_doubt = |instance: &Instance<'_>| {
        let doubt = instance.copies.borrow().doubt();
        doubt.holds(host.now())
    };
    assert_eq!(first.read("pointer"), Some("points".into()));
    assert_eq!(first.read("manifest"), Some("text".into()));
    assert!(!is_in_doubt(&first));
    centre.origin.inject(|_| Some(Fault::Before));
    host.advance(STALE - FRESH);
    // One begins when the data centre's copy is nearly too old: its own is no newer.
    let second = centre.instance();
    for instance in [&first, &second] {
        assert_eq!(instance.read("pointer"), Some("points".into()));
        assert!(is_in_doubt(instance), "the answer's age is not told");
    }
    for _ in 0..3 {
        host.advance(FRESH);
        for instance in [&first, &second, &centre.instance()] {
            assert_eq!(instance.read("pointer"), None);
            assert_eq!(instance.read("manifest"), Some("text".into()));
        }
    }
    centre.origin.heal();
    host.advance(Duration::from_secs(60));
    for instance in [&first, &second] {
        assert_eq!(instance.read("pointer"), Some("points".into()));
        assert!(!is_in_doubt(instance));
    }
}
