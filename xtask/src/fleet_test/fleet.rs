//! The fleet under test: nodes joined into one Swarm, and the real stack file on it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use super::{
    engine::{self, Node, ip},
    images,
    load::{self, Front},
    outside::Outside,
    packages::Programs,
    switch::{Link, Switch},
};
use crate::{repository::Repository, run, signals};

/// Name of the stack.
pub const STACK: &str = "fleet";

/// The sites of the test; the first three are managers. Four, so that three instances have a spare
/// node to go to.
pub const SITES: &[&str] = &["fra", "nyc", "sin", "ams"];

/// How many of them are managers.
const MANAGERS: usize = 3;

/// Milliseconds there and back: within Europe 30, over the Atlantic 90, to Singapore 170; the
/// users are 4 from their front.
fn round_trip(one: usize, other: usize) -> u64 {
    match (one.min(other), one.max(other)) {
        (_, USERS) => 4,
        (0, 3) => 30,
        (0, 1) | (1, 3) => 90,
        (1, 2) => 230,
        _ => 170,
    }
}

/// The port of the users, behind those of the sites.
const USERS: usize = SITES.len();

/// The functions that are looked at. The others of the stack are deployed with no instances, for the
/// sake of a small machine.
pub const FUNCTIONS: &[&str] = &["manifest", "webhook", "site"];

/// How many instances of each there must be.
pub const INSTANCES: usize = 3;

/// What the stack file is given beside the version.
const SETTINGS: &[(&str, &str)] = &[
    ("IMAGE", images::IMAGE),
    ("FRONT_IMAGE", images::FRONT),
    // As many as a small machine lets a process have.
    ("NOFILE", "4096"),
    ("MAXCONN", "1000"),
    ("PLAIN", "yes"),
    ("HEALTH_INTERVAL", "2s"),
    ("HEALTH_START", "60s"),
    ("UPDATE_MONITOR", "70s"),
];

/// A running fleet.
pub struct Fleet {
    /// Its nodes, by port.
    pub nodes: Vec<Node>,
    /// What is between them.
    pub switch: Arc<Switch>,
    /// Whoever else is on the internet.
    pub outside: Outside,
    /// Prometheus' own tool.
    pub promtool: PathBuf,
    /// deploy/observability.
    pub observability: PathBuf,
    /// Whether requests between nodes are encrypted, which takes a kernel with ESP.
    pub encrypted: bool,
    stack: PathBuf,
}

/// An instance as Swarm sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its node.
    pub node: String,
    /// Its image's tag.
    pub version: String,
}

impl Fleet {
    /// Starts the engines and joins them.
    ///
    /// # Errors
    /// Something of it fails; what was started ends when the error is dropped with the rest.
    pub fn start(repository: &Repository, programs: &Programs, scratch: &Path) -> Result<Self> {
        let names: Vec<_> = SITES.iter().map(|site| engine::device(site)).collect();
        let names = [names, vec![engine::device("users")]].concat();
        let link = |from, to| Link {
            delay: Duration::from_millis(round_trip(from, to)) / 2,
            ..Link::default()
        };
        let row = |from| (0..names.len()).map(|to| link(from, to)).collect();
        let switch = Switch::start(&names, (0..names.len()).map(row).collect())?;
        let users = engine::device("users");
        ip(&["link", "set", &users, "address", &Switch::address(USERS)])?;
        ip(&[
            "address",
            "add",
            &format!("{}/24", engine::address(USERS)),
            "dev",
            &users,
        ])?;
        ip(&["link", "set", &users, "up"])?;

        let (stack, encrypted) = stack_file(repository, scratch)?;
        let mut fleet = Self {
            nodes: Vec::new(),
            switch,
            outside: Outside::start(repository, &engine::address(USERS))?,
            promtool: programs.path("promtool"),
            observability: repository.path("deploy/observability"),
            encrypted,
            stack,
        };
        for (port, name) in SITES.iter().enumerate() {
            fleet.nodes.push(Node::new(name, port, scratch, programs)?);
        }
        for node in &mut fleet.nodes {
            node.start()?;
        }
        fleet.join()?;
        Ok(fleet)
    }

