//! A platform whose store does not answer within a minute.

use std::{future::Future, time::Duration};

use edge::{
    Body, Clock, Config, ConfigError, Defer, Fetch, FetchError, FetchRequest, FetchResponse, Log,
    Objects, Platform, Timestamp,
    objects::{Get, Got, ObjectError, ObjectMeta, Page, Put, Written},
};
use testkit::memory::MemoryHost;

/// The platform that it is otherwise.
#[derive(Clone)]
pub struct Slow(pub MemoryHost);

impl Slow {
    async fn wait(&self) {
        self.0.sleep(Duration::from_secs(60)).await;
    }
}

impl Objects for Slow {
    async fn object_get(&self, key: &str, get: Get) -> Result<Got, ObjectError> {
        self.wait().await;
        self.0.object_get(key, get).await
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        self.wait().await;
        self.0.object_head(key).await
    }

    async fn object_put(&self, key: &str, body: Body, put: Put) -> Result<Written, ObjectError> {
        self.wait().await;
        self.0.object_put(key, body, put).await
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError> {
        self.wait().await;
        self.0.object_list(prefix, cursor, limit).await
    }

    async fn object_delete(&self, key: &str) -> Result<(), ObjectError> {
        self.wait().await;
        self.0.object_delete(key).await
    }
}

impl Fetch for Slow {
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        self.0.fetch(request).await
    }
}

impl Clock for Slow {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}

impl Config for Slow {
    async fn variable(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        self.0.variable(name).await
    }
}

impl Defer for Slow {
    fn defer(&self, task: impl Future<Output = ()> + 'static) {
        self.0.defer(task);
    }

    fn deferred_time(&self) -> Option<Duration> {
        self.0.deferred_time()
    }
}

impl Log for Slow {
    fn log(&self, line: &str) {
        self.0.log(line);
    }
}

impl Platform for Slow {
    fn runtime(&self) -> &'static str {
        self.0.runtime()
    }

    fn random(&self) -> [u8; 16] {
        self.0.random()
    }
}
