//! Errors that callers see: RFC 9457 problem details.

use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

use crate::Response;

/// An error answer, `application/problem+json` (RFC 9457).
///
/// Two kinds, never mixed: the caller's fault (4xx), whose detail says what was wrong and what
/// would be right; and ours (5xx), whose text is constant, with the cause in the log only.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
    extension: Vec<(String, Value)>,
}

impl Problem {
    /// A problem of the stable kind `kind` (kebab case, part of the `type` URI), titled `title`,
    /// with a `detail` written for the person who has to mend it.
    pub fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            kind,
            title,
            detail: detail.into(),
            extension: Vec::new(),
        }
    }

    /// `404` for a path or thing that does not exist.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// `400` for a request that does not have the form it should have.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "bad-request",
            "Bad request",
            detail,
        )
    }

    /// `405` naming the methods that the path takes.
    pub fn method_not_allowed(allowed: &'static str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "Method not allowed",
            format!("this path answers {allowed}"),
        )
        .with("allow", allowed)
    }

    /// `500` whose cause stands in the log only.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Internal error",
            "something failed on our side; the request id names it in the log",
        )
    }

    /// `503` because `dependency` does not answer; the caller may try again.
    pub fn unavailable(dependency: &'static str) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Temporarily unavailable",
            format!("{dependency} does not answer; try again in a moment"),
        )
    }

    /// `503` because the operator has to set or mend a variable.
    pub fn misconfigured(error: &crate::ConfigError) -> Self {
        if let crate::ConfigError::Unavailable { name, .. } = error {
            return Self::unavailable(name);
        }
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "misconfigured",
            "Not configured",
            format!("the operator of this server has to mend its configuration: {error}"),
        )
    }

    /// The same with a further member `name`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extension.push((name.to_owned(), value.into()));
        self
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The detail.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        let mut members = Map::new();
        members.insert(
            "type".into(),
            format!("urn:vtta-edge:problem:{}", problem.kind).into(),
        );
        members.insert("title".into(), problem.title.into());
        members.insert("status".into(), problem.status.as_u16().into());
        members.insert("detail".into(), problem.detail.into());
        let allow = problem
            .extension
            .iter()
            .find(|(name, _)| name == "allow")
            .and_then(|(_, value)| value.as_str())
            .map(str::to_owned);
        members.extend(problem.extension);
        let response = Response::new(problem.status)
            .with(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/problem+json"),
            )
            .with(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
            .with_body(serde_json::to_vec(&members).unwrap_or_default());
        match allow {
            Some(allow) => response.with_text(header::ALLOW, &allow),
            None => response,
        }
    }
}

impl From<crate::ConfigError> for Problem {
    fn from(error: crate::ConfigError) -> Self {
        Self::misconfigured(&error)
    }
}
