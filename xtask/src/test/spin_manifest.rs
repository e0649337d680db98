//! spin.toml by the rules that Spin itself applies when it starts.

use std::collections::BTreeSet;

use anyhow::Result;

use super::no_findings;
use crate::{
    platform::{Manifests, spin::Spin},
    repository::Repository,
};

/// The step. Unknown keys were refused when the file was read.
pub fn check(repository: &Repository) -> Result<()> {
    no_findings(findings(&Manifests::read(repository)?.spin))
}

fn findings(spin: &Spin) -> Vec<String> {
    let mut findings = Vec::new();
    if spin.spin_manifest_version != 2 {
        findings.push("spin_manifest_version is not 2".into());
    }
    findings.extend(variables(spin));
    findings.extend(triggers(spin));
    for (name, component) in &spin.components {
        for (variable, template) in &component.variables {
            findings.extend(template_findings(spin, name, template));
            let own = format!("{{{{ {variable} }}}}");
            if *template != own {
                findings.push(format!("{name}: {variable} is {template:?}, not {own:?}"));
            }
        }
        for host in &component.allowed_outbound_hosts {
            findings.extend(template_findings(spin, name, host));
            let resolved = with_defaults(spin, host);
            if resolved.is_empty() && !names_in(host).is_empty() {
                // What is required has no value yet, and is checked by Spin once it has.
                continue;
            }
            if name == PROXY && resolved == ANY_SITE {
                continue;
            }
            if let Some(problem) = outbound_problem(&resolved) {
                findings.push(format!("{name} may reach {host:?}: {problem}"));
            }
        }
    }
    findings
}

fn variables(spin: &Spin) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, variable) in &spin.variables {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.bytes().all(plain) {
            findings.push(format!("variable {name} is not lower_case"));
        }
        if variable.required == variable.default.is_some() {
            findings.push(format!(
                "variable {name} is neither required nor has a default"
            ));
        }
        if variable.secret
            && variable
                .default
                .as_ref()
                .is_some_and(|value| !value.is_empty())
        {
            findings.push(format!("variable {name} is a secret with a known value"));
        }
        let used = spin.components.values().any(|component| {
            let hosts = component.allowed_outbound_hosts.iter();
            let mut templates = component.variables.values().chain(hosts);
            templates.any(|template| names_in(template).contains(&name.as_str()))
        });
        if !used {
            findings.push(format!("variable {name} is used by no component"));
        }
    }
    findings
}

fn triggers(spin: &Spin) -> Vec<String> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for trigger in &spin.trigger.http {
        let route = &trigger.route;
        if !seen.insert(route) {
            findings.push(format!("route {route} is there twice"));
        }
        let exact = route.strip_suffix("/...").unwrap_or(route);
        if !route.starts_with('/') || exact.contains("...") || exact.contains('*') {
            findings.push(format!("route {route}: a wildcard is `/...` at the end"));
        }
        if !spin.components.contains_key(&trigger.component) {
            findings.push(format!(
                "route {route} has no component {}",
                trigger.component
            ));
        }
    }
    let called: BTreeSet<_> = spin.trigger.http.iter().map(|t| &t.component).collect();
    let uncalled = spin.components.keys().filter(|name| !called.contains(name));
    findings.extend(uncalled.map(|name| format!("nothing calls component {name}")));
    findings
}

fn template_findings(spin: &Spin, component: &str, template: &str) -> Vec<String> {
    names_in(template)
        .into_iter()
        .filter(|name| !spin.variables.contains_key(*name))
        .map(|name| format!("{component}: there is no variable {name}"))
        .collect()
}

/// The variables between `{{` and `}}`.
fn names_in(template: &str) -> Vec<&str> {
    let parts = template.split("{{").skip(1);
    parts
        .filter_map(|part| part.split_once("}}"))
        .map(|(name, _)| name.trim())
        .collect()
}

fn with_defaults(spin: &Spin, template: &str) -> String {
    let mut text = template.to_owned();
    for name in names_in(template) {
        let default = spin.variables.get(name).and_then(|v| v.default.as_deref());
        text = text.replace(&format!("{{{{ {name} }}}}"), default.unwrap_or_default());
    }
    text
}

/// The function whose hosts are the operator's own choice, in a list that it keeps to itself.
const PROXY: &str = "proxy";

/// All that Spin can let through for such a list.
const ANY_SITE: &str = "https://*";

/// What is wrong with an entry of `allowed_outbound_hosts`: Spin takes
/// `scheme://host[:port]`, and we take no wildcards.
fn outbound_problem(entry: &str) -> Option<&'static str> {
    let Some((scheme, host)) = entry.split_once("://") else {
        return Some("it is not scheme://host");
    };
    if scheme != "https" {
        return Some("its scheme is not https");
    }
    if host.is_empty() || host.contains('/') {
        return Some("it has no host, or a path");
    }
    host.contains('*').then_some("it has a wildcard")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outbound_entries_are_origins() {
        assert_eq!(outbound_problem("https://api.github.com"), None);
        for wrong in [
            "",
            "api.github.com",
            "http://api.github.com",
            "https://",
            "https://ghe.example/api/v3",
            "https://*.example.com",
        ] {
            assert!(outbound_problem(wrong).is_some(), "{wrong:?}");
        }
    }

    #[test]
    fn broken_manifests_are_found() {
        let text = r#"
            spin_manifest_version = 1
            application = { name = "one", version = "1.0.0" }
            [variables]
            Loud = { default = "" }
            nothing = {}
            known = { default = "hunter2", secret = true }
            [[trigger.http]]
            route = "/a/.../b"
            component = "absent"
            [component.one]
            source = "x.wasm"
            allowed_outbound_hosts = ["{{ known }}", "{{ none }}"]
            variables = { known = "{{ nothing }}" }
            build = { command = "true" }
        "#;
        let spin: Spin = toml::from_str(text).expect("well-formed");
        let found = findings(&spin).join("\n");
        for expected in [
            "spin_manifest_version is not 2",
            "variable Loud is not lower_case",
            "variable Loud is used by no component",
            "variable nothing is neither required nor has a default",
            "variable known is a secret with a known value",
            "route /a/.../b: a wildcard",
            "no component absent",
            "nothing calls component one",
            "there is no variable none",
            "known is \"{{ nothing }}\"",
            "may reach \"{{ known }}\": it is not scheme://host",
        ] {
            assert!(found.contains(expected), "{expected} is not in\n{found}");
        }
    }
}
