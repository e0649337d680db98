//! The engine and the proxy: Debian's packages, unpacked into the user's cache folder. They are not
//! installed, since that would start an engine and a proxy on the machine itself.

use std::{
    env,
    ffi::OsString,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{cache, run};

/// What is unpacked, with everything it depends on that is not installed.
const PACKAGES: &[&str] = &["docker.io", "haproxy", "iptables", "iproute2", "prometheus"];

/// The programs that must then be there.
const NEEDED: &[&str] = &[
    "dockerd",
    "docker",
    "containerd",
    "runc",
    "haproxy",
    "iptables",
    "promtool",
];

/// Programs that Debian's packages would link to iptables' one.
const LINKS: &[&str] = &["iptables", "iptables-save", "iptables-restore", "ip6tables"];

/// Unpacked programs.
#[derive(Clone)]
pub struct Programs {
    root: PathBuf,
}

impl Programs {
    /// Unpacks them if they are not there yet.
    ///
    /// # Errors
    /// This is not Debian or one of its kind, or the packages cannot be had.
    pub fn bring() -> Result<Self> {
        let root = cache::folder()?.join("fleet");
        let programs = Self {
            root: root.join("root"),
        };
        let are_there = NEEDED.iter().all(|name| programs.path(name).is_file());
        if are_there {
            return Ok(programs);
        }
        println!(
            "    unpacking {} into {}",
            PACKAGES.join(", "),
            root.display()
        );
        let archives = root.join("archives");
        fs::create_dir_all(&archives)?;
        let mut plan = Command::new("apt-get");
        plan.args(["install", "--dry-run", "--no-install-recommends"])
            .args(PACKAGES);
        let mut said = plan.output().context("apt-get is not there")?;
        if !said.status.success() {
            run::run_with_progress(Command::new("apt-get").arg("update"))?;
            said = plan.output()?;
        }
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let mut download = Command::new("apt-get");
        download
            .arg("download")
            .args(to_install(&said))
            .current_dir(&archives);
        run::run_with_progress(&mut download)?;
        for archive in fs::read_dir(&archives)?.flatten() {
            let mut unpack = Command::new("dpkg-deb");
            unpack
                .arg("--extract")
                .arg(archive.path())
                .arg(&programs.root);
            run::run(&mut unpack)?;
        }
        fs::remove_dir_all(&archives)?;
        programs.link()?;
        for name in NEEDED {
            ensure!(
                programs.path(name).exists(),
                "Debian's packages brought no {name}"
            );
        }
        Ok(programs)
    }

    fn link(&self) -> Result<()> {
        let folder = self.root.join("links");
        fs::create_dir_all(&folder)?;
        let program = self.root.join("usr/sbin/xtables-nft-multi");
        // Where the machine has iptables, its own are taken.
        for name in LINKS.iter().filter(|_| program.is_file()) {
            let link = folder.join(name);
            if !link.exists() {
                symlink(&program, link)?;
            }
        }
        Ok(())
    }

    fn folders(&self) -> [PathBuf; 3] {
        ["links", "usr/sbin", "usr/bin"].map(|folder| self.root.join(folder))
    }

    /// The program of that name: unpacked, else wherever the machine has it.
    pub fn path(&self, name: &str) -> PathBuf {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let folders = self
            .folders()
            .into_iter()
            .chain(env::split_paths(&inherited));
        let found = folders
            .map(|folder| folder.join(name))
            .find(|path| path.is_file());
        found.unwrap_or_else(|| name.into())
    }

    /// The libraries that were unpacked with them.
    pub fn libraries(&self) -> PathBuf {
        let libraries = self.root.join("usr/lib");
        let multiarch = format!("{}-linux-gnu", env::consts::ARCH);
        libraries.join(multiarch)
    }

    /// Has a command find programs and libraries.
    pub fn environment(&self, command: &mut Command) {
        let libraries = self.libraries();
        command
            .env("PATH", run::path_with(&self.folders()))
            .env("LD_LIBRARY_PATH", &libraries)
            .env("XTABLES_LIBDIR", libraries.join("xtables"));
    }

    /// Copies a program and the libraries it loads below `root`, as in the file system that it
    /// would be installed in.
    ///
    /// # Errors
    /// `ldd` or a copy fails.
    pub fn transplant(&self, program: &Path, to: &str, root: &Path) -> Result<()> {
        let mut ldd = Command::new("ldd");
        ldd.arg(program).env("LD_LIBRARY_PATH", self.libraries());
        let listed = run::capture(&mut ldd)?;
        let copies = listed
            .lines()
            .filter_map(library)
            .map(|(name, file)| (format!("lib/{}", name.trim_start_matches('/')), file))
            .chain([(to.to_owned(), program.to_string_lossy().into_owned())]);
        for (name, file) in copies {
            // The loader is named by its full path.
            let name = name
                .replace("lib/lib64/", "lib64/")
                .replace("lib/lib/", "lib/");
            let target = root.join(name);
            fs::create_dir_all(target.parent().context("no folder")?)?;
            fs::copy(&file, &target).with_context(|| file.clone())?;
            let mut strip = Command::new("strip");
            strip.arg("--strip-debug").arg(&target);
            // Only makes it smaller.
            let _ = run::succeeds(&mut strip);
        }
        Ok(())
    }
}

/// The packages that a dry run of apt-get would install.
fn to_install(said: &str) -> Vec<OsString> {
    let lines = said.lines().filter_map(|line| line.strip_prefix("Inst "));
    let names = lines.filter_map(|line| line.split(' ').next());
    names.map(OsString::from).collect()
}

/// Name and file of a line of `ldd`.
fn library(line: &str) -> Option<(String, String)> {
    let words: Vec<_> = line.split_whitespace().collect();
    match *words.as_slice() {
        [name, "=>", file, _] => Some((name.into(), file.into())),
        [file, _] if file.starts_with('/') => Some((file.into(), file.into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_programs_words_are_read() {
        let said = "Reading…\nInst runc (1.1.5 Debian [amd64])\nConf runc (1.1.5)\n";
        assert_eq!(to_install(said), ["runc"]);
        let lines = [
            ("\tlinux-vdso.so.1 (0x00007f)", None),
            (
                "\tlibc.so.6 => /lib/libc.so.6 (0x0)",
                Some(("libc.so.6", "/lib/libc.so.6")),
            ),
            (
                "\t/lib64/ld.so.2 (0x0)",
                Some(("/lib64/ld.so.2", "/lib64/ld.so.2")),
            ),
        ];
        for (line, expected) in lines {
            let expected = expected.map(|(name, file)| (name.to_owned(), file.to_owned()));
            assert_eq!(library(line), expected, "{line}");
        }
    }
}
