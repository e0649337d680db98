//! Requests to other servers.

use edge::{
    Body, Fetch, FetchError, FetchRequest, FetchResponse, HeaderSource, HeaderValue, Headers,
    StatusCode, header, outbound::host_of,
};
use wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::{self, AbortController};

use crate::{glue, host::Host, response::header_lines, stream::NativeStream};

impl Fetch for Host {
    async fn fetch(&self, mut request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let host = host_of(&request.url);
        let failed = |thrown: JsValue| FetchError::Failed {
            host: host.clone(),
            cause: glue::text_of(&thrown),
        };
        accept_only_plain(&mut request);
        let exchange = Exchange::begin().map_err(failed)?;
        let answer = glue::settled(glue::send(
            request.url.as_str(),
            request.method.as_str(),
            &header_lines(&request.headers),
            &request.body,
            &exchange.controller.signal(),
        ))
        .await
        .map_err(failed)?;
        exchange.answered();
        answered(answer.unchecked_into()).ok_or_else(|| FetchError::Failed {
            host: host.clone(),
            cause: "the answer has no valid status".to_owned(),
        })
    }
}

/// Workers undo content codings while they read, which makes `Content-Length` meaningless and
/// hides a body that broke off; nothing asked for here is worth compressing once more.
fn accept_only_plain(request: &mut FetchRequest) {
    let named = |(name, _): &(_, _)| *name == header::ACCEPT_ENCODING;
    if !request.headers.iter().any(named) {
        let plain = HeaderValue::from_static("identity");
        request.headers.push((header::ACCEPT_ENCODING, plain));
    }
}

fn answered(response: web_sys::Response) -> Option<FetchResponse> {
    let status = StatusCode::from_u16(response.status()).ok()?;
    let headers = Headers::new(ResponseHeaders(response.headers()));
    let body = match response.body() {
        Some(stream) => {
            let length = length_of(&headers);
            Body::Stream(Box::new(NativeStream::new(stream, length)))
        }
        None => Body::Empty,
    };
    Some(FetchResponse {
        status,
        headers,
        body,
    })
}

fn length_of(headers: &Headers) -> Option<u64> {
    let coding = headers.get(header::CONTENT_ENCODING);
    if coding.is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return None;
    }
    headers.get(header::CONTENT_LENGTH)?.trim().parse().ok()
}

struct ResponseHeaders(web_sys::Headers);

impl HeaderSource for ResponseHeaders {
    fn header(&self, name: &str) -> Option<String> {
        self.0.get(name).ok().flatten()
    }
}

/// An exchange: dropping it before its answer has come ends it. Afterwards the body's stream does.
struct Exchange {
    controller: AbortController,
    answered: bool,
}

impl Exchange {
    fn begin() -> Result<Self, JsValue> {
        Ok(Self {
            controller: AbortController::new()?,
            answered: false,
        })
    }

    fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.answered {
            self.controller.abort();
        }
    }
}
