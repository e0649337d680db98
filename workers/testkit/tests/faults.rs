//! Faults happen where and as they say. A mistake here would hide failures everywhere else.

use std::{cell::RefCell, rc::Rc, time::Duration};

use edge::{
    Bytes, Clock, Defer, Fetch, FetchRequest, Objects, Url,
    objects::{Condition, Get, ObjectError, Put, Written},
};
use futures_util::future::join;
use testkit::{
    fake::{Asked, Reply},
    memory::{Fault, MemoryHost, Operation, Stopped, sweep},
};

fn put_new() -> Put {
    Put {
        condition: Condition::Absent,
        ..Put::default()
    }
}

async fn read(host: &MemoryHost, key: &str) -> Result<Option<Bytes>, ObjectError> {
    let stored = edge::objects::read(host, key, 1_000_000).await?;
    Ok(stored.map(|stored| stored.bytes))
}

fn at(number: usize, fault: Fault) -> MemoryHost {
    let host = MemoryHost::new();
    host.inject(move |point| (point.number == number).then_some(fault));
    host
}

#[test]
fn every_operation_is_a_point() {
    let host = MemoryHost::new();
    host.serve("http://a.test", |_: &Asked| Reply::new(200).body("hello"));
    host.block_on(async {
        host.object_put("a", "text".into(), Put::default())
            .await
            .expect("put");
        read(&host, "a").await.expect("get");
        host.object_head("a").await.expect("head");
        host.object_list("", None, 10).await.expect("list");
        let response = host.fetch(get("http://a.test/x?y=1")).await.expect("fetch");
        response.body.bytes(10).await.expect("a body");
        host.object_delete("a").await.expect("delete");
    });
    let expected = [
        (Operation::Put, "a"),
        (Operation::Get, "a"),
        (Operation::GetBody, "a"),
        (Operation::Head, "a"),
        (Operation::List, ""),
        (Operation::Fetch, "GET http://a.test/x?y=1"),
        (Operation::FetchBody, "GET http://a.test/x?y=1"),
        (Operation::Delete, "a"),
    ];
    let points = host.points();
    let found: Vec<_> = points
        .iter()
        .map(|point| (point.operation, point.name.as_str()))
        .collect();
    assert_eq!(found, expected);
    assert!(
        points
            .iter()
            .enumerate()
            .all(|(index, point)| point.number == index)
    );
}

fn get(url: &str) -> FetchRequest {
    FetchRequest {
        method: edge::Method::GET,
        url: Url::parse(url).expect("a URL"),
        headers: Vec::new(),
        body: Bytes::new(),
    }
}

#[test]
fn writes_fail_with_or_without_effect() {
    for (fault, persisted) in [
        (Fault::Before, false),
        (Fault::After, true),
        (Fault::CrashBefore, false),
        (Fault::CrashAfter, true),
    ] {
        let host = at(0, fault);
        let outcome = host.run(host.object_put("a", "text".into(), put_new()));
        match fault {
            Fault::Before | Fault::After => {
                assert!(
                    matches!(outcome, Ok(Err(ObjectError::Unavailable(_)))),
                    "{fault:?}"
                );
            }
            Fault::CrashBefore | Fault::CrashAfter => {
                assert!(matches!(outcome, Err(Stopped::Crashed(_))), "{fault:?}");
            }
        }
        assert_eq!(host.bytes("a").is_some(), persisted, "{fault:?}");
        // What persisted is there for everybody, and stands in the way of who creates it again.
        let peer = host.peer();
        let again = peer.block_on(peer.object_put("a", "text".into(), put_new()));
        let refused = matches!(again, Ok(Written::Refused));
        assert_eq!(refused, persisted, "{fault:?}");
    }
}

#[test]
fn deletes_fail_with_or_without_effect() {
    for (fault, deleted) in [(Fault::Before, false), (Fault::After, true)] {
        let host = at(0, fault);
        host.place("a", "text");
        let outcome = host.block_on(host.object_delete("a"));
        assert!(outcome.is_err(), "{fault:?}");
        assert_eq!(host.bytes("a").is_none(), deleted, "{fault:?}");
    }
}

#[test]
fn outbound_calls_fail_with_or_without_effect() {
    for (fault, arrived) in [
        (Fault::Before, 0),
        (Fault::After, 1),
        (Fault::CrashBefore, 0),
        (Fault::CrashAfter, 1),
    ] {
        let host = at(0, fault);
        host.serve("http://a.test", |_: &Asked| Reply::new(200));
        let outcome = host.run(host.fetch(get("http://a.test/")));
        assert!(!matches!(outcome, Ok(Ok(_))), "{fault:?}");
        assert_eq!(host.requests().len(), arrived, "{fault:?}");
    }
}

#[test]
fn bodies_fail_at_once_or_halfway() {
    for (fault, least, most) in [(Fault::Before, 0, 0), (Fault::After, 1, 99_999)] {
        let host = at(1, fault);
        host.place("a", vec![7; 100_000]);
        let got = host.block_on(async {
            let object = host.object_get("a", Get::default()).await.expect("a read");
            let mut body = object.found().expect("the object").body;
            let mut got = 0;
            loop {
                match body.next().await {
                    Some(Ok(piece)) => got += piece.len(),
                    Some(Err(_)) => return got,
                    None => panic!("{fault:?}: the body came to its end"),
                }
            }
        });
        assert!((least..=most).contains(&got), "{fault:?}: {got}");
    }
}

