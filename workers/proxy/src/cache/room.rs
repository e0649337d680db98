//! How much of an isolate's memory sources take, so that requests that need it wait for each other.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use edge::{Clock, Timestamp};

use crate::{
    limits,
    refusal::{Reason, Refusal},
};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(20);

thread_local! {
    /// Number, bytes, and until when at most: a platform may forget a request without ending it.
    static HELD: RefCell<Vec<(u64, u64, Timestamp)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// Room for a source, given back when it is dropped.
#[derive(Debug)]
pub struct Room(u64);

impl Room {
    /// Waits for room for `bytes`.
    ///
    /// # Errors
    /// [`Reason::Busy`] where there is none in time.
    pub async fn take<C: Clock>(clock: &C, bytes: u64) -> Result<Self, Refusal> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(room) = Self::try_take(clock.now(), bytes) {
                return Ok(room);
            }
            if waited >= limits::HEAD_TIME {
                let detail = "too many large images are being worked on; try again in a moment";
                return Err(Refusal::new(Reason::Busy, detail));
            }
            clock.sleep(PAUSE).await;
            waited += PAUSE;
        }
    }

    fn try_take(now: Timestamp, bytes: u64) -> Option<Self> {
        HELD.with_borrow_mut(|held| {
            held.retain(|(_, _, until)| now < *until);
            let taken: u64 = held.iter().map(|(_, bytes, _)| bytes).sum();
            // Whoever is alone gets what it needs.
            if !held.is_empty() && taken + bytes > limits::HELD_BYTES {
                return None;
            }
            let number = NEXT.get();
            NEXT.set(number.wrapping_add(1));
            let patience = i64::try_from(limits::PATIENCE.as_millis()).unwrap_or(i64::MAX);
            held.push((number, bytes, now.plus(patience)));
            Some(Self(number))
        })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        HELD.with_borrow_mut(|held| held.retain(|(number, ..)| *number != self.0));
    }
}
