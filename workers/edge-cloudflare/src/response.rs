//! Responses: the platform's own, made in one crossing.

use edge::{Body, HeaderName, HeaderValue, Response, StatusCode};
use wasm_bindgen::JsValue;
use worker::web_sys;

use crate::{glue, host::Host, pump};

/// Makes the platform's response of `response`. `Content-Length` is the platform's own business: it
/// sends it for every body whose length it knows.
pub(crate) fn make(host: &Host, response: Response) -> Result<web_sys::Response, JsValue> {
    let status = response.status.as_u16();
    let headers = header_lines(&response.headers);
    let body = match response.status {
        // JavaScript refuses a body with these.
        StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED => {
            Body::Empty
        }
        _ => response.body,
    };
    match body {
        Body::Empty => glue::respond_stream(status, &headers, None),
        Body::Bytes(bytes) => glue::respond_bytes(status, &headers, &bytes),
        Body::Stream(_) | Body::Chain(_) => {
            let stream = pump::native(host, body)?;
            glue::respond_stream(status, &headers, Some(&stream))
        }
    }
}

/// `headers` as they cross: `name\nvalue\nname\nvalue`.
pub(crate) fn header_lines<'h>(
    headers: impl IntoIterator<Item = &'h (HeaderName, HeaderValue)>,
) -> String {
    let mut lines = String::with_capacity(512);
    for (name, value) in headers {
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.push_str(name.as_str());
        lines.push('\n');
        // Workers write header values as UTF-8.
        lines.push_str(&String::from_utf8_lossy(value.as_bytes()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use edge::{HeaderValue, header};

    use super::header_lines;

    #[test]
    fn headers_cross_as_lines() {
        let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).expect("a header value");
        let headers = [
            (header::VARY, value(b"accept")),
            (header::VARY, value(b"")),
            (header::SERVER, value("\u{e9}".as_bytes())),
        ];
        assert_eq!(header_lines(&headers[..0]), "");
        assert_eq!(
            header_lines(&headers),
            "vary\naccept\nvary\n\nserver\n\u{e9}"
        );
    }
}
