//! The cases of variables and secrets.

use edge::{Config, config::name};

use super::{
    Outcome,
    case::{ensure, same},
};

pub async fn variable_that_is_set<H: Config>(host: &H) -> Outcome {
    match host.variable(name::PUBLIC_URL).await {
        Ok(Some(url)) => {
            ensure!(url.starts_with("http"), "PUBLIC_URL is not a URL");
            Ok(())
        }
        Ok(None) => Err("PUBLIC_URL is not set; the suite needs it".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// Not set, or set to nothing, which on some platforms is the only way of not setting it.
pub async fn variable_that_is_not_set<H: Config>(host: &H) -> Outcome {
    let found = host.variable(name::DISCORD_WEBHOOK_URL).await;
    same("DISCORD_WEBHOOK_URL", found, Ok(None))
}