    fn join(&self) -> Result<()> {
        let first = self.node(SITES[0])?;
        first.say(&[
            "swarm",
            "init",
            "--advertise-addr",
            &first.address,
            "--default-addr-pool",
            "10.200.0.0/16",
        ])?;
        for (index, node) in self.nodes.iter().enumerate().skip(1) {
            let role = if index < MANAGERS {
                "manager"
            } else {
                "worker"
            };
            self.join_one(first, node, role)?;
        }
        Ok(())
    }

    fn join_one(&self, manager: &Node, node: &Node, role: &str) -> Result<()> {
        let token = manager.say(&["swarm", "join-token", "--quiet", role])?;
        let at = format!("{}:2377", manager.address);
        let join = [
            "swarm",
            "join",
            "--advertise-addr",
            &node.address,
            "--token",
            &token,
            &at,
        ];
        if node.say(&join).is_err() {
            // One that timed out has to leave before it can try again.
            let _ = node.say(&["swarm", "leave", "--force"]);
            node.say(&join)?;
        }
        Ok(())
    }

    /// Admits a node: only now it may get instances.
    ///
    /// # Errors
    /// Swarm refuses.
    pub fn admit(&self, name: &str) -> Result<()> {
        let site = format!("datacenter={name}");
        let labels = ["--label-add", &site, "--label-add", "fleet=serving"];
        self.say(&[&["node", "update"], &labels[..], &[name]].concat())?;
        Ok(())
    }

    /// Admits a node that has joined again. Swarm knows it by its name once more from before, and may
    /// still believe in that one, so it is removed first.
    ///
    /// # Errors
    /// Swarm refuses.
    pub fn admit_again(&self, name: &str) -> Result<()> {
        let own = self
            .node(name)?
            .say(&["info", "--format", "{{.Swarm.NodeID}}"])?;
        let listed = self.say(&["node", "ls", "--format", "{{.ID}} {{.Hostname}}"])?;
        let nodes = listed.lines().filter_map(|line| line.split_once(' '));
        for (id, _) in nodes.filter(|(id, host)| *host == name && *id != own) {
            // A manager of the old cluster is one no more.
            let _ = self.say(&["node", "demote", id]);
            self.say(&["node", "rm", "--force", id])?;
        }
        self.admit(name)
    }

    /// Creates a secret from a file.
    ///
    /// # Errors
    /// Swarm refuses; secrets are never changed, so a name is taken once.
    pub fn create_secret(&self, name: &str, file: &Path) -> Result<()> {
        self.say(&["secret", "create", name, &file.to_string_lossy()])?;
        Ok(())
    }

    /// Deploys the stack file with further settings.
    ///
    /// # Errors
    /// Swarm refuses.
    pub fn deploy(&self, version: &str, settings: &[(&str, &str)]) -> Result<()> {
        let mut docker = self.manager()?.docker();
        docker
            .envs(SETTINGS.iter().copied())
            .envs(settings.iter().copied())
            .env("VERSION", version);
        docker.args(["stack", "deploy", "--resolve-image", "never", "-c"]);
        docker.arg(&self.stack).arg(STACK);
        run::capture(&mut docker)?;
        Ok(())
    }

    /// The file that a function's first secret was made of.
    pub fn secret(&self, function: &str) -> PathBuf {
        let scratch = self.scratch().parent().unwrap_or(self.scratch());
        scratch.join(format!("{function}.toml"))
    }

    /// A folder for files of the test.
    pub fn scratch(&self) -> &Path {
        self.stack.parent().unwrap_or(&self.stack)
    }

