//! What a visitor's browser gets from function `site`.

use std::{collections::BTreeSet, fs, path::Path};

use edge::{Body, Bytes, Function, Headers, Request, Response};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use site::Site;

const STATIC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../static");

fn ask(method: Method, path: &str, if_none_match: Option<&HeaderValue>) -> Response {
    let mut headers = HeaderMap::new();
    headers.extend(if_none_match.map(|tag| (http::header::IF_NONE_MATCH, tag.clone())));
    let request = Request {
        head: false,
        method,
        path: path.to_owned(),
        query: String::new(),
        headers: Headers::new(headers),
        body: Body::Empty,
    };
    Site::handle(&(), request)
        .now_or_never()
        .expect("files are at hand, nothing is waited for")
}

fn get(path: &str) -> Response {
    ask(Method::GET, path, None)
}

fn text(response: &Response, name: &'static str) -> String {
    let value = response.header(&HeaderName::from_static(name));
    value
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default()
}

fn bytes(response: Response) -> Bytes {
    match response.body {
        Body::Bytes(bytes) => bytes,
        _ => Bytes::new(),
    }
}

/// The same table was taken from Workers' static assets, serving `static/`.
#[test]
fn addresses_answer_as_on_workers() {
    for (path, status, content_type, location) in [
        ("/", 200, "text/html; charset=utf-8", ""),
        ("/404", 200, "text/html; charset=utf-8", ""),
        ("/favicon.svg", 200, "image/svg+xml", ""),
        ("/site/style.css", 200, "text/css; charset=utf-8", ""),
        ("/site/app.js", 200, "text/javascript; charset=utf-8", ""),
        ("/index.html", 307, "", "/"),
        ("/index", 307, "", "/"),
        ("/404.html", 307, "", "/404"),
        ("/404/", 307, "", "/404"),
        ("/nope", 404, "text/html; charset=utf-8", ""),
        ("/site", 404, "text/html; charset=utf-8", ""),
        ("/site/", 404, "text/html; charset=utf-8", ""),
        ("/_headers", 404, "text/html; charset=utf-8", ""),
        ("/site/../_headers", 404, "text/html; charset=utf-8", ""),
        ("/site/%2e%2e/_headers", 404, "text/html; charset=utf-8", ""),
    ] {
        let response = get(path);
        assert_eq!(response.status.as_u16(), status, "{path}");
        assert_eq!(text(&response, "content-type"), content_type, "{path}");
        assert_eq!(text(&response, "location"), location, "{path}");
    }
}

#[test]
fn files_are_served_byte_for_byte() {
    for (path, name) in [
        ("/", "index.html"),
        ("/nope", "404.html"),
        ("/site/app.js", "site/app.js"),
        ("/favicon.svg", "favicon.svg"),
    ] {
        let file = fs::read(Path::new(STATIC).join(name)).expect(name);
        assert!(bytes(get(path)) == file, "{path}");
    }
}

/// Read independently of the parser: every header line of `_headers` is on every answer.
#[test]
fn every_answer_has_the_headers_of_the_file() {
    let file = fs::read_to_string(Path::new(STATIC).join("_headers")).expect("_headers");
    let lines: Vec<_> = file
        .lines()
        .filter(|line| line.starts_with(' '))
        .filter_map(|line| line.trim().split_once(": "))
        .collect();
    assert!(
        lines
            .iter()
            .any(|(name, _)| *name == "Content-Security-Policy")
    );
    let tag = get("/").header(&http::header::ETAG).cloned();
    for response in [
        get("/"),
        get("/site/app.js"),
        get("/index.html"),
        get("/nope"),
        ask(Method::GET, "/", tag.as_ref()),
        ask(Method::POST, "/", None),
    ] {
        for (name, value) in &lines {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
            let values: Vec<_> = response
                .headers
                .iter()
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| value.as_bytes())
                .collect();
            assert_eq!(values, [value.as_bytes()], "{} {name}", response.status);
        }
    }
}

#[test]
fn a_browser_that_has_the_file_gets_304() {
    for path in ["/", "/site/app.js", "/favicon.svg"] {
        let first = get(path);
        let tag = first.header(&http::header::ETAG).expect("an entity tag");
        let again = ask(Method::GET, path, Some(tag));
        assert_eq!(again.status, 304, "{path}");
        assert_eq!(again.header(&http::header::ETAG), Some(tag), "{path}");
        assert!(bytes(again).is_empty(), "{path}");
        let other = HeaderValue::from_static("\"another\"");
        assert_eq!(ask(Method::GET, path, Some(&other)).status, 200, "{path}");
    }
    let tags: BTreeSet<_> = ["/", "/404", "/site/app.js", "/site/list.js"]
        .map(|path| text(&get(path), "etag"))
        .into();
    assert_eq!(tags.len(), 4, "each file has its own tag");
}

#[test]
fn other_methods_are_told_which_ones_work() {
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let response = ask(method, "/", None);
        assert_eq!(response.status, 405);
        assert_eq!(text(&response, "allow"), "GET, HEAD");
    }
}
