//! Answers of a moment ago, given again to requests that are alike to the letter.
//!
//! Asking the function costs more than its answer is worth while it cannot be another one yet. The
//! parts of such an answer stay on the platform's side; nothing but the request's id crosses.

use std::{cell::RefCell, time::Duration};

use edge::{Body, Clock, Response, StatusCode, Timestamp, memory::Bounded, serve};
use wasm_bindgen::JsValue;
use worker::web_sys;

use crate::{glue, host::Host, response::header_lines, tally};

/// For how long an answer is given again.
pub(crate) const TIME: Duration = Duration::from_secs(1);

/// Most bytes of them in an isolate.
const BUDGET: usize = 4 << 20;

/// What the description of a request ends in that has neither an id nor an entity tag.
const NOTHING_MORE: &str = "\n\n";

/// An answer.
struct Recent {
    until: Timestamp,
    prepared: JsValue,
    function: &'static str,
    route: &'static str,
}

thread_local! {
    static ANSWERS: RefCell<Bounded<Recent>> = RefCell::default();
}

/// The answer that a request of this description (`describe` in `glue.js`) had a moment ago.
pub(crate) fn answer(host: &Host, description: &str) -> Option<web_sys::Response> {
    if !description.ends_with(NOTHING_MORE) {
        return None;
    }
    let now = host.now();
    let (response, function, route) = ANSWERS.with_borrow_mut(|answers| {
        let recent = answers
            .get(description)
            .filter(|recent| now < recent.until)?;
        let id = serve::new_request_id(host);
        let response = glue::respond_again(&recent.prepared, &id).ok()?;
        Some((response, recent.function, recent.route))
    })?;
    tally::count(host, function, route, StatusCode::OK.as_u16());
    Some(response)
}

/// Keeps an answer of `function`, where it is one to whoever asks so. Not one to a query: whoever varies
/// it at will is to displace nothing.
pub(crate) fn note(host: &Host, function: &'static str, description: &str, answer: &Response) {
    let Body::Bytes(bytes) = &answer.body else {
        return;
    };
    let is_plain = description.starts_with("GET ") && description.ends_with(NOTHING_MORE);
    if !is_plain || description.contains('?') || answer.status != StatusCode::OK {
        return;
    }
    let headers = answer.headers.iter();
    let lines = header_lines(headers.filter(|(name, _)| *name != serve::REQUEST_ID));
    // What cannot be prepared is made anew every time.
    if let Ok(prepared) = glue::prepare(answer.status.as_u16(), &lines, bytes) {
        let milliseconds = i64::try_from(TIME.as_millis()).unwrap_or_default();
        let recent = Recent {
            until: host.now().plus(milliseconds),
            prepared,
            function,
            route: answer.route,
        };
        ANSWERS.with_borrow_mut(|answers| {
            answers.put(description.to_owned(), recent, lines.len() + bytes.len());
            answers.trim(BUDGET);
        });
    }
}
