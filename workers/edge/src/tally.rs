//! Log lines that stand for many answers.
//!
//! A line in the log costs nearly as much as everything else of an answer that was made before, so
//! those that are alike within a moment have one together.

use serde_json::json;

use crate::{Clock, Log, log};

/// Answers that have no line yet: as many kinds as there are routes and statuses.
#[derive(Debug, Default)]
pub struct Tally(Vec<Alike>);

/// Answers that are alike.
#[derive(Debug)]
struct Alike {
    function: &'static str,
    route: &'static str,
    status: u16,
    count: u64,
}

impl Tally {
    /// Nothing is counted yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Counts an answer; `true` for the first one, whose request is to see to the lines.
    pub fn count(&mut self, function: &'static str, route: &'static str, status: u16) -> bool {
        let is_first = self.0.is_empty();
        let same = |one: &&mut Alike| one.route == route && one.status == status;
        match self.0.iter_mut().find(same) {
            Some(alike) => alike.count += 1,
            None => self.0.push(Alike {
                function,
                route,
                status,
                count: 1,
            }),
        }
        is_first
    }

    /// Writes what was counted, a line for all that are alike.
    pub fn write<H: Clock + Log>(self, host: &H) {
        for alike in self.0 {
            let members = json!({
                "function": alike.function,
                "route": alike.route,
                "status": alike.status,
                "count": alike.count,
            });
            log::event(host, host.now(), "requests", members);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn only_what_is_alike_is_counted_together() {
        let mut tally = Tally::new();
        let counted = [("/a", 200), ("/a", 200), ("/a", 304), ("/b", 200)];
        let firsts = counted.map(|(route, status)| tally.count("manifest", route, status));
        assert_eq!(firsts, [true, false, false, false]);
        let kinds = tally.0.iter().map(|one| (one.route, one.status, one.count));
        let kinds: Vec<_> = kinds.collect();
        assert_eq!(kinds, [("/a", 200, 2), ("/a", 304, 1), ("/b", 200, 1)]);
    }
}
