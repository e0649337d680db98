//! wrangler.toml, spin.toml and README.md name the same functions, routes,
//! stores, variables and secrets.

mod words;

use std::{collections::BTreeSet, fs, path::PathBuf};

use anyhow::{Context, Result};

use super::no_findings;
use crate::{
    platform::{
        Manifests,
        spin::{Component, Spin, is_of_store},
        wrangler::{Environment, Wrangler},
    },
    repository::{Function, Repository},
};

/// Name of the object store's binding in every Worker.
const BINDING: &str = "OBJECTS";

/// The step.
pub fn check(repository: &Repository) -> Result<()> {
    let manifests = Manifests::read(repository)?;
    let mut findings = names(repository, &manifests)?;
    findings.extend(one_host(&manifests.wrangler));
    findings.extend(words::findings(repository, &manifests.spin)?);
    let readme = fs::read_to_string(repository.path("README.md")).context("README.md")?;
    findings.extend(stores(&manifests.spin, &readme));
    for function in repository.functions()? {
        let name = &function.name;
        let environment = manifests.wrangler.environments.get(name);
        let component = manifests.spin.components.get(name);
        if let (Some(environment), Some(component)) = (environment, component) {
            let both = Both {
                function: &function,
                environment,
                component,
                spin: &manifests.spin,
            };
            findings.extend(both.findings(repository));
            findings.extend(both.readme(&readme));
        }
    }
    no_findings(findings)
}

/// The variable that a component is told only if it never changes what is stored.
const ANSWERED_FROM_COPIES: &str = "CACHE_SECONDS";

/// The functions whose objects are each node's own: images that every site fetches for itself.
const OF_ONE_NODE: &[&str] = &["proxy"];

/// Every component with a database may reach the bucket that stands in for it, and is told which;
/// and the README says of every variable what it means.
fn stores(spin: &Spin, readme: &str) -> Vec<String> {
    let names = spin.variables.keys().map(|name| name.to_uppercase());
    let names: BTreeSet<String> = names.filter(|name| is_of_store(name)).collect();
    let mut findings = Vec::new();
    for name in &names {
        if !readme.contains(&format!("| `{}` |", name.to_lowercase())) {
            findings.push(format!("README.md has no row of {}", name.to_lowercase()));
        }
    }
    for (component, described) in &spin.components {
        let told = described.variables.keys().map(|name| name.to_uppercase());
        let told: BTreeSet<String> = told.filter(|name| is_of_store(name)).collect();
        let stored = !described.sqlite_databases.is_empty();
        let stored = stored && !OF_ONE_NODE.contains(&component.as_str());
        let mut expected = names.clone();
        expected.retain(|name| stored && (name != ANSWERED_FROM_COPIES || told.contains(name)));
        findings.extend(differ(
            &format!("{component} in spin.toml"),
            &told,
            "the store's variables",
            &expected,
        ));
        let hosts = &described.allowed_outbound_hosts;
        if stored && !hosts.iter().any(|host| host == "{{ allow_store }}") {
            findings.push(format!(
                "{component} in spin.toml must not reach the bucket"
            ));
        }
    }
    findings
}

/// The folders of `workers/`, the environments and the components.
fn names(repository: &Repository, manifests: &Manifests) -> Result<Vec<String>> {
    let functions: BTreeSet<String> = repository
        .functions()?
        .into_iter()
        .map(|function| function.name)
        .collect();
    let environments = manifests.wrangler.environments.keys().cloned().collect();
    let components = manifests.spin.components.keys().cloned().collect();
    Ok([
        ("wrangler.toml's environments", environments),
        ("spin.toml's components", components),
    ]
    .into_iter()
    .filter_map(|(what, names)| differ(what, &names, "workers/", &functions))
    .collect())
}

/// All routes and PUBLIC_URL name one host, so that one substitution moves
/// the lot.
fn one_host(wrangler: &Wrangler) -> Vec<String> {
    let routes = || wrangler.environments.values().flat_map(|one| &one.routes);
    let hosts: BTreeSet<&str> = routes().map(|route| route.host()).collect();
    let zones: BTreeSet<&str> = routes().map(|route| route.zone_name.as_str()).collect();
    let urls: BTreeSet<&str> = wrangler
        .environments
        .values()
        .filter_map(|one| one.vars.get("PUBLIC_URL"))
        .map(|url| url.trim_start_matches("https://"))
        .collect();
    let mut findings = Vec::new();
    if hosts.len() != 1 || hosts != urls {
        findings.push(format!("routes are of {hosts:?}, PUBLIC_URL of {urls:?}"));
    }
    if zones.len() != 1 {
        findings.push(format!("routes are in the zones {zones:?}"));
    }
    findings
}

/// Functions whose addresses may hold a token or a signature.
const SECRET_ADDRESSES: &[&str] = &["proxy"];

/// One function on both platforms.
struct Both<'a> {
    function: &'a Function,
    environment: &'a Environment,
    component: &'a Component,
    spin: &'a Spin,
}

