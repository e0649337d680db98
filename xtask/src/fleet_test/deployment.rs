//! The real stack file on the fleet under test, and what it is given.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{
    fleet::{Fleet, STACK},
    images,
};
use crate::{repository::Repository, run};

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

/// What is deployed on a fleet.
pub struct Deployment {
    /// Whether requests between nodes are encrypted, which takes a kernel with ESP.
    pub encrypted: bool,
    file: PathBuf,
    /// What the first secrets were made of, by name.
    secrets: Vec<(&'static str, PathBuf)>,
    /// The version and the settings that were deployed last.
    last: (String, BTreeMap<String, String>),
}

impl Deployment {
    /// deploy/stack.yml as it can be deployed here; nothing is deployed yet.
    ///
    /// # Errors
    /// The file does not say what is changed for the test, or cannot be copied.
    pub fn of(repository: &Repository, scratch: &Path) -> Result<Self> {
        let (file, encrypted) = stack_file(repository, scratch)?;
        Ok(Self {
            encrypted,
            file,
            secrets: Vec::new(),
            last: Default::default(),
        })
    }

    /// The version that was deployed last.
    pub fn version(&self) -> String {
        self.last.0.clone()
    }

    /// The stack file's folder.
    pub fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(&self.file)
    }
}

impl Fleet {
    /// What the functions and the fronts are given, by name.
    pub fn give(&mut self, secrets: Vec<(&'static str, PathBuf)>) {
        self.deployment.secrets = secrets;
    }

    /// Creates the first version of every secret.
    ///
    /// # Errors
    /// Swarm refuses.
    pub fn create_secrets(&self) -> Result<()> {
        let mut all = self.deployment.secrets.iter();
        all.try_for_each(|(name, file)| self.create_secret(&format!("{name}-1"), file))
    }

    /// Creates a secret from a file.
    ///
    /// # Errors
    /// Swarm refuses; secrets are never changed, so a name is taken once.
    pub fn create_secret(&self, name: &str, file: &Path) -> Result<()> {
        self.say(&["secret", "create", name, &file.to_string_lossy()])?;
        Ok(())
    }

    /// Deploys the stack file for the first time, as its own settings say.
    ///
    /// # Errors
    /// Swarm refuses.
    pub fn deploy(&mut self, version: &str) -> Result<()> {
        self.deployment.last = Default::default();
        self.deploy_with(version, &[])
    }

    /// Deploys the stack file with further settings, which stay as a fleet's settings do.
    ///
    /// # Errors
    /// Swarm refuses.
    pub fn deploy_with(&mut self, version: &str, settings: &[(&str, &str)]) -> Result<()> {
        let (last, all) = &mut self.deployment.last;
        *last = version.into();
        all.extend(settings.iter().map(|&(name, to)| (name.into(), to.into())));
        let all = all.clone();
        let mut docker = self.manager()?.docker();
        docker
            .envs(SETTINGS.iter().copied())
            .envs(all)
            .env("VERSION", version);
        docker.args(["stack", "deploy", "--resolve-image", "never", "-c"]);
        docker.arg(&self.deployment.file).arg(STACK);
        run::capture(&mut docker)?;
        Ok(())
    }

    /// The file that a function's first secret was made of.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn secret(&self, function: &str) -> Result<&Path> {
        let found = self
            .deployment
            .secrets
            .iter()
            .find(|(name, _)| *name == function);
        let (_, file) = found.with_context(|| format!("no secret {function}"))?;
        Ok(file)
    }

    /// The fronts' configuration, which the next deployment with another `FRONT_CONFIG` takes.
    pub fn front_config(&self) -> PathBuf {
        self.scratch().join("haproxy.cfg")
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
