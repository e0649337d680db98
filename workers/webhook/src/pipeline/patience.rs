//! How long a release's assets are waited for.
//!
//! Nothing in a release says that assets will still come. Signs of it are an upload that has begun,
//! and workflows in the repository: most authors let one build and attach the package when they
//! publish a release. With a sign they are waited for up to ten minutes; without any only as long
//! as a script takes that creates the release and uploads right away, so that authors who publish
//! their source do not wait for nothing.

use std::time::Duration;

use registry::{Journal, record::Waiting};

use crate::{Host, failure::StepError, github::Client};

/// How long assets are waited for where something says that they come, in milliseconds.
const WITH_A_SIGN: i64 = 10 * 60 * 1000;

/// How long they are waited for where nothing says so, in milliseconds.
const WITHOUT: i64 = 6 * 1000;

/// Pauses before the second, third, … look, in seconds; the last one repeats.
const PAUSES: [u64; 8] = [1, 2, 3, 10, 15, 30, 60, 120];

/// Lets the source archive be taken, unless assets are worth waiting for: `coming` are those that
/// are being uploaded.
///
/// # Errors
/// [`StepError::Waiting`], and those of asking GitHub.
pub(super) async fn check<H: Host>(
    host: &H,
    client: &Client<'_, H>,
    journal: &Journal,
    coming: &[String],
) -> Result<(), StepError> {
    let now = host.now();
    let mut waiting = match &journal.waiting {
        Some(waiting) => waiting.clone(),
        None => begin(host, client, journal).await?,
    };
    if let Some(name) = coming.first() {
        waiting.reason = format!("the asset `{name}` is still being uploaded");
        waiting.until = waiting.since.plus(WITH_A_SIGN);
    }
    let left = waiting.until.milliseconds() - now.milliseconds();
    let Some(left) = u64::try_from(left).ok().filter(|left| *left > 0) else {
        return Ok(());
    };
    let look = usize::try_from(waiting.looks).unwrap_or(usize::MAX);
    let pause = PAUSES.get(look.min(PAUSES.len() - 1)).copied();
    let pause = Duration::from_secs(pause.unwrap_or(1)).min(Duration::from_millis(left));
    waiting.looks += 1;
    Err(StepError::Waiting(waiting, pause))
}

async fn begin<H: Host>(
    host: &H,
    client: &Client<'_, H>,
    journal: &Journal,
) -> Result<Waiting, StepError> {
    let (repository, tag) = (&journal.repository, &journal.source.tag);
    let (reason, patience) = if client.has_workflows(repository, tag).await? {
        let reason = "no asset is a package yet, and the repository has workflows that may attach \
                      one; after ten minutes the source of the tag is taken";
        (reason, WITH_A_SIGN)
    } else {
        let reason = "no asset is a package yet; the source of the tag is taken in a moment";
        (reason, WITHOUT)
    };
    let since = host.now();
    Ok(Waiting {
        reason: reason.to_owned(),
        since,
        until: since.plus(patience),
        looks: 0,
    })
}
