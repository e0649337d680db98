//! A runtime as a child process.

use std::{
    fs::File,
    io::Write,
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use super::Options;
use crate::run;

/// How long a runtime may take to end before it is killed.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running runtime; dropping it stops it and everything it started.
pub struct Server {
    name: String,
    origin: String,
    child: Child,
    /// Held open: when it closes, the child knows that we are gone.
    _input: Option<ChildStdin>,
}

impl Server {
    /// Starts `command` in a process group of its own and writes `input`, a
    /// line, to it. `name` is for messages.
    pub fn start(name: &str, options: &Options, mut command: Command, input: &str) -> Result<Self> {
        command.process_group(0).stdin(Stdio::piped());
        if let Some(log) = &options.log {
            let log =
                File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
            command.stdout(log.try_clone()?).stderr(log);
        }
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start {}", run::describe(&command)))?;
        let mut stdin = child.stdin.take();
        let mut server = Self {
            name: name.into(),
            origin: options.origin(),
            child,
            _input: None,
        };
        if let Some(stdin) = &mut stdin {
            writeln!(stdin, "{input}").with_context(|| format!("{name} reads no input"))?;
        }
        server._input = stdin;
        Ok(server)
    }

    /// What runs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it listens.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The id of the process that was started.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Stops it, and what it started.
    pub fn stop(&mut self) {
        let started = Instant::now();
        self.signal(Signal::SIGTERM);
        while matches!(self.child.try_wait(), Ok(None)) && started.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(20));
        }
        // What is left of the group, the child or what it started.
        self.signal(Signal::SIGKILL);
        let _ = self.child.wait();
    }

    fn signal(&self, signal: Signal) {
        if let Ok(id) = i32::try_from(self.child.id()) {
            // An empty group is what we want to see.
            let _ = killpg(Pid::from_raw(id), signal);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
