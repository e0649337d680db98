//! What all receivers have in common: JSON is posted to them, and they say whether they took it.

use std::time::Duration;

use edge::{
    Clock, Fetch, FetchRequest, HeaderName, HeaderValue, Method, StatusCode, Url, header,
    outbound::{self, AllowedHosts, Answer, Bounds, OutboundError},
};
use serde_json::Value;

/// Time for an answer.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// Largest answer that is read, in bytes.
const MAX_ANSWER: u64 = 256 << 10;

/// What became of one announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver confirmed it.
    Sent,
    /// There was nothing to do; the words say why.
    Skipped(String),
    /// The receiver says that it did not take it, and may later.
    Later {
        /// What it said.
        message: String,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
        /// Whether that holds for everything that is sent to its server, not for this one only.
        everywhere: bool,
    },
    /// The receiver may or may not have taken it: nobody answered in time. It is sent again only if
    /// an admin says so, since a second announcement is worse than a missing one.
    Unconfirmed(String),
    /// The receiver does not want it; the words say what it said.
    Refused(String),
    /// There is no such receiver any more; the words say what was answered.
    Gone(String),
}

/// A call of another server's API, and how its answer is to be understood.
#[derive(Debug)]
pub struct Call {
    request: FetchRequest,
    judge: fn(&Said) -> Outcome,
}

/// What a server answered.
#[derive(Debug)]
pub(super) struct Said {
    /// The status.
    pub status: StatusCode,
    /// Host and status, for people.
    pub words: String,
    /// The body; `None` where it is no JSON or did not come.
    pub body: Option<Value>,
    /// How long the server asks to be left alone.
    retry_after: Option<Duration>,
}

impl Call {
    /// Posts `body` to `url`. What the answer means is the same everywhere where the server is busy
    /// or failing; otherwise `judge` says.
    pub(super) fn new(url: Url, body: &Value, judge: fn(&Said) -> Outcome) -> Self {
        let json = HeaderValue::from_static("application/json");
        let request = FetchRequest {
            method: Method::POST,
            url,
            headers: vec![
                (header::CONTENT_TYPE, json),
                (header::USER_AGENT, HeaderValue::from_static("vtta-edge")),
            ],
            body: body.to_string().into(),
        };
        Self { request, judge }
    }

    /// The same with a header.
    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.request.headers.push((name, value));
        self
    }

    /// Sends it, following no redirect, within `time`. Where nobody answered, it may have arrived
    /// all the same.
    pub async fn send<H>(self, host: &H, time: Duration) -> Outcome
    where
        H: Fetch + Clock + Clone + 'static,
    {
        let bounds = Bounds {
            redirect_hosts: &AllowedHosts::default(),
            redirects: 0,
            head: time,
            total: time,
            bytes: MAX_ANSWER,
        };
        match outbound::send(host, self.request, bounds).await {
            Ok(answer) => understood(&Said::read(answer).await, self.judge),
            Err(error) => unanswered(&error),
        }
    }
}

/// An exchange that failed, in words that do not quote the URL: that of a webhook is a secret.
fn unanswered(error: &OutboundError) -> Outcome {
    let words = error.discreet();
    match error {
        OutboundError::Fetch(edge::FetchError::Forbidden { .. }) => Outcome::Refused(words),
        _ => Outcome::Unconfirmed(words),
    }
}

fn understood(said: &Said, judge: fn(&Said) -> Outcome) -> Outcome {
    let later = |retry_after| Outcome::Later {
        message: said.words.clone(),
        retry_after,
        everywhere: said.word("global").and_then(Value::as_bool) == Some(true),
    };
    match said.status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => later(said.retry_after),
        // Whoever says that it failed has confirmed nothing.
        status if status.is_server_error() => later(said.retry_after),
        _ => judge(said),
    }
}

impl Said {
    async fn read(answer: Answer) -> Self {
        let status = answer.status;
        let words = format!("{} answered {}", answer.host, status.as_u16());
        let seconds = answer.headers.get(header::RETRY_AFTER);
        let body = answer.body.bytes(MAX_ANSWER).await.ok();
        let body = body.and_then(|body| serde_json::from_slice::<Value>(&body).ok());
        // Discord's body is exact, its header rounded; Foundry has only the header.
        let exact = body.as_ref().and_then(|body| body.get("retry_after"));
        let exact = exact.and_then(|exact| outbound::seconds(&exact.to_string()));
        Self {
            status,
            words,
            body,
            retry_after: exact.or_else(|| outbound::seconds(&seconds?)),
        }
    }

    /// The member `name` of the body.
    pub fn word(&self, name: &str) -> Option<&Value> {
        self.body.as_ref()?.get(name)
    }
}
