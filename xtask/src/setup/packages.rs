//! What only the system's own package manager brings: npm, and what compiling
//! the tools needs.

use std::process::Command;

use anyhow::{Result, bail};

use super::{CargoTool, Step};
use crate::{repository::Repository, run};

/// A program or library of the system.
struct Need {
    /// A call that succeeds when it is there.
    check: &'static [&'static str],
    /// Debian's package.
    package: &'static str,
    /// Who needs it.
    by: By,
}

/// Who needs a program or library.
#[derive(Clone, Copy)]
enum By {
    /// Every build.
    All,
    /// The compilation of the cargo tools on Linux: elsewhere they use the
    /// TLS that the system brings.
    ToolsOnLinux,
}

const NEEDS: &[Need] = &[
    Need {
        check: &["npm", "--version"],
        package: "npm",
        by: By::All,
    },
    Need {
        check: &["cc", "--version"],
        package: "gcc",
        by: By::All,
    },
    // Only recommended by the compiler, and needed to link anything.
    Need {
        check: &["cc", "-E", "-x", "c", "-include", "stdio.h", "/dev/null"],
        package: "libc6-dev",
        by: By::All,
    },
    Need {
        check: &["pkg-config", "--version"],
        package: "pkg-config",
        by: By::ToolsOnLinux,
    },
    // worker-build's downloads use the system's TLS.
    Need {
        check: &["pkg-config", "--exists", "openssl"],
        package: "libssl-dev",
        by: By::ToolsOnLinux,
    },
];

/// The system's packages.
pub struct Packages;

impl Step for Packages {
    fn name(&self) -> String {
        "system packages".into()
    }

    fn does(&self) -> String {
        "install what is missing with apt-get".into()
    }

    fn is_done(&self, repository: &Repository) -> Result<bool> {
        Ok(missing(repository)?.is_empty())
    }

    fn run(&self, repository: &Repository) -> Result<()> {
        let missing = missing(repository)?;
        if !may_install() {
            bail!("missing: {}", missing.join(", "));
        }
        println!("    {}", missing.join(", "));
        run::run_with_progress(Command::new("apt-get").arg("update"))?;
        let mut install = Command::new("apt-get");
        install
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["install", "-y", "--no-install-recommends"])
            .args(&missing);
        run::run_with_progress(&mut install)
    }

    fn advice(&self) -> String {
        "Install these with the system's package manager (the names are Debian's), then run \
         `cargo xtask setup` again. As root on Debian this step does it itself."
            .into()
    }
}

fn missing(repository: &Repository) -> Result<Vec<&'static str>> {
    let compiles = CargoTool::all(repository)?
        .iter()
        .any(|tool| !tool.is_installed());
    let lacks = |need: &&Need| {
        let mut check = Command::new(need.check[0]);
        check.args(&need.check[1..]);
        let applies = match need.by {
            By::All => true,
            By::ToolsOnLinux => compiles && cfg!(target_os = "linux"),
        };
        applies && !run::succeeds(&mut check)
    };
    Ok(NEEDS
        .iter()
        .filter(lacks)
        .map(|need| need.package)
        .collect())
}

/// Whether this is Debian or one of its kind, and we are root.
fn may_install() -> bool {
    nix::unistd::geteuid().is_root() && run::succeeds(Command::new("apt-get").arg("--version"))
}
