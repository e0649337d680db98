//! What the contract suite cannot see from outside: chunks, and what becomes of them.

pub mod database;

use edge::{
    Body, BodyError, Bytes,
    objects::{Condition, Get, Got, ObjectError, Put, Written},
};
use futures_util::{FutureExt, StreamExt, stream};

use self::database::Database;
use super::{read, schema::CHUNK, sweep, write};

const HOUR: i64 = 3_600_000;
const CHUNKS: &str = "SELECT count(*) FROM chunks";
const LOOSE: &str = "SELECT count(*) FROM loose";

/// Runs what never waits, as nothing in these tests does.
fn run<F: Future>(future: F) -> F::Output {
    future.now_or_never().expect("nothing here waits")
}

fn bytes(length: usize, seed: u8) -> Bytes {
    (0..length)
        .map(|index| (index % 251) as u8 ^ seed)
        .collect()
}

fn put(host: &Database, body: Body, condition: Condition) -> Result<Written, ObjectError> {
    let how = Put {
        condition,
        ..Put::default()
    };
    run(write::put(host, "key", body, how))
}

fn store(host: &Database, bytes: &Bytes) -> String {
    match put(host, bytes.clone().into(), Condition::Always) {
        Ok(Written::Stored(meta)) => meta.etag,
        other => panic!("not stored: {other:?}"),
    }
}

fn get(host: &Database, get: Get) -> Body {
    match run(read::get(host, "key", get)) {
        Ok(Got::Found(object)) => object.body,
        other => panic!("not found: {other:?}"),
    }
}

fn whole(body: Body) -> Result<Bytes, BodyError> {
    run(body.bytes(u64::MAX))
}

#[test]
fn bytes_stay_the_same_at_every_size_and_range() {
    for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5] {
        let host = Database::new();
        let stored = bytes(length, 0);
        store(&host, &stored);
        let chunks = if length > CHUNK {
            length.div_ceil(CHUNK)
        } else {
            0
        };
        assert_eq!(host.number(CHUNKS), chunks as i64, "{length}");
        assert_eq!(host.number(LOOSE), 0, "{length}");
        assert_eq!(
            whole(get(&host, Get::default())),
            Ok(stored.clone()),
            "{length}"
        );
        for start in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
            for wanted in [1, 2, CHUNK, CHUNK + 2] {
                let end = (start + wanted).min(length);
                if start < end {
                    let body = get(&host, Get::range(start as u64..end as u64));
                    assert_eq!(whole(body), Ok(stored.slice(start..end)), "{start}..{end}");
                }
            }
        }
    }
}

#[test]
fn a_write_that_fails_leaves_nothing() {
    let large = bytes(2 * CHUNK + 1, 0);
    let broken = || BodyError::Failed("broken".to_owned());
    let pieces = |last| stream::iter([Ok(large.clone()), last]).boxed_local();
    let cases = [
        (Body::stream(pieces(Err(broken())), None), None),
        (Body::stream(pieces(Ok(Bytes::new())), Some(5)), None),
        (Body::stream(pieces(Ok(Bytes::new())), Some(u64::MAX)), None),
        (Body::from(large.clone()), Some([0; 32])),
    ];
    for (body, sha256) in cases {
        let host = Database::new();
        let how = Put {
            sha256,
            ..Put::default()
        };
        assert!(run(write::put(&host, "key", body, how)).is_err());
        assert_eq!(run(read::head(&host, "key")), Ok(None));
        assert_eq!((host.number(CHUNKS), host.number(LOOSE)), (0, 0));
    }
}

#[test]
fn a_reader_of_a_replaced_object_gets_the_old_one_whole_or_an_error() {
    let host = Database::new();
    let (old, new) = (bytes(2 * CHUNK, 0), bytes(2 * CHUNK, 7));
    store(&host, &old);
    let (within, beyond) = (get(&host, Get::default()), get(&host, Get::default()));
    store(&host, &new);
    assert_eq!(whole(get(&host, Get::default())), Ok(new));
    assert_eq!(host.number(CHUNKS), 4);
    assert_eq!(whole(within), Ok(old));

    host.pass(2 * HOUR);
    run(sweep::after_write(&host, 0));
    assert_eq!((host.number(CHUNKS), host.number(LOOSE)), (2, 0));
    assert!(matches!(whole(beyond), Err(BodyError::Failed(_))));
}

