//! The fleet under test: nodes joined into one Swarm, and the real stack file on it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use super::{
    deployment::Deployment,
    engine::{self, Node, ip},
    load::Front,
    outside::Outside,
    packages::Programs,
    switch::{Link, Switch},
};
use crate::{repository::Repository, signals};

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
        (_, USERS) | (USERS, _) => 4,
        (0, 3) => 30,
        (0, 1) | (1, 3) => 90,
        (1, 2) => 230,
        _ => 170,
    }
}

/// The port of the users, behind those of the sites.
const USERS: usize = SITES.len();

/// A site that a scenario adds, and its port, behind that of the users.
pub const ADDED: (&str, usize) = ("syd", USERS + 1);

/// The functions that are looked at. The others of the stack are deployed with no instances, for the
/// sake of a small machine.
pub const FUNCTIONS: &[&str] = &["manifest", "webhook", "site"];

/// How many instances of each there must be.
pub const INSTANCES: usize = 3;

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
    /// What is deployed on it.
    pub deployment: Deployment,
    programs: Programs,
}

impl Fleet {
    /// Starts the engines and joins them.
    ///
    /// # Errors
    /// Something of it fails; what was started ends when the error is dropped with the rest.
    pub fn start(repository: &Repository, programs: &Programs, scratch: &Path) -> Result<Self> {
        let names: Vec<_> = SITES.iter().map(|site| engine::device(site)).collect();
        let more = ["users", ADDED.0].map(engine::device);
        let names = [names, more.to_vec()].concat();
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

        let mut fleet = Self {
            nodes: Vec::new(),
            switch,
            outside: Outside::start(repository, &engine::address(USERS))?,
            promtool: programs.path("promtool"),
            observability: repository.path("deploy/observability"),
            deployment: Deployment::of(repository, scratch)?,
            programs: programs.clone(),
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

    /// Makes one Swarm of the nodes, none of which is in one.
    ///
    /// # Errors
    /// Swarm refuses.
    pub fn join(&self) -> Result<()> {
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

    /// Joins a node to the Swarm of a manager.
    ///
    /// # Errors
    /// Swarm refuses twice.
    pub fn join_one(&self, manager: &Node, node: &Node, role: &str) -> Result<()> {
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

    /// A node beside those that the fleet began with, with its images; it is in no Swarm.
    ///
    /// # Errors
    /// Its engine does not start, or the images cannot be handed over.
    pub fn add(&self, (name, port): (&str, usize)) -> Result<Node> {
        let mut node = Node::new(name, port, self.scratch(), &self.programs)?;
        node.start()?;
        let images = self.save_images()?;
        node.say(&["load", "--quiet", "--input", &images.to_string_lossy()])?;
        fs::remove_file(images)?;
        Ok(node)
    }

    /// All images of the first node, in one file.
    ///
    /// # Errors
    /// The engine cannot write them.
    pub fn save_images(&self) -> Result<PathBuf> {
        let first = self.node(SITES[0])?;
        let format = "{{if ne .Tag \"<none>\"}}{{.Repository}}:{{.Tag}}{{end}}";
        let listed = first.say(&["image", "ls", "--format", format])?;
        let images: Vec<_> = listed.split_whitespace().collect();
        let path = self.scratch().join("images.tar");
        let to = path.to_string_lossy();
        first.say(&[&["save", "--output", &to], &images[..]].concat())?;
        Ok(path)
    }

    /// A folder for files of the test.
    pub fn scratch(&self) -> &Path {
        self.deployment.folder()
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
