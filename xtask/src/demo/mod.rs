//! `cargo xtask demo`: the main job from one end to the other, on this machine alone.
//!
//! The functions are served as by `dev`. GitHub and Discord are stand-ins of testkit that speak
//! their protocols; everything else is the real thing: a signed webhook, the work after it, the
//! archive, the update check.

mod module;
mod pack;
mod site;
mod story;

use std::{
    fs,
    io::Read,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use lexopt::{Arg, ValueExt};
use testkit::fake::{Discord, Github, discord::DiscordServer, github::GithubServers};

use crate::{
    dev::{self, Options, Runtime, Variables},
    platform::Manifests,
    repository::Repository,
    signals,
};
use site::Site;

/// How many of the server's last lines are shown where something went wrong.
const TAIL: usize = 30;

/// `cargo xtask demo [--runtime workerd|spin] [--exit]`.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut runtime = Runtime::Workerd;
    let mut exit = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("runtime") => runtime = arguments.value()?.string()?.parse()?,
            Arg::Long("exit") => exit = true,
            other => return Err(other.unexpected().into()),
        }
    }
    if runtime == Runtime::Spin
        && let Err(error) = dev::spin::find()
    {
        eprintln!("error: {error:#}");
        return Ok(ExitCode::from(2));
    }
    let folder = Folder::new(repository)?;
    let demo = Demo::new(repository, runtime, &folder)?;
    dev::prepare(repository, &demo.options)?;
    signals::install()?;
    let result = demo.run(repository, exit);
    if let Err(error) = result {
        println!("FAILED  {error:#}");
        folder.show_log();
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// What is served, and who stands around it.
struct Demo {
    options: Options,
    github: GithubServers,
    discord: DiscordServer,
    secret: String,
    admin: String,
}

impl Demo {
    fn new(repository: &Repository, runtime: Runtime, folder: &Folder) -> Result<Self> {
        let github = Github::start().context("no port for the stand-in of GitHub")?;
        let discord = Discord::start().context("no port for the stand-in of Discord")?;
        let (secret, admin) = (random()?, random()?);
        let values = [
            ("ADMIN_TOKEN", admin.clone()),
            ("GITHUB_WEBHOOK_SECRET", secret.clone()),
            ("GITHUB_REPOSITORIES", module::REPOSITORY.to_owned()),
            ("GITHUB_API_URL", github.github.origins().api.clone()),
            ("GITHUB_ASSET_HOSTS", github.github.asset_hosts()),
            ("DISCORD_WEBHOOK_URL", discord.discord.webhook_url()),
        ];
        folder.write_variables(&values)?;
        Ok(Self {
            options: Options {
                runtime,
                listen: dev::address("127.0.0.1:0")?,
                variables: Variables::from_pairs("the demo's own", values),
                state: folder.0.clone(),
                functions: repository.functions()?,
                manifests: Manifests::read(repository)?,
                log: Some(folder.log()),
            },
            github,
            discord,
            secret,
            admin,
        })
    }

    fn run(&self, repository: &Repository, exit: bool) -> Result<()> {
        let mut server = dev::start(repository, &self.options)?;
        let site = Site {
            origin: server.origin().to_owned(),
            github: self.github.github.clone(),
            discord: self.discord.discord.clone(),
            secret: self.secret.clone(),
            admin: self.admin.clone(),
        };
        story::introduce(&site, self.options.runtime.name());
        if !signals::received() {
            story::tell(&site)?;
        }
        if !exit && !signals::received() {
            story::leave_running(&site, &self.options.state);
        }
        while !exit && !signals::received() {
            if let Some(status) = server.ended()? {
                anyhow::bail!("{} ended by itself with {status}", server.name());
            }
            thread::sleep(Duration::from_millis(100));
        }
        server.stop();
        Ok(())
    }
}

/// The folder of one demo; it is gone when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(repository: &Repository) -> Result<Self> {
        let folder = repository.path(format!(".state/demo-{}", std::process::id()));
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self(folder))
    }

    fn log(&self) -> PathBuf {
        self.0.join("server.log")
    }

    /// The generated secrets, for whoever wants to try an admin call meanwhile.
    fn write_variables(&self, values: &[(&str, String)]) -> Result<()> {
        let lines: String = values
            .iter()
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect();
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(variables(&self.0))?;
        Ok(std::io::Write::write_all(&mut file, lines.as_bytes())?)
    }

    fn show_log(&self) {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        for line in &lines[lines.len().saturating_sub(TAIL)..] {
            println!("    | {line}");
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is below `.state`, where nothing is kept.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The file of the generated values in a demo's folder.
fn variables(folder: &Path) -> PathBuf {
    folder.join("variables")
}

/// 32 hexadecimal digits that nobody can guess.
fn random() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .context("no random bytes")?;
    Ok(testkit::sign::hex(&bytes))
}
