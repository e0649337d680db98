//! Requests and answers of the fakes, the same in process and over a socket.

use std::time::Duration;

use edge::Bytes;
use serde_json::Value;

/// A request as a fake got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its method.
    pub method: String,
    /// Scheme, host and port that were asked, such as `https://api.github.com`.
    pub origin: String,
    /// Its path, as it came.
    pub path: String,
    /// Its query without `?`, as it came.
    pub query: String,
    /// Its headers, names in lower case, as they came.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Bytes,
}

impl Asked {
    /// The first value of the header `name` (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The path's segments between slashes, as they came.
    pub fn segments(&self) -> Vec<&str> {
        self.path.trim_start_matches('/').split('/').collect()
    }

    /// The first value of the query parameter `name`, as it came.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// The body as JSON; null where it is not.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A fake's answer.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers, `content-length` left out: how the body is framed follows from `delivery`.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Bytes,
    /// How it gets to the caller.
    pub delivery: Delivery,
}

/// How an answer gets to the caller; by default whole, at once, and with its length announced.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// Wait before the head.
    pub before: Duration,
    /// Wait between pieces of the body.
    pub pause: Duration,
    /// Bytes in a piece; 0 for a size of the fake's own.
    pub piece: usize,
    /// No length is announced; the body comes in chunks.
    pub chunked: bool,
    /// Announce this length instead of the body's own.
    pub announce: Option<u64>,
    /// Break off after this many bytes of the body.
    pub cut_after: Option<u64>,
    /// The body is repeated until the caller goes away; implies `chunked`.
    pub endless: bool,
    /// There is no answer at all.
    pub silence: Option<Silence>,
}

/// Ways of not answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// The connection is closed.
    Closed,
    /// The connection stays open, and nothing ever comes.
    Open,
}

impl Reply {
    /// An answer with `status` and no body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// An answer with `value` as JSON.
    pub fn json(status: u16, value: &Value) -> Self {
        Self::new(status)
            .with("content-type", "application/json; charset=utf-8")
            .body(value.to_string())
    }

    /// A redirect to `location`.
    pub fn redirect(status: u16, location: impl Into<String>) -> Self {
        Self::new(status).with("location", location)
    }

    /// The same with the header `name` (lower case) beside any that it had already.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same with `body`.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// The same, delivered as `change` says.
    #[must_use]
    pub fn delivered(mut self, change: impl FnOnce(&mut Delivery)) -> Self {
        change(&mut self.delivery);
        self
    }

    /// Whether an answer to `method` with this status has a body at all.
    pub(crate) fn has_body(&self, method: &str) -> bool {
        method != "HEAD" && !matches!(self.status, 100..=199 | 204 | 304)
    }

    /// The length to announce, if any.
    pub(crate) fn announced(&self) -> Option<u64> {
        let delivery = &self.delivery;
        (!delivery.chunked && !delivery.endless)
            .then(|| delivery.announce.unwrap_or(self.body.len() as u64))
    }

    /// The body in pieces, as far as it is delivered.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Bytes> + 'static {
        let size = match self.delivery.piece {
            0 => 16_381,
            size => size,
        };
        let body = self.body.clone();
        let rounds = if self.delivery.endless { usize::MAX } else { 1 };
        let mut left = self.delivery.cut_after.unwrap_or(u64::MAX);
        (0..rounds)
            .flat_map(move |_| {
                let body = body.clone();
                (0..body.len())
                    .step_by(size)
                    .map(move |start| body.slice(start..body.len().min(start + size)))
            })
            .map_while(move |mut piece| {
                piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                left -= piece.len() as u64;
                (!piece.is_empty()).then_some(piece)
            })
    }
}

/// Another server: what it answers.
pub trait Service {
    /// Answers one request.
    fn answer(&self, asked: &Asked) -> Reply;
}

impl<F: Fn(&Asked) -> Reply> Service for F {
    fn answer(&self, asked: &Asked) -> Reply {
        self(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::Reply;

    #[test]
    fn bodies_are_cut_where_they_should_be() {
        for (piece, cut_after, expected) in [
            (4, None, vec![4, 4, 2]),
            (4, Some(0), vec![]),
            (4, Some(4), vec![4]),
            (4, Some(5), vec![4, 1]),
            (4, Some(100), vec![4, 4, 2]),
            (0, None, vec![10]),
        ] {
            let reply = Reply::new(200).body("0123456789").delivered(|delivery| {
                delivery.piece = piece;
                delivery.cut_after = cut_after;
            });
            let found: Vec<usize> = reply.pieces().map(|piece| piece.len()).collect();
            assert_eq!(found, expected, "{piece} {cut_after:?}");
            assert_eq!(reply.announced(), Some(10));
        }
    }
}
