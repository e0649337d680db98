//! A node: copies in a database of its own, in front of a store that it shares with others.

use std::{cell::Cell, rc::Rc, time::Duration};

use edge::{
    Body, Clock, Defer, Log, Objects, Platform, Timestamp,
    objects::{Get, Got, ObjectError, Put, Written},
};
use edge_cache::{Cached, Forgetting, Policy};
use spin_sdk::sqlite::Value;
use testkit::memory::{MemoryHost, Operation};

use crate::{
    objects::tests::database::Database,
    shelf::SqliteShelf,
    sqlite::{Row, Sql, SqlError},
};

/// For how long copies of what may change are answered here.
pub const FRESH: Duration = Duration::from_secs(5);

pub const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// The process of a node, with its database.
#[derive(Clone)]
pub struct Process {
    pub memory: MemoryHost,
    pub database: Database,
    /// Whether the database takes no writes, as on a disk that is full.
    pub is_full: Rc<Cell<bool>>,
}

/// A node.
pub struct Node {
    pub process: Process,
    /// The store as this node reaches it; faults are put here.
    pub origin: MemoryHost,
    pub cache: Cached<MemoryHost, SqliteShelf<Process>>,
}

impl Node {
    /// A node of the world of `memory` with this many bytes for copies.
    pub fn new(memory: &MemoryHost, budget: u64) -> Self {
        Self::with(memory, FRESH, budget)
    }

    pub fn with(memory: &MemoryHost, fresh: Duration, budget: u64) -> Self {
        let process = Process {
            memory: memory.clone(),
            database: Database::new(),
            is_full: Rc::default(),
        };
        let origin = memory.peer();
        let policy = Policy { fresh, budget };
        let cache = Cached::new(origin.clone(), SqliteShelf(process.clone()), policy);
        Self {
            process,
            origin,
            cache,
        }
    }

    /// The same copies, used by a function that changes what is stored.
    pub fn writer(&self) -> Forgetting<MemoryHost, SqliteShelf<Process>> {
        let shelf = SqliteShelf(self.process.clone());
        Forgetting::new(self.origin.clone(), shelf, 1)
    }

    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.process.memory.block_on(work)
    }

    /// The bytes of `key`, read whole.
    pub fn read(&self, key: &str) -> Result<Vec<u8>, ObjectError> {
        self.run(self.reading(key, Get::default()))
    }

    pub async fn reading(&self, key: &str, get: Get) -> Result<Vec<u8>, ObjectError> {
        match self.cache.object_get(key, get).await? {
            Got::Found(object) => Ok(object.body.bytes(u64::MAX).await?.into()),
            Got::Missing => Ok(b"(missing)".to_vec()),
            Got::Unchanged(_) => Ok(b"(unchanged)".to_vec()),
        }
    }

    /// How often the store was asked for `key`.
    pub fn asked(&self, key: &str) -> usize {
        let points = self.origin.points();
        points
            .iter()
            .filter(|point| point.name == key)
            .filter(|point| matches!(point.operation, Operation::Get | Operation::Head))
            .count()
    }
}

/// Puts an object into the store itself, as another node or a Worker does.
pub fn publish(memory: &MemoryHost, key: &str, bytes: impl Into<Body>, policy: &'static str) {
    let put = Put {
        cache_control: Some(policy),
        ..Put::default()
    };
    let other = memory.peer();
    let written = other.block_on(other.object_put(key, bytes.into(), put));
    assert!(matches!(written, Ok(Written::Stored(_))), "{written:?}");
}

impl Sql for Process {
    async fn sql(
        &self,
        statement: &'static str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        // On a real platform others go on meanwhile, for longer or shorter.
        let [random, ..] = self.memory.random();
        let pause = Duration::from_millis(1 + u64::from(random % 8));
        self.memory.sleep(pause).await;
        if self.is_full.get() {
            return Err(SqlError("the database is full".to_owned()));
        }
        self.database.sql(statement, parameters).await
    }

    async fn look_up(
        &self,
        statement: &'static str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        self.database.look_up(statement, parameters).await
    }
}

impl Clock for Process {
    fn now(&self) -> Timestamp {
        self.memory.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.memory.sleep(duration).await;
    }
}

impl Platform for Process {
    fn runtime(&self) -> &'static str {
        "spin"
    }

    fn random(&self) -> [u8; 16] {
        self.memory.random()
    }
}

impl Log for Process {
    fn log(&self, line: &str) {
        self.memory.log(line);
    }
}

impl Defer for Process {
    fn defer(&self, task: impl Future<Output = ()> + 'static) {
        self.memory.defer(task);
    }

    fn deferred_time(&self) -> Option<Duration> {
        self.memory.deferred_time()
    }
}
