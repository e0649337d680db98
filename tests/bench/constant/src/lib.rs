//! A constant, answered as simply as each platform's own library does it: the most that a function in
//! Rust can reach there. Never deployed.

/// As long as the manifest that an update check is answered with.
#[cfg(target_arch = "wasm32")]
const TEXT: &str = include_str!("constant.json");

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod on_workers {
    use worker::{Context, Env, Response, web_sys};

    #[worker::event(fetch)]
    async fn fetch(_: web_sys::Request, _: Env, _: Context) -> worker::Result<Response> {
        let mut response = Response::ok(super::TEXT)?;
        let headers = response.headers_mut();
        headers.set("content-type", "application/json; charset=utf-8")?;
        Ok(response)
    }
}

#[cfg(all(target_arch = "wasm32", target_os = "wasi"))]
mod on_spin {
    use bytes::Bytes;
    use spin_sdk::http::{FullBody, IntoResponse, Request, Response};

    #[spin_sdk::http_service]
    async fn handle(_: Request) -> impl IntoResponse {
        Response::builder()
            .header("content-type", "application/json; charset=utf-8")
            .body(FullBody::new(Bytes::from_static(super::TEXT.as_bytes())))
    }
}
