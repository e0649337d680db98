//! A clock that moves when it is told to, or when everybody sleeps.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use edge::{Clock, Timestamp};

use super::{MemoryHost, executor::give_way};

/// 2026-11-22T10:00:00Z.
const START: i64 = 1_795_341_600_000;

pub(super) struct FakeClock {
    now: Cell<i64>,
    auto_advance: Cell<bool>,
    sleepers: RefCell<BTreeMap<(i64, u64), Waker>>,
    next_sleeper: Cell<u64>,
}

impl Default for FakeClock {
    fn default() -> Self {
        Self {
            now: Cell::new(START),
            auto_advance: Cell::new(true),
            sleepers: RefCell::default(),
            next_sleeper: Cell::default(),
        }
    }
}

impl FakeClock {
    pub fn now(&self) -> Timestamp {
        Timestamp::from_milliseconds(self.now.get())
    }

    /// Moves to the next sleeper's time; whether there was one and the clock may move by itself.
    pub fn jump(&self) -> bool {
        let next = self.sleepers.borrow().keys().next().copied();
        match next {
            Some((time, _)) if self.auto_advance.get() => {
                self.set(time.max(self.now.get()));
                true
            }
            _ => false,
        }
    }

    fn set(&self, time: i64) {
        self.now.set(time);
        let later = self.sleepers.borrow_mut().split_off(&(time + 1, 0));
        let due = self.sleepers.replace(later);
        due.into_values().for_each(Waker::wake);
    }
}

struct Sleep {
    clock: Rc<FakeClock>,
    key: (i64, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.key.0 <= self.clock.now.get() {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        self.clock.sleepers.borrow_mut().insert(self.key, waker);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.clock.sleepers.borrow_mut().remove(&self.key);
    }
}

impl MemoryHost {
    /// Moves the clock on by `duration`, for every process on the same store.
    pub fn advance(&self, duration: Duration) {
        let clock = &self.world.clock;
        clock.set(clock.now.get() + milliseconds(duration));
    }

    /// Whether the clock jumps to the next sleeper's time when nothing else can go on; it does
    /// unless told otherwise. A run in which everybody sleeps stalls otherwise.
    pub fn set_auto_advance(&self, auto_advance: bool) {
        self.world.clock.auto_advance.set(auto_advance);
    }
}

impl Clock for MemoryHost {
    fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    async fn sleep(&self, duration: Duration) {
        let clock = Rc::clone(&self.world.clock);
        let number = clock.next_sleeper.replace(clock.next_sleeper.get() + 1);
        let key = (clock.now.get() + milliseconds(duration), number);
        give_way().await;
        Sleep { clock, key }.await;
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}