#[test]
fn a_deleted_object_loses_its_chunks_in_the_end() {
    let host = Database::new();
    store(&host, &bytes(2 * CHUNK, 0));
    assert_eq!(run(write::delete(&host, "key")), Ok(()));
    assert_eq!(run(read::head(&host, "key")), Ok(None));
    assert_eq!(host.number(CHUNKS), 2);
    host.pass(2 * HOUR);
    run(sweep::after_write(&host, 0));
    assert_eq!((host.number(CHUNKS), host.number(LOOSE)), (0, 0));
}

/// A body whose second piece comes after everything that `between` does.
fn interrupted(first: Bytes, second: Bytes, between: impl Fn() + 'static) -> Body {
    let pieces = stream::iter([first, second]).enumerate();
    let pieces = pieces.map(move |(number, piece)| {
        if number == 1 {
            between();
        }
        Ok(piece)
    });
    Body::stream(pieces, None)
}

#[test]
fn what_a_crashed_write_left_is_swept_and_a_slow_one_is_not() {
    for (pause, survives) in [(HOUR / 2, true), (2 * HOUR, false)] {
        let host = Database::new();
        let other = host.clone();
        let body = interrupted(bytes(2 * CHUNK, 0), bytes(CHUNK, 1), move || {
            // For the rest of the world a write that makes no progress looks like a crashed one.
            other.pass(pause);
            run(sweep::after_write(&other, 1));
        });
        let written = put(&host, body, Condition::Absent);
        match survives {
            true => assert!(matches!(written, Ok(Written::Stored(_))), "{written:?}"),
            false => {
                assert!(
                    matches!(written, Err(ObjectError::Unavailable(_))),
                    "{written:?}"
                );
                assert_eq!(run(read::head(&host, "key")), Ok(None));
                assert_eq!((host.number(CHUNKS), host.number(LOOSE)), (0, 0));
            }
        }
    }
}

#[test]
fn of_two_writes_at_once_one_is_refused() {
    let host = Database::new();
    let etag = store(&host, &bytes(1, 0));
    let winner = bytes(2 * CHUNK, 1);
    let conditions = [Condition::Etag(etag), Condition::Absent];
    for condition in conditions {
        let (other, first) = (host.clone(), winner.clone());
        if condition == Condition::Absent {
            assert_eq!(run(write::delete(&host, "key")), Ok(()));
        }
        let body = interrupted(bytes(2 * CHUNK, 2), bytes(1, 2), move || {
            store(&other, &first);
        });
        assert_eq!(put(&host, body, condition), Ok(Written::Refused));
        assert_eq!(whole(get(&host, Get::default())), Ok(winner.clone()));
    }
    host.pass(2 * HOUR);
    run(sweep::after_write(&host, 0));
    assert_eq!((host.number(CHUNKS), host.number(LOOSE)), (2, 0));
}

#[test]
fn expired_objects_are_absent_and_then_gone() {
    let host = Database::new();
    let how = |milliseconds| Put {
        expires: Some(edge::Clock::now(&host).plus(milliseconds)),
        ..Put::default()
    };
    for key in ["a", "b"] {
        let body = bytes(2 * CHUNK, 0).into();
        assert!(run(write::put(&host, key, body, how(60_000))).is_ok());
    }
    host.pass(60_000);
    assert_eq!(run(read::head(&host, "a")), Ok(None));
    assert_eq!(
        run(read::list(&host, "", None, 10)).map(|page| page.objects),
        Ok(vec![])
    );
    let create = Put {
        condition: Condition::Absent,
        ..Put::default()
    };
    let written = run(write::put(&host, "a", "new".into(), create));
    assert!(matches!(written, Ok(Written::Stored(_))), "{written:?}");
    assert_eq!(host.number("SELECT count(*) FROM objects"), 1);
    host.pass(2 * HOUR);
    run(sweep::after_write(&host, 0));
    assert_eq!((host.number(CHUNKS), host.number(LOOSE)), (0, 0));
}

#[test]
fn no_statement_reads_a_whole_table() {
    let host = Database::new();
    for statement in read::STATEMENTS
        .iter()
        .chain(&write::STATEMENTS)
        .chain(&sweep::STATEMENTS)
        .chain(&crate::shelf::STATEMENTS)
    {
        let plan = host.plan(statement);
        // A scan along an index up to a limit is what a sweep does; "constant row" are parameters.
        let harmless = |step: &&str| {
            ["SCAN loose USING", "SCAN copies USING", "SCAN CONSTANT ROW"]
                .iter()
                .any(|harmless| step.starts_with(harmless))
        };
        let scans = plan.split("; ").filter(|step| step.starts_with("SCAN"));
        let unbounded: Vec<_> = scans.filter(|step| !harmless(step)).collect();
        assert!(unbounded.is_empty(), "{statement}\n{plan}");
    }
}
