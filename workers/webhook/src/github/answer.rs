//! What GitHub's answers mean that are no success.

use std::time::Duration;

use edge::{
    Clock, Config, Fetch, header,
    outbound::{Answer, host_of},
};
use registry::Failure;

use super::Client;
use crate::failure::StepError;

/// Most bytes that are read of an answer that says why something was refused.
const MAX_REFUSAL: u64 = 64 << 10;

/// How long GitHub wants to be left alone at least where it does not say how long.
const LEAST_PAUSE: Duration = Duration::from_secs(60);

impl<H> Client<'_, H>
where
    H: Fetch + Clock + Config + Clone + 'static,
{
    /// Turns an answer that is no success into words that help.
    ///
    /// # Errors
    /// [`StepError`] for every status but `200`.
    pub(super) async fn check(&self, answer: Answer, what: &str) -> Result<Answer, StepError> {
        let status = answer.status.as_u16();
        let said = format!("{} answered {status} when asked for {what}", answer.host);
        match status {
            200 => Ok(answer),
            401 | 403 if answer.host != host_of(&self.api) => {
                // No token goes there: what is refused is the address that the API gave.
                let message = format!(
                    "{said}: the address that GitHub's API gave for it has expired or is not \
                     accepted; another one is asked for"
                );
                Err(StepError::transient("github-address", message))
            }
            403 | 429 => Err(self.limited_or_refused(answer, said).await),
            408 | 500..=599 => Err(StepError::transient("github-unavailable", said)),
            401 => Err(refused(&said)),
            404 => {
                let hint = if self.token.is_some() {
                    "it is gone, or GITHUB_TOKEN may not see the repository"
                } else {
                    "it is gone, or the repository is private, which needs GITHUB_TOKEN"
                };
                Err(Failure::new("github-not-found", format!("{said}: {hint}")).into())
            }
            _ => Err(Failure::new("github-answer", said).into()),
        }
    }

    /// Rate limits, by <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>:
    /// the primary one is told by a header, a secondary one may be told by the body's words alone.
    async fn limited_or_refused(&self, answer: Answer, said: String) -> StepError {
        let used_up = answer.headers.get("x-ratelimit-remaining").as_deref() == Some("0");
        let retry_after = answer.headers.get(header::RETRY_AFTER);
        let wait = match &retry_after {
            Some(seconds) => seconds.trim().parse().ok().map(Duration::from_secs),
            None if used_up => self.until_reset(&answer),
            None => Some(LEAST_PAUSE),
        };
        let limited = answer.status.as_u16() == 429
            || used_up
            || retry_after.is_some()
            || speaks_of_a_limit(answer).await;
        if !limited {
            return refused(&said);
        }
        let hint = if self.token.is_some() {
            ""
        } else {
            "; a GITHUB_TOKEN raises the limit"
        };
        let message = format!("{said}: its rate limit is used up{hint}");
        StepError::later("github-rate-limit", message, wait)
    }

    fn until_reset(&self, answer: &Answer) -> Option<Duration> {
        let reset = answer.headers.get("x-ratelimit-reset")?;
        let reset: i64 = reset.trim().parse().ok()?;
        let wait = reset.checked_mul(1000)? - self.host.now().milliseconds();
        u64::try_from(wait).ok().map(Duration::from_millis)
    }
}

/// "You have exceeded a secondary rate limit …", "API rate limit exceeded …".
async fn speaks_of_a_limit(answer: Answer) -> bool {
    let text = answer.body.bytes(MAX_REFUSAL).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text).to_ascii_lowercase();
    text.contains("rate limit")
}

fn refused(said: &str) -> StepError {
    let message = format!(
        "{said}: GITHUB_TOKEN is missing, expired or lacks the right to read the repository's contents"
    );
    Failure::new("github-refused", message).into()
}
