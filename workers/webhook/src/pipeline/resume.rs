//! Taking up deliveries that were left lying.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};

use edge::{
    Timestamp, log,
    objects::{MAX_PAGE, ObjectError, ObjectMeta},
};
use futures_util::future::join4;
use registry::{DeliveryId, Journal, Key, Prefix, State, key, store};
use serde_json::json;

use super::run::run;
use crate::Host;

/// Most deliveries that one call works on; the next one goes on.
const MOST: usize = 25;

/// Until when after its beginning a call begins on further deliveries, in milliseconds.
const BEGUN_WITHIN: i64 = 20_000;

/// Most pages of marks that are looked at.
const MOST_PAGES: usize = 10;

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

/// Works on deliveries that are unfinished and due: a few at once, at most 25, and none is begun
/// after 20 seconds, so that whoever asked is answered. The next call goes on.
///
/// # Errors
/// [`ObjectError`] where the store would not list them.
pub async fn run_all<H: Host>(host: &H) -> Result<Vec<Resumed>, ObjectError> {
    let marks = marks(host).await?;
    let round = Round {
        host,
        // A store that is slow to list them does not take the time to work on them.
        latest: host.now().plus(BEGUN_WITHIN),
        marks: RefCell::new(marks),
        worked: Cell::new(0),
        resumed: RefCell::default(),
    };
    join4(round.lane(), round.lane(), round.lane(), round.lane()).await;
    Ok(round.resumed.into_inner())
}

/// The marks of unfinished deliveries. They begin anywhere, so that a delivery that stops its worker
/// does not hold up those after it.
async fn marks<H: Host>(host: &H) -> Result<VecDeque<ObjectMeta>, ObjectError> {
    let prefix = Prefix::OpenDeliveries.path();
    let (mut marks, mut cursor) = (VecDeque::new(), None);
    for _ in 0..MOST_PAGES {
        let listed = host.object_list(&prefix, cursor.as_deref(), MAX_PAGE);
        let page = listed.await?;
        marks.extend(page.objects);
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    let [high, low, ..] = host.random();
    let anywhere = usize::from(u16::from_be_bytes([high, low]));
    if let Some(offset) = anywhere.checked_rem(marks.len()) {
        marks.rotate_left(offset);
    }
    Ok(marks)
}

/// One call's work.
struct Round<'a, H> {
    host: &'a H,
    latest: Timestamp,
    marks: RefCell<VecDeque<ObjectMeta>>,
    worked: Cell<usize>,
    resumed: RefCell<Vec<Resumed>>,
}

impl<H: Host> Round<'_, H> {
    /// Works on one delivery after the other.
    async fn lane(&self) {
        while self.host.now() <= self.latest && self.worked.get() < MOST {
            let mark = self.marks.borrow_mut().pop_front();
            let Some(mark) = mark else { return };
            // Counted before it is known, so that the lanes together do not exceed it.
            self.worked.set(self.worked.get() + 1);
            // In a box: four of these lie side by side.
            let done = Box::pin(resume(self.host, &mark)).await;
            if !done.as_ref().is_some_and(|done| done.worked) {
                self.worked.set(self.worked.get().saturating_sub(1));
            }
            self.resumed.borrow_mut().extend(done);
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
            let _ = store::mark_finished(host, &delivery).await;
            None
        }
        Err(_) => Some(answer(None, false)),
    }
}
