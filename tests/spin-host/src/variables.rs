//! Application variables and what components see of them, as in Spin's
//! `crates/expressions` and `crates/factor-variables`.

pub mod host;

use std::collections::BTreeMap;

use anyhow::Context;

use crate::manifest::{Component, Manifest};
use crate::template::TemplateError;

/// One entry of `[variables]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The value without one from outside; `None` means that one is required.
    pub default: Option<String>,
    /// Whether the value must never be shown.
    pub secret: bool,
}

/// Values given from outside, by lower-case name.
#[derive(Default)]
pub struct Given(BTreeMap<String, String>);

impl Given {
    /// Reads `NAME=value` lines: names in either case, values verbatim up to the end
    /// of the line; blank lines and lines that begin with `#` are skipped.
    ///
    /// # Errors
    /// The number of the first line without `=`. Its text is not repeated, it may be
    /// part of a secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut values = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            let (name, value) = line
                .split_once('=')
                .ok_or_else(|| format!("line {}: no NAME=value", index + 1))?;
            values.insert(name.trim().to_ascii_lowercase(), value.to_owned());
        }
        Ok(Self(values))
    }

    /// Adds what `--variable` of `spin up` says: `name=value`, `name=@file`, or `@file.toml`
    /// with many, as in Spin's `crates/variables-static`.
    ///
    /// # Errors
    /// No such form, or a file that cannot be read; a value is never repeated.
    pub fn add(&mut self, words: &str) -> anyhow::Result<()> {
        if let Some(file) = words.strip_prefix('@') {
            let text = std::fs::read_to_string(file).with_context(|| file.to_owned())?;
            // The parser's own words would quote the line.
            let values: BTreeMap<String, String> = toml::from_str(&text)
                .ok()
                .with_context(|| format!("{file} does not hold `name = \"value\"` lines"))?;
            self.0.extend(values);
            return Ok(());
        }
        let (name, value) = words.split_once('=').context("no name=value")?;
        let value = match value.strip_prefix('@') {
            Some(file) => std::fs::read_to_string(file).with_context(|| file.to_owned())?,
            None => value.to_owned(),
        };
        self.0.insert(name.to_owned(), value);
        Ok(())
    }

    /// The values of all variables that `manifest` declares.
    ///
    /// # Errors
    /// [`TemplateError::NoValue`] for the first required one that was not given; Spin
    /// does not start either.
    pub fn apply(&self, manifest: &Manifest) -> Result<Values, TemplateError> {
        let value = |(name, declaration): (&String, &Declaration)| {
            let given = self.0.get(name).or(declaration.default.as_ref());
            let value = given.ok_or_else(|| TemplateError::NoValue(name.clone()))?;
            Ok((name.clone(), value.clone()))
        };
        manifest
            .variables
            .iter()
            .map(value)
            .collect::<Result<_, _>>()
            .map(Values)
    }
}

/// The values of all application variables.
pub struct Values(BTreeMap<String, String>);

impl Values {
    /// The default values alone; a variable without one is missing.
    pub fn defaults(manifest: &Manifest) -> Self {
        let default = |(name, declaration): (&String, &Declaration)| {
            declaration
                .default
                .clone()
                .map(|value| (name.clone(), value))
        };
        Self(manifest.variables.iter().filter_map(default).collect())
    }

    /// The value of the application variable `name`.
    ///
    /// # Errors
    /// [`TemplateError::Unknown`] if it is not declared.
    pub fn get(&self, name: &str) -> Result<String, TemplateError> {
        self.0
            .get(name)
            .cloned()
            .ok_or_else(|| TemplateError::Unknown(name.to_owned()))
    }

    /// What `component` sees through `spin:variables`.
    ///
    /// # Errors
    /// See [`Values::get`]; cannot happen for a checked manifest.
    pub fn of_component(
        &self,
        component: &Component,
    ) -> Result<BTreeMap<String, String>, TemplateError> {
        let resolve = |(name, template): (&String, &crate::template::Template)| {
            Ok((
                name.clone(),
                template.resolve(|variable| self.get(variable))?,
            ))
        };
        component.variables.iter().map(resolve).collect()
    }
}

/// Checks a variable's name by Spin's rule: lower-case letters, digits and single
/// underscores, beginning with a letter, not ending with an underscore.
///
/// # Errors
/// What is wrong with it.
pub fn check_name(name: &str) -> Result<(), String> {
    let allowed = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_';
    if name.is_empty() {
        Err("must not be empty".to_owned())
    } else if let Some(wrong) = name.chars().find(|c| !allowed(c)) {
        Err(format!("{name:?}: invalid character {wrong:?}"))
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        Err(format!("{name:?}: must start with a letter"))
    } else if name.ends_with('_') {
        Err(format!("{name:?}: must end with a letter or digit"))
    } else if name.contains("__") {
        Err(format!(
            "{name:?}: must not contain consecutive underscores"
        ))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const MANIFEST: &str = r#"
spin_manifest_version = 2
application = { name = "app" }
trigger.http = []
[variables]
public_url = { default = "http://default" }
token = { required = true, secret = true }
[component.c]
source = "c.wasm"
[component.c.variables]
address = "{{ public_url }}/x"
token = "{{ token }}"
"#;

    fn component_sees(file: &str) -> anyhow::Result<BTreeMap<String, String>> {
        let manifest = Manifest::parse(MANIFEST, Path::new(""))?;
        let values = Given::parse(file)
            .map_err(anyhow::Error::msg)?
            .apply(&manifest)?;
        Ok(values.of_component(&manifest.components["c"])?)
    }

    #[test]
    fn resolves_for_the_component() -> anyhow::Result<()> {
        for (file, address, token) in [
            ("TOKEN=t", "http://default/x", "t"),
            (
                "# note\n\nPUBLIC_URL=https://a?b=c\r\ntoken= spaced ",
                "https://a?b=c/x",
                " spaced ",
            ),
            ("token=\npublic_url=", "/x", ""),
        ] {
            let seen = component_sees(file)?;
            assert_eq!(
                (seen["address"].as_str(), seen["token"].as_str()),
                (address, token)
            );
        }
        Ok(())
    }

    #[test]
    fn names_what_is_missing() {
        let missing = component_sees("").map_err(|error| error.to_string());
        assert_eq!(
            missing,
            Err("no value for the required variable \"token\"".to_owned())
        );
        let broken = component_sees("TOKEN=t\nsecret-without-name");
        assert_eq!(
            broken.map_err(|error| error.to_string()),
            Err("line 2: no NAME=value".to_owned())
        );
    }

    #[test]
    fn checks_names_as_spin_does() {
        for name in ["a", "public_url", "v10"] {
            assert_eq!(check_name(name), Ok(()));
        }
        for name in ["", "A", "a-b", "1a", "_a", "a_", "a__b"] {
            assert!(check_name(name).is_err(), "{name:?} was accepted");
        }
    }
}
