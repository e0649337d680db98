//! Faults: everything that can fail is a numbered point, and a plan says what happens there.

use std::{
    cell::{Cell, RefCell},
    future::{Future, pending},
};

use super::{MemoryHost, executor::give_way};

/// What is done at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// A read from the store, up to the head.
    Get,
    /// The body of a read from the store.
    GetBody,
    /// The facts of an object.
    Head,
    /// A write to the store.
    Put,
    /// A page of a list.
    List,
    /// A delete.
    Delete,
    /// An outbound call, up to the head of the answer.
    Fetch,
    /// The body of the answer to an outbound call.
    FetchBody,
}

/// A place in a run where something can fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Its number in the process, from 0, in the order in which points are reached.
    pub number: usize,
    /// What is done.
    pub operation: Operation,
    /// To what: a key, a prefix, or method and URL.
    pub name: String,
}

/// What goes wrong at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It fails and did not happen. A body fails at once.
    Before,
    /// It happened, but the caller is told that it failed ("failed but persisted"). A body breaks
    /// off halfway.
    After,
    /// The process dies before it happens.
    CrashBefore,
    /// The process dies after it happened. In a body, halfway.
    CrashAfter,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Before,
        Self::After,
        Self::CrashBefore,
        Self::CrashAfter,
    ];
}

type Plan = Box<dyn Fn(&Point) -> Option<Fault>>;

/// The faults of one process.
#[derive(Default)]
pub(super) struct Faults {
    points: RefCell<Vec<Point>>,
    plan: RefCell<Option<Plan>>,
    crashed: RefCell<Option<Point>>,
    turns: Cell<u64>,
}

impl MemoryHost {
    /// The points that this process has passed, in order.
    pub fn points(&self) -> Vec<Point> {
        self.process.faults.points.borrow().clone()
    }

    /// From now on, `plan` says what goes wrong at each point of this process.
    pub fn inject(&self, plan: impl Fn(&Point) -> Option<Fault> + 'static) {
        *self.process.faults.plan.borrow_mut() = Some(Box::new(plan));
    }

    /// From now on, nothing goes wrong any more. A crashed process stays dead: go on with
    /// [`MemoryHost::peer`].
    pub fn heal(&self) {
        *self.process.faults.plan.borrow_mut() = None;
    }

    /// Where this process crashed, if it did.
    pub fn crashed(&self) -> Option<Point> {
        self.process.faults.crashed.borrow().clone()
    }

    /// Lets every operation of this process give way a pseudo-random number of times, so that
    /// tasks that run beside each other mix differently for every `seed`.
    pub fn interleave(&self, seed: u64) {
        self.process.faults.turns.set(seed | 1);
    }

    /// Does `work` at the next point, or what the plan says instead.
    pub(super) async fn at_point<T, E>(
        &self,
        operation: Operation,
        name: &str,
        failed: impl FnOnce(String) -> E,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let (point, fault) = self.reach(operation, name).await;
        match fault {
            Some(Fault::Before) => return Err(failed(format!("fault before point {point:?}"))),
            Some(Fault::CrashBefore) => return self.crash(point).await,
            Some(Fault::After | Fault::CrashAfter) | None => {}
        }
        let result = work.await;
        match fault {
            Some(Fault::After) => return Err(failed(format!("fault after point {point:?}"))),
            Some(Fault::CrashAfter) => return self.crash(point).await,
            Some(Fault::Before | Fault::CrashBefore) | None => {}
        }
        self.give_way().await;
        result
    }

    /// Passes the next point: its number is given out, and the plan is asked.
    pub(super) async fn reach(&self, operation: Operation, name: &str) -> (Point, Option<Fault>) {
        if self.crashed().is_some() {
            // A dead process does nothing, whichever of its tasks this is.
            pending::<()>().await;
        }
        self.give_way().await;
        let faults = &self.process.faults;
        let point = Point {
            number: faults.points.borrow().len(),
            operation,
            name: name.to_owned(),
        };
        faults.points.borrow_mut().push(point.clone());
        let fault = faults.plan.borrow().as_ref().and_then(|plan| plan(&point));
        (point, fault)
    }

    /// Ends this process at `point`: whoever awaits this waits for ever.
    pub(super) async fn crash<T>(&self, point: Point) -> T {
        let crashed = &self.process.faults.crashed;
        crashed.borrow_mut().get_or_insert(point);
        pending().await
    }

    async fn give_way(&self) {
        let turns = &self.process.faults.turns;
        // A linear congruential generator (Knuth's MMIX); its upper bits are good enough here.
        let next = match turns.get() {
            0 => 0,
            turn => turn
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407),
        };
        turns.set(next);
        for _ in 0..=(next >> 61) {
            give_way().await;
        }
    }
}
