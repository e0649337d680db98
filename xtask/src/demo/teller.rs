//! The program that tells the story.

use std::{
    os::unix::process::CommandExt,
    process::{Child, ExitStatus, Stdio},
};

use anyhow::{Context, Result};

use crate::{
    dev::{Options, Server},
    repository::Repository,
    run,
    test::suites,
};

/// The running program; dropping it ends it.
pub struct Teller(Child);

impl Teller {
    /// Starts it; unless it is to `exit`, it stays when all is told, and with
    /// it those who stand in for GitHub and the others.
    pub fn start(
        repository: &Repository,
        options: &Options,
        server: &Server,
        exit: bool,
    ) -> Result<Self> {
        let program = repository.target()?.join("debug/demo");
        let mut command = run::program(repository, program);
        suites::tell(&mut command, options, server, options.runtime.name());
        if !exit {
            command.arg("--stay");
        }
        // Ctrl-C is for us, and its input ends when we do, in whatever way.
        command.process_group(0).stdin(Stdio::piped());
        let child = command.spawn();
        let child = child.with_context(|| format!("cannot start {}", run::describe(&command)))?;
        Ok(Self(child))
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        // It has nothing to lose; one that has ended is not there any more.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
