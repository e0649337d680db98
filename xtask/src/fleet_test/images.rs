//! The images, built on every engine, since there is no registry between them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result, bail};

use super::{engine::Node, packages::Programs};
use crate::{
    dev,
    image::{self, Architecture},
    repository::Repository,
    run,
};

/// The image's name; its tags are the versions below.
pub const IMAGE: &str = "vtta-edge";

/// The front proxy's image.
pub const FRONT: &str = "vtta-front:test";

/// Debian's Prometheus.
pub const PROMETHEUS: &str = "vtta-prometheus:test";

/// Holds `seq`, which writes as many lines as one likes.
pub const FLOOD: &str = "vtta-flood:test";

/// The version whose website is a function that misbehaves.
pub const UNRULY: &str = "1.4.0";

/// Stands in for Spin's own image.
const SPIN: &str = "vtta-spin:test";

/// Makes a version of the image a bad one, in the folder of its functions; the second path is the
/// component that misbehaves.
type Spoil = fn(&Path, &Path) -> Result<()>;

/// The versions of the image: tag, and what is wrong with it.
const VERSIONS: &[(&str, Spoil)] = &[
    ("1.0.0", |_, _| Ok(())),
    ("1.1.0", |_, _| Ok(())),
    // Does not start: no component.
    ("1.2.0", |app, _| {
        Ok(fs::write(app.join("site/site.wasm"), "not wasm")?)
    }),
    // Its health check says that all is well, and nothing else is there.
    ("1.3.0", |app, _| {
        let path = app.join("site/spin.toml");
        let text = fs::read_to_string(&path)?;
        let lying = text.replace("route = \"/...\"", "route = \"/health/site\"");
        Ok(fs::write(path, lying)?)
    }),
    // Does what it is told to: panic, leak, burn CPU.
    (UNRULY, |app, unruly| {
        fs::copy(unruly, app.join("site/site.wasm"))?;
        Ok(())
    }),
];

/// Folders that the images are built from.
pub struct Contexts {
    folder: PathBuf,
    dockerfile: PathBuf,
    /// Whether the test host is in Spin's place.
    pub stand_in: bool,
}

impl Contexts {
    /// Puts them together.
    ///
    /// # Errors
    /// Something cannot be built or copied.
    pub fn prepare(repository: &Repository, programs: &Programs, scratch: &Path) -> Result<Self> {
        let folder = scratch.join("images");
        let staged = image::stage(repository, &[Architecture::HERE])?;
        for (tag, spoil) in VERSIONS {
            let context = folder.join(tag);
            fs::create_dir_all(&context)?;
            let copied = Command::new("cp")
                .arg("-a")
                .arg(staged.join("."))
                .arg(&context)
                .status()?;
            anyhow::ensure!(copied.success(), "cannot copy {}", staged.display());
            open_private_networks(&context.join("app"))?;
            spoil(&context.join("app"), &repository.unruly().component())?;
        }
        let (spin, stand_in) = spin(repository)?;
        let base = folder.join("spin");
        programs.transplant(&spin, "usr/local/bin/spin", &base.join("root"))?;
        fs::write(
            base.join("Dockerfile"),
            "FROM scratch\nCOPY root /\nENV PATH=/usr/local/bin\n",
        )?;
        for (name, program, to) in [
            ("front", "haproxy", "usr/local/sbin/haproxy"),
            ("flood", "seq", "usr/local/sbin/seq"),
            ("prometheus", "prometheus", "usr/local/sbin/prometheus"),
        ] {
            let context = folder.join(name);
            programs.transplant(&programs.path(program), to, &context.join("root"))?;
            let more = match name {
                // As its own image: called with arguments alone, and a folder that is its user's.
                "prometheus" => {
                    fs::create_dir(context.join("data"))?;
                    "COPY --chown=65534:65534 data /prometheus\nENTRYPOINT [\"prometheus\"]\n"
                }
                _ => "",
            };
            fs::write(
                context.join("Dockerfile"),
                format!("FROM scratch\nCOPY root /\nENV PATH=/usr/local/sbin\n{more}"),
            )?;
        }
        Ok(Self {
            folder,
            dockerfile: repository.path("deploy/Dockerfile"),
            stand_in,
        })
    }

    /// Names of the variables that a function's manifest has.
    ///
    /// # Errors
    /// The manifest that was staged cannot be read.
    pub fn variables(&self, function: &str) -> Result<Vec<String>> {
        let path = self.folder.join(format!("1.0.0/app/{function}/spin.toml"));
        let manifest: toml::Table = fs::read_to_string(path)?.parse()?;
        let variables = manifest.get("variables").and_then(toml::Value::as_table);
        let variables = variables.context("a manifest without variables")?;
        Ok(variables.keys().cloned().collect())
    }

    /// Builds all images on all nodes at once.
    ///
    /// # Errors
    /// A build fails; what it said is in the text.
    pub fn build(&self, nodes: &[Node]) -> Result<()> {
        thread::scope(|scope| {
            let builds: Vec<_> = nodes
                .iter()
                .map(|node| scope.spawn(move || self.build_on(node)))
                .collect();
            let mut results = builds.into_iter().map(|build| match build.join() {
                Ok(result) => result,
                Err(_) => bail!("a build panicked"),
            });
            results.try_for_each(|result| result)
        })
    }

    fn build_on(&self, node: &Node) -> Result<()> {
        let build = |tag: &str, folder: &str, more: &[&str]| -> Result<()> {
            let mut docker = node.docker();
            docker.args(["build", "--quiet", "--tag", tag]).args(more);
            docker.arg(self.folder.join(folder));
            let output = docker.stdout(Stdio::null()).output()?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                bail!("{}: building {tag}: {said}", node.name);
            }
            Ok(())
        };
        build(SPIN, "spin", &[])?;
        build(FRONT, "front", &[])?;
        build(FLOOD, "flood", &[])?;
        build(PROMETHEUS, "prometheus", &[])?;
        let file = self.dockerfile.to_string_lossy();
        for (tag, _) in VERSIONS {
            let spin = format!("SPIN_IMAGE={SPIN}");
            let version = format!("VERSION={tag}");
            let architecture = format!("TARGETARCH={}", Architecture::HERE.name());
            let more = [
                "--file",
                &file,
                "--build-arg",
                &spin,
                "--build-arg",
                &version,
                "--build-arg",
                &architecture,
            ];
            build(&format!("{IMAGE}:{tag}"), tag, &more)?;
        }
        Ok(())
    }
}

/// The test's internet is made of private addresses, which Spin lets no proxy reach elsewhere.
fn open_private_networks(app: &Path) -> Result<()> {
    for entry in fs::read_dir(app)?.flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with("runtime-config") {
            let text = fs::read_to_string(entry.path())?;
            let open = text.replace("block_networks = [\"private\"]", "block_networks = []");
            fs::write(entry.path(), open)?;
        }
    }
    Ok(())
}

/// Spin where it is, else the test host; and whether it is the latter.
fn spin(repository: &Repository) -> Result<(PathBuf, bool)> {
    if let Ok(program) = dev::spin::find() {
        let output = Command::new("sh")
            .args(["-c", "command -v \"$1\"", "sh"])
            .arg(&program)
            .output()?;
        let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        return Ok((PathBuf::from(path), false));
    }
    println!("    no `spin`: the test host stands in for it");
    let mut cargo = run::cargo(repository);
    run::run(cargo.args(["build", "--locked", "--package", "spin-host"]))?;
    let program = repository.target()?.join("debug/spin-host");
    Ok((program.canonicalize().context("spin-host")?, true))
}
