//! The data centre's own cache (Workers' Cache API), in front of R2.

use std::time::Duration;

use edge::{
    Body, Nearby,
    nearby::{Kept, MAX_FACTS},
};
use wasm_bindgen::JsCast;
use worker::web_sys;

use crate::{
    glue::{self, settled},
    host::Host,
    pump,
    stream::NativeStream,
};

/// The header that carries the facts.
const FACTS: &str = "x-facts";

impl Nearby for Host {
    fn has_nearby(&self) -> bool {
        true
    }

    async fn nearby_get(&self, key: &str) -> Option<Kept> {
        let found = settled(glue::nearby_get(key)).await.ok()?;
        let response: web_sys::Response = found.dyn_into().ok()?;
        let headers = response.headers();
        let facts = headers.get(FACTS).ok()??;
        let length = headers.get("content-length").ok().flatten();
        let length = length.and_then(|text| text.parse().ok());
        let stream = NativeStream::new(response.body()?, length);
        Some(Kept {
            facts,
            body: Body::Stream(Box::new(stream)),
        })
    }

    async fn nearby_put(&self, key: &str, kept: Kept, lifetime: Duration) {
        let is_fit = kept.facts.is_ascii() && kept.facts.len() <= MAX_FACTS;
        if !is_fit || lifetime < Duration::from_secs(1) {
            return;
        }
        // It is a cache: what cannot be kept is not.
        if let Ok(stream) = pump::native(self, kept.body) {
            let seconds = lifetime.as_secs() as f64;
            let _ = settled(glue::nearby_put(key, &kept.facts, seconds, &stream)).await;
        }
    }
}
