//! The host: every port but the two large ones, which are in `fetch` and `objects`.

use std::{cell::RefCell, future::Future, io::Write, marker::PhantomData, time::Duration};

use edge::{
    Clock, Config, ConfigError, Defer, Log, Nearby, Platform, Relay, Remember, Timestamp,
    memory::Memory, tally::Tally,
};
use spin_sdk::{
    variables,
    wasip3::{
        clocks::{monotonic_clock, system_clock},
        random::random,
    },
};

use crate::store::{Originals, Storage};

/// Spin, as a function sees it that stores its objects in `S`. It holds nothing, so cloning it is free.
#[derive(Debug, Clone, Copy, Default)]
pub struct Host<S = Originals> {
    storage: PhantomData<S>,
}

impl<S: Storage> Host<S> {
    /// The host of this component.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<S: Storage> Clock for Host<S> {
    fn now(&self) -> Timestamp {
        let now = system_clock::now();
        let milliseconds = i64::from(now.nanoseconds / 1_000_000);
        Timestamp::from_milliseconds(
            now.seconds
                .saturating_mul(1000)
                .saturating_add(milliseconds),
        )
    }

    async fn sleep(&self, duration: Duration) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        monotonic_clock::wait_for(nanoseconds).await;
    }
}

impl<S: Storage> Config for Host<S> {
    async fn variable(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        match variables::get(name.to_ascii_lowercase()).await {
            Ok(value) => Ok((!value.is_empty()).then_some(value)),
            Err(variables::Error::Undefined(_)) => Ok(None),
            Err(error) => Err(ConfigError::Unavailable {
                name,
                cause: variable_failure(&error).to_owned(),
            }),
        }
    }
}

/// Why a variable cannot be read, without the provider's text: it might quote the value.
fn variable_failure(error: &variables::Error) -> &'static str {
    match error {
        variables::Error::InvalidName(_) => "Spin refuses the name",
        variables::Error::Undefined(_) => "it is not defined",
        variables::Error::Provider(_) => "the variables provider failed",
        variables::Error::Other(_) => "Spin could not resolve it",
    }
}

impl<S: Storage> Defer for Host<S> {
    /// Runs `task` within the component-model task of the request: Spin keeps the instance until
    /// it has ended, so every wait in it needs a deadline.
    fn defer(&self, task: impl Future<Output = ()> + 'static) {
        spin_sdk::wasip3::spawn(task);
    }

    fn deferred_time(&self) -> Option<Duration> {
        None
    }
}

impl<S: Storage> Log for Host<S> {
    /// Writes to standard output, which Spin collects. A line that cannot be written is lost:
    /// there is nowhere else to say so.
    fn log(&self, line: &str) {
        let line = format!("{line}\n");
        let mut output = std::io::stdout().lock();
        let _ = output
            .write_all(line.as_bytes())
            .and_then(|()| output.flush());
    }

    /// The request of the first that is counted writes, after its response; the instance is kept
    /// until it has.
    fn tally(&self, function: &'static str, route: &'static str, status: u16) -> bool {
        if TALLY.with_borrow_mut(|tally| tally.count(function, route, status)) {
            let host = *self;
            self.defer(async move {
                host.sleep(TALLIED).await;
                TALLY.take().write(&host);
            });
        }
        true
    }
}

/// How long answers are counted for one line in the log.
const TALLIED: Duration = Duration::from_millis(250);

/// How many random values cross at once; each is given away once.
const RESERVE: u64 = 64;

thread_local! {
    static TALLY: RefCell<Tally> = const { RefCell::new(Tally::new()) };
    static RANDOM: RefCell<Vec<[u8; 16]>> = const { RefCell::new(Vec::new()) };
}

/// The database is as near as it gets.
impl<S: Storage> Nearby for Host<S> {}

/// What passes through passes through the component.
impl<S: Storage> Relay for Host<S> {}

impl<S: Storage> Platform for Host<S> {
    fn runtime(&self) -> &'static str {
        "spin"
    }

    fn random(&self) -> [u8; 16] {
        RANDOM.with_borrow_mut(|ready| {
            if ready.is_empty() {
                ready.extend(random::get_random_bytes(16 * RESERVE).as_chunks().0);
            }
            // Spin gives as many as it is asked for; in the world's definition it may give fewer.
            ready.pop().unwrap_or_else(one_by_one)
        })
    }
}

fn one_by_one() -> [u8; 16] {
    let mut bytes = [0; 16];
    for half in bytes.chunks_exact_mut(8) {
        half.copy_from_slice(&random::get_random_u64().to_le_bytes());
    }
    bytes
}

impl<S: Storage> Remember for Host<S> {
    fn with_memory<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        thread_local! {
            static MEMORY: RefCell<Memory> = RefCell::default();
        }
        MEMORY.with_borrow_mut(work)
    }
}
