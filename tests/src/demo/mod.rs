//! The main job from one end to the other, told to whoever watches.
//!
//! `cargo xtask demo` starts the server and this program, which is told about it by the environment
//! as the suites are ([`crate::target`]). GitHub, Discord, foundryvtt.com and a site with images are
//! the suites' fakes; they stay, with `--stay`, until this program's input ends.

mod images;
mod module;
mod pack;
mod served;
mod slash;
mod steps;
mod story;

use std::{env, io, process::ExitCode, time::Instant};

use anyhow::{Context, Result, ensure};

use crate::{settings, target::Target, world::World};

/// Tells the story; the exit code says whether all went as expected.
pub fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let stay = env::args().any(|argument| argument == "--stay");
    let target = Target::from_environment()?;
    let target = target.context("no server: call this by `cargo xtask demo`")?;
    for name in settings::NAMES {
        ensure!(target.variables.contains_key(*name), "{name} is not set");
    }
    let site = target.public_url();
    let log = target.log.clone().unwrap_or_default();
    println!("\nvtta-edge on {}: {site}/", target.runtime.name());
    println!(
        "GitHub, Discord, foundryvtt.com and a site with images are stand-ins on this machine; all \
         else is real.\n"
    );

    let world = World::new(target)?;
    let started = Instant::now();
    let steps = story::tell(&world)?;
    let seconds = started.elapsed().as_secs_f32();
    println!("\n{steps} steps in {seconds:.1} s, all as expected.");
    if stay {
        println!("The site stays until Ctrl-C: {site}/");
        println!("What it prints: {}", log.display());
        let secrets = log.with_file_name("variables");
        println!("Its admin token: {}", secrets.display());
        io::copy(&mut io::stdin(), &mut io::sink())?;
    }
    Ok(())
}
