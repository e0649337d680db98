//! Which crates may link what, by cargo's own account of the dependencies.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::no_findings;
use crate::{repository::Repository, run};

/// A library and the packages of the workspace that may reach it; `*-wasm`
/// stands for the entry crates.
struct Confined {
    library: &'static str,
    to: &'static [&'static str],
}

/// What may reach a codec.
const CODECS: &[&str] = &["bench-wasm", "corpora", "imaging", "proxy", "proxy-wasm"];

const CONFINED: &[Confined] = &[
    Confined {
        library: "worker",
        to: &["edge-cloudflare", "*-wasm"],
    },
    Confined {
        library: "spin-sdk",
        to: &["edge-spin", "*-wasm"],
    },
    Confined {
        library: "wasmtime",
        to: &["spin-host"],
    },
    // Image codecs.
    Confined {
        library: "imaging",
        to: CODECS,
    },
    Confined {
        library: "vp8",
        to: CODECS,
    },
    Confined {
        library: "png",
        to: CODECS,
    },
    Confined {
        library: "gif",
        to: CODECS,
    },
    Confined {
        library: "vaam-image-webp",
        to: CODECS,
    },
    Confined {
        library: "image-webp",
        to: CODECS,
    },
    Confined {
        library: "image",
        to: CODECS,
    },
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    crate_types: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    /// Absent for what is linked, else `dev` or `build`.
    kind: Option<String>,
}

/// The step.
pub fn check(repository: &Repository) -> Result<()> {
    let graph = Graph::read(repository)?;
    let functions: BTreeSet<String> = repository
        .functions()?
        .into_iter()
        .map(|function| function.name)
        .collect();
    let mut findings = Vec::new();
    for (package, links) in &graph.links {
        for confined in CONFINED {
            if links.contains(confined.library) && !confined.admits(package) {
                findings.push(format!("{package} must not link {}", confined.library));
            }
        }
        let own = package.trim_end_matches("-wasm");
        for other in links.iter().filter(|name| functions.contains(*name)) {
            if functions.contains(own) && own != other {
                findings.push(format!("{package} must not depend on the function {other}"));
            }
        }
    }
    for (package, types) in &graph.entries {
        if types != &["cdylib"] {
            findings.push(format!("{package} must be cdylib only, not {types:?}"));
        }
    }
    for function in &functions {
        if !graph.entries.contains_key(&format!("{function}-wasm")) {
            findings.push(format!("{function} has no entry crate {function}-wasm"));
        }
    }
    no_findings(findings)
}

impl Confined {
    fn admits(&self, package: &str) -> bool {
        self.to
            .iter()
            .any(|allowed| match allowed.strip_prefix('*') {
                Some(ending) => package.ends_with(ending),
                None => *allowed == package,
            })
    }
}

/// The workspace's packages.
struct Graph {
    /// Each with the names of everything it links, on whatever target.
    links: BTreeMap<String, BTreeSet<String>>,
    /// Entry crates with their library's crate types.
    entries: BTreeMap<String, Vec<String>>,
}

impl Graph {
    fn read(repository: &Repository) -> Result<Self> {
        let mut cargo = run::cargo(repository);
        cargo.args(["metadata", "--format-version", "1", "--locked"]);
        let metadata: Metadata = serde_json::from_str(&run::capture(&mut cargo)?)?;
        let packages: BTreeMap<&str, &Package> = metadata
            .packages
            .iter()
            .map(|package| (package.id.as_str(), package))
            .collect();
        let edges: BTreeMap<&str, Vec<&str>> = metadata
            .resolve
            .nodes
            .iter()
            .map(|node| (node.id.as_str(), node.linked()))
            .collect();
        let mut graph = Self {
            links: BTreeMap::new(),
            entries: BTreeMap::new(),
        };
        for member in &metadata.workspace_members {
            let package = packages
                .get(member.as_str())
                .context("a member is missing")?;
            let names = closure(member, &edges)
                .into_iter()
                .filter_map(|id| packages.get(id))
                .map(|package| package.name.clone())
                .collect();
            graph.links.insert(package.name.clone(), names);
            if package.name.ends_with("-wasm") {
                graph
                    .entries
                    .insert(package.name.clone(), package.library());
            }
        }
        Ok(graph)
    }
}

impl Package {
    /// Crate types of its library.
    fn library(&self) -> Vec<String> {
        let is_program = |target: &&Target| {
            let others = ["bin", "test", "example", "bench", "custom-build"];
            !target
                .kind
                .iter()
                .any(|kind| others.contains(&kind.as_str()))
        };
        let libraries = self.targets.iter().filter(is_program);
        libraries
            .flat_map(|target| target.crate_types.clone())
            .collect()
    }
}

impl Node {
    fn linked(&self) -> Vec<&str> {
        let is_linked =
            |dependency: &&Dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.is_none());
        let dependencies = self.deps.iter().filter(is_linked);
        dependencies
            .map(|dependency| dependency.pkg.as_str())
            .collect()
    }
}

/// Everything that is reached from `start`, without itself.
fn closure<'a>(start: &'a str, edges: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![start];
    while let Some(id) = next.pop() {
        for &id in edges.get(id).into_iter().flatten() {
            if reached.insert(id) {
                next.push(id);
            }
        }
    }
    reached
}

/// Names of the integration tests of `package`.
pub fn tests_of(repository: &Repository, package: &str) -> Result<Vec<String>> {
    let mut cargo = run::cargo(repository);
    cargo.args(["metadata", "--format-version", "1", "--locked", "--no-deps"]);
    #[derive(Deserialize)]
    struct Members {
        packages: Vec<Package>,
    }
    let members: Members = serde_json::from_str(&run::capture(&mut cargo)?)?;
    let package = members
        .packages
        .into_iter()
        .find(|candidate| candidate.name == package)
        .with_context(|| format!("no package {package}"))?;
    let is_test = |target: &Target| target.kind.iter().any(|kind| kind == "test");
    let tests = package.targets.into_iter().filter(is_test);
    Ok(tests.map(|target| target.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_and_names_are_admitted() {
        let confined = Confined {
            library: "worker",
            to: &["edge-cloudflare", "*-wasm"],
        };
        assert!(confined.admits("edge-cloudflare"));
        assert!(confined.admits("manifest-wasm"));
        assert!(!confined.admits("manifest"));
    }

    #[test]
    fn what_is_reached_indirectly_counts() {
        let edges = BTreeMap::from([("a", vec!["b"]), ("b", vec!["c", "a"])]);
        assert_eq!(closure("a", &edges), BTreeSet::from(["a", "b", "c"]));
        assert!(closure("c", &edges).is_empty());
    }
}
