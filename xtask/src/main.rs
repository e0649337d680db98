//! `cargo xtask`: the project's own commands.
//!
//! One module per command. What the commands share is small: where things
//! are ([`repository`], [`cache`]), how programs are run ([`run`]), and what
//! the two platforms' manifests say ([`platform`]).

mod bench;
mod build;
mod cache;
mod demo;
mod dev;
mod discord;
mod fleet;
mod fleet_test;
mod fuzz;
mod image;
mod npm;
mod platform;
mod repository;
mod run;
mod setup;
mod signals;
mod size;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use repository::Repository;

/// A command of `cargo xtask`.
struct Command {
    name: &'static str,
    about: &'static str,
    run: fn(&Repository, lexopt::Parser) -> Result<ExitCode>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "setup",
        about: "bring what building and testing need",
        run: setup::command,
    },
    Command {
        name: "build",
        about: "[--platform workers|spin] [function…] build the functions for both platforms",
        run: build::command,
    },
    Command {
        name: "dev",
        about: "[--runtime workerd|spin] [--listen HOST:PORT] [--vars FILE] [--state DIR] \
                [--functions a,b] serve every function on one origin",
        run: dev::command,
    },
    Command {
        name: "demo",
        about: "[--runtime workerd|spin] [--exit] the main job from one end to the other",
        run: demo::command,
    },
    Command {
        name: "bench",
        about: "[updates|packaging|starts|images…] [--rounds N] [--only TEXT] how quick we are next \
                to others",
        run: bench::command,
    },
    Command {
        name: "discord",
        about: "register [--guild ID] [--dry-run] tell Discord which commands there are",
        run: discord::command,
    },
    Command {
        name: "image",
        about: "[--arch amd64,arm64] stage what deploy/Dockerfile puts in the container image",
        run: image::command,
    },
    Command {
        name: "fleet",
        about: "status|plan|capacity|fronts how the fleet is, who is served from where, what it can do, its proxy's sites",
        run: fleet::command,
    },
    Command {
        name: "fleet-test",
        about: "[--only scenario,…] [--list] a real Swarm of several engines, and what may befall it",
        run: fleet_test::command,
    },
    Command {
        name: "fuzz",
        about: "[--seconds N] [target…] fuzz what reads other people's bytes, 10 minutes by default",
        run: fuzz::command,
    },
    Command {
        name: "size",
        about: "size of each function against its budget",
        run: size::command,
    },
    Command {
        name: "test",
        about: "[--only step,step] [--list] everything that CI runs",
        run: test::command,
    },
];

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<ExitCode> {
    let mut arguments = lexopt::Parser::from_env();
    let name = match arguments.next()? {
        Some(lexopt::Arg::Value(name)) => name.to_string_lossy().into_owned(),
        _ => return Ok(usage()),
    };
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(&Repository::find()?, arguments),
        None => {
            eprintln!("error: there is no command {name:?}\n");
            Ok(usage())
        }
    }
}

/// Prints the commands; exit code 2 as usual for a wrong call.
fn usage() -> ExitCode {
    println!("cargo xtask <command>\n");
    for command in COMMANDS {
        println!("  {:<10} {}", command.name, command.about);
    }
    ExitCode::from(2)
}
