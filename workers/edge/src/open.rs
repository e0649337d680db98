//! Answers that scripts of every site may read (Fetch standard, section 3.3, "CORS protocol").

use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::Response;

/// The methods of what is only read.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// Lets every site's scripts read `response`, whatever its status, and of its headers those that are
/// `exposed`. It never depends on who asks: browsers reuse a copy that was fetched without CORS.
pub fn to_all(response: Response, exposed: &'static str) -> Response {
    let text = HeaderValue::from_static;
    response
        .with(header::ACCESS_CONTROL_ALLOW_ORIGIN, text("*"))
        .with(header::ACCESS_CONTROL_EXPOSE_HEADERS, text(exposed))
        .with(
            HeaderName::from_static("cross-origin-resource-policy"),
            text("cross-origin"),
        )
        .with(header::X_CONTENT_TYPE_OPTIONS, text("nosniff"))
}

/// The answer to `OPTIONS`: scripts may read, and send the headers that are `accepted`. (`*` does not
/// cover `Authorization`.)
pub fn preflight(accepted: &'static str) -> Response {
    let text = HeaderValue::from_static;
    Response::new(StatusCode::NO_CONTENT)
        .with(header::ALLOW, METHODS)
        .with(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS)
        .with(header::ACCESS_CONTROL_ALLOW_HEADERS, text(accepted))
        .with(header::ACCESS_CONTROL_MAX_AGE, text("86400"))
}
