//! GitHub's webhook deliveries and Discord's [`interaction`]s: payloads shaped like their real ones,
//! and the headers around them.
//!
//! The files in `examples/` are GitHub's own payloads as published by octokit
//! (`@octokit/webhooks-examples` 7.6.1, MIT); a payload is such an example with the facts of the
//! test put in.

pub mod interaction;
mod release;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::sign;

pub use release::{Asset, Release};

/// Origin of GitHub's API.
pub const API_URL: &str = "https://api.github.com";

/// Example payloads of events that are no releases, by the event's name.
pub const OTHER_EVENTS: &[(&str, &str)] = &[
    ("ping", include_str!("examples/ping.json")),
    ("push", include_str!("examples/push.json")),
    ("star", include_str!("examples/star.json")),
];

/// The payload of a `ping`, which GitHub sends when a webhook is set up.
///
/// # Panics
/// Where the example is not JSON.
pub fn ping(repository: &str) -> Value {
    other("ping", repository)
}

/// The payload of one of [`OTHER_EVENTS`] in `repository` (`owner/name`).
///
/// # Panics
/// Where there is no such event.
pub fn other(event: &str, repository: &str) -> Value {
    let example = OTHER_EVENTS.iter().find(|(name, _)| *name == event);
    let (_, text) = example.expect("an event of the list");
    // The examples are of several repositories; renaming both touches every URL in them.
    let text = text
        .replace("Octocoders/Hello-World", repository)
        .replace("Codertocat/Hello-World", repository);
    serde_json::from_str(&text).expect("the example is JSON")
}

/// The headers of a delivery, names in lower case, signed with `key` where there is one.
pub fn headers(
    event: &str,
    delivery: &str,
    body: &[u8],
    key: Option<&str>,
) -> Vec<(String, String)> {
    let mut headers = BTreeMap::from([
        ("accept", "*/*".to_owned()),
        ("content-type", "application/json".to_owned()),
        ("user-agent", "GitHub-Hookshot/8c1a2b3".to_owned()),
        ("x-github-delivery", delivery.to_owned()),
        ("x-github-event", event.to_owned()),
        ("x-github-hook-id", "109948940".to_owned()),
        (
            "x-github-hook-installation-target-id",
            "186853002".to_owned(),
        ),
        (
            "x-github-hook-installation-target-type",
            "repository".to_owned(),
        ),
    ]);
    if let Some(key) = key {
        let signature = sign::github(key.as_bytes(), body);
        headers.insert("x-hub-signature-256", signature);
    }
    headers
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
