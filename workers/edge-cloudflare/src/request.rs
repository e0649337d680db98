//! Requests: a view of the platform's own.

use edge::{Body, HeaderSource, Headers, Method, Request};
use worker::web_sys;

use crate::stream::NativeStream;

/// The view of `request` that is described so (`describe` in `glue.js`): method, path and query have
/// crossed into wasm, headers do when asked for.
pub(crate) fn view(request: web_sys::Request, description: &str) -> Request {
    let mut lines = description.split('\n');
    let (method, url) = lines
        .next()
        .and_then(|line| line.split_once(' '))
        .unwrap_or_default();
    let mut header = || {
        lines
            .next()
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    };
    let (request_id, if_none_match) = (header(), header());
    let (path, query) = path_and_query(url);
    let (path, query) = (path.to_owned(), query.to_owned());
    let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
    let body = match method {
        Method::GET | Method::HEAD => Body::Empty,
        _ => body(&request),
    };
    Request {
        head: false,
        method,
        path,
        query,
        headers: Headers::new(RequestHeaders {
            request,
            request_id,
            if_none_match,
        }),
        body,
    }
}

fn body(request: &web_sys::Request) -> Body {
    match request.body() {
        Some(stream) => {
            let length = request.headers().get("content-length").ok().flatten();
            let length = length.and_then(|text| text.parse().ok());
            Body::Stream(Box::new(NativeStream::new(stream, length)))
        }
        None => Body::Empty,
    }
}

/// Two headers have crossed already; the others do when they are asked for.
struct RequestHeaders {
    request: web_sys::Request,
    request_id: Option<String>,
    if_none_match: Option<String>,
}

impl HeaderSource for RequestHeaders {
    fn header(&self, name: &str) -> Option<String> {
        match name {
            "x-request-id" => self.request_id.clone(),
            "if-none-match" => self.if_none_match.clone(),
            other => self.request.headers().get(other).ok().flatten(),
        }
    }
}

/// Path and query of an absolute URL, as they stand in it.
fn path_and_query(url: &str) -> (&str, &str) {
    let authority = url.find("://").map_or(0, |scheme| scheme + 3);
    let rest = &url[authority..];
    let rest = rest.find(['/', '?', '#']).map_or("", |path| &rest[path..]);
    let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    (if path.is_empty() { "/" } else { path }, query)
}

#[cfg(test)]
mod tests {
    use super::path_and_query;

    #[test]
    fn paths_and_queries_stay_as_they_came() {
        for (url, expected) in [
            ("https://a.example/", ("/", "")),
            ("https://a.example", ("/", "")),
            ("https://a.example?x=1", ("/", "x=1")),
            (
                "http://127.0.0.1:8787/a%2Fb/c?x=1&y=%20",
                ("/a%2Fb/c", "x=1&y=%20"),
            ),
            (
                "https://a.example/proxy/https://b.example/c?d?e",
                ("/proxy/https://b.example/c", "d?e"),
            ),
            ("https://a.example/a?", ("/a", "")),
            ("https://a.example/a#b?c", ("/a", "")),
        ] {
            assert_eq!(path_and_query(url), expected, "{url}");
        }
    }
}
