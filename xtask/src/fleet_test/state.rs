//! What Swarm and the fronts say about the fleet under test.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};

use super::{
    fleet::{FUNCTIONS, Fleet, INSTANCES, STACK},
    load,
};

/// An instance as Swarm sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its node.
    pub node: String,
    /// Its image's tag.
    pub version: String,
}

impl Fleet {
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
