//! An in-memory platform: every port, deterministic, with faults at every point.
//!
//! A [`MemoryHost`] is one process. [`MemoryHost::peer`] is another one on the same store, network
//! and clock: the same program after a restart, a second node, or a reader. It is stricter than any
//! real platform wherever the ports leave room, so that nobody relies on more than they promise.

mod body;
mod clock;
mod executor;
mod faults;
mod nearby;
mod network;
mod objects;
mod odd;
mod request;
mod store;
mod sweep;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::Poll,
    time::Duration,
};

use edge::{Config, ConfigError, Defer, Log, Platform, Remember, clock::timeout, memory::Memory};
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::sign;

pub use executor::Stopped;
pub use faults::{Fault, Operation, Point};
pub use odd::Odd;
pub use request::{RequestBuilder, request};
pub use sweep::{Tried, sweep};

/// What all processes share.
#[derive(Default)]
struct World {
    store: store::Store,
    clock: Rc<clock::FakeClock>,
    network: network::Network,
    /// Processes besides the first.
    peers: Cell<u64>,
}

/// What belongs to one process.
#[derive(Default)]
struct Process {
    variables: RefCell<BTreeMap<String, String>>,
    broken_variables: RefCell<BTreeSet<String>>,
    deferred: RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>>,
    deferred_time: Cell<Option<Duration>>,
    log: RefCell<Vec<String>>,
    faults: faults::Faults,
    nearby: RefCell<Option<nearby::Shelf>>,
    memory: RefCell<Memory>,
    number: u64,
    random: Cell<u64>,
}

/// One process on an in-memory platform.
#[derive(Clone, Default)]
pub struct MemoryHost {
    world: Rc<World>,
    process: Rc<Process>,
}

impl MemoryHost {
    /// A process on an empty store, at 2026-11-22T10:00:00Z, with nothing configured and nobody to
    /// talk to.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another process on the same store, network and clock, configured alike. It has none of this
    /// one's deferred work, faults, points and log lines.
    #[must_use]
    pub fn peer(&self) -> Self {
        self.world.peers.set(self.world.peers.get() + 1);
        let process = Process {
            variables: self.process.variables.clone(),
            deferred_time: self.process.deferred_time.clone(),
            number: self.world.peers.get(),
            ..Process::default()
        };
        Self {
            world: Rc::clone(&self.world),
            process: Rc::new(process),
        }
    }

    /// Sets the variable or secret `name`.
    pub fn set(&self, name: &str, value: impl Into<String>) {
        let mut variables = self.process.variables.borrow_mut();
        variables.insert(name.to_owned(), value.into());
    }

    /// Removes the variable or secret `name`.
    pub fn unset(&self, name: &str) {
        self.process.variables.borrow_mut().remove(name);
    }

    /// Lets every read of `name` fail from now on.
    pub fn break_config(&self, name: &str) {
        let mut broken = self.process.broken_variables.borrow_mut();
        broken.insert(name.to_owned());
    }

    /// How many pieces of deferred work wait.
    pub fn deferred(&self) -> usize {
        self.process.deferred.borrow().len()
    }

    /// From now on, deferred work is stopped after `time`, as Workers do it.
    pub fn limit_deferred(&self, time: Duration) {
        self.process.deferred_time.set(Some(time));
    }

    /// Runs the deferred work, and what that defers, beside each other to the end, or until it is
    /// stopped.
    pub async fn run_deferred(&self) {
        match self.deferred_time() {
            // Work that is stopped is dropped wherever it stands, and says nothing.
            Some(time) => drop(timeout(self, time, self.run_all_deferred()).await),
            None => self.run_all_deferred().await,
        }
    }

    async fn run_all_deferred(&self) {
        let mut running = FuturesUnordered::new();
        poll_fn(|context| {
            loop {
                running.extend(self.process.deferred.take());
                match running.poll_next_unpin(context) {
                    Poll::Ready(Some(())) => {}
                    Poll::Ready(None) => return Poll::Ready(()),
                    Poll::Pending if self.deferred() == 0 => return Poll::Pending,
                    // What is running has just deferred more, which does not wait for it.
                    Poll::Pending => {}
                }
            }
        })
        .await;
    }

    /// Drops the deferred work, as when the process is stopped after the response.
    pub fn drop_deferred(&self) {
        drop(self.process.deferred.take());
    }

    /// The lines that this process wrote to its log.
    pub fn log_lines(&self) -> Vec<String> {
        self.process.log.borrow().clone()
    }
}

impl Config for MemoryHost {
    async fn variable(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        if self.process.broken_variables.borrow().contains(name) {
            return Err(ConfigError::Unavailable {
                name,
                cause: "it was made to fail".into(),
            });
        }
        let value = self.process.variables.borrow().get(name).cloned();
        Ok(value.filter(|value| !value.is_empty()))
    }
}

impl Defer for MemoryHost {
    fn defer(&self, task: impl Future<Output = ()> + 'static) {
        self.process.deferred.borrow_mut().push(Box::pin(task));
    }

    fn deferred_time(&self) -> Option<Duration> {
        self.process.deferred_time.get()
    }
}

impl Log for MemoryHost {
    fn log(&self, line: &str) {
        self.process.log.borrow_mut().push(line.to_owned());
    }
}

impl Remember for MemoryHost {
    fn with_memory<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        work(&mut self.process.memory.borrow_mut())
    }
}

impl Platform for MemoryHost {
    fn runtime(&self) -> &'static str {
        "memory"
    }

    /// Never the same twice, and always the same in the same test.
    fn random(&self) -> [u8; 16] {
        let count = self.process.random.get() + 1;
        self.process.random.set(count);
        let seed = format!("random {} {count}", self.process.number);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&sign::sha256(seed.as_bytes())[..16]);
        bytes
    }
}
