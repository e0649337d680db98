//! The port to the platform's log. Nothing ever writes a log file.

use serde_json::{Map, Value};

use crate::Timestamp;

/// The platform's log.
pub trait Log {
    /// Writes one line, which is one JSON object.
    fn log(&self, line: &str);

    /// Counts an answer of `function` that is one of many like it, so that one line tells of all of
    /// them; `false` where the platform does not count, and it wants a line of its own.
    fn tally(&self, function: &'static str, route: &'static str, status: u16) -> bool {
        let _ = (function, route, status);
        false
    }
}

/// Writes the event `event` with `members` as one JSON line.
///
/// Members must not hold a secret, a token, a signature or a URL with credentials.
pub fn event<L: Log>(log: &L, time: Timestamp, event: &str, members: Value) {
    let mut line = Map::new();
    line.insert("time".into(), time.to_string().into());
    line.insert("event".into(), event.into());
    if let Value::Object(members) = members {
        line.extend(members);
    }
    log.log(&serde_json::to_string(&line).unwrap_or_default());
}
