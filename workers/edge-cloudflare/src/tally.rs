//! Log lines that stand for many answers.
//!
//! A line in the log costs a Worker nearly as much as everything else of an answer that comes from
//! copies, so those that are alike within a second have one together. It is written by the invocation
//! of the first of them.

use std::{cell::RefCell, time::Duration};

use edge::{Clock, Timestamp, log};
use serde_json::json;

use crate::host::Host;

/// How long answers are counted for one line.
const TIME: Duration = Duration::from_secs(1);

/// Answers that are alike.
struct Alike {
    function: &'static str,
    route: &'static str,
    status: u16,
    count: u64,
}

/// As many as there are routes and statuses, since when.
#[derive(Default)]
struct Counted {
    since: Timestamp,
    alike: Vec<Alike>,
}

thread_local! {
    static COUNTED: RefCell<Counted> = RefCell::default();
}

/// Counts an answer.
pub(crate) fn count(host: &Host, function: &'static str, route: &'static str, status: u16) {
    let is_first = COUNTED.with_borrow_mut(|counted| {
        // The platform may have stopped whoever was to write.
        let now = host.now();
        let is_left = now > counted.since.plus(10 * milliseconds(TIME));
        let is_first = counted.alike.is_empty() || is_left;
        if is_first {
            counted.since = now;
        }
        let same = |one: &&mut Alike| one.route == route && one.status == status;
        match counted.alike.iter_mut().find(same) {
            Some(alike) => alike.count += 1,
            None => counted.alike.push(Alike {
                function,
                route,
                status,
                count: 1,
            }),
        }
        is_first
    });
    if is_first {
        let later = host.clone();
        host.keep_alive(async move {
            later.sleep(TIME).await;
            write(&later);
        });
    }
}

fn write(host: &Host) {
    for alike in COUNTED.take().alike {
        let members = json!({
            "function": alike.function,
            "route": alike.route,
            "status": alike.status,
            "count": alike.count,
        });
        log::event(host, host.now(), "requests", members);
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
