//! Versions, commands and names that several files repeat.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result};

use super::differ;
use crate::{COMMANDS, platform::spin::Spin, repository::Repository};

/// What stands before a command's name.
const CALL: &str = "cargo xtask ";

/// What does not agree.
pub fn findings(repository: &Repository, spin: &Spin) -> Result<Vec<String>> {
    let read =
        |path: &str| fs::read_to_string(repository.path(path)).with_context(|| path.to_owned());
    let mut findings: Vec<String> = version(&repository.version()?, &spin.application.version)
        .into_iter()
        .collect();
    let there: BTreeSet<&str> = COMMANDS.iter().map(|command| command.name).collect();
    for path in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"] {
        findings.extend(unknown_commands(path, &read(path)?, &there));
    }
    let script = assigned(&read(".ci/run")?, "browsers=");
    let suite = assigned(&read("tests/browser/browser.mjs")?, "const NAMES =");
    findings.extend(differ(".ci/run", &script, "browser.mjs", &suite));
    if script.is_empty() {
        findings.push(".ci/run names no browsers".into());
    }
    Ok(findings)
}

fn version(cargo: &str, spin: &str) -> Option<String> {
    (cargo != spin).then(|| format!("Cargo.toml is of version {cargo}, spin.toml of {spin}"))
}

/// The commands that a text names after `cargo xtask` and that are not there.
fn unknown_commands(path: &str, text: &str, there: &BTreeSet<&str>) -> Vec<String> {
    let after = text.split(CALL).skip(1);
    let named: BTreeSet<&str> = after
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '-');
            &rest[..end.unwrap_or(rest.len())]
        })
        .collect();
    named
        .difference(there)
        .map(|name| format!("{path} names `{CALL}{name}`, which is not there"))
        .collect()
}

/// The words on the line that begins with `start`, without quotes, commas and
/// brackets.
fn assigned(text: &str, start: &str) -> BTreeSet<String> {
    let line = text.lines().find_map(|line| line.strip_prefix(start));
    let separates = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    let words = line.unwrap_or_default().split(separates);
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_to_be_the_same() {
        assert_eq!(version("1.2.3", "1.2.3"), None);
        assert!(version("1.2.3", "1.2.4").is_some());
    }

    #[test]
    fn commands_have_to_be_there() {
        let there = BTreeSet::from(["test", "build"]);
        for (text, unknown) in [
            ("`cargo xtask test --list` and\ncargo xtask build", 0),
            ("the commands of `cargo xtask` are", 0),
            ("`cargo xtask tests`", 1),
            ("cargo xtask bulid && cargo xtask demo", 2),
        ] {
            let found = unknown_commands("README.md", text, &there);
            assert_eq!(found.len(), unknown, "{text}: {found:?}");
        }
    }

    #[test]
    fn lists_are_read_in_both_spellings() {
        let names = BTreeSet::from(["a-b".to_owned(), "c".to_owned()]);
        assert_eq!(assigned("x\nbrowsers=\"c a-b\"\n", "browsers="), names);
        let script = "const NAMES = [\"a-b\", \"c\"];";
        assert_eq!(assigned(script, "const NAMES ="), names);
        assert!(assigned("nothing", "browsers=").is_empty());
    }
}
