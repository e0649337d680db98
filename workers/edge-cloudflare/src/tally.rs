//! Answers that are counted within a second, and told of by the invocation of the first of them.

use std::{cell::RefCell, time::Duration};

use edge::{Clock, Timestamp, tally::Tally};

use crate::host::Host;

/// How long answers are counted for one line.
const TIME: Duration = Duration::from_secs(1);

/// What was counted, since when.
#[derive(Default)]
struct Counted {
    since: Timestamp,
    tally: Tally,
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
        let is_first = counted.tally.count(function, route, status) || is_left;
        if is_first {
            counted.since = now;
        }
        is_first
    });
    if is_first {
        let later = host.clone();
        host.keep_alive(async move {
            later.sleep(TIME).await;
            COUNTED.take().tally.write(&later);
        });
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
