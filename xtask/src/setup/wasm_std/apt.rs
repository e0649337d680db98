//! Fetching two of Debian's packages without installing them, from the server
//! that this machine's apt uses already.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::run;

/// The suites that carry recent compilers' sources, and wasi-libc for wasip2.
const SUITES: &str = "trixie trixie-backports forky sid";

/// Signs Debian's archive; where it is absent, apt's own trusted keys are used.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Fetches `rust-src` of the compiler's `version` and `wasi-libc`, and unpacks
/// them below `scratch`.
pub fn fetch(scratch: &Path, version: &str) -> Result<PathBuf> {
    let apt = Apt::configure(scratch)?;
    apt.update()?;
    let sources = apt.versions("rust-src")?;
    let source = sources.iter().find(|source| is_of(source, version));
    let source = source.with_context(|| {
        format!(
            "Debian has no rust-src {version}; it has {}",
            sources.join(", ")
        )
    })?;
    apt.download(&format!("rust-src={source}"))?;
    apt.download("wasi-libc")?;
    let unpacked = scratch.join("unpacked");
    for file in fs::read_dir(scratch)? {
        let path = file?.path();
        if path.extension().is_some_and(|ending| ending == "deb") {
            run::run(Command::new("dpkg").arg("-x").arg(path).arg(&unpacked))?;
        }
    }
    Ok(unpacked)
}

/// Whether a Debian version such as `1.95.0+dfsg1-2~bpo13+1` is of `version`.
fn is_of(debian: &str, version: &str) -> bool {
    debian
        .strip_prefix(version)
        .is_some_and(|rest| rest.starts_with(['+', '-', '~']))
}

/// apt with sources, lists and cache of its own; the machine's stay untouched.
struct Apt {
    folder: PathBuf,
}

impl Apt {
    fn configure(scratch: &Path) -> Result<Self> {
        let uri = archive_uri()?;
        for folder in ["sources", "lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(scratch.join(folder))?;
        }
        let mut source = format!("Types: deb\nURIs: {uri}\nSuites: {SUITES}\nComponents: main\n");
        if Path::new(KEYRING).exists() {
            source += &format!("Signed-By: {KEYRING}\n");
        }
        fs::write(scratch.join("sources/debian.sources"), source)?;
        Ok(Self {
            folder: scratch.into(),
        })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder);
        let folder = self.folder.display();
        for option in [
            format!("Dir::Etc::sourceparts={folder}/sources"),
            "Dir::Etc::sourcelist=/dev/null".into(),
            format!("Dir::State::lists={folder}/lists"),
            format!("Dir::Cache={folder}/cache"),
        ] {
            command.args(["-o", &option]);
        }
        command
    }

    fn update(&self) -> Result<()> {
        // A suite that the server lacks makes this fail, with the other lists
        // fetched none the less: what counts is what is found afterwards.
        if let Err(error) = run::run_with_progress(self.command("apt-get").arg("update")) {
            println!("    {error:#}; going on with the lists that came");
        }
        Ok(())
    }

    fn versions(&self, package: &str) -> Result<Vec<String>> {
        let table = run::capture(self.command("apt-cache").args(["madison", package]))?;
        let version = |line: &str| Some(line.split('|').nth(1)?.trim().to_owned());
        Ok(table.lines().filter_map(version).collect())
    }

    fn download(&self, package: &str) -> Result<()> {
        run::run_with_progress(self.command("apt-get").args(["download", package]))
    }
}

/// The server of Debian's main archive in this machine's configuration.
///
/// Other repositories may be configured beside it, and Debian's security
/// archive is another one; so the origin and the label decide.
fn archive_uri() -> Result<String> {
    let format = "$(REPO_URI)|$(ORIGIN)|$(LABEL)";
    let mut apt = Command::new("apt-get");
    apt.args(["indextargets", "--format", format, "Created-By: Packages"]);
    let targets = run::capture(&mut apt).context("the fallback needs Debian's apt")?;
    match choose(&targets) {
        Some(uri) => Ok(uri.into()),
        None => bail!(
            "apt has no repository of Debian's configured, or was never updated: try \
             `apt-get update`"
        ),
    }
}

/// The URI of the first line whose origin and label are Debian's.
fn choose(targets: &str) -> Option<&str> {
    targets.lines().find_map(|line| {
        let mut fields = line.split('|');
        let uri = fields.next()?;
        (fields.next() == Some("Debian") && fields.next() == Some("Debian")).then_some(uri)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_is_chosen_among_other_repositories() {
        let targets = "https://one/ubuntu/|Ubuntu|Ubuntu\n\
                       https://two/debian-security/|Debian|Debian-Security\n\
                       https://three/docker/|Docker|Docker CE\n\
                       https://four/debian/|Debian|Debian\n";
        assert_eq!(choose(targets), Some("https://four/debian/"));
        assert_eq!(choose("https://one/ubuntu/|Ubuntu|Ubuntu\n"), None);
    }

    #[test]
    fn only_the_compilers_very_version_is_taken() {
        assert!(is_of("1.95.0+dfsg1-2~bpo13+1", "1.95.0"));
        assert!(is_of("1.95.0-1", "1.95.0"));
        assert!(!is_of("1.95.01-1", "1.95.0"));
        assert!(!is_of("1.85.0+dfsg1-2", "1.95.0"));
    }
}
