//! Running programs.

use std::{
    env,
    ffi::OsString,
    io::{BufRead, BufReader, IsTerminal, Write},
    path::PathBuf,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::repository::Repository;

/// How often a line of progress appears where there is no terminal.
const REPORT_EVERY: Duration = Duration::from_secs(20);

/// How many of a failed program's last lines are shown.
const TAIL: usize = 60;

/// A program with the repository's Node tools first in its `PATH`, started
/// at the repository's root.
pub fn program(repository: &Repository, name: impl Into<OsString>) -> Command {
    let mut command = Command::new(name.into());
    command.current_dir(repository.root());
    command.env("PATH", path_with(&[repository.node_bin()]));
    // Nothing here reports home, asks for updates or needs Cloudflare's network.
    command.env("WRANGLER_SEND_METRICS", "false");
    command.env("WRANGLER_HIDE_BANNER", "true");
    command.env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    command.env("CI", "true");
    command
}

/// The cargo that runs this very program.
pub fn cargo(repository: &Repository) -> Command {
    program(
        repository,
        env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
    )
}

/// `PATH` with `folders` in front.
pub fn path_with(folders: &[PathBuf]) -> OsString {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&inherited));
    // Joining fails only for a folder with a separator in its name.
    env::join_paths(all).unwrap_or(inherited)
}

/// Runs a program, its output going to ours.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", describe(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", describe(command));
    }
    Ok(())
}

/// Runs a program and gives what it printed; its errors go to ours.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", describe(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", describe(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program can be started and ends well; what it prints is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a talkative program: its last line is shown as it goes, all of what
/// it said last only when it fails.
pub fn run_with_progress(command: &mut Command) -> Result<()> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", describe(command)))?;
    let (sender, lines) = mpsc::channel();
    let streams: [Option<Box<dyn std::io::Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as _),
        child.stderr.take().map(|stream| Box::new(stream) as _),
    ];
    for stream in streams.into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    drop(sender);

    let tail = follow(lines);
    let status = child.wait()?;
    if status.success() {
        return Ok(());
    }
    for line in &tail {
        eprintln!("    | {line}");
    }
    bail!("{} ended with {status}", describe(command));
}

/// Shows lines as they come until there are no more; gives the last ones.
fn follow(lines: mpsc::Receiver<String>) -> Vec<String> {
    let terminal = std::io::stdout().is_terminal();
    let started = Instant::now();
    let mut reported = Instant::now();
    let mut tail = Vec::new();
    let mut seen = 0_usize;
    for line in lines {
        seen += 1;
        let shown: String = line.trim().chars().take(60).collect();
        let seconds = started.elapsed().as_secs();
        if terminal {
            // Back to the line's start, and clear the rest of what stood there.
            print!("\r    {seconds:>4} s  {shown}\x1b[K");
            let _ = std::io::stdout().flush();
        } else if reported.elapsed() >= REPORT_EVERY {
            println!("    {seconds:>4} s  {shown} (line {seen})");
            reported = Instant::now();
        }
        tail.push(line);
        if tail.len() > TAIL {
            tail.remove(0);
        }
    }
    if terminal {
        print!("\r\x1b[K");
        let _ = std::io::stdout().flush();
    }
    tail
}

/// A command as one would type it.
pub fn describe(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(
        command
            .get_args()
            .map(|argument| argument.to_string_lossy()),
    );
    words.join(" ")
}
