//! Log lines that stand for many answers.
//!
//! A line in the log costs a Worker nearly as much as everything else of an answer that comes from
//! copies, so those that are alike within a second have one together. It is written by the invocation
//! of the first of them.

use std::{cell::RefCell, time::Duration};

use edge::{Clock, log};
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

thread_local! {
    /// As many as there are routes and statuses.
    static COUNTED: RefCell<Vec<Alike>> = const { RefCell::new(Vec::new()) };
}

/// Counts an answer.
pub(crate) fn count(host: &Host, function: &'static str, route: &'static str, status: u16) {
    let is_first = COUNTED.with_borrow_mut(|counted| {
        let is_first = counted.is_empty();
        let same = |one: &&mut Alike| one.route == route && one.status == status;
        match counted.iter_mut().find(same) {
            Some(alike) => alike.count += 1,
            None => counted.push(Alike {
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
    for alike in COUNTED.take() {
        let members = json!({
            "function": alike.function,
            "route": alike.route,
            "status": alike.status,
            "count": alike.count,
        });
        log::event(host, host.now(), "requests", members);
    }
}