    /// A node by its name.
    ///
    /// # Errors
    /// There is none.
    pub fn node(&self, name: &str) -> Result<&Node> {
        let found = self.nodes.iter().find(|node| node.name == name);
        found.with_context(|| format!("no node {name}"))
    }

    /// A node by its name, to be changed.
    ///
    /// # Errors
    /// There is none.
    pub fn node_mut(&mut self, name: &str) -> Result<&mut Node> {
        let found = self.nodes.iter_mut().find(|node| node.name == name);
        found.with_context(|| format!("no node {name}"))
    }

    /// The managers.
    pub fn managers(&self) -> &[Node] {
        self.nodes.get(..MANAGERS).unwrap_or_default()
    }

    /// Joins a node to the Swarm of a manager that runs; it forgets the one it was in.
    ///
    /// # Errors
    /// Swarm refuses.
    pub fn join_again(&self, name: &str) -> Result<()> {
        let node = self.node(name)?;
        let _ = node.say(&["swarm", "leave", "--force"]);
        self.join_one(self.manager()?, node, "manager")
    }

    /// A manager that runs.
    ///
    /// # Errors
    /// None does.
    pub fn manager(&self) -> Result<&Node> {
        let mut managers = self.managers().iter().filter(|node| node.is_up());
        managers.next().context("no manager is left")
    }

    /// What a manager's `docker` prints. A new leader may have to be found first: it is asked
    /// again for a while.
    ///
    /// # Errors
    /// It goes on failing.
    pub fn say(&self, arguments: &[&str]) -> Result<String> {
        let started = Instant::now();
        loop {
            let said = self.manager()?.say(arguments);
            match said {
                Err(_) if started.elapsed() < Duration::from_secs(40) && !signals::received() => {
                    thread::sleep(Duration::from_millis(500));
                }
                _ => return said,
            }
        }
    }

    /// The fronts of all nodes.
    pub fn fronts(&self) -> Vec<Front> {
        let front = |node: &Node| (node.name.clone(), node.address.clone());
        self.nodes.iter().map(front).collect()
    }

    /// The instances of a function that run and whose health check says yes, on nodes that Swarm
    /// believes in.
    ///
    /// # Errors
    /// Swarm does not answer.
    pub fn instances(&self, function: &str) -> Result<Vec<Instance>> {
        let ready = self.say(&["node", "ls", "--format", "{{.Hostname}} {{.Status}}"])?;
        let ready: BTreeSet<_> = ready
            .lines()
            .filter_map(|line| line.strip_suffix(" Ready"))
            .collect();
        let listed = self.say(&[
            "service",
            "ps",
            &format!("{STACK}_{function}"),
            "--filter",
            "desired-state=running",
            "--format",
            "{{.Node}}|{{.CurrentState}}|{{.Image}}",
        ])?;
        let instance = |line: &str| {
            let mut words = line.split('|');
            let (node, state, image) = (words.next()?, words.next()?, words.next()?);
            // Swarm calls one running only once its health check has said yes.
            let runs = state.starts_with("Running") && ready.contains(node);
            let version = image.rsplit(':').next().unwrap_or_default();
            runs.then(|| Instance {
                node: node.into(),
                version: version.into(),
            })
        };
        Ok(listed.lines().filter_map(instance).collect())
    }

