//! The cases of the clock.

use std::{future::pending, time::Duration};

use edge::{Clock, Timestamp, clock::timeout};

use super::{
    Outcome,
    case::{ensure, same},
};

/// How much longer than asked a loaded machine may sleep, in milliseconds.
const PATIENCE: i64 = 5_000;

pub async fn now_is_plausible<H: Clock>(host: &H) -> Outcome {
    let earliest = Timestamp::parse("2025-01-01T00:00:00Z").unwrap_or_default();
    let latest = Timestamp::parse("2200-01-01T00:00:00Z").unwrap_or_default();
    let now = host.now();
    ensure!(now > earliest && now < latest, "the clock says {now}");
    ensure!(host.now() >= now, "the clock went back from {now}");
    Ok(())
}

pub async fn sleep_takes_its_time<H: Clock>(host: &H) -> Outcome {
    for asked in [0, 30, 250] {
        let before = host.now().milliseconds();
        let duration = Duration::from_millis(u64::try_from(asked).unwrap_or_default());
        host.sleep(duration).await;
        let slept = host.now().milliseconds() - before;
        // A timer and a clock that round differently may seem a millisecond apart.
        ensure!(
            (asked - 2..asked + PATIENCE).contains(&slept),
            "a sleep of {asked} ms took {slept} ms"
        );
    }
    Ok(())
}

pub async fn timeout_gives_up<H: Clock>(host: &H) -> Outcome {
    let before = host.now().milliseconds();
    let limit = Duration::from_millis(100);
    let outcome = timeout(host, limit, pending::<()>()).await;
    same("the outcome of work without end", outcome, None)?;
    let took = host.now().milliseconds() - before;
    ensure!(took < PATIENCE, "giving up after 100 ms took {took} ms");
    Ok(())
}

pub async fn timeout_lets_pass<H: Clock>(host: &H) -> Outcome {
    let work = async {
        host.sleep(Duration::from_millis(20)).await;
        "done"
    };
    let outcome = timeout(host, Duration::from_secs(60), work).await;
    same("the outcome of quick work", outcome, Some("done"))
}
