//! `POST /discord/interactions`.

use std::time::Duration;

use edge::{Method, Problem, Request, Response, clock::timeout};

use crate::{
    Host,
    answer::{self, Answer},
    dispatch,
    failure::Failure,
    gate,
    interaction::{Act, Interaction},
    later,
};

const ROUTE: &str = "/discord/interactions";

/// Time for what is answered at once. Discord waits three seconds, the way there and back included.
const DIRECT: Duration = Duration::from_millis(2_000);

/// Answers one request.
pub async fn handle<H: Host>(host: &H, request: Request) -> Response {
    if request.path.trim_end_matches('/') != ROUTE {
        return Problem::not_found("there is nothing at this path").into();
    }
    let answered = match request.method {
        Method::POST => interaction(host, request).await,
        _ => Err(Problem::method_not_allowed("POST")),
    };
    gate::challenge(answered.unwrap_or_else(Response::from)).on(ROUTE)
}

/// Answers one interaction.
///
/// 1. It is Discord's ([`gate::admit`]) → `503`, `401`, `413`.
/// 2. It is an interaction of a known type → `400`.
/// 3. A ping is answered; everything else is looked up and done, within the time that Discord waits.
async fn interaction<H: Host>(host: &H, request: Request) -> Result<Response, Problem> {
    let body = gate::admit(host, request).await?;
    let read = Interaction::read(&body);
    let event = match read.map_err(|error| Problem::bad_request(error.to_string()))? {
        Interaction::Ping => return Ok(answer::pong()),
        Interaction::Event(event) => event,
    };
    let slow = Failure::Slow {
        milliseconds: DIRECT.as_millis(),
    };
    let answered = timeout(host, DIRECT, dispatch::answer(host, &event)).await;
    let answer = match answered.unwrap_or(Err(slow)) {
        Ok(answer) => answer,
        Err(failure) => {
            let message = failure.message(host, event.scene.locale);
            match event.act {
                // There is no place for words here.
                Act::Typing(_) => Answer::Choices(Vec::new()),
                _ => Answer::Message(message),
            }
        }
    };
    if let Answer::Later { place, job } = &answer {
        later::start(host, &event, *place, job.clone());
    }
    Ok(answer.into_response())
}