#[test]
fn a_body_that_fails_halfway_stores_nothing() {
    let host = MemoryHost::new();
    host.place("a", vec![7; 100_000]);
    host.inject(|point| (point.operation == Operation::GetBody).then_some(Fault::After));
    let copied = host.block_on(async {
        let object = host.object_get("a", Get::default()).await.expect("a read");
        let body = object.found().expect("the object").body;
        host.object_put("b", body, Put::default()).await
    });
    assert!(matches!(copied, Err(ObjectError::Body(_))), "{copied:?}");
    assert_eq!(host.keys(), ["a"]);
}

#[test]
fn a_dead_process_does_nothing_more() {
    let host = at(0, Fault::CrashBefore);
    let both = join(
        host.object_put("a", "text".into(), Put::default()),
        host.object_put("b", "text".into(), Put::default()),
    );
    assert!(matches!(host.run(both), Err(Stopped::Crashed(_))));
    host.heal();
    let later = host.run(host.object_put("c", "text".into(), Put::default()));
    assert!(matches!(later, Err(Stopped::Crashed(_))));
    let keys = host.keys();
    assert!(
        keys.len() <= 1 && !keys.contains(&"a".to_owned()),
        "{keys:?}"
    );
}

/// Three writes with a resumable plan: every fault at every point ends in the same state.
#[test]
fn a_sweep_reaches_every_point_with_every_fault() {
    let struck = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&struck);
    let write_all = async |host: &MemoryHost| -> Result<(), ObjectError> {
        for key in ["a", "b", "c"] {
            host.object_put(key, "text".into(), put_new()).await?;
        }
        Ok(())
    };
    let tried = sweep(&Fault::ALL, MemoryHost::new, |host, fault| {
        let outcome = host.run(write_all(host));
        match fault {
            None => assert!(matches!(outcome, Ok(Ok(())))),
            Some((point, fault)) => {
                assert!(
                    !matches!(outcome, Ok(Ok(()))),
                    "{fault:?} at {point:?} went unnoticed"
                );
                seen.borrow_mut().push((point.number, fault));
            }
        }
        let peer = host.peer();
        peer.block_on(write_all(&peer)).expect("the resumed run");
        assert_eq!(host.keys(), ["a", "b", "c"]);
    });
    assert_eq!((tried.points.len(), tried.runs, tried.struck), (3, 12, 12));
    assert_eq!(struck.borrow().len(), 12);
    assert_eq!(
        tried.to_string(),
        "3 points (0 reads, 3 writes, 0 outbound), 12 runs with a fault, 12 struck"
    );
}

#[test]
fn a_watcher_sees_every_state() {
    let host = MemoryHost::new();
    let states = Rc::new(RefCell::new(Vec::new()));
    let (seen, reader) = (Rc::clone(&states), host.peer());
    host.on_write(move |_| {
        let found = reader.block_on(read(&reader, "a")).expect("a read");
        seen.borrow_mut().push(found);
    });
    host.block_on(async {
        host.object_put("a", "1".into(), Put::default())
            .await
            .expect("put");
        host.object_put("a", "2".into(), Put::default())
            .await
            .expect("put");
        host.object_delete("a").await.expect("delete");
        host.object_delete("a").await.expect("delete");
    });
    let text = |text: &'static str| Some(Bytes::from_static(text.as_bytes()));
    assert_eq!(*states.borrow(), [text("1"), text("2"), None]);
}

#[test]
fn time_jumps_only_when_nothing_else_can_go_on() {
    let host = MemoryHost::new();
    let start = host.now();
    let order = RefCell::new(Vec::new());
    let task = async |name: &'static str, seconds| {
        host.sleep(Duration::from_secs(seconds)).await;
        order.borrow_mut().push(name);
    };
    host.block_on(join(task("long", 3_600), task("short", 1)));
    assert_eq!(*order.borrow(), ["short", "long"]);
    assert_eq!(host.now(), start.plus(3_600_000));
    host.set_auto_advance(false);
    assert_eq!(host.run(task("never", 1)), Err(Stopped::Stalled));
    host.advance(Duration::from_secs(5));
    assert_eq!(host.now(), start.plus(3_605_000));
}

#[test]
fn deferred_work_runs_when_the_test_says_so_or_never() {
    for run in [true, false] {
        let host = MemoryHost::new();
        let worker = host.clone();
        host.defer(async move {
            let again = worker.clone();
            worker.defer(async move { again.place("second", "x") });
            worker.place("first", "x");
        });
        assert_eq!((host.deferred(), host.keys().len()), (1, 0));
        if run {
            host.block_on(host.run_deferred());
        } else {
            host.drop_deferred();
        }
        assert_eq!(host.deferred(), 0);
        assert_eq!(host.keys().len(), if run { 2 } else { 0 });
    }
}

#[test]
fn what_deferred_work_defers_does_not_wait_for_it() {
    let host = MemoryHost::new();
    let worker = host.clone();
    host.defer(async move {
        let again = worker.clone();
        worker.defer(async move {
            again.sleep(Duration::from_secs(1)).await;
            again.place("inner", "x");
        });
        worker.sleep(Duration::from_secs(9)).await;
        assert_eq!(worker.keys(), ["inner"]);
        worker.place("outer", "x");
    });
    host.block_on(host.run_deferred());
    assert_eq!(host.keys(), ["inner", "outer"]);
}
