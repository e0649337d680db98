//! `cargo xtask fleet-test [--only scenario,…] [--built] [--list]`: several Docker engines, each in a network namespace of its own as a
//! data centre, joined into one real Swarm with three managers; the real stack file on them; users
//! at every front door; and what may befall a fleet. Each scenario states its figures and checks
//! them.
//!
//! It takes Linux, root, and Debian or one of its kind, whose packages bring the engine. Nothing is
//! installed, no rule of the machine's firewall is touched, and everything that was started is gone
//! at the end: namespaces, processes, devices, the scratch folder.

mod deployment;
mod engine;
mod fleet;
mod images;
mod load;
mod outside;
mod packages;
mod scenarios;
mod state;
mod switch;

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};
use fleet::Fleet;
use images::Contexts;
use lexopt::{Arg, ValueExt};
use outside::Outside;
use packages::Programs;
use scenarios::SCENARIOS;

use crate::{
    build, cache,
    platform::{Manifests, Platform},
    repository::Repository,
    run, setup, signals,
};

/// `cargo xtask fleet-test [--only scenario,…] [--built] [--list]`; with `--built` the components are
/// taken as they lie there.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut only = Vec::new();
    let mut is_built = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("list") => {
                for scenario in SCENARIOS {
                    println!("{:<10} {}", scenario.name, scenario.what);
                }
                return Ok(ExitCode::SUCCESS);
            }
            Arg::Long("built") => is_built = true,
            Arg::Long("only") => {
                let names = arguments.value()?.string()?;
                only.extend(names.split(',').map(str::to_owned));
            }
            other => return Err(other.unexpected().into()),
        }
    }
    for name in &only {
        let known = SCENARIOS.iter().any(|scenario| scenario.name == name);
        ensure!(
            known,
            "no scenario {name:?}: see cargo xtask fleet-test --list"
        );
    }
    signals::install()?;
    if !is_built {
        setup::ensure(repository)?;
        let manifests = Manifests::read(repository)?;
        build::all(
            repository,
            &manifests,
            &repository.functions()?,
            &[Platform::Spin],
        )?;
        build_unruly(repository)?;
    }
    test(repository, &only)?;
    Ok(ExitCode::SUCCESS)
}

/// As a step of `cargo xtask test`, which has built the components: where it cannot run, it says so.
pub fn step(repository: &Repository) -> Result<()> {
    if let Some(obstacle) = obstacle() {
        println!("  NOT RUN on this machine: {obstacle}");
        return Ok(());
    }
    build_unruly(repository)?;
    test(repository, &[])
}

fn build_unruly(repository: &Repository) -> Result<()> {
    let target = repository.target()?;
    build::one(repository, &repository.unruly(), Platform::Spin, &target)
}

/// Why this machine cannot run it, if it cannot.
fn obstacle() -> Option<&'static str> {
    if !nix::unistd::geteuid().is_root() {
        return Some("it takes root: network namespaces and engines of their own");
    }
    if !Path::new("/dev/net/tun").exists() {
        return Some("there is no /dev/net/tun");
    }
    let tools = ["ip", "nsenter", "unshare", "ldd", "dpkg-deb", "apt-get"];
    let works = |tool: &str, flag: &str| run::succeeds(Command::new(tool).arg(flag));
    let all = tools
        .iter()
        .all(|tool| works(tool, "--version") || works(tool, "-V"));
    (!all).then_some(
        "it takes ip, nsenter, unshare and ldd, and Debian's packages by apt-get and dpkg-deb",
    )
}

/// All scenarios, or those named, on a fresh fleet.
fn test(repository: &Repository, only: &[String]) -> Result<()> {
    if let Some(obstacle) = obstacle() {
        bail!("the fleet cannot be tested on this machine: {obstacle}");
    }
    // The namespaces' names are taken while another runs.
    let lock = File::create(cache::folder()?.join("fleet.lock"))?;
    lock.lock()?;
    let scratch = Scratch::new()?;
    let started = Instant::now();
    let programs = Programs::bring()?;
    Outside::build(repository)?;
    let contexts = Contexts::prepare(repository, &programs, &scratch.0)?;
    println!("    images are staged: {} s", started.elapsed().as_secs());
    let mut fleet = Fleet::start(repository, &programs, &scratch.0)?;
    println!("    engines are joined: {} s", started.elapsed().as_secs());
    contexts.build(&fleet.nodes)?;
    println!(
        "    images are built on all: {} s",
        started.elapsed().as_secs()
    );
    println!(
        "    {} runs the components; requests between nodes are {}",
        if contexts.stand_in {
            "the test host, in Spin's place,"
        } else {
            "Spin"
        },
        if fleet.deployment.encrypted {
            "encrypted"
        } else {
            "NOT encrypted, this kernel has no ESP"
        },
    );
    let secrets = secrets(&fleet.outside, &contexts, &scratch.0)?;
    fleet.give(secrets);
    scenarios::prepare(&mut fleet)?;
    println!("    the stack runs: {} s\n", started.elapsed().as_secs());
    let failed = scenarios::run(&mut fleet, only);
    println!("\n    {} s in all", started.elapsed().as_secs());
    ensure!(!signals::received(), "stopped");
    ensure!(failed == 0, "{failed} scenarios failed");
    Ok(())
}

/// What the functions are given, and a certificate for the fronts.
fn secrets(
    outside: &Outside,
    contexts: &Contexts,
    scratch: &Path,
) -> Result<Vec<(&'static str, PathBuf)>> {
    let mut secrets = Vec::new();
    for function in ["manifest", "webhook", "discord", "proxy"] {
        let path = scratch.join(format!("{function}.toml"));
        fs::write(&path, outside.told(&contexts.variables(function)?)?)?;
        secrets.push((function, path));
    }
    let (certificate, key) = (scratch.join("certificate"), scratch.join("key"));
    let mut openssl = Command::new("openssl");
    openssl.args([
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    ]);
    openssl
        .args(["-subj", "/CN=fleet.test", "-out"])
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key);
    ensure!(run::succeeds(&mut openssl), "openssl makes no certificate");
    let both = fs::read_to_string(certificate)? + &fs::read_to_string(key)?;
    let path = scratch.join("tls.pem");
    fs::write(&path, both)?;
    secrets.push(("tls", path));
    Ok(secrets)
}

/// A folder for the engines' data, deleted in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let folder = env::temp_dir().join(format!("vtta-fleet-{}", std::process::id()));
        fs::create_dir_all(&folder).context("no scratch folder")?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("    {} is left: {error}", self.0.display());
        }
    }
}
