//! `cargo xtask fuzz`: what reads other people's bytes is given bytes that nobody thought of.
//!
//! `tests/fuzz` is laid out for cargo-fuzz. It is built here by cargo alone, with the flags that
//! cargo-fuzz gives: what watches memory needs an unstable compiler and is left out, for there is no
//! `unsafe` to watch.

use std::{
    fs,
    path::PathBuf,
    process::{Command, ExitCode},
    sync::Mutex,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use lexopt::{Arg, ValueExt};
use serde::Deserialize;

use crate::{repository::Repository, run};

/// Where the targets are.
const FOLDER: &str = "tests/fuzz";

/// Their manifest.
pub const MANIFEST: &str = "tests/fuzz/Cargo.toml";

/// How long all targets together are tried by `cargo xtask test`.
const IN_TESTS: Duration = Duration::from_secs(60);

/// Most inputs that a target is tried with by `cargo xtask test`, so that a faster machine does not
/// try what no other has.
const INPUTS_IN_TESTS: u32 = 60_000;

/// How many targets are tried at once.
const LANES: usize = 2;

/// What cargo-fuzz tells the compiler: count every branch, and what is compared with what.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
    --cfg fuzzing";

/// Longest that one input may take, in seconds, and memory that it may take, in MiB.
const BOUNDS: [&str; 2] = ["-timeout=20", "-rss_limit_mb=2048"];

/// `cargo xtask fuzz [--seconds N] [target…]`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let (mut seconds, mut chosen) = (600, Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("seconds") => seconds = arguments.value()?.parse()?,
            Arg::Value(name) => chosen.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let mut targets = targets(repository)?;
    for name in &chosen {
        ensure!(
            targets.contains(name),
            "no target {name:?}; there are {}",
            targets.join(", ")
        );
    }
    targets.retain(|name| chosen.is_empty() || chosen.contains(name));
    fuzz(repository, &targets, Duration::from_secs(seconds), None)?;
    Ok(ExitCode::SUCCESS)
}

/// The step of `cargo xtask test`: every target, for a bounded time, beginning with the same seed
/// every time, so that a change is what makes a difference.
pub fn check(repository: &Repository) -> Result<()> {
    fuzz(repository, &targets(repository)?, IN_TESTS, Some(1))
}

/// Builds the targets and tries them for so long in all.
fn fuzz(
    repository: &Repository,
    targets: &[String],
    time: Duration,
    seed: Option<u32>,
) -> Result<()> {
    let built = build(repository)?;
    let lanes = LANES.min(targets.len());
    let each = time * u32::try_from(lanes)? / u32::try_from(targets.len())?;
    let (queue, failed) = (Mutex::new(targets.iter()), Mutex::new(Vec::new()));
    let lane = || {
        while let Some(name) = queue.lock().ok().and_then(|mut queue| queue.next()) {
            if let Err(error) = fuzz_one(repository, &built, name, each, seed) {
                println!("{error:#}");
                failed
                    .lock()
                    .map(|mut failed| failed.push(name.as_str()))
                    .ok();
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..lanes {
            scope.spawn(lane);
        }
    });
    let failed = failed.into_inner().unwrap_or_default();
    ensure!(failed.is_empty(), "{} found something", failed.join(", "));
    Ok(())
}

/// Tries one target. What it finds to be new goes to cargo's target folder; the corpus that is kept
/// in the repository is only read.
fn fuzz_one(
    repository: &Repository,
    built: &Built,
    name: &str,
    time: Duration,
    seed: Option<u32>,
) -> Result<()> {
    let found = built.folder.join("found").join(name);
    let crashes = built.folder.join("crashes");
    if seed.is_some() {
        // Begins from the corpus alone.
        let _ = fs::remove_dir_all(&found);
    }
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&crashes)?;
    let kept = repository.path(FOLDER).join("corpus").join(name);
    let seeds = fs::read_dir(&kept).with_context(|| format!("{name} has no {}", kept.display()))?;
    ensure!(seeds.count() > 0, "{} is empty", kept.display());
    let mut fuzzer = Command::new(built.programs.join(name));
    fuzzer
        .arg(format!("-max_total_time={}", time.as_secs().max(1)))
        .arg(format!("-artifact_prefix={}/{name}-", crashes.display()))
        .args(BOUNDS)
        .arg("-print_final_stats=1")
        .args([&found, &kept]);
    if let Some(seed) = seed {
        fuzzer.args([format!("-seed={seed}"), format!("-runs={INPUTS_IN_TESTS}")]);
    }
    let output = fuzzer
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        println!("{}", last_lines(&said, 60));
        bail!(
            "{name} ended with {}; what it was given is in {}",
            output.status,
            crashes.display()
        );
    }
    let runs = said
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    println!(
        "{name:<12} {:>9} inputs in {} s",
        runs.unwrap_or("?").trim(),
        time.as_secs()
    );
    Ok(())
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// Built targets.
struct Built {
    /// Everything that fuzzing makes.
    folder: PathBuf,
    /// The programs, each named as its target.
    programs: PathBuf,
}

fn build(repository: &Repository) -> Result<Built> {
    let folder = repository.target()?.join("fuzz");
    let machine = machine(repository)?;
    // Told its target, cargo leaves build scripts and macros as they are.
    let mut cargo = run::cargo(repository);
    cargo
        .args(["build", "--release", "--bins", "--target", &machine])
        .args(["--manifest-path", MANIFEST])
        .arg("--target-dir")
        .arg(&folder)
        .env("RUSTFLAGS", FLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    run::run(&mut cargo).context(
        "the fuzz targets do not build; they need a C++ compiler (g++ or clang++) besides the rest",
    )?;
    let programs = folder.join(machine).join("release");
    Ok(Built { folder, programs })
}

/// The compiler's name for this machine.
fn machine(repository: &Repository) -> Result<String> {
    let said = run::capture(run::program(repository, "rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host
        .context("rustc does not say what machine this is")?
        .to_owned())
}

/// Names of the targets.
fn targets(repository: &Repository) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Manifest {
        bin: Vec<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    let text = fs::read_to_string(repository.path(MANIFEST)).context(MANIFEST)?;
    let manifest: Manifest = toml::from_str(&text).context(MANIFEST)?;
    ensure!(!manifest.bin.is_empty(), "{MANIFEST} has no targets");
    Ok(manifest.bin.into_iter().map(|bin| bin.name).collect())
}
