//! Runtimes as child processes, for cases that have to stop one, and for runs on their own.

use std::{
    collections::BTreeMap,
    env,
    fs::{self, File},
    io::Write,
    net::TcpListener,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    http::{self, Content, Request},
    processes, settings,
    target::Runtime,
};

/// How long a start may take, the building of what has changed included.
const START: Duration = Duration::from_secs(600);

/// How long a stop may take.
const STOP: Duration = Duration::from_secs(20);

/// A running server; it is stopped when this is dropped.
pub struct Running {
    runtime: Runtime,
    authority: String,
    log: PathBuf,
    child: Child,
    /// Bytes that were in the log before the start.
    printed_before: u64,
}

impl Running {
    /// Starts all functions on `runtime`, configured with `variables`, with what they store, and
    /// what they print, in `folder`.
    ///
    /// # Errors
    /// Where it is not ready in time, with the last of what it printed.
    pub fn start(
        runtime: Runtime,
        variables: &BTreeMap<String, String>,
        folder: &Path,
    ) -> Result<Self> {
        Self::start_at(runtime, variables, folder, &free()?)
    }

    /// The same at `authority`, where it was before.
    ///
    /// # Errors
    /// As [`Running::start`].
    pub fn start_at(
        runtime: Runtime,
        variables: &BTreeMap<String, String>,
        folder: &Path,
        authority: &str,
    ) -> Result<Self> {
        let says_so = |printed: &str| printed.lines().any(|line| line.starts_with("ready http"));
        let mut running = Self::spawn(runtime, variables, folder, authority)?;
        running.wait(says_so)?;
        Ok(running)
    }

    /// The same for a server that never says it is ready, because it is not healthy: it only has
    /// to answer.
    ///
    /// # Errors
    /// As [`Running::start`].
    pub fn start_unhealthy(
        runtime: Runtime,
        variables: &BTreeMap<String, String>,
        folder: &Path,
    ) -> Result<Self> {
        let authority = free()?;
        let mut running = Self::spawn(runtime, variables, folder, &authority)?;
        running.wait(|_| {
            let answers = |target| is_answered(&authority, target);
            answers("/health/manifest") && answers("/health/webhook")
        })?;
        Ok(running)
    }

    fn spawn(
        runtime: Runtime,
        variables: &BTreeMap<String, String>,
        folder: &Path,
        authority: &str,
    ) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let mut variables = variables.clone();
        let origin = format!("http://{authority}");
        variables.entry("PUBLIC_URL".into()).or_insert(origin);
        let file = folder.join("variables");
        write_private(&file, &variables)?;
        let log = folder.join("server.log");
        let output = File::options().create(true).append(true).open(&log)?;
        let state = folder.join("state");
        let mut command = match runtime {
            Runtime::Workerd | Runtime::Spin => dev(runtime),
            Runtime::SpinHost => spin_host()?,
            Runtime::Other => bail!("only workerd, spin and spin-host can be started"),
        };
        command.args(["--listen", authority]);
        command.arg("--vars").arg(&file).arg("--state").arg(&state);
        let printed_before = fs::metadata(&log)?.len();
        let child = command
            .current_dir(settings::root())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        Ok(Self {
            runtime,
            authority: authority.to_owned(),
            log,
            child,
            printed_before,
        })
    }

    /// What hosts the functions.
    pub fn runtime(&self) -> Runtime {
        self.runtime
    }

    /// `host:port`.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The file that gets what it prints; a restart goes on writing it.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Ends every process of it at once, with nothing said to any of them.
    ///
    /// # Errors
    /// Where a process does not end.
    pub fn kill(&mut self) -> Result<()> {
        let all = processes::family(self.child.id());
        for id in &all {
            processes::signal(*id, "KILL");
        }
        self.child.wait()?;
        let started = Instant::now();
        while all.iter().any(|id| processes::is_alive(*id)) {
            ensure!(started.elapsed() < STOP, "the server outlives SIGKILL");
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Waits until `is_ready` says so of what was printed.
    fn wait(&mut self, is_ready: impl Fn(&str) -> bool) -> Result<()> {
        let started = Instant::now();
        let before = usize::try_from(self.printed_before)?;
        loop {
            let printed = fs::read(&self.log)?;
            let printed = String::from_utf8_lossy(printed.get(before..).unwrap_or_default());
            if is_ready(&printed) {
                return Ok(());
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || started.elapsed() > START {
                let lines: Vec<&str> = printed.lines().collect();
                let last = lines[lines.len().saturating_sub(30)..].join("\n");
                bail!("{} is not ready ({ended:?}):\n{last}", self.runtime.name());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        processes::signal(self.child.id(), "TERM");
        let started = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if started.elapsed() > STOP {
                let _ = self.kill();
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// An address of this machine that nothing listens on.
fn free() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

fn is_answered(authority: &str, target: &str) -> bool {
    let request = Request {
        method: "GET",
        target,
        headers: &[],
        content: Content::Nothing,
    };
    let answer = http::send(authority, request, None);
    answer.is_ok_and(|answer| matches!(answer.status, 200 | 503))
}

fn dev(runtime: Runtime) -> Command {
    let mut command = cargo();
    command.args(["xtask", "dev", "--runtime", runtime.name()]);
    command
}

/// The test host, built if need be: `SPIN_HOST_BIN`, or the one in cargo's target folder.
fn spin_host() -> Result<Command> {
    let built = settings::target().join("debug/spin-host");
    let program = env::var_os("SPIN_HOST_BIN").map(PathBuf::from);
    let program = match program {
        Some(program) => program,
        None => {
            run(cargo().args(["build", "--locked", "--package", "spin-host"]))?;
            built
        }
    };
    run(cargo().args(["xtask", "build", "--platform", "spin"]))?;
    let mut command = Command::new(program);
    command.args(["--manifest", "spin.toml"]);
    Ok(command)
}

fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(settings::root());
    command
}

fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

/// Writes `NAME=value` lines that only this user can read.
fn write_private(file: &Path, variables: &BTreeMap<String, String>) -> Result<()> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options
        .open(file)
        .with_context(|| format!("cannot write {}", file.display()))?;
    for (name, value) in variables {
        writeln!(file, "{name}={value}")?;
    }
    Ok(())
}
