//! Runs futures on this thread, moving the fake clock when nothing else can go on.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use super::{MemoryHost, faults::Point};

/// Why a future did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// The process was made to crash.
    #[error("the process crashed at point {} ({:?} {})", .0.number, .0.operation, .0.name)]
    Crashed(Point),
    /// It waits for something that can never happen.
    #[error("nothing can go on: everything waits, and nobody sleeps")]
    Stalled,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl MemoryHost {
    /// Runs `future` to its end.
    ///
    /// # Errors
    /// [`Stopped`]; the future is dropped then.
    pub fn run<F: Future>(&self, future: F) -> Result<F::Output, Stopped> {
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(self.until_crash(future));
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            let woken = woken.0.swap(false, Ordering::Relaxed);
            if !woken && !self.world.clock.jump() {
                return Err(Stopped::Stalled);
            }
        }
    }

    /// Runs `future` to its end.
    ///
    /// # Panics
    /// Where it does not come to an end.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        match self.run(future) {
            Ok(output) => output,
            Err(stopped) => panic!("{stopped}"),
        }
    }

    /// `future`, given up when this process crashes: for several processes in one
    /// [`MemoryHost::run`].
    ///
    /// # Errors
    /// [`Stopped::Crashed`].
    pub async fn until_crash<F: Future>(&self, future: F) -> Result<F::Output, Stopped> {
        let mut future = pin!(future);
        poll_fn(|context| {
            let polled = future.as_mut().poll(context);
            match self.crashed() {
                Some(point) => Poll::Ready(Err(Stopped::Crashed(point))),
                None => polled.map(Ok),
            }
        })
        .await
    }
}

/// Gives way once, so that other tasks of the same run go on.
pub(super) async fn give_way() {
    let mut given = false;
    poll_fn(|context| {
        if given {
            return Poll::Ready(());
        }
        given = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
