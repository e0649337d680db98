//! Why a step of a delivery did not succeed: for good, or for now.

use std::time::Duration;

use edge::{BodyError, ConfigError, Timestamp, objects::ObjectError, outbound::OutboundError};
use registry::{Failure, record::Waiting, store::StoreError};

/// Why a step did not succeed.
#[derive(Debug, Clone, PartialEq)]
pub enum StepError {
    /// For good: it will fail however often it is tried; somebody has to change something first.
    Failed(Failure),
    /// For now; the step is tried again.
    Transient {
        /// Stable code in kebab case.
        code: &'static str,
        /// What happened. Names hosts, never paths, queries or secrets.
        message: String,
        /// How long the other side asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// Nothing failed: what is left of the step is to be done then.
    Resting(Timestamp),
    /// Nothing failed: something that is expected to come is looked for again after the pause.
    Waiting(Waiting, Duration),
    /// What was fetched is no longer in the store as it was; it is fetched again.
    StagingLost,
    /// What was fetched was damaged on its way, or where it came from; it is fetched again.
    Spoilt(Failure),
    /// Another run of the same delivery has gone on from here; this one stops.
    Overtaken,
}

impl StepError {
    /// Something that may be over in a moment.
    pub fn transient(code: &'static str, message: impl Into<String>) -> Self {
        Self::later(code, message, None)
    }

    /// Something that is over after `retry_after`, as the other side says.
    pub fn later(
        code: &'static str,
        message: impl Into<String>,
        retry_after: Option<Duration>,
    ) -> Self {
        Self::Transient {
            code,
            message: message.into(),
            retry_after,
        }
    }

    /// What an outbound exchange for `what` failed with.
    pub fn outbound(what: &str, error: &OutboundError) -> Self {
        let message = format!("asking for {what}: {error}");
        match error {
            OutboundError::HostNotAllowed { .. } => {
                let hint = "GITHUB_ASSET_HOSTS names the hosts that downloads may come from";
                Failure::new("host-not-allowed", format!("{message}; {hint}")).into()
            }
            OutboundError::TooLarge { .. } => Failure::new("too-large", message).into(),
            OutboundError::TooManyRedirects { .. } | OutboundError::BadRedirect { .. } => {
                Failure::new("bad-redirect", message).into()
            }
            OutboundError::Deadline { .. } => Self::transient("deadline", message),
            OutboundError::Fetch(edge::FetchError::Forbidden { .. }) => {
                Failure::new("host-not-allowed", message).into()
            }
            OutboundError::Fetch(edge::FetchError::Failed { .. }) => {
                Self::transient("no-answer", message)
            }
        }
    }

    /// What reading the body of `what` failed with.
    pub fn body(what: &str, error: &BodyError) -> Self {
        let message = format!("reading {what}: {error}");
        match error {
            BodyError::TooLarge { .. } => Failure::new("too-large", message).into(),
            _ => Self::transient("broken-off", message),
        }
    }
}

impl From<Failure> for StepError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<ObjectError> for StepError {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Body(error) => Self::body("a body", &error),
            other => Self::transient("store", other.to_string()),
        }
    }
}

impl From<ConfigError> for StepError {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Unavailable { .. } => Self::transient("configuration", error.to_string()),
            // The operator mends it; the delivery goes on then.
            other => Self::transient("misconfigured", other.to_string()),
        }
    }
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Objects(error) => error.into(),
            other => Self::transient("store", other.to_string()),
        }
    }
}
