//! What the contract cases of outbound requests talk to.

use std::time::Duration;

use edge::Bytes;
use serde_json::{Map, Value, json};

use super::{Asked, Reply, Service};
use crate::{pattern, sign};

/// The server that the cases of `testkit::contract::fetch` know:
///
/// - any method `/echo/…` answers what arrived, as JSON;
/// - `/answer` answers `203` with a few headers;
/// - `/status/{status}`, `/redirect/{status}`, `/slow/{milliseconds}`;
/// - `/bytes/{n}` with its length, `/chunked/{n}` without;
/// - `/truncated/{announced}/{sent}`, and `/broken/{sent}` in chunks that break off.
#[derive(Debug, Clone, Copy, Default)]
pub struct Peer;

impl Service for Peer {
    fn answer(&self, asked: &Asked) -> Reply {
        let segments = asked.segments();
        let number = |index: usize| {
            let segment = segments.get(index).copied().unwrap_or_default();
            segment.parse::<u64>().unwrap_or_default()
        };
        let status = u16::try_from(number(1)).unwrap_or(500);
        match segments[0] {
            "echo" => echo(asked),
            "answer" => answer(),
            "status" => Reply::new(status).body("a status"),
            "redirect" => Reply::redirect(status, "/answer?a=1"),
            "slow" => {
                answer().delivered(|delivery| delivery.before = Duration::from_millis(number(1)))
            }
            "bytes" => generated(number(1)),
            "chunked" => generated(number(1)).delivered(|delivery| delivery.chunked = true),
            "truncated" => {
                generated(number(1)).delivered(|delivery| delivery.cut_after = Some(number(2)))
            }
            "broken" => generated(number(1) + 1).delivered(|delivery| {
                delivery.chunked = true;
                delivery.cut_after = Some(number(1));
            }),
            _ => Reply::new(404),
        }
    }
}

fn echo(asked: &Asked) -> Reply {
    let mut headers = Map::new();
    for (name, value) in &asked.headers {
        headers.insert(name.clone(), Value::from(value.as_str()));
    }
    let target = format!("{}?{}", asked.path, asked.query);
    let facts = json!({
        "method": asked.method,
        "target": target,
        "headers": headers,
        "sha256": sign::sha256_hex(&asked.body),
    });
    Reply::json(200, &facts)
}

fn answer() -> Reply {
    Reply::new(203)
        .with("content-type", "text/plain; charset=utf-8")
        .with("etag", "\"tag\"")
        .with("x-several", "one")
        .with("x-several", "two")
        .body("the answer")
}

fn generated(length: u64) -> Reply {
    let body: Bytes = pattern::piece(0, usize::try_from(length).unwrap_or_default());
    Reply::new(200)
        .with("content-type", "application/octet-stream")
        .body(body)
}
