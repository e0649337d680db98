//! Per function a manifest of its own. Spin wants a value for every required variable of a
//! manifest, also of components that it was told not to start; so each function's service would
//! have to hold the other functions' secrets.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use toml::{Table, Value};

/// File of the component beside the manifest.
pub fn source(function: &str) -> String {
    format!("{function}.wasm")
}

/// What `spin_toml` says about one component: its routes, and of the variables those that it uses.
///
/// # Errors
/// The text is no manifest, or has no such component.
pub fn of_one(spin_toml: &str, function: &str) -> Result<String> {
    let mut manifest: Table = spin_toml.parse().context("spin.toml")?;
    let components = table(&mut manifest, "component")?;
    components.retain(|name, _| name == function);
    let component = table(components, function)?;
    component.remove("build");
    component.insert("source".into(), source(function).into());
    let used = names_in(&Value::Table(component.clone()));
    table(&mut manifest, "variables")?.retain(|name, _| used.contains(name));
    let triggers = table(&mut manifest, "trigger")?.get_mut("http");
    let triggers = triggers
        .and_then(Value::as_array_mut)
        .context("trigger.http")?;
    triggers.retain(|one| one.get("component").and_then(Value::as_str) == Some(function));
    Ok(toml::to_string(&manifest)?)
}

fn table<'a>(of: &'a mut Table, name: &str) -> Result<&'a mut Table> {
    let value = of.get_mut(name).and_then(Value::as_table_mut);
    value.with_context(|| format!("spin.toml has no table {name}"))
}

/// The variables between `{{` and `}}` in any text below `value`.
fn names_in(value: &Value) -> BTreeSet<String> {
    match value {
        Value::String(text) => text
            .split("{{")
            .skip(1)
            .filter_map(|part| part.split_once("}}"))
            .map(|(name, _)| name.trim().to_owned())
            .collect(),
        Value::Array(values) => values.iter().flat_map(names_in).collect(),
        Value::Table(values) => values.values().flat_map(names_in).collect(),
        _ => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_sees_nothing_of_the_others() -> Result<()> {
        let both = r#"
            spin_manifest_version = 2
            application = { name = "x", version = "1.0.0" }
            [variables]
            token = { required = true, secret = true }
            origin = { default = "https://a.example" }
            [[trigger.http]]
            route = "/a/..."
            component = "a"
            [[trigger.http]]
            route = "/b/..."
            component = "b"
            [component.a]
            source = "workers/a.wasm"
            allowed_outbound_hosts = ["{{ origin }}"]
            build = { command = "make" }
            [component.b]
            source = "workers/b.wasm"
            variables = { token = "{{ token }}" }
        "#;
        let one: Table = of_one(both, "a")?.parse()?;
        let expected: Table = r#"
            spin_manifest_version = 2
            application = { name = "x", version = "1.0.0" }
            [variables]
            origin = { default = "https://a.example" }
            [[trigger.http]]
            route = "/a/..."
            component = "a"
            [component.a]
            source = "a.wasm"
            allowed_outbound_hosts = ["{{ origin }}"]
        "#
        .parse()?;
        assert_eq!(one, expected);
        assert!(of_one(both, "c").is_err());
        Ok(())
    }
}
