//! What a function is to the platform's entry.

use crate::{ConfigError, Request, Response, objects::ObjectError};

/// The dependency that makes a function unhealthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unhealthy {
    /// What does not answer or is not configured: `objects`, or the name of a variable.
    pub dependency: &'static str,
    /// Why, for the log only.
    pub cause: String,
}

impl From<ConfigError> for Unhealthy {
    fn from(error: ConfigError) -> Self {
        let (dependency, cause) = (error.name(), error.to_string());
        Self { dependency, cause }
    }
}

impl From<ObjectError> for Unhealthy {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Misconfigured(error) => error.into(),
            other => Self {
                dependency: "objects",
                cause: other.to_string(),
            },
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_named_rather_than_the_store_that_it_is_of() {
        let name = crate::config::name::CACHE_SECONDS;
        let expected = "a number";
        let malformed = ConfigError::Malformed { name, expected };
        for (error, dependency) in [
            (ObjectError::Misconfigured(malformed), name),
            (ObjectError::Unavailable("gone".to_owned()), "objects"),
        ] {
            assert_eq!(Unhealthy::from(error).dependency, dependency);
        }
    }
}
