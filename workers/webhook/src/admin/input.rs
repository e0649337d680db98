//! Reading what admin calls are given, and answering what went wrong.

use edge::{Body, Clock, Log, Problem, StatusCode, log};
use registry::{
    NameError,
    store::{AdministerError, StoreError},
};
use serde::de::DeserializeOwned;
use serde_json::json as object;

/// Largest JSON body of an admin call, in bytes.
const MAX_BODY: u64 = 64 << 10;

/// Longest reason of a withdrawal, in characters.
pub const MAX_REASON: usize = 500;

/// A part of the path that is not the name it should be.
pub fn bad_name(error: NameError) -> Problem {
    Problem::bad_request(error.to_string())
}

/// The JSON in `body`; `example` shows what would be right.
///
/// # Errors
/// `400`.
pub async fn json<T: DeserializeOwned>(body: Body, example: &str) -> Result<T, Problem> {
    let bytes = body.bytes(MAX_BODY).await.ok();
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| Problem::bad_request(format!("the body should be JSON such as {example}")))
}

/// What the registry would not do.
pub fn refused<L: Log + Clock>(host: &L, error: AdministerError) -> Problem {
    match error {
        AdministerError::Store(error) => store_failed(host, &error),
        AdministerError::NoPackage(_) | AdministerError::NoRelease(_) => {
            Problem::not_found(error.to_string())
        }
        AdministerError::Promote(registry::PromoteError::Unknown(_)) => {
            Problem::not_found(error.to_string())
        }
        AdministerError::Promote(registry::PromoteError::Yanked(_)) => Problem::new(
            StatusCode::CONFLICT,
            "release-yanked",
            "Release yanked",
            error.to_string(),
        ),
        AdministerError::Promote(registry::PromoteError::NotFor { .. }) => Problem::new(
            StatusCode::CONFLICT,
            "release-not-for-generation",
            "Release not for this generation",
            error.to_string(),
        ),
        AdministerError::Changed => Problem::new(
            StatusCode::CONFLICT,
            "changed-meanwhile",
            "Changed meanwhile",
            error.to_string(),
        ),
    }
}

/// What the store would not do; the cause is for the log.
pub fn store_failed<L: Log + Clock>(host: &L, error: &StoreError) -> Problem {
    log::event(
        host,
        host.now(),
        "store-failed",
        object!({ "cause": error.to_string() }),
    );
    match error {
        StoreError::Corrupt { .. } | StoreError::TooLarge { .. } => Problem::internal(),
        _ => Problem::unavailable("objects"),
    }
}
