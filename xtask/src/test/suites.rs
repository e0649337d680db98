//! Suites that talk to a running server: the ports' contract, the black-box
//! cases, the website.
//!
//! A suite is integration tests of the crate `blackbox`. They are told by the
//! environment: `BASE` is the server's origin, `RUNTIME` what it is,
//! `SERVER_LOG` the file that gets what it prints; and every variable that the
//! server was given is there by its own name, so that a test knows the secrets
//! and serves the fakes at the addresses that the server will ask.

use std::{
    fs::{self, File},
    io::Read,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{crates, spin_host};
use crate::{
    build,
    dev::{self, Options, Runtime, Server, Variables},
    platform::Manifests,
    repository::{Function, Repository},
    run,
};

/// The integration test that runs the ports' contract.
const CONTRACT: &str = "contract";

/// The one that starts a fleet; all others are black-box cases.
const FLEET: &str = "fleet";

/// What a bucket is opened with.
const BUCKET_KEY: &[(&str, &str)] = &[
    ("STORE_ACCESS_KEY_ID", "test-only-access-key-id-1f60"),
    (
        "STORE_SECRET_ACCESS_KEY",
        "test-only-secret-access-key-8c39",
    ),
];

/// What the functions are given; see [`fill`].
const VARIABLES: &[(&str, &str)] = &[
    ("ADMIN_TOKEN", "test-only-admin-token-0c2f"),
    ("GITHUB_WEBHOOK_SECRET", "test-only-webhook-secret-51d8"),
    ("GITHUB_REPOSITORIES", "acme/*,example/one"),
    ("GITHUB_TOKEN", "test-only-github-token-9be1"),
    ("GITHUB_API_URL", "http://{host}"),
    ("GITHUB_ASSET_HOSTS", "{host},{host}"),
    // The path is the one that testkit's fake knows.
    (
        "DISCORD_WEBHOOK_URL",
        "http://{discord}/api/webhooks/1309411229876543210/fake-discord-webhook-secret",
    ),
    ("DISCORD_API_URL", "http://{discord}/api/v10"),
    ("DISCORD_PUBLIC_KEY", DISCORD_KEY),
    ("DISCORD_APPLICATION_ID", "1309400000000000001"),
    ("DISCORD_ADMIN_GUILDS", "1309410000000000000"),
    ("DISCORD_ADMIN_ROLES", "1309430000000000001"),
    ("FOUNDRY_API_URL", "http://{host}"),
    (
        "FOUNDRY_RELEASE_TOKENS",
        r#"{"announced":"test-only-foundry-token-e6c4"}"#,
    ),
    ("PROXY_ALLOWED_HOSTS", "{host}"),
    ("PROXY_ACCESS_TOKENS", "test-only-proxy-token-7d31"),
    ("PROXY_SIGNING_KEYS", "k1:test-only-signing-key-3f9a"),
];

/// The public half of the key that testkit signs interactions with.
pub const DISCORD_KEY: &str = "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c";

/// What the contract's cases need.
const CONTRACT_VARIABLES: &[(&str, &str)] = &[("GITHUB_API_URL", "http://{host}")];

/// The ports' contract on workerd.
pub fn contract_on_workerd(repository: &Repository) -> Result<()> {
    contract(repository, Runtime::Workerd)
}

/// The ports' contract on Spin or the test host.
pub fn contract_on_spin(repository: &Repository) -> Result<()> {
    contract(repository, Runtime::Spin)
}

/// The ports' contract on Spin or the test host, over the S3 API of the local R2.
pub fn contract_on_s3(repository: &Repository) -> Result<()> {
    let suite = repository.contract_suite();
    let bucket = Manifests::read_in(&suite.entry)?.wrangler;
    let bucket = bucket.environments[CONTRACT].r2_buckets[0]
        .bucket_name
        .clone();
    let configured = |runtime, variables: &[(&'static str, &str)]| {
        let manifests = Manifests::read_in(&suite.entry)?;
        let functions = vec![repository.contract_suite()];
        let name = ("contract-s3", runtime);
        options(repository, name, manifests, functions, variables)
    };
    let variables = [CONTRACT_VARIABLES, BUCKET_KEY].concat();
    let workers = configured(Runtime::Workerd, &variables)?;
    let (workers, _) = start(repository, &workers)?;
    let mut node = configured(Runtime::Spin, &variables)?;
    let endpoint = format!("{}/cdn-cgi/local/r2/s3", workers.origin());
    node.variables.set_default("STORE_ENDPOINT", &endpoint);
    node.variables.set_default("STORE_BUCKET", &bucket);
    let (server, name) = start(repository, &node)?;
    cargo_test(repository, &node, &server, name, &[CONTRACT.into()])
}

/// Workers and Spin nodes on one bucket.
pub fn fleet(repository: &Repository) -> Result<()> {
    let runtime = match dev::spin::find() {
        Ok(_) => "spin",
        Err(error) => {
            println!("{error:#}\nso the nodes run on the test host, not on Spin");
            "spin-host"
        }
    };
    let mut cargo = run::cargo(repository);
    cargo.args(["test", "--locked", "--package", "blackbox", "--test", FLEET]);
    run::run(cargo.env("RUNTIME", runtime))
}

/// The black-box cases on workerd.
pub fn blackbox_on_workerd(repository: &Repository) -> Result<()> {
    blackbox(repository, Runtime::Workerd)
}

/// The black-box cases on Spin or the test host.
pub fn blackbox_on_spin(repository: &Repository) -> Result<()> {
    blackbox(repository, Runtime::Spin)
}

/// The website with a fake API, in all its states.
pub fn site(repository: &Repository) -> Result<()> {
    look_at_site(repository, "--mock")
}

fn contract(repository: &Repository, runtime: Runtime) -> Result<()> {
    let suite = repository.contract_suite();
    let manifests = Manifests::read_in(&suite.entry)?;
    let options = options(
        repository,
        ("contract", runtime),
        manifests,
        vec![suite],
        CONTRACT_VARIABLES,
    )?;
    let (server, name) = start(repository, &options)?;
    cargo_test(repository, &options, &server, name, &[CONTRACT.into()])
}

fn blackbox(repository: &Repository, runtime: Runtime) -> Result<()> {
    let mut tests = crates::tests_of(repository, "blackbox")?;
    tests.retain(|name| name != CONTRACT && name != FLEET);
    ensure!(!tests.is_empty(), "the crate blackbox has no tests");
    let options = options(
        repository,
        ("blackbox", runtime),
        Manifests::read(repository)?,
        repository.functions()?,
        VARIABLES,
    )?;
    let (server, name) = start(repository, &options)?;
    cargo_test(repository, &options, &server, name, &tests)?;
    // The cases have left packages behind.
    look_at_site(repository, server.origin())
}

/// Options with an empty state folder in cargo's target folder.
pub fn options(
    repository: &Repository,
    (suite, runtime): (&str, Runtime),
    manifests: Manifests,
    functions: Vec<Function>,
    variables: &[(&'static str, &str)],
) -> Result<Options> {
    let folder = repository
        .target()?
        .join("suites")
        .join(suite)
        .join(runtime.name());
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot empty {}", folder.display()));
        }
        _ => fs::create_dir_all(&folder)?,
    }
    let (values, listen) = fill(variables)?;
    Ok(Options {
        runtime,
        listen,
        variables: Variables::from_pairs("the suite's own", values),
        log: Some(folder.join("server.log")),
        state: folder,
        functions,
        manifests,
    })
}

/// Values for `variables`, in which each `{host}` becomes an address of
/// loopback that nothing listens on, every `{discord}` the same one, and each
/// `{secret}` what nobody can guess; and an address for the server.
pub fn fill(
    variables: &[(&'static str, &str)],
) -> Result<(Vec<(&'static str, String)>, SocketAddr)> {
    // Held until all are chosen, so that no two are the same.
    let mut held = Vec::new();
    let mut free = || -> Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
        let address = listener.local_addr()?;
        held.push(listener);
        Ok(address)
    };
    let discord = free()?.to_string();
    let mut values = Vec::new();
    for (name, value) in variables {
        let mut value = value.replace("{discord}", &discord);
        while value.contains("{host}") {
            value = value.replacen("{host}", &free()?.to_string(), 1);
        }
        while value.contains("{secret}") {
            value = value.replacen("{secret}", &secret()?, 1);
        }
        values.push((*name, value));
    }
    let listen = free()?;
    Ok((values, listen))
}

/// 32 hexadecimal digits that nobody can guess.
fn secret() -> Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .context("no random bytes")?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Builds and starts what the suite talks to; gives the runtime's name too.
fn start(repository: &Repository, options: &Options) -> Result<(Server, &'static str)> {
    let platform = options.runtime.platform();
    build::all(
        repository,
        &options.manifests,
        &options.functions,
        &[platform],
    )?;
    let started = match options.runtime {
        Runtime::Workerd => dev::start(repository, options).map(|server| (server, "workerd")),
        Runtime::Spin => match dev::spin::find() {
            Ok(_) => dev::start(repository, options).map(|server| (server, "spin")),
            Err(error) => {
                println!("{error:#}\nso the components run on the test host, not on Spin");
                spin_host::start(repository, options).map(|server| (server, "spin-host"))
            }
        },
    };
    started.inspect_err(|_| show_log(options))
}

fn cargo_test(
    repository: &Repository,
    options: &Options,
    server: &Server,
    runtime: &str,
    tests: &[String],
) -> Result<()> {
    let mut cargo = run::cargo(repository);
    cargo.args(["test", "--locked", "--package", "blackbox"]);
    for test in tests {
        cargo.args(["--test", test]);
    }
    tell(&mut cargo, options, server, runtime);
    run::run(&mut cargo).inspect_err(|_| show_log(options))
}

/// Tells a program of the crate `blackbox` about the server.
pub fn tell(command: &mut Command, options: &Options, server: &Server, runtime: &str) {
    command.env("BASE", server.origin()).env("RUNTIME", runtime);
    command.env("PUBLIC_URL", server.origin());
    if let Some(log) = &options.log {
        command.env("SERVER_LOG", log);
    }
    for (name, value) in options.variables.iter() {
        command.env(name, value);
    }
}

/// The end of what the server printed, for whoever reads the failure.
pub fn show_log(options: &Options) {
    let Some(log) = options.log.as_deref().map(Path::new) else {
        return;
    };
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    println!("the last of {}:", log.display());
    for line in &lines[lines.len().saturating_sub(15)..] {
        println!("    | {line}");
    }
}

fn look_at_site(repository: &Repository, target: &str) -> Result<()> {
    let mut node = run::program(repository, repository.node_bin().join("node"));
    run::run(
        node.arg(repository.path("tests/browser/site.mjs"))
            .arg(target),
    )
}
