//! A fleet: Workers and Spin nodes on one bucket, the Workers by their binding, the nodes over its S3
//! API, as the local R2 offers it.
//!
//! `RUNTIME` is what the nodes run on: `spin` or `spin-host`.

mod setting;
mod stories;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use setting::Fleet;

/// A story, told to the fleet as the one before has left it.
type Story = (&'static str, fn(&mut Fleet) -> Result<()>);

const STORIES: &[Story] = &[
    (
        "what a Worker publishes every node serves",
        stories::worker_to_nodes,
    ),
    (
        "what a node publishes Workers and the other node serve",
        stories::node_to_all,
    ),
    (
        "what both publish at once is kept whole",
        stories::both_at_once,
    ),
    (
        "what one withdraws the others stop to serve",
        stories::withdrawn_everywhere,
    ),
    (
        "with the bucket gone a warm node answers update checks and downloads",
        stories::bucket_gone,
    ),
    (
        "with the bucket back everything goes on",
        stories::bucket_back,
    ),
    ("half a configuration is named", stories::half_configured),
    (
        "no node logs a key of the bucket",
        stories::no_secret_logged,
    ),
];

/// Tells every story and prints how it ended.
pub fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let Ok(runtime) = std::env::var("RUNTIME") else {
        println!("no fleet to test: set RUNTIME to spin or spin-host");
        return Ok(true);
    };
    let mut fleet = Fleet::start(runtime.parse()?).context("the fleet does not start")?;
    let mut failed = 0;
    for (name, story) in STORIES {
        let started = Instant::now();
        let result = story(&mut fleet);
        let seconds = started.elapsed().as_secs_f32();
        match result {
            Ok(()) => println!("ok      {name:<72} {seconds:>6.1} s"),
            Err(error) => {
                failed += 1;
                println!("FAILED  {name:<72} {seconds:>6.1} s\n        {error:#}");
            }
        }
    }
    println!(
        "\nfleet of workerd and {runtime}: {} passed, {failed} failed",
        STORIES.len() - failed
    );
    Ok(failed == 0)
}

/// Tries until `look` is content; the last error where that takes longer than `patience`.
fn within<T>(patience: Duration, mut look: impl FnMut() -> Result<T>) -> Result<T> {
    let started = Instant::now();
    loop {
        match look() {
            Ok(found) => return Ok(found),
            Err(error) if started.elapsed() > patience => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}
