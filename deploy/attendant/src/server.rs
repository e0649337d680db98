//! The server as a child process, from its start to its end.

use std::{
    os::unix::process::CommandExt,
    process::{Command, ExitCode},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use nix::{
    errno::Errno,
    sys::{
        signal::{Signal, killpg},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::Pid,
};

use crate::{
    arguments::Plan,
    connections,
    readiness::{Readiness, SERVER},
};

/// How often the child and the signals are looked at.
const TURN: Duration = Duration::from_millis(100);

/// How long the server may take to end before it is killed.
const PATIENCE: Duration = Duration::from_secs(3);

/// Starts the server and stays until it ended: by itself, or drained because we were asked to end.
///
/// # Errors
/// The program cannot be started.
pub fn run(plan: &Plan, readiness: &Readiness, asked_to_end: &AtomicBool) -> Result<ExitCode> {
    let (program, arguments) = plan.command.split_first().context("no program")?;
    let child = Command::new(program)
        .args(arguments)
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {}", program.to_string_lossy()))?;
    let server = Pid::from_raw(i32::try_from(child.id()).context("process id")?);
    while !asked_to_end.load(Ordering::Relaxed) {
        if let Some(code) = ended(server) {
            eprintln!("attendant: the server ended by itself");
            // Whoever runs us must see a failure even when the server saw none.
            return Ok(ExitCode::from(code.max(1)));
        }
        thread::sleep(TURN);
    }
    readiness.drain();
    drained(plan, server);
    stop(server);
    Ok(ExitCode::SUCCESS)
}

/// Waits until the fronts have left and what was open is answered, or time is up.
fn drained(plan: &Plan, server: Pid) {
    let started = Instant::now();
    while started.elapsed() < plan.leave + plan.drain {
        let open = connections::open(SERVER);
        let left = started.elapsed() >= plan.leave;
        if ended(server).is_some() || (left && open == 0) {
            break;
        }
        thread::sleep(TURN);
    }
    let open = connections::open(SERVER);
    let seconds = started.elapsed().as_secs();
    eprintln!("attendant: drained for {seconds} s, {open} connections are still open");
}

fn stop(server: Pid) {
    let started = Instant::now();
    // A group that is gone is what we want to see.
    let _ = killpg(server, Signal::SIGTERM);
    while ended(server).is_none() && started.elapsed() < PATIENCE {
        thread::sleep(TURN);
    }
    let _ = killpg(server, Signal::SIGKILL);
}

/// The server's exit code once it ended. As the container's first process we are also the parent of
/// whatever its children leave behind.
fn ended(server: Pid) -> Option<u8> {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::Exited(pid, code)) if pid == server => {
                return Some(u8::try_from(code).unwrap_or(1));
            }
            Ok(WaitStatus::Signaled(pid, ..)) if pid == server => return Some(1),
            Ok(WaitStatus::StillAlive) => return None,
            Ok(_) | Err(Errno::EINTR) => {}
            // No children are left.
            Err(_) => return Some(0),
        }
    }
}
