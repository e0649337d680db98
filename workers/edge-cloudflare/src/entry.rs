//! What the entry crates' exports do.

use std::sync::Once;

use edge::{Function, Problem};
use serde_json::json;
use worker::{Context, Env, ScheduleContext, web_sys};

use crate::{glue, host::Host, request, response};

/// Answers a request with the function `F`.
///
/// # Errors
/// None that a caller sees the text of: the platform then answers a constant `500`.
pub async fn fetch<F: Function<Host>>(
    request: web_sys::Request,
    env: Env,
    context: Context,
) -> worker::Result<web_sys::Response> {
    log_panics_of::<F>();
    let host = Host::of_request(env, context);
    let answer = edge::serve::<F, Host>(&host, request::view(request)).await;
    response::make(&host, answer)
        .or_else(|_| response::make(&host, Problem::internal().into()))
        .map_err(worker::Error::from)
}

/// Runs the scheduled tick of the function `F`.
pub async fn scheduled<F: Function<Host>>(env: Env, context: ScheduleContext) {
    log_panics_of::<F>();
    let host = Host::of_tick(env, context);
    edge::tick::<F, Host>(&host).await;
}

/// A panic is logged by its place alone: its message may quote what the function was working on.
fn log_panics_of<F: Function<Host>>() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic
                .location()
                .map(|place| format!("{}:{}", place.file(), place.line()));
            let line = json!({ "event": "panic", "function": F::NAME, "place": place });
            glue::panicked(&line.to_string());
        }));
    });
}
