//! What the entry crates' exports do.

use std::{
    future::Future,
    sync::Once,
    task::{self, Poll, Waker},
    time::Duration,
};

use edge::{Clock, Function, Log, Platform, Problem, Response};
use edge_cache::aged;
use serde_json::json;
use wasm_bindgen::JsValue;
use worker::{
    Context, Env, ScheduleContext, js_sys::futures::future_to_promise, web_sys, worker_sys,
};

use crate::{glue, host::Host, request, response};

/// The platform as a function gets it.
pub trait Given: From<Host> + Clock + Log + Platform {
    /// How far its answers may be behind the store.
    fn behind(host: &Host) -> Duration {
        let _ = host;
        Duration::ZERO
    }

    /// The answer that an alike request had a moment ago, if it is answered so.
    fn again(host: &Host, description: &str) -> Option<web_sys::Response> {
        let _ = (host, description);
        None
    }

    /// Takes note of what `function` answered to a request, for others like it.
    fn answered(host: &Host, function: &'static str, description: &str, answer: &Response) {
        let _ = (host, function, description, answer);
    }
}

impl Given for Host {}

/// Answers a request with the function `F`: with a response where it is there at once, as an answer
/// from copies is, else with a promise of one. A promise costs as much as making such an answer.
///
/// # Errors
/// None that a caller sees the text of: the platform then answers a constant `500`.
pub fn fetch<F: Function<H> + 'static, H: Given + 'static>(
    request: web_sys::Request,
    env: Env,
    context: worker_sys::Context,
) -> Result<JsValue, JsValue> {
    log_panics_of::<F, H>();
    let host = Host::of_request(env, Context::new(context));
    let description = glue::describe(&request);
    if let Some(response) = H::again(&host, &description) {
        return Ok(response.into());
    }
    let mut answering = Box::pin(answer::<F, H>(host, request, description));
    // Whoever is not done is polled again with another waker, which is then the one that counts.
    let mut context = task::Context::from_waker(Waker::noop());
    match answering.as_mut().poll(&mut context) {
        Poll::Ready(answer) => answer,
        Poll::Pending => Ok(future_to_promise(answering).into()),
    }
}

async fn answer<F: Function<H>, H: Given>(
    host: Host,
    request: web_sys::Request,
    description: String,
) -> Result<JsValue, JsValue> {
    let request = request::view(request, &description);
    let answer = edge::serve::<F, H>(&host.clone().into(), request).await;
    let answer = aged(answer, H::behind(&host));
    if answer.routine {
        H::answered(&host, F::NAME, &description, &answer);
    }
    response::make(&host, answer)
        .or_else(|_| response::make(&host, Problem::internal().into()))
        .map(JsValue::from)
}

/// Runs the scheduled tick of the function `F`.
pub async fn scheduled<F: Function<H>, H: Given>(env: Env, context: ScheduleContext) {
    log_panics_of::<F, H>();
    let host = Host::of_tick(env, context);
    edge::tick::<F, H>(&host.into()).await;
}

/// A panic is logged by its place alone: its message may quote what the function was working on.
fn log_panics_of<F: Function<H>, H>() {
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
