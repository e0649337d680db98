//! Function `site`: the website's files on platforms that do not serve files themselves.
//!
//! The files are those of the repository's `static/`, put into the component when it is built, with
//! the headers that `static/_headers` gives them. On Workers the platform serves the same folder,
//! and there is no Worker of this function; both answer alike.

mod files;
#[cfg(test)]
mod rules;

use edge::{
    Bytes, Function, HeaderValue, Method, Problem, Request, Response, StatusCode, Unhealthy,
    conditional, header,
};

use files::{FILES, File, RULES};

/// The page that answers an unknown path.
const NOT_FOUND: &str = "/404";

/// The function.
pub struct Site;

impl<H> Function<H> for Site {
    const NAME: &'static str = "site";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    /// 1. Another method than `GET` or `HEAD`: `405`.
    /// 2. A file's own path: `200`, or `304` to a caller who has it.
    /// 3. A path that leads to a file, such as `/index.html`: `307`.
    /// 4. Anything else: `404` with the page that says so.
    async fn handle(_: &H, request: Request) -> Response {
        let mut response = answer(&request);
        let given: Vec<_> = RULES
            .iter()
            .filter(|rule| rule.holds_for(&request.path))
            .flat_map(|rule| rule.headers)
            .collect();
        // As on Workers, what the file says replaces what the answer had.
        response
            .headers
            .retain(|(name, _)| given.iter().all(|(other, _)| other != name));
        response.headers.extend(given.into_iter().cloned());
        response
    }

    /// Everything the function needs is in it.
    async fn health(_: &H) -> Result<(), Unhealthy> {
        Ok(())
    }
}

fn answer(request: &Request) -> Response {
    if request.method != Method::GET {
        return Problem::method_not_allowed("GET, HEAD").into();
    }
    let path = request.path.as_str();
    if let Some(file) = FILES.iter().find(|file| file.address == path) {
        return found(request, file);
    }
    if let Some(file) = FILES.iter().find(|file| file.others.contains(&path)) {
        return Response::new(StatusCode::TEMPORARY_REDIRECT)
            .with(header::LOCATION, HeaderValue::from_static(file.address))
            .on(file.address);
    }
    match FILES.iter().find(|file| file.address == NOT_FOUND) {
        Some(page) => content(StatusCode::NOT_FOUND, page),
        None => Problem::not_found("no page has this address").into(),
    }
}

fn found(request: &Request, file: &'static File) -> Response {
    if conditional::unchanged(request, file.etag) {
        return Response::new(StatusCode::NOT_MODIFIED)
            .with(header::ETAG, HeaderValue::from_static(file.etag))
            .on(file.address);
    }
    content(StatusCode::OK, file).on(file.address)
}

fn content(status: StatusCode, file: &'static File) -> Response {
    Response::new(status)
        .with(
            header::CONTENT_TYPE,
            HeaderValue::from_static(file.content_type),
        )
        .with(header::ETAG, HeaderValue::from_static(file.etag))
        .with_body(Bytes::from_static(file.content))
}
