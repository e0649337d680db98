//! A data centre of the test: a network namespace with a Docker engine of its own.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{fleet::STACK, packages::Programs, switch::Switch};
use crate::run;

/// How long an engine may take to answer after its start.
const PATIENCE: Duration = Duration::from_secs(90);

/// A node; dropping it kills its engine, its containers and its namespace.
pub struct Node {
    /// Its site and host name.
    pub name: String,
    /// Its address in the test's internet.
    pub address: String,
    /// Its port of the switch.
    pub port: usize,
    folder: PathBuf,
    programs: Programs,
    engine: Option<Child>,
}

/// The network namespace of a node.
fn namespace(name: &str) -> String {
    format!("vtta-{name}")
}

/// The TAP device of a node, by which it is known before it is moved.
pub fn device(name: &str) -> String {
    format!("vtta-{name}")
}

/// The address of a port.
pub fn address(port: usize) -> String {
    format!("10.77.0.{}", port + 1)
}

impl Node {
    /// Makes the namespace and moves the switch's device into it. No engine runs yet.
    ///
    /// # Errors
    /// `ip` fails: the name may be taken by a test that was killed.
    pub fn new(name: &str, port: usize, scratch: &Path, programs: &Programs) -> Result<Self> {
        let node = Self {
            name: name.into(),
            address: address(port),
            port,
            folder: scratch.join(name),
            programs: programs.clone(),
            engine: None,
        };
        fs::create_dir_all(&node.folder)?;
        let (namespace, device) = (namespace(name), device(name));
        ip(&["netns", "add", &namespace])?;
        ip(&["link", "set", &device, "netns", &namespace])?;
        let inside = |words: &[&str]| ip(&[&["-n", &namespace], words].concat());
        inside(&["link", "set", &device, "address", &Switch::address(port)])?;
        inside(&[
            "address",
            "add",
            &format!("{}/24", node.address),
            "dev",
            &device,
        ])?;
        inside(&["link", "set", &device, "up"])?;
        inside(&["link", "set", "lo", "up"])?;
        // Engines will have a default route; where to does not matter.
        inside(&[
            "route",
            "add",
            "default",
            "via",
            &address(usize::from(port == 0)),
        ])?;
        Ok(node)
    }

