//! The port to time.

use std::{future::Future, pin::pin, time::Duration};

use futures_util::future::{Either, select};

use crate::Timestamp;

/// What a function may know of time. Functions never call the standard library's clocks: they
/// panic in a Worker.
pub trait Clock {
    /// The current time. On Workers it stands still while code runs and moves on at I/O.
    fn now(&self) -> Timestamp;

    /// Waits for `duration`.
    async fn sleep(&self, duration: Duration);
}

/// The result of `work`, or `None` when it took longer than `limit`; `work` is dropped then.
pub async fn timeout<C: Clock, F: Future>(
    clock: &C,
    limit: Duration,
    work: F,
) -> Option<F::Output> {
    match select(pin!(work), pin!(clock.sleep(limit))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}
