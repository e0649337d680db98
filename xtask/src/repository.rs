//! Where things are in this repository.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::run;

/// The checkout that the command works on.
pub struct Repository {
    root: PathBuf,
}

/// A function: a folder of `workers/` with an entry crate in `wasm/`.
/// Adding such a folder is all that adding a function to the build takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The function's name, as in routes, environments and components.
    pub name: String,
    /// Folder of its entry crate.
    pub entry: PathBuf,
}

impl Function {
    /// Name of the entry crate's package.
    pub fn package(&self) -> String {
        format!("{}-wasm", self.name)
    }

    /// The entry crate's library as cargo names its file, without ending.
    pub fn library(&self) -> String {
        self.package().replace('-', "_")
    }

    /// Folder of what is built from it: the Worker, and the component.
    pub fn output(&self) -> PathBuf {
        self.entry.join("build")
    }

    /// The Spin component.
    pub fn component(&self) -> PathBuf {
        self.output().join(format!("{}.wasm", self.name))
    }
}

impl Repository {
    /// The repository that `cargo xtask` was called in.
    pub fn find() -> Result<Self> {
        // Cargo names the crate's folder at run time too, which is right even
        // for a checkout that was moved after the build.
        let xtask = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = xtask.parent().context("xtask has no parent folder")?;
        ensure!(
            root.join("Cargo.lock").is_file(),
            "{} is not the repository: call this as `cargo xtask`",
            root.display()
        );
        Ok(Self { root: root.into() })
    }

    /// The root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root.
    pub fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.root.join(below)
    }

    /// Where `npm ci` puts the programs.
    pub fn node_bin(&self) -> PathBuf {
        self.path("node_modules/.bin")
    }

    /// All functions, by name.
    pub fn functions(&self) -> Result<Vec<Function>> {
        let mut functions = Vec::new();
        for folder in fs::read_dir(self.path("workers"))? {
            let folder = folder?;
            let entry = folder.path().join("wasm");
            if entry.join("Cargo.toml").is_file() {
                functions.push(Function {
                    name: folder.file_name().to_string_lossy().into_owned(),
                    entry,
                });
            }
        }
        functions.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(functions)
    }

    /// The functions named, or all when none is named.
    pub fn select(&self, names: &[String]) -> Result<Vec<Function>> {
        let all = self.functions()?;
        if names.is_empty() {
            return Ok(all);
        }
        let known = |name: &String| {
            let found = all.iter().find(|function| function.name == *name);
            found.cloned().with_context(|| {
                let names: Vec<_> = all.iter().map(|f| f.name.as_str()).collect();
                format!("no function {name:?}; there are {}", names.join(", "))
            })
        };
        names.iter().map(known).collect()
    }

    /// The wasm function that runs the ports' contract suite on a platform.
    pub fn contract_suite(&self) -> Function {
        Function {
            name: "contract".into(),
            entry: self.path("tests/contract"),
        }
    }

    /// The wasm function that panics, leaks and burns CPU when it is told to.
    pub fn unruly(&self) -> Function {
        Function {
            name: "unruly".into(),
            entry: self.path("tests/unruly"),
        }
    }

    /// Cargo's target folder, wherever the user's configuration puts it.
    pub fn target(&self) -> Result<PathBuf> {
        #[derive(Deserialize)]
        struct Metadata {
            target_directory: PathBuf,
        }
        let mut cargo = run::cargo(self);
        cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
        let metadata: Metadata = serde_json::from_str(&run::capture(&mut cargo)?)?;
        Ok(metadata.target_directory)
    }

    /// The project's version: the workspace's, in Cargo.toml.
    pub fn version(&self) -> Result<String> {
        #[derive(Deserialize)]
        struct Manifest {
            workspace: Workspace,
        }
        #[derive(Deserialize)]
        struct Workspace {
            package: Package,
        }
        #[derive(Deserialize)]
        struct Package {
            version: String,
        }
        let text = fs::read_to_string(self.path("Cargo.toml")).context("Cargo.toml")?;
        let manifest: Manifest = toml::from_str(&text).context("Cargo.toml")?;
        Ok(manifest.workspace.package.version)
    }

    /// The version of `package` in Cargo.lock.
    pub fn locked(&self, package: &str) -> Result<String> {
        #[derive(Deserialize)]
        struct Lock {
            package: Vec<Package>,
        }
        #[derive(Deserialize)]
        struct Package {
            name: String,
            version: String,
        }
        let lock: Lock = toml::from_str(&fs::read_to_string(self.path("Cargo.lock"))?)?;
        let mut found = lock.package.into_iter().filter(|p| p.name == package);
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(only.version),
            (None, _) => bail!("Cargo.lock does not hold {package}"),
            _ => bail!("Cargo.lock holds several versions of {package}; one is needed"),
        }
    }
}
