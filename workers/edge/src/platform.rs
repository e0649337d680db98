//! What else a platform gives: its name, randomness, and work after the response.

use std::{future::Future, time::Duration};

/// Facts of the platform that a function runs on.
pub trait Platform {
    /// Its name in health answers: `cloudflare` or `spin`.
    fn runtime(&self) -> &'static str;

    /// Sixteen bytes from the platform's cryptographic random source.
    fn random(&self) -> [u8; 16];
}

/// Work that goes on after the response has been sent.
pub trait Defer {
    /// Runs `task` beside and after the response. The platform may stop it at any time, so what
    /// it does must be resumable.
    fn defer(&self, task: impl Future<Output = ()> + 'static);

    /// How long after the response deferred work is stopped at the latest; `None` where the
    /// platform lets it end by itself.
    fn deferred_time(&self) -> Option<Duration>;
}
