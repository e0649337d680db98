//! Variables and secrets: what the functions declare, and the values given.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    platform::{
        spin::{Component, Spin, is_of_store},
        wrangler::Environment,
    },
    repository::Repository,
};

/// The file that is read when none is named; wrangler uses the same.
const DEFAULT_FILE: &str = ".dev.vars";

/// Values by upper-case name. They are never printed.
#[derive(Clone, Default)]
pub struct Variables {
    values: BTreeMap<String, String>,
    /// Where they are from, for messages.
    source: String,
}

impl Variables {
    /// Values that the caller holds; `source` says where they are from.
    pub fn from_pairs<'a>(
        source: &str,
        pairs: impl IntoIterator<Item = (&'a str, String)>,
    ) -> Self {
        let own = |(name, value): (&str, String)| (name.to_owned(), value);
        Self {
            values: pairs.into_iter().map(own).collect(),
            source: source.into(),
        }
    }

    /// Reads a file of `NAME=value` lines; empty lines and those that begin
    /// with `#` say nothing. Values stand as they are, without quotes.
    pub fn read(file: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Self {
            values: parse(&text).with_context(|| file.display().to_string())?,
            source: file.display().to_string(),
        })
    }

    /// Reads `.dev.vars` if it is there.
    pub fn read_default(repository: &Repository) -> Result<Self> {
        let file = repository.path(DEFAULT_FILE);
        if file.exists() {
            return Self::read(&file);
        }
        Ok(Self {
            values: BTreeMap::new(),
            source: format!("{DEFAULT_FILE} (which does not exist)"),
        })
    }

    /// Writes them to a file of the same form that only this user can read.
    pub fn write(&self, file: &Path) -> Result<()> {
        let mut open = fs::OpenOptions::new();
        let open = open.write(true).create(true).truncate(true).mode(0o600);
        let place = || format!("cannot write {}", file.display());
        let mut file = open.open(file).with_context(place)?;
        for (name, value) in self.iter() {
            writeln!(file, "{name}={value}").with_context(place)?;
        }
        Ok(())
    }

    /// A value, if given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Adds a value unless there is one.
    pub fn set_default(&mut self, name: &str, value: &str) {
        let entry = self.values.entry(name.into());
        entry.or_insert_with(|| value.into());
    }

    /// Every name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (&**name, &**value))
    }

    /// An error that names each of `required` without a value. An empty value
    /// is one: whoever writes `ADMIN_TOKEN=` wants none.
    pub fn check<'a>(&self, required: impl IntoIterator<Item = &'a str>) -> Result<()> {
        let missing: BTreeSet<_> = required
            .into_iter()
            .filter(|name| !self.values.contains_key(*name))
            .collect();
        ensure!(
            missing.is_empty(),
            "{} is not set. Give a value by `--vars FILE` with a line NAME=value for each; read \
             was {}.",
            Vec::from_iter(missing).join(", "),
            self.source
        );
        Ok(())
    }

    /// Says which names are of no use, for they may be misspelt.
    pub fn warn_about_unknown(&self, spin: &Spin) {
        for name in self.values.keys() {
            if !spin.variables.contains_key(&name.to_lowercase()) {
                eprintln!("warning: no function has a variable {name}");
            }
        }
    }
}

fn parse(text: &str) -> Result<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // The line itself may be a secret: it is not repeated.
        let place = || format!("line {} is not NAME=value", index + 1);
        let (name, value) = line.split_once('=').with_context(place)?;
        let name = name.trim_end();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(plain) {
            bail!("{}", place());
        }
        values.insert(name.to_uppercase(), value.trim_start().into());
    }
    Ok(values)
}

/// What one Worker gets of `given`: its own variables and secrets, and nothing
/// else. Optional secrets are those of its component on Spin, since
/// wrangler.toml can only name required ones.
pub fn of_worker(
    environment: &Environment,
    component: Option<&Component>,
    spin: &Spin,
    given: &Variables,
) -> Result<BTreeMap<String, String>> {
    let mut values = environment.vars.clone();
    let secrets = component.into_iter().flat_map(|component| {
        let names = component.variables.keys();
        names.filter(|name| spin.variables.get(*name).is_some_and(|v| v.secret))
    });
    let names: BTreeSet<String> = secrets
        .map(|name| name.to_uppercase())
        .filter(|name| !is_of_store(name))
        .chain(environment.secrets.required.iter().cloned())
        .chain(environment.vars.keys().cloned())
        .collect();
    for name in &names {
        if let Some(value) = given.get(name) {
            values.insert(name.clone(), value.into());
        }
    }
    // Empty is a value where spin.toml says so.
    let may_be_empty = |name: &str| {
        let variable = spin.variables.get(&name.to_lowercase());
        variable.is_some_and(|variable| !variable.required)
    };
    let unset = environment
        .vars
        .iter()
        .filter(|(name, value)| value.is_empty() && !may_be_empty(name));
    let required = environment.secrets.required.iter();
    given.check(
        required
            .chain(unset.map(|(name, _)| name))
            .map(String::as_str),
    )?;
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_as_they_are() {
        let text = "# comment\n\nA=1\nb = x=y \nTOKENS={\"a\":\"b\"}\nEMPTY=\n";
        let values = parse(text).expect("well-formed");
        let expected = [
            ("A", "1"),
            ("B", "x=y"),
            ("EMPTY", ""),
            ("TOKENS", "{\"a\":\"b\"}"),
        ];
        let found: Vec<_> = values
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_bad_line_is_named_but_not_repeated() {
        for text in ["secret", "=secret", "A B=secret"] {
            let error = parse(text).expect_err("malformed").to_string();
            assert_eq!(error, "line 1 is not NAME=value");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let given = Variables::from_pairs("here", [("A", String::new())]);
        assert!(given.check(["A"]).is_ok());
        let error = given.check(["A", "B", "C"]).expect_err("missing");
        assert!(error.to_string().starts_with("B, C is not set."), "{error}");
    }
}