impl Both<'_> {
    fn findings(&self, repository: &Repository) -> Vec<String> {
        let name = &self.function.name;
        let workers = format!("{name} in wrangler.toml");
        let spin = format!("{name} in spin.toml");
        let mut findings: Vec<String> = [
            differ(&workers, &self.worker_routes(), &spin, &self.spin_routes()),
            differ(&workers, &self.vars(), &spin, &self.spin_variables(false)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let required = self.environment.secrets.required.iter().cloned().collect();
        let of_spin = self.spin_secrets_required();
        findings.extend(differ(&workers, &required, &spin, &of_spin));

        let stored = !self.component.sqlite_databases.is_empty();
        let bound = self.environment.r2_buckets.iter();
        let bound: Vec<_> = bound.map(|bucket| bucket.binding.as_str()).collect();
        if bound != vec![BINDING; usize::from(stored)] {
            findings.push(format!("{name}: stores {bound:?} do not fit spin.toml's"));
        }
        if !self.environment.observability.enabled {
            findings.push(format!("{workers}: observability is not enabled"));
        }
        if SECRET_ADDRESSES.contains(&name.as_str())
            && self.environment.observability.logs.invocation_logs
        {
            findings.push(format!(
                "{workers}: invocation_logs would keep addresses, which may hold tokens"
            ));
        }
        findings.extend(self.paths(repository));
        findings
    }

    /// Each platform's manifest names what the build puts there, and how to
    /// build it; and where both have files, the same.
    fn paths(&self, repository: &Repository) -> Vec<String> {
        let name = &self.function.name;
        let mut findings = Vec::new();
        let mut expect = |what: &str, found: &str, expected: String| {
            if found != expected {
                findings.push(format!("{name}: {what} is {found:?}, not {expected:?}"));
            }
        };
        let below = |path: PathBuf| {
            let path = path.strip_prefix(repository.root()).unwrap_or(&path);
            path.to_string_lossy().into_owned()
        };
        if let Some(main) = &self.environment.main {
            expect("main", main, below(self.function.output().join("index.js")));
            let command = &self.environment.build.command;
            let expected = format!("cargo xtask build --platform workers {name}");
            expect("wrangler.toml's build", command, expected);
        }
        let source = &self.component.source;
        expect("source", source, below(self.function.component()));
        let command = &self.component.build.command;
        let expected = format!("cargo xtask build --platform spin {name}");
        expect("spin.toml's build", command, expected);

        let assets = self.environment.assets.iter();
        let assets: Vec<_> = assets.map(|assets| (&*assets.directory, "/")).collect();
        let files = self.component.files.iter();
        let files: Vec<_> = files
            .map(|files| (&*files.source, &*files.destination))
            .collect();
        // A component may have them built in as well.
        if !files.is_empty() && assets != files {
            findings.push(format!("{name}: assets {assets:?}, but files {files:?}"));
        }
        findings
    }

    fn worker_routes(&self) -> BTreeSet<String> {
        let routes = self.environment.routes.iter();
        routes.map(|route| in_folder(route.path())).collect()
    }

    /// In Cloudflare's spelling, `/x/*` for Spin's `/x/...`.
    fn spin_routes(&self) -> BTreeSet<String> {
        let triggers = self.spin.trigger.http.iter();
        triggers
            .filter(|trigger| trigger.component == self.function.name)
            // Workers' files need no health check; the component does.
            .filter(|trigger| {
                self.environment.main.is_some() || !trigger.route.starts_with("/health/")
            })
            .map(|trigger| trigger.route.replace("...", "*"))
            .collect()
    }

    fn vars(&self) -> BTreeSet<String> {
        let names = self.environment.vars.keys();
        // Of what Spin is told of the store, a Worker that only reads knows how long copies are good.
        names
            .filter(|name| *name != ANSWERED_FROM_COPIES)
            .cloned()
            .collect()
    }

    fn spin_variables(&self, secret: bool) -> BTreeSet<String> {
        let names = self.component.variables.keys();
        let is = |name: &&String| self.spin.variables.get(*name).map(|v| v.secret) == Some(secret);
        let names = names.filter(is).map(|name| name.to_uppercase());
        names.filter(|name| !is_of_store(name)).collect()
    }

    fn spin_secrets_required(&self) -> BTreeSet<String> {
        let is_required = |name: &String| {
            let variable = self.spin.variables.get(&name.to_lowercase());
            variable.is_some_and(|variable| variable.required)
        };
        let secrets = self.spin_variables(true).into_iter();
        secrets.filter(is_required).collect()
    }

    /// The README's table has a row for the function, with its routes (their
    /// first segments), secrets and store.
    fn readme(&self, readme: &str) -> Vec<String> {
        let name = &self.function.name;
        let start = format!("| `{name}` |");
        let Some(row) = readme.lines().find(|line| line.starts_with(&start)) else {
            return vec![format!("README.md has no row that begins with {start:?}")];
        };
        let health = format!("/health/{name}");
        let routes = self.worker_routes().into_iter();
        let routes = routes.filter(|route| *route != health);
        let wanted = routes
            .map(|route| match route.trim_end_matches("/*") {
                "" => "/".to_owned(),
                path => path.to_owned(),
            })
            .chain(self.spin_variables(true));
        wanted
            .filter(|word| !row.contains(&format!("`{word}`")))
            .map(|word| format!("README.md's row of {name} does not name `{word}`"))
            .collect()
    }
}

/// `/x/*` for `/x*`: the one way in which Cloudflare routes `/x?y` too, which Spin's `/x/...` does.
fn in_folder(path: &str) -> String {
    match path.strip_suffix('*') {
        Some(start) if !start.ends_with('/') => format!("{start}/*"),
        _ => path.to_owned(),
    }
}

/// What is in one set and not in the other.
fn differ(
    left: &str,
    left_set: &BTreeSet<String>,
    right: &str,
    right_set: &BTreeSet<String>,
) -> Option<String> {
    let only_left: Vec<_> = left_set.difference(right_set).collect();
    let only_right: Vec<_> = right_set.difference(left_set).collect();
    (left_set != right_set)
        .then(|| format!("only {left}: {only_left:?}; only {right}: {only_right:?}"))
}
