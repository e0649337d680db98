//! How large each function may be.

use anyhow::{Context, Result};

use crate::platform::Platform;

/// A function's budgets, in bytes after gzip.
struct Budget {
    function: &'static str,
    /// The wasm and the JavaScript that starts it. Cloudflare limits their
    /// size, and every cold start pays for it. `None` where no code runs.
    workers: Option<u64>,
    /// The component. Spin has no limit and compiles it once; what is small is read and compiled
    /// quickly by every node. Where a bucket is used, it is more than a Worker's: a Worker reaches it
    /// by its binding, a component signs, sends and retries by itself; `manifest` keeps copies, too.
    spin: u64,
}

const BUDGETS: &[Budget] = &[
    Budget {
        function: "discord",
        workers: Some(300_000),
        spin: 329_000,
    },
    // 200,000 was the first aim of the Worker. Its copies (28 KB, measured) and what it remembers have
    // come since.
    Budget {
        function: "manifest",
        workers: Some(220_000),
        spin: 243_000,
    },
    // Image codecs take up to 320 KB of it.
    Budget {
        function: "proxy",
        workers: Some(600_000),
        spin: 575_000,
    },
    Budget {
        function: "site",
        workers: None,
        spin: 84_000,
    },
    // 400,000 was the first aim. Since then it follows later events, waits for assets, replaces and
    // retries, knows publish tokens, turns Markdown into Discord's, and tells subscribers. To verify
    // what it copies takes 25 KB, of which 16 are tables that make it quick.
    Budget {
        function: "webhook",
        workers: Some(500_000),
        spin: 500_000,
    },
];

/// The budget of `function` on `platform`; having none is an error, so that a
/// new function gets one.
pub fn of(function: &str, platform: Platform) -> Result<u64> {
    let budget = BUDGETS.iter().find(|budget| budget.function == function);
    budget
        .and_then(|budget| match platform {
            Platform::Workers => budget.workers,
            Platform::Spin => Some(budget.spin),
        })
        .with_context(|| {
            format!(
                "{function} has no budget for {}: add it to xtask/src/size/budget.rs",
                platform.name()
            )
        })
}
