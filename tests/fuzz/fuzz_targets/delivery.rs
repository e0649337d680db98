//! The signature and the payload of a delivery, through the whole function.
//!
//! Lines of headers come first (event, delivery, media type, signature); what follows is the body.
//! Without a signature the body is signed as GitHub signs it.
#![no_main]

use edge::{HeaderValue, StatusCode, config::name};
use libfuzzer_sys::fuzz_target;
use registry::{Journal, Record};
use testkit::{
    memory::{MemoryHost, request},
    sign,
};
use webhook::Webhook;

const HEADERS: [&str; 4] = [
    "x-github-event",
    "x-github-delivery",
    "content-type",
    "x-hub-signature-256",
];

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(HEADERS.len() + 1, |byte| *byte == b'\n');
    let mut headers = Vec::new();
    for (header, value) in HEADERS.into_iter().zip(parts.by_ref()) {
        // What is no header's value never comes to the function.
        let Some(value) = HeaderValue::from_bytes(value).ok() else {
            return;
        };
        let Ok(value) = value.to_str() else { return };
        headers.push((header.to_owned(), value.to_owned()));
    }
    let Some(body) = parts.next() else { return };
    let right = sign::github(sign::TEST_KEY.as_bytes(), body);
    let mut is_ours = false;
    if let Some((_, signature)) = headers.last_mut() {
        if signature.is_empty() {
            right.clone_into(signature);
        }
        is_ours = signature.eq_ignore_ascii_case(&right);
    }
    let status = answer(&headers, body);
    assert!(!status.is_server_error(), "{status}");
    assert_eq!(status == StatusCode::UNAUTHORIZED, !is_ours, "{status}");
});

fn answer(headers: &[(String, String)], body: &[u8]) -> StatusCode {
    let host = MemoryHost::new();
    for (name, value) in [
        (name::PUBLIC_URL, "https://edge.example"),
        (name::GITHUB_WEBHOOK_SECRET, sign::TEST_KEY),
        (name::GITHUB_REPOSITORIES, "author/*"),
    ] {
        host.set(name, value);
    }
    let request = request("POST", "/webhooks/github")
        .headers(headers)
        .body(body.to_vec())
        .build();
    let response = host.block_on(edge::serve::<Webhook, _>(&host, request));
    // An accepted delivery is journalled, and its journal can be read.
    if response.status == StatusCode::ACCEPTED {
        let journals = host.keys();
        let journal = journals.iter().find(|key| key.starts_with("deliveries/"));
        let journal = host.bytes(journal.expect("a journal")).expect("its bytes");
        let journal = Journal::decode(&journal).expect("a journal that can be read");
        assert_eq!(journal.event, "release");
    }
    response.status
}
