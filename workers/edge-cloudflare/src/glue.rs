//! The adapter's own JavaScript (`glue.js`), and what of the platform `worker` has no name for.
//!
//! Promises are returned as such; [`settled`] waits for one. What JavaScript throws is an error
//! only as text, and [`text_of`] makes that text fit for a log.
#![allow(unsafe_code, reason = "what the wasm_bindgen attribute expands to")]

use wasm_bindgen::prelude::*;
use worker::{
    Env,
    js_sys::{Promise, Uint8Array, futures::JsFuture},
    web_sys::{self, AbortSignal, ReadableStream},
};

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    /// Method and URL of a request, separated by a space; on a line each, its `X-Request-Id` and its
    /// `If-None-Match`.
    pub fn describe(request: &web_sys::Request) -> String;

    #[wasm_bindgen(catch, js_name = respondBytes)]
    pub fn respond_bytes(
        status: u16,
        headers: &str,
        bytes: &[u8],
    ) -> Result<web_sys::Response, JsValue>;

    /// An answer that is given again and again, but for its `X-Request-Id`.
    #[wasm_bindgen(catch)]
    pub fn prepare(status: u16, headers: &str, bytes: &[u8]) -> Result<JsValue, JsValue>;

    /// A prepared answer with its `X-Request-Id`.
    #[wasm_bindgen(catch, js_name = respondAgain)]
    pub fn respond_again(prepared: &JsValue, id: &str) -> Result<web_sys::Response, JsValue>;

    #[wasm_bindgen(catch, js_name = respondStream)]
    pub fn respond_stream(
        status: u16,
        headers: &str,
        stream: Option<&ReadableStream>,
    ) -> Result<web_sys::Response, JsValue>;

    /// Sends a request; no bytes mean no body.
    #[wasm_bindgen(catch)]
    pub fn send(
        url: &str,
        method: &str,
        headers: &str,
        bytes: &[u8],
        signal: &AbortSignal,
    ) -> Result<Promise, JsValue>;

    /// The text of a variable or secret.
    #[wasm_bindgen(catch)]
    pub fn variable(env: &Env, name: &str) -> Result<Option<String>, JsValue>;

    /// Writes the line to the log and has the entry start over at the next request.
    pub fn panicked(line: &str);

    pub type Timer;

    #[wasm_bindgen(constructor)]
    pub fn new(milliseconds: f64) -> Timer;

    #[wasm_bindgen(method, getter)]
    pub fn promise(this: &Timer) -> Promise;

    #[wasm_bindgen(method)]
    pub fn clear(this: &Timer);

    /// A stream being read.
    pub type Source;

    #[wasm_bindgen(constructor, catch)]
    pub fn new(stream: &ReadableStream) -> Result<Source, JsValue>;

    /// The next piece, valid until the next call; `undefined` at the end.
    #[wasm_bindgen(method)]
    pub fn read(this: &Source) -> Promise;

    /// The next piece, which stays as it is; `undefined` at the end.
    #[wasm_bindgen(method)]
    pub fn take(this: &Source) -> Promise;

    #[wasm_bindgen(method)]
    pub fn cancel(this: &Source);

    /// Lets go of a stream that nobody has begun to read.
    #[wasm_bindgen(js_name = cancel)]
    pub fn cancel_unread(stream: &ReadableStream);

    /// A stream being passed on to two readers, and to a digest.
    pub type Relay;

    #[wasm_bindgen(constructor, catch)]
    pub fn new(length: Option<f64>, ahead: f64) -> Result<Relay, JsValue>;

    #[wasm_bindgen(method, getter)]
    pub fn client(this: &Relay) -> ReadableStream;

    #[wasm_bindgen(method, getter)]
    pub fn stored(this: &Relay) -> ReadableStream;

    /// Passes on a piece that nobody changes any more.
    #[wasm_bindgen(method)]
    pub fn pass(this: &Relay, piece: &Uint8Array) -> Promise;

    #[wasm_bindgen(method, js_name = passBytes)]
    pub fn pass_bytes(this: &Relay, bytes: &[u8]) -> Promise;

    /// Resolves to SHA-256 of all that was passed on.
    #[wasm_bindgen(method)]
    pub fn digest(this: &Relay) -> Promise;

    #[wasm_bindgen(method)]
    pub fn close(this: &Relay) -> Promise;

    #[wasm_bindgen(method)]
    pub fn abort(this: &Relay);

    /// A stream being made.
    pub type Sink;

    #[wasm_bindgen(constructor, catch)]
    pub fn new(length: Option<f64>) -> Result<Sink, JsValue>;

    /// The end to read from.
    #[wasm_bindgen(method, getter)]
    pub fn readable(this: &Sink) -> ReadableStream;

    #[wasm_bindgen(method, catch)]
    pub fn write(this: &Sink, bytes: &[u8]) -> Result<Promise, JsValue>;

    /// Writes a whole stream without its passing through wasm.
    #[wasm_bindgen(method, catch)]
    pub fn pipe(this: &Sink, stream: &ReadableStream) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub fn close(this: &Sink) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub fn abort(this: &Sink) -> Result<(), JsValue>;

    /// The facts of a stored object as JSON.
    #[wasm_bindgen(catch)]
    pub fn facts(object: &JsValue) -> Result<String, JsValue>;

    /// The body of a stored object; none where a condition failed.
    #[wasm_bindgen(catch)]
    pub fn body(object: &JsValue) -> Result<Option<ReadableStream>, JsValue>;

    #[wasm_bindgen(catch, js_name = objectHead)]
    pub fn object_head(bucket: &JsValue, key: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_name = objectGet)]
    pub fn object_get(bucket: &JsValue, key: &str, options: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_name = objectPutBytes)]
    pub fn object_put_bytes(
        bucket: &JsValue,
        key: &str,
        bytes: &[u8],
        options: &str,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_name = objectPutStream)]
    pub fn object_put_stream(
        bucket: &JsValue,
        key: &str,
        stream: &ReadableStream,
        options: &str,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_name = objectDelete)]
    pub fn object_delete(bucket: &JsValue, key: &str) -> Result<Promise, JsValue>;

    /// Resolves to a page of facts as JSON.
    #[wasm_bindgen(catch, js_name = objectList)]
    pub fn object_list(bucket: &JsValue, options: &str) -> Result<Promise, JsValue>;

    /// Resolves to a response, or `undefined`.
    #[wasm_bindgen(catch, js_name = nearbyGet)]
    pub fn nearby_get(key: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_name = nearbyPut)]
    pub fn nearby_put(
        key: &str,
        facts: &str,
        seconds: f64,
        stream: &ReadableStream,
    ) -> Result<Promise, JsValue>;

    /// A write in parts.
    #[derive(Clone)]
    pub type Upload;

    /// Resolves to an [`Upload`].
    #[wasm_bindgen(static_method_of = Upload)]
    pub fn begin(bucket: &JsValue, key: &str, options: &str) -> Promise;

    #[wasm_bindgen(method)]
    pub fn part(this: &Upload, bytes: &[u8]) -> Promise;

    /// Resolves to the stored object.
    #[wasm_bindgen(method, catch)]
    pub fn complete(this: &Upload) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = abort)]
    pub fn abort(this: &Upload) -> Result<Promise, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = log)]
    pub fn console_log(line: &str);

    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    pub fn date_now() -> f64;

    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    pub fn random_values(bytes: &mut [u8]) -> Result<(), JsValue>;
}

/// What a call that returns a promise comes to.
pub async fn settled(call: Result<Promise, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(call?).await
}

/// The text of something thrown. One that holds a URL is left out: its query may hold a signature.
pub fn text_of(thrown: &JsValue) -> String {
    let text = match thrown.dyn_ref::<worker::js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => thrown.as_string().unwrap_or_default(),
    };
    presentable(text)
}

fn presentable(text: String) -> String {
    if text.is_empty() || text.contains("://") {
        "the runtime gave no reason that can be shown".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::presentable;

    #[test]
    fn urls_are_not_shown() {
        assert_eq!(
            presentable("Network connection lost.".into()),
            "Network connection lost."
        );
        let url = "Fetch API cannot load: https://a.example/webhooks/1/token".to_owned();
        assert!(!presentable(url).contains("token"));
    }
}
