//! Conventions of the repository that no other tool knows.

use std::fs;

use anyhow::Result;

use super::{files, no_findings};
use crate::repository::Repository;

/// The most lines that a source file may have.
const LINES: usize = 500;

/// Lines that ARCHITECTURE.md stays under: what a newcomer reads at one sitting. Details are in the
/// crates' own documentation.
const ARCHITECTURE_LINES: usize = 150;

/// Endings of source files.
const SOURCES: &[&str] = &[".rs", ".mjs", ".js", ".css"];

/// Text that must not be in a file whose path begins as given, and why.
struct Banned {
    text: &'static str,
    below: &'static str,
    why: &'static str,
}

const BANNED: &[Banned] = &[
    // Nothing grows without a bound: what a function logs goes to the
    // platform, and what it stores to the object store.
    Banned {
        text: "File::create",
        below: "workers/",
        why: "functions write no files",
    },
    Banned {
        text: "fs::write",
        below: "workers/",
        why: "functions write no files",
    },
    Banned {
        text: "OpenOptions",
        below: "workers/",
        why: "functions write no files",
    },
    // A registry's host is the user's configuration.
    Banned {
        text: concat!("registry", ".npmjs", ".org"),
        below: "",
        why: "a package registry's host is the user's configuration",
    },
    Banned {
        text: concat!("deb", ".debian", ".org"),
        below: "",
        why: "a package registry's host is the user's configuration",
    },
    Banned {
        text: concat!("/artifact", "ory/"),
        below: "",
        why: "a package registry's host is the user's configuration",
    },
];

/// The step.
pub fn check(repository: &Repository) -> Result<()> {
    let mut findings = Vec::new();
    for path in files(repository)? {
        // What is not text has no lines.
        let Ok(text) = fs::read_to_string(repository.path(&path)) else {
            continue;
        };
        findings.extend(of_file(&path, &text));
    }
    no_findings(findings)
}

fn of_file(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let lines = text.lines().count();
    if lines > LINES && SOURCES.iter().any(|ending| path.ends_with(ending)) {
        findings.push(format!("{path} has {lines} lines; at most {LINES}"));
    }
    if path == "ARCHITECTURE.md" && lines >= ARCHITECTURE_LINES {
        findings.push(format!(
            "{path} has {lines} lines; under {ARCHITECTURE_LINES} is what a newcomer reads"
        ));
    }
    // A test or a build script that writes a file is no function.
    let is_tool = path.contains("/tests/") || path.ends_with("/build.rs");
    for banned in BANNED {
        let everywhere = banned.below.is_empty();
        let applies = everywhere || (path.starts_with(banned.below) && !is_tool);
        if applies && text.contains(banned.text) {
            findings.push(format!("{path} has {:?}: {}", banned.text, banned.why));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_name_file_and_reason() {
        assert!(of_file("workers/a/src/lib.rs", "fn main() {}").is_empty());
        assert!(of_file("xtask/src/a.rs", "fs::write(x)").is_empty());
        let found = of_file("workers/a/src/lib.rs", "std::fs::write(x)");
        assert_eq!(found.len(), 1, "{found:?}");
        let long = "x\n".repeat(LINES + 1);
        assert_eq!(of_file("a.rs", &long).len(), 1);
        assert!(of_file("a.json", &long).is_empty());
    }
}
