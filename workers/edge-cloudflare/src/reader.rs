//! The host of a function that only reads: its objects come from copies.
//!
//! They are in the memory of the isolate, for [`name::CACHE_SECONDS`] without asking; behind it is the
//! data centre's own cache, and behind that the bucket. Where the bucket does not answer, copies do. What
//! was answered a moment ago is answered again without asking the function.

use std::{cell::RefCell, rc::Rc, time::Duration};

use edge::{
    Body, Clock, Config, ConfigError, Log, Objects, Platform, Remember, Response, Timestamp,
    config::{self, name},
    memory::Memory,
    objects::{Get, Got, ObjectError, ObjectMeta, Page, Put, Written},
};
use edge_cache::{Cached, Copies, MemoryShelf, Near, Policy, STALE, Shelf};

use worker::web_sys;

use crate::{entry::Given, host::Host, recent, tally};

/// Most bytes of copies in an isolate, which has 128 MB for everything.
const BUDGET: u64 = 16 << 20;

/// The longest time that is allowed. An isolate's copy may have been made of one in the data centre
/// that was as old; with [`OVERDUE`], what is answered again, and the time that reading takes, no
/// answer is a minute behind.
const LONGEST: u64 = 18;

/// For how long a copy that is due is answered while another request asks.
const OVERDUE: Duration = <MemoryShelf<Host> as Shelf>::ASKING;

const _: () = assert!(2 * LONGEST + OVERDUE.as_secs() + recent::TIME.as_secs() < 60);

/// The platform of a function that only reads.
#[derive(Clone)]
pub struct Reader(Host);

type Store = Cached<Near<Host, Host>, MemoryShelf<Host>>;

/// What an isolate has found configured. It cannot change: another configuration is another
/// deployment.
#[derive(Clone)]
struct Settings {
    fresh: Duration,
    name: Rc<str>,
}

thread_local! {
    static SETTINGS: RefCell<Option<Settings>> = const { RefCell::new(None) };
    static COPIES: Rc<RefCell<Copies>> = Copies::new();
}

impl From<Host> for Reader {
    fn from(host: Host) -> Self {
        Self(host)
    }
}

impl Given for Reader {
    fn behind(host: &Host) -> Duration {
        let fresh = SETTINGS.with_borrow(|settings| settings.as_ref().map(|it| it.fresh));
        let Some(fresh) = fresh.filter(|fresh| !fresh.is_zero()) else {
            return Duration::ZERO;
        };
        let usual = fresh * 2 + OVERDUE + recent::TIME;
        let doubt = COPIES.with(|copies| copies.borrow().doubt());
        match doubt.holds(host.now()) {
            true => usual + STALE,
            false => usual,
        }
    }

    fn again(host: &Host, description: &str) -> Option<web_sys::Response> {
        recent::answer(host, description)
    }

    fn answered(host: &Host, function: &'static str, description: &str, answer: &Response) {
        if !Self::behind(host).is_zero() {
            recent::note(host, function, description, answer);
        }
    }
}

impl Reader {
    async fn objects(&self) -> Result<Store, ObjectError> {
        let Settings { fresh, name } = self.settings().await?;
        let host = &self.0;
        // Without a name of its own, a deployment would find there what others have put.
        let near = match name.is_empty() {
            true => Duration::ZERO,
            false => fresh,
        };
        let doubt = COPIES.with(|copies| copies.borrow().doubt());
        let near = Near::new(host.clone(), host.clone(), name, near, doubt);
        let shelf = MemoryShelf::new(host.clone(), COPIES.with(Rc::clone));
        let budget = BUDGET;
        Ok(Cached::new(near, shelf, Policy { fresh, budget }))
    }

    async fn settings(&self) -> Result<Settings, ConfigError> {
        if let Some(settings) = SETTINGS.with_borrow(Clone::clone) {
            return Ok(settings);
        }
        let settings = configured(&self.0).await?;
        Ok(SETTINGS.with_borrow_mut(|kept| kept.insert(settings).clone()))
    }
}

async fn configured(host: &Host) -> Result<Settings, ConfigError> {
    let malformed = ConfigError::Malformed {
        name: name::CACHE_SECONDS,
        expected: "a number of seconds from 0 to 18",
    };
    let seconds = match config::optional(host, name::CACHE_SECONDS).await? {
        None => 0,
        Some(text) => text.parse().map_err(|_| malformed.clone())?,
    };
    if seconds > LONGEST {
        return Err(malformed);
    }
    // Deployments of one zone share the data centre's cache, and no two have the same origin.
    let name = config::optional(host, name::PUBLIC_URL).await?;
    Ok(Settings {
        fresh: Duration::from_secs(seconds),
        name: name.unwrap_or_default().into(),
    })
}

impl Objects for Reader {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        self.objects().await?.object_get(key, get).await
    }

    /// Of the bucket itself: whoever asks for health wants to know about that.
    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        self.0.object_head(key).await
    }

    // A function that only reads uses none of these; the port has them.

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        self.0.object_put(key, body, put).await
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError> {
        self.0.object_list(prefix, cursor, limit).await
    }

    async fn object_delete(&self, key: &str) -> Result<(), ObjectError> {
        self.0.object_delete(key).await
    }
}

impl Clock for Reader {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}

impl Config for Reader {
    async fn variable(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        self.0.variable(name).await
    }
}

impl Log for Reader {
    fn log(&self, line: &str) {
        self.0.log(line);
    }

    fn tally(&self, function: &'static str, route: &'static str, status: u16) -> bool {
        // Where every answer costs a read, as in `cargo xtask dev`, a line of its own is no matter.
        let is_copied = !Self::behind(&self.0).is_zero();
        if is_copied {
            tally::count(&self.0, function, route, status);
        }
        is_copied
    }
}

impl Platform for Reader {
    fn runtime(&self) -> &'static str {
        self.0.runtime()
    }

    fn random(&self) -> [u8; 16] {
        self.0.random()
    }
}

impl Remember for Reader {
    fn with_memory<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        thread_local! {
            static MEMORY: RefCell<Memory> = RefCell::default();
        }
        MEMORY.with_borrow_mut(work)
    }
}
