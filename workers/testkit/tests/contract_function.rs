//! The function `contract` runs the suite and passes bodies through; seen here in memory, so that a
//! failure on a real runtime is the runtime's.

use edge::{Bytes, Method, Request, Response, config::name};
use serde_json::Value;
use testkit::{
    contract::Contract,
    fake::Peer,
    memory::{MemoryHost, RequestBuilder, request},
    pattern,
};

fn host() -> MemoryHost {
    let host = MemoryHost::new();
    host.set(name::PUBLIC_URL, "https://packages.example.com");
    host.set(name::GITHUB_API_URL, "http://peer.test");
    host.serve("http://peer.test", Peer);
    host
}

fn ask(host: &MemoryHost, request: RequestBuilder) -> (u16, Bytes) {
    let request: Request = request.build();
    host.block_on(async {
        let response: Response = edge::serve::<Contract, _>(host, request).await;
        let body = response.body.bytes(u64::MAX).await.expect("a body");
        (response.status.as_u16(), body)
    })
}

#[test]
fn cases_are_named_and_run_one_at_a_time() {
    let host = host();
    let (status, body) = ask(&host, request("GET", "/contract"));
    let names: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(status, 200);
    let names = names["cases"].as_array().expect("a list");
    assert!(names.len() > 60, "only {} cases", names.len());
    for (case, expected) in [
        ("ranges", 200),
        ("redirects_are_not_followed", 200),
        ("none", 404),
    ] {
        let (status, body) = ask(&host, request("POST", &format!("/contract/{case}")));
        assert_eq!(status, expected, "{case}: {body:?}");
    }
    host.unset(name::PUBLIC_URL);
    let (status, body) = ask(&host, request("POST", "/contract/variable_that_is_set"));
    assert_eq!(
        (status, &body[..]),
        (500, &b"PUBLIC_URL is not set; the suite needs it"[..])
    );
}

#[test]
fn objects_pass_through() {
    let host = host();
    let path = "/contract/objects/a/b";
    for (builder, status, body) in [
        (request("GET", path), 404, None),
        (request("PUT", path).body("0123456789"), 201, None),
        (request("GET", path), 200, Some("0123456789")),
        (
            request("GET", path).header("range", "bytes=2-4"),
            206,
            Some("234"),
        ),
        (request("GET", path).header("range", "bytes=10-"), 416, None),
        (request("HEAD", path), 200, Some("")),
        (request("DELETE", path), 204, Some("")),
        (request("GET", path), 404, None),
        (request("PATCH", path), 405, None),
    ] {
        let found = ask(&host, builder);
        assert_eq!(found.0, status, "{found:?}");
        if let Some(body) = body {
            assert_eq!(found.1, body);
        }
    }
}

#[test]
fn objects_are_generated() {
    let host = host();
    let (status, _) = ask(&host, request("GET", "/contract/generate?bytes=100001"));
    assert_eq!(status, 201);
    let (_, body) = ask(&host, request("GET", "/contract/objects/generated-100001"));
    assert_eq!(body, pattern::piece(0, 100_001));
    for query in ["", "?bytes=x", "?bytes=99999999999999"] {
        let (status, _) = ask(&host, request("GET", &format!("/contract/generate{query}")));
        assert_eq!(status, 400, "{query}");
    }
}

#[test]
fn work_goes_on_after_the_response() {
    let host = host();
    let target = "/contract/defer?key=k&milliseconds=1000";
    let (status, _) = ask(&host, request(Method::POST.as_str(), target));
    assert_eq!(status, 202);
    assert_eq!(ask(&host, request("GET", "/contract/objects/k")).0, 404);
    host.block_on(host.run_deferred());
    assert_eq!(
        ask(&host, request("GET", "/contract/objects/k")).1,
        "deferred"
    );
}
