//! What a function is to the platform's entry.

use crate::{Request, Response};

/// The dependency that makes a function unhealthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unhealthy {
    /// What does not answer or is not configured: `objects`, or the name of a variable.
    pub dependency: &'static str,
    /// Why, for the log only.
    pub cause: String,
}

/// A function: deployed, limited and failing alone. `H` is the platform.
pub trait Function<H> {
    /// Its name in routes, logs and deployments.
    const NAME: &'static str;
    /// Its version, that of its crate.
    const VERSION: &'static str;

    /// Answers one request.
    async fn handle(host: &H, request: Request) -> Response;

    /// Whether what the function depends on answers.
    ///
    /// # Errors
    /// The first dependency that does not.
    async fn health(host: &H) -> Result<(), Unhealthy>;

    /// The scheduled tick: takes up what was left lying. Most functions have nothing to do.
    async fn tick(host: &H) {
        let _ = host;
    }
}