    /// Starts the engine, on the data that an earlier one left, and waits until it answers.
    ///
    /// # Errors
    /// It ends or stays silent; its log's last lines are in the text.
    pub fn start(&mut self) -> Result<()> {
        let log = File::create(self.folder.join("engine.log"))?;
        let file = |name: &str| self.folder.join(name).to_string_lossy().into_owned();
        let _ = fs::remove_file(self.folder.join("engine.pid"));
        // A process namespace: killing its first process ends the containers and whatever holds
        // them, as pulling the plug would. `--net` beforehand, not `ip netns exec`, which hides the
        // control groups.
        // Names are not asked for outside: the images are here, and waiting for a registry that is
        // not there would take longer than everything else.
        let script = "mount -t tmpfs tmpfs /run; echo nameserver 127.0.0.1 > /run/names; \
                      mount --bind /run/names /etc/resolv.conf; hostname \"$1\"; shift; exec \"$@\"";
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--net=/run/netns/{}", namespace(&self.name)))
            .args([
                "unshare",
                "--mount",
                "--uts",
                "--pid",
                "--fork",
                "--kill-child",
            ])
            .args(["--mount-proc", "sh", "-ec", script, "sh", &self.name])
            .arg(self.programs.path("dockerd"))
            .args(["--data-root", &file("data"), "--exec-root", &file("exec")])
            .args(["--pidfile", &file("engine.pid"), "--log-level", "warn"])
            .args(["--host", &format!("unix://{}", file("engine.sock"))])
            .args(["--cgroup-parent", &format!("/{}", namespace(&self.name))])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        self.programs.environment(&mut command);
        self.engine = Some(command.spawn().context("cannot start nsenter")?);
        let started = Instant::now();
        while !run::succeeds(self.docker().arg("version")) {
            let ended = self.engine.as_mut().map(Child::try_wait);
            if started.elapsed() > PATIENCE || !matches!(ended, Some(Ok(None))) {
                bail!("{}: the engine does not answer:\n{}", self.name, self.log());
            }
            thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// Pulls the plug: engine and containers are gone at once.
    pub fn kill(&mut self) {
        if let Some(mut engine) = self.engine.take() {
            // Killing nsenter's child, unshare, kills the namespace's first process.
            let _ = engine.kill();
            let _ = engine.wait();
            self.forget();
        }
    }

    /// Pulls the plug and takes the disk out: the next start is that of a fresh machine.
    ///
    /// # Errors
    /// Something of the data stays.
    pub fn wipe(&mut self) -> Result<()> {
        self.kill();
        let data = self.data();
        for _ in 0..50 {
            if fs::remove_dir_all(&data).is_ok() || !data.exists() {
                return Ok(());
            }
            // What was killed just now may take a moment to be gone.
            thread::sleep(Duration::from_millis(100));
        }
        bail!("{}: {} stays", self.name, data.display())
    }

    /// Has the namespace forget what an engine put into it, as a machine that lost power does: the
    /// next engine would forward its ports to containers that are gone.
    fn forget(&self) {
        for table in ["nat", "filter", "mangle"] {
            for what in ["--flush", "--delete-chain"] {
                let mut iptables = self.inside();
                iptables.arg(self.programs.path("iptables"));
                let _ = run::succeeds(iptables.args(["--table", table, what]));
            }
        }
        for bridge in ["docker0", "docker_gwbridge"] {
            let _ = run::succeeds(self.inside().args(["ip", "link", "delete", bridge]));
        }
    }

    /// Whether its engine is meant to run.
    pub fn is_up(&self) -> bool {
        self.engine.is_some()
    }

    /// The Docker client for this node.
    pub fn docker(&self) -> Command {
        let mut command = Command::new(self.programs.path("docker"));
        let socket = self.folder.join("engine.sock");
        command.args(["--host", &format!("unix://{}", socket.display())]);
        self.programs.environment(&mut command);
        // The client of the distribution has no BuildKit.
        command.env("DOCKER_BUILDKIT", "0").stdin(Stdio::null());
        command
    }

    /// What `docker` with these arguments prints.
    ///
    /// # Errors
    /// It fails; what it said is in the text.
    pub fn say(&self, arguments: &[&str]) -> Result<String> {
        let output = self.docker().args(arguments).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!(
                "{}: docker {}: {}",
                self.name,
                arguments.join(" "),
                said.trim()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Ids of the running containers of a service of the stack.
    ///
    /// # Errors
    /// The engine does not answer.
    pub fn containers(&self, service: &str) -> Result<Vec<String>> {
        let name = format!("name={STACK}_{service}.");
        let ids = self.say(&["ps", "--quiet", "--no-trunc", "--filter", &name])?;
        Ok(ids.lines().map(str::to_owned).collect())
    }

    /// The end of what the containers of a service have printed.
    ///
    /// # Errors
    /// The engine does not answer.
    pub fn logs(&self, service: &str) -> Result<String> {
        let mut text = String::new();
        for id in self.containers(service)? {
            let mut docker = self.docker();
            let output = docker.args(["logs", "--tail", "5000", &id]).output()?;
            text += &String::from_utf8_lossy(&output.stdout);
            text += &String::from_utf8_lossy(&output.stderr);
        }
        Ok(text)
    }

    /// A program, to be named yet, in the node's network.
    pub fn inside(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/run/netns/{}", namespace(&self.name)));
        self.programs.environment(&mut command);
        command
    }

    /// Where the engine keeps its data.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> String {
        let text = fs::read_to_string(self.folder.join("engine.log")).unwrap_or_default();
        let lines: Vec<_> = text.lines().rev().take(15).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
        let _ = ip(&["netns", "delete", &namespace(&self.name)]);
        remove_control_groups(&namespace(&self.name));
    }
}

/// The containers' control groups, which stay when their processes are killed.
fn remove_control_groups(name: &str) {
    let root = Path::new("/sys/fs/cgroup");
    let hierarchies = fs::read_dir(root).into_iter().flatten().flatten();
    let hierarchies = hierarchies.map(|entry| entry.path()).chain([root.into()]);
    for hierarchy in hierarchies {
        let group = hierarchy.join(name);
        // What was killed just now may take a moment to be gone.
        for _ in 0..30 {
            if fs::remove_dir(&group).is_ok() || !group.exists() {
                break;
            }
            let below = fs::read_dir(&group).into_iter().flatten().flatten();
            for container in below.filter(|entry| entry.path().is_dir()) {
                let _ = fs::remove_dir(container.path());
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Runs `ip`.
///
/// # Errors
/// What it said.
pub fn ip(arguments: &[&str]) -> Result<()> {
    let output = Command::new("ip").args(arguments).output().context("ip")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("ip {}: {}", arguments.join(" "), said.trim());
    }
    Ok(())
}
