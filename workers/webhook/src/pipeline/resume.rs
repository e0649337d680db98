//! Taking up deliveries that were left lying.

use edge::{
    log,
    objects::{MAX_PAGE, ObjectError, ObjectMeta},
};
use registry::{DeliveryId, Journal, Key, Prefix, State, key, store};
use serde_json::json;

use super::run::run;
use crate::Host;

/// Most deliveries that one call works on; the next one goes on.
const MOST: usize = 25;

/// A mark whose journal has not come for so long never gets one, in milliseconds.
const ABANDONED: i64 = 15 * 60 * 1000;

/// What was done with one unfinished delivery.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Resumed {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Its state now; absent where the store would not say.
    pub state: Option<State>,
    /// Whether it was worked on; otherwise it waits, or somebody else works on it.
    pub worked: bool,
}

/// Works on every delivery that is unfinished and due, one after the other, at most 25.
///
/// # Errors
/// [`ObjectError`] where the store would not list them.
pub async fn run_all<H: Host>(host: &H) -> Result<Vec<Resumed>, ObjectError> {
    let (mut resumed, mut worked, mut cursor) = (Vec::new(), 0, None);
    loop {
        let prefix = Prefix::OpenDeliveries.path();
        let page = host
            .object_list(&prefix, cursor.as_deref(), MAX_PAGE)
            .await?;
        let mut marks = page.objects;
        // Begins anywhere, so that a delivery that stops its worker does not hold up those after it.
        if let Some(offset) = usize::from(host.random()[0]).checked_rem(marks.len()) {
            marks.rotate_left(offset);
        }
        for mark in &marks {
            if let Some(done) = resume(host, mark).await {
                worked += usize::from(done.worked);
                resumed.push(done);
            }
            if worked == MOST {
                return Ok(resumed);
            }
        }
        cursor = page.cursor;
        if cursor.is_none() {
            return Ok(resumed);
        }
    }
}

/// The scheduled tick.
pub async fn tick<H: Host>(host: &H) {
    match run_all(host).await {
        Ok(resumed) => {
            let worked = resumed.iter().filter(|resumed| resumed.worked).count();
            let members = json!({ "open": resumed.len(), "worked": worked });
            log::event(host, host.now(), "resumed", members);
        }
        Err(error) => {
            let members = json!({ "cause": error.to_string() });
            log::event(host, host.now(), "resume-failed", members);
        }
    }
}

/// Works on the delivery that `mark` is for; `None` where nothing is left of it.
async fn resume<H: Host>(host: &H, mark: &ObjectMeta) -> Option<Resumed> {
    let delivery = key::open_delivery(&mark.key)?;
    let answer = |state, worked| Resumed {
        delivery: delivery.clone(),
        state,
        worked,
    };
    if let Some(journal) = run(host, &delivery).await {
        return Some(answer(Some(journal.state), true));
    }
    let journal = store::read::<Journal, _>(host, &Key::Delivery(&delivery)).await;
    let age = host.now().milliseconds() - mark.modified.milliseconds();
    match journal {
        Ok(Some(journal)) if !journal.record.state.is_finished() => {
            Some(answer(Some(journal.record.state), false))
        }
        // Its journal may be about to be written.
        Ok(None) if age < ABANDONED => Some(answer(None, false)),
        Ok(_) => {
            // A failure leaves the mark to the next tick.
            let _ = host.object_delete(&mark.key).await;
            None
        }
        Err(_) => Some(answer(None, false)),
    }
}
