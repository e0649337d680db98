//! The host: one invocation's bindings and lifetime, and the small ports over them.

use std::{cell::RefCell, rc::Rc, time::Duration};

use edge::{Clock, Config, ConfigError, Defer, Log, Platform, Timestamp, log};
use futures_util::future::{Either, select};
use serde_json::json;
use wasm_bindgen::JsValue;
use worker::{
    Env,
    js_sys::{Reflect, futures::JsFuture},
};

use crate::glue::{self, Timer};

/// Workers stop deferred work so long after the response, without a word
/// (<https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil>).
const DEFERRED_TIME: Duration = Duration::from_secs(30);

/// So a word is said before.
const DEFERRED_WARNING: Duration = Duration::from_secs(25);

/// The platform as one invocation of a function sees it.
#[derive(Clone)]
pub struct Host(Rc<Invocation>);

struct Invocation {
    env: Env,
    lifetime: Lifetime,
}

enum Lifetime {
    Request(worker::Context),
    Tick(worker::ScheduleContext),
}

impl Host {
    /// The host of a request.
    pub fn of_request(env: Env, context: worker::Context) -> Self {
        let lifetime = Lifetime::Request(context);
        Self(Rc::new(Invocation { env, lifetime }))
    }

    /// The host of a scheduled tick.
    pub fn of_tick(env: Env, context: worker::ScheduleContext) -> Self {
        let lifetime = Lifetime::Tick(context);
        Self(Rc::new(Invocation { env, lifetime }))
    }

    /// The binding `name`; `None` where nothing is bound to it.
    pub(crate) fn binding(&self, name: &str) -> Option<JsValue> {
        Reflect::get(&self.0.env, &name.into())
            .ok()
            .filter(JsValue::is_object)
    }

    /// Keeps the invocation alive until `task` is done.
    pub(crate) fn keep_alive(&self, task: impl Future<Output = ()> + 'static) {
        match &self.0.lifetime {
            Lifetime::Request(context) => context.wait_until(task),
            Lifetime::Tick(context) => context.wait_until(task),
        }
    }
}

impl Clock for Host {
    fn now(&self) -> Timestamp {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds fit by far")]
        Timestamp::from_milliseconds(glue::date_now() as i64)
    }

    async fn sleep(&self, duration: Duration) {
        // Longer ones would fire at once.
        let milliseconds = duration.as_millis().min(i32::MAX as u128) as f64;
        let timer = Cleared(Timer::new(milliseconds));
        // The promise of a timer is never rejected.
        let _ = JsFuture::from(timer.0.promise()).await;
    }
}

/// A timer that does not outlive whoever waits for it.
struct Cleared(Timer);

impl Drop for Cleared {
    fn drop(&mut self) {
        self.0.clear();
    }
}

impl Config for Host {
    async fn variable(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        match glue::variable(&self.0.env, name) {
            Ok(value) => Ok(value.filter(|value| !value.is_empty())),
            Err(thrown) => Err(ConfigError::Unavailable {
                name,
                cause: glue::text_of(&thrown),
            }),
        }
    }
}

impl Log for Host {
    fn log(&self, line: &str) {
        glue::console_log(line);
    }
}

/// How many random values cross at once; each is given away once.
const RESERVE: usize = 64;

thread_local! {
    static RANDOM: RefCell<Vec<[u8; 16]>> = const { RefCell::new(Vec::new()) };
}

impl Platform for Host {
    fn runtime(&self) -> &'static str {
        "cloudflare"
    }

    fn random(&self) -> [u8; 16] {
        RANDOM.with_borrow_mut(|ready| {
            if ready.is_empty() {
                let mut bytes = [0; 16 * RESERVE];
                // Fails only outside of an invocation, where there is no host.
                let _ = glue::random_values(&mut bytes);
                ready.extend(bytes.as_chunks().0);
            }
            ready.pop().unwrap_or_default()
        })
    }
}

impl Defer for Host {
    fn defer(&self, task: impl Future<Output = ()> + 'static) {
        let host = self.clone();
        self.keep_alive(async move {
            let warning = std::pin::pin!(host.sleep(DEFERRED_WARNING));
            if let Either::Right(((), task)) = select(Box::pin(task), warning).await {
                let members = json!({ "seconds": DEFERRED_WARNING.as_secs() });
                log::event(
                    &host,
                    host.now(),
                    "deferred work may be cut off soon",
                    members,
                );
                task.await;
            }
        });
    }

    fn deferred_time(&self) -> Option<Duration> {
        match &self.0.lifetime {
            Lifetime::Request(_) => Some(DEFERRED_TIME),
            // A tick has its 15 minutes, whatever it defers.
            Lifetime::Tick(_) => None,
        }
    }
}