    /// Whether every function has its instances, each on a node of its own.
    ///
    /// # Errors
    /// Swarm does not answer, or two instances share a node.
    pub fn is_whole(&self) -> Result<bool> {
        for function in FUNCTIONS {
            let instances = self.instances(function)?;
            let nodes: BTreeSet<_> = instances.iter().map(|one| &one.node).collect();
            if instances.len() != INSTANCES || nodes.len() != INSTANCES {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What Swarm says about a function's last update, such as `completed`; empty without one.
    ///
    /// # Errors
    /// Swarm does not answer.
    pub fn update_state(&self, function: &str) -> Result<String> {
        let state = "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}";
        let service = format!("{STACK}_{function}");
        self.say(&["service", "inspect", "--format", state, &service])
    }

    /// How many instances per function a node's front would send requests to.
    ///
    /// # Errors
    /// The front does not answer.
    pub fn seen_by(&self, node: &str) -> Result<BTreeMap<String, usize>> {
        #[derive(serde::Deserialize)]
        struct Health {
            instances: BTreeMap<String, usize>,
        }
        let answer = load::get(&self.node(node)?.address, "/health")?;
        ensure!(
            answer.status == 200,
            "/health of {node} says {}",
            answer.status
        );
        let health: Health = serde_json::from_str(&answer.body)?;
        Ok(health.instances)
    }

    /// Whether Swarm believes in every node.
    ///
    /// # Errors
    /// Swarm does not answer.
    pub fn all_ready(&self) -> Result<bool> {
        let nodes = self.say(&["node", "ls", "--format", "{{.Status}}"])?;
        Ok(nodes.lines().all(|status| status == "Ready"))
    }

    /// Whether the fronts of `nodes` see every function's instances, no fewer and no more.
    pub fn all_see(&self, nodes: &[&str]) -> bool {
        nodes.iter().all(|node| {
            let seen = self.seen_by(node).unwrap_or_default();
            FUNCTIONS
                .iter()
                .all(|function| seen.get(*function) == Some(&INSTANCES))
        })
    }
}

/// Waits until something is so; gives how long that took.
///
/// # Errors
/// It was not so in time, or the test is to end.
pub fn until(
    what: &str,
    patience: Duration,
    mut is_so: impl FnMut() -> Result<bool>,
) -> Result<Duration> {
    let started = Instant::now();
    loop {
        let found = is_so();
        if matches!(found, Ok(true)) {
            return Ok(started.elapsed());
        }
        ensure!(!signals::received(), "stopped");
        if started.elapsed() > patience {
            match found {
                Err(error) => return Err(error.context(format!("not in time: {what}"))),
                Ok(_) => bail!("not within {} s: {what}", patience.as_secs()),
            }
        }
        thread::sleep(Duration::from_millis(400));
    }
}

/// deploy/stack.yml beside its configuration; without encryption where the kernel has none.
fn stack_file(repository: &Repository, scratch: &Path) -> Result<(PathBuf, bool)> {
    let folder = scratch.join("stack");
    fs::create_dir_all(&folder)?;
    fs::copy(
        repository.path("deploy/haproxy.cfg"),
        folder.join("haproxy.cfg"),
    )?;
    let text = fs::read_to_string(repository.path("deploy/stack.yml"))?;
    let line = "      encrypted: \"true\"\n";
    ensure!(
        text.contains(line),
        "deploy/stack.yml does not encrypt its network"
    );
    let encrypted = has_esp();
    let text = if encrypted {
        text
    } else {
        text.replace(line, "")
    };
    let text = ["discord", "proxy"].into_iter().try_fold(text, put_aside)?;
    let path = folder.join("stack.yml");
    fs::write(&path, text)?;
    Ok((path, encrypted))
}

/// The stack file with no instances of a function.
fn put_aside(text: String, function: &str) -> Result<String> {
    let line = format!("\"{function}-state:/state\"]\n    deploy: ");
    ensure!(text.contains(&line), "deploy/stack.yml has no {function}");
    Ok(text.replace(
        &format!("{line}*deploy"),
        &format!("{line}{{ <<: *deploy, replicas: 0 }}"),
    ))
}

/// Whether the kernel can encrypt an overlay network: it accepts an ESP state, in a network
/// namespace that ends with the attempt.
fn has_esp() -> bool {
    let add = "ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 1 mode transport aead \
               'rfc4106(gcm(aes))' 0x000102030405060708090a0b0c0d0e0f10111213 64";
    run::succeeds(Command::new("unshare").args(["--net", "sh", "-c", add]))
}
