//! The signals that ask a program to end.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static RECEIVED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// From now on these signals only set a flag, so that what runs can be
/// stopped in order. A second one ends the program at once, as usual.
pub fn install() -> Result<()> {
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&RECEIVED))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&RECEIVED)))
            .context("cannot wait for signals")?;
    }
    Ok(())
}

/// Whether one was received.
pub fn received() -> bool {
    RECEIVED.load(Ordering::Relaxed)
}
