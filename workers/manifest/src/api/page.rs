//! Pages of a list.

use edge::{Problem, Request};

/// Items on a page where the caller does not say.
const DEFAULT: usize = 50;

/// Most items on a page.
const MOST: usize = 100;

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Most items.
    pub limit: usize,
    /// The last item of the page before.
    pub after: Option<String>,
}

impl Page {
    /// Reads `limit` (1 to 100, else 50) and `cursor` of the query.
    ///
    /// # Errors
    /// `400`.
    pub fn of(request: &Request) -> Result<Self, Problem> {
        let limit = match request.query_value("limit") {
            None => DEFAULT,
            Some(text) => match text.parse() {
                Ok(limit) if (1..=MOST).contains(&limit) => limit,
                _ => return Err(Problem::bad_request(format!("limit should be 1 to {MOST}"))),
            },
        };
        let after = request
            .query_value("cursor")
            .filter(|cursor| !cursor.is_empty());
        Ok(Self { limit, after })
    }

    /// The items of the page, and the cursor of the next one. `key` is what an item is called in
    /// cursors; `follows` tells whether an item comes after the last one of the page before.
    pub fn take<'i, T>(
        &self,
        items: &'i [T],
        key: impl Fn(&T) -> String,
        follows: impl Fn(&T) -> bool,
    ) -> (&'i [T], Option<String>) {
        let start = items.iter().position(follows).unwrap_or(items.len());
        let rest = items.get(start..).unwrap_or_default();
        let page = rest.get(..self.limit).unwrap_or(rest);
        let next = (rest.len() > page.len())
            .then(|| page.last().map(key))
            .flatten();
        (page, next)
    }
}
