//! One request to the bucket and its answer, tried again within bounds where that can help.

use std::time::Duration;

use edge::{
    Bytes, FetchError, FetchRequest, FetchResponse, HeaderName, HeaderValue, Method, StatusCode,
    clock::timeout, objects::ObjectError,
};
use sha2::{Digest, Sha256};

use crate::{
    Host, S3, address,
    sign::{hex, sign},
    xml,
};

/// Most attempts of one request.
const ATTEMPTS: u32 = 4;

/// Pause before the second attempt; it doubles from there, give or take a half.
const PAUSE: Duration = Duration::from_millis(100);

/// Time for the head of one answer, where the bucket has little to do for it.
const HEAD: Duration = Duration::from_secs(5);

/// Time until an attempt may be the last one, for a request without a body.
const TOTAL: Duration = Duration::from_secs(10);

/// Bytes of a body that must be sent in a second, else the bucket counts as away.
const SLOWEST: u64 = 128 * 1024;

/// Time for the rest of an answer that is read whole.
pub(crate) const REST: Duration = Duration::from_secs(10);

/// Most bytes of an answer that is read whole: a page of a list is far smaller.
const MOST: u64 = 4 * 1024 * 1024;

/// Whether a request whose answer got lost may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Twice is the same as once.
    Harmless,
    /// Only where the bucket says that it did nothing: the second one would meet the first one's
    /// effect.
    IfRefused,
}

/// A request to the bucket.
pub(crate) struct Ask<'a> {
    pub method: Method,
    /// The object; the bucket itself where there is none.
    pub key: Option<&'a str>,
    /// Encoded and in order, as [`address::url`] wants it.
    pub query: String,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Bytes,
    pub repeat: Repeat,
    /// Time for the head of one answer, besides that for sending the body.
    pub patience: Duration,
}

impl<'a> Ask<'a> {
    /// A request without anything, which may be repeated.
    pub fn new(method: Method, key: &'a str) -> Self {
        Self {
            method,
            key: Some(key),
            query: String::new(),
            headers: Vec::new(),
            body: Bytes::new(),
            repeat: Repeat::Harmless,
            patience: HEAD,
        }
    }
}

impl<H: Host> S3<H> {
    /// Sends `ask`, again where the bucket is overloaded or does not answer.
    ///
    /// # Errors
    /// [`ObjectError::Unavailable`] where there is no answer but of kinds that pass; any other answer
    /// is the caller's to judge.
    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Result<FetchResponse, ObjectError> {
        let payload = hex(&Sha256::digest(&ask.body));
        let sending = Duration::from_secs(ask.body.len() as u64 / SLOWEST);
        let last = self.host.now().plus(milliseconds(TOTAL + sending));
        let mut attempt = 0;
        loop {
            attempt += 1;
            let request = self.signed(&ask, &payload)?;
            let limit = ask.patience + sending;
            let answer = timeout(&self.host, limit, self.host.fetch(request)).await;
            let failed = match answer {
                Some(Ok(response)) if !may_pass(response.status) => return Ok(response),
                Some(Ok(response)) => {
                    let status = response.status;
                    Failed {
                        did_nothing: did_nothing(status),
                        cause: self.refusal(response).await,
                    }
                }
                Some(Err(FetchError::Forbidden { host })) => {
                    return Err(unavailable(format!(
                        "the platform does not allow requests to {host}"
                    )));
                }
                Some(Err(error)) => Failed::unknown(error.to_string()),
                None => Failed::unknown("the bucket did not answer in time".to_owned()),
            };
            let again = ask.repeat == Repeat::Harmless || failed.did_nothing;
            let pause = self.pause(attempt);
            let until = self.host.now().plus(milliseconds(pause));
            if !again || attempt == ATTEMPTS || until >= last {
                return Err(unavailable(failed.cause));
            }
            self.host.sleep(pause).await;
        }
    }

    fn signed(&self, ask: &Ask<'_>, payload: &str) -> Result<FetchRequest, ObjectError> {
        let mut request = FetchRequest {
            method: ask.method.clone(),
            url: address::url(&self.settings.bucket, ask.key, &ask.query)?,
            headers: ask.headers.clone(),
            body: ask.body.clone(),
        };
        sign(&mut request, &self.settings, payload, self.host.now());
        Ok(request)
    }

    /// The text of a small answer.
    ///
    /// # Errors
    /// [`ObjectError::Unavailable`] where it is none, too large, or does not come.
    pub(crate) async fn text(&self, response: FetchResponse) -> Result<String, ObjectError> {
        self.text_within(REST, response).await
    }

    /// The same of an answer that takes up to `limit`.
    ///
    /// # Errors
    /// As [`S3::text`].
    pub(crate) async fn text_within(
        &self,
        limit: Duration,
        response: FetchResponse,
    ) -> Result<String, ObjectError> {
        let bytes = timeout(&self.host, limit, response.body.bytes(MOST)).await;
        let bytes = match bytes {
            Some(Ok(bytes)) => bytes,
            Some(Err(error)) => return Err(unavailable(error.to_string())),
            None => return Err(unavailable("the answer did not come in time".to_owned())),
        };
        String::from_utf8(bytes.into())
            .map_err(|_| unavailable("the bucket's answer is not text".to_owned()))
    }

    /// What an answer of the kind that was not hoped for says: its status and code, and nothing
    /// else of it.
    pub(crate) async fn refusal(&self, response: FetchResponse) -> String {
        let status = response.status.as_u16();
        let text = self.text(response).await.unwrap_or_default();
        let code = xml::text(&text, "Code").unwrap_or_default();
        let plain = |character: char| character.is_ascii_alphanumeric();
        match (status, code.as_str()) {
            (_, code) if code.len() > 64 || !code.chars().all(plain) => {
                format!("the bucket answered {status}")
            }
            (401 | 403, code) => format!(
                "the bucket answered {status} {code}: do STORE_ACCESS_KEY_ID and \
                 STORE_SECRET_ACCESS_KEY allow this?"
            ),
            (_, code) => format!("the bucket answered {status} {code}"),
        }
    }

    /// 0.5 to 1.5 times a pause that doubles with every attempt.
    fn pause(&self, attempt: u32) -> Duration {
        let [random, ..] = self.host.random();
        let doubled = PAUSE * (1 << attempt.saturating_sub(1).min(8));
        doubled / 2 + doubled * u32::from(random) / 255
    }
}

/// What came of an attempt.
struct Failed {
    did_nothing: bool,
    cause: String,
}

impl Failed {
    fn unknown(cause: String) -> Self {
        Self {
            did_nothing: false,
            cause,
        }
    }
}

/// Whether an answer of this status may be another in a moment.
fn may_pass(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 408 | 409 | 425 | 429)
}

/// Whether an answer of this status says that nothing was done: too many requests (R2 takes one
/// write a second for a key), or another conditional write was under way.
fn did_nothing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 409 | 429 | 503)
}

/// That the bucket could not do what it was asked.
pub(crate) fn unavailable(cause: String) -> ObjectError {
    ObjectError::Unavailable(cause)
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
