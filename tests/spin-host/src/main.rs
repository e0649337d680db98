//! Test equipment, see the library's documentation and `--help`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use spin_host::args::{Args, HELP};
use spin_host::hosts::AllowedHosts;
use spin_host::instance::{Factory, Settings};
use spin_host::manifest::{Component, Manifest};
use spin_host::meter::{self, Meter};
use spin_host::outbound::Outbound;
use spin_host::routes::Routes;
use spin_host::server::Server;
use spin_host::sqlite;
use spin_host::variables::{Given, Values};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use wasmtime::{Config, Engine};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("spin-host: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let Some(args) = Args::parse(std::env::args().skip(1))? else {
        println!("{HELP}");
        return Ok(());
    };
    let mut manifest = Manifest::read(&args.manifest)
        .with_context(|| format!("in {}", args.manifest.display()))?;
    let routes = Routes::new(&manifest.routes)?;
    check_hosts(&manifest)?;
    if args.check {
        println!(
            "{} is a manifest that this host can serve",
            args.manifest.display()
        );
        return Ok(());
    }
    manifest.select(&args.components)?;
    let routes = if args.components.is_empty() {
        routes
    } else {
        Routes::new(&manifest.routes)?
    };
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(&args, manifest, routes))
}

/// Finds patterns that are malformed already with the default values, as Spin does at
/// start; what only a given value spoils is found in [`allowed_hosts`].
fn check_hosts(manifest: &Manifest) -> anyhow::Result<()> {
    let defaults = Values::defaults(manifest);
    for component in manifest.components.values() {
        AllowedHosts::check(&component.allowed_outbound_hosts, &defaults)?;
    }
    Ok(())
}

async fn serve(args: &Args, manifest: Manifest, routes: Routes) -> anyhow::Result<()> {
    let listen = args.listen.context("--listen is missing")?;
    let state = args.state.as_deref().context("--state is missing")?;
    std::fs::create_dir_all(state).with_context(|| format!("creating {}", state.display()))?;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("listening on {listen}"))?;
    let mut given = given(args.vars.as_deref())?;
    for words in &args.variables {
        given.add(words).context("--variable")?;
    }
    let values = given.apply(&manifest)?;
    let server = Arc::new(load(args, manifest, routes, &values, state)?);
    let mut terminate = signal(SignalKind::terminate())?;

    println!("ready http://{}", listener.local_addr()?);
    tokio::select! {
        ended = server.clone().serve(listener) => ended?,
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    if let Some(path) = &args.report {
        std::fs::write(path, meter::report(&server.meters).to_string())
            .with_context(|| format!("writing {}", path.display()))?;
    }
    // As in Spin there is no drain: what is unfinished is cut off, and must not be
    // waited for by the runtime's own shutdown.
    std::process::exit(0)
}

fn given(path: Option<&Path>) -> anyhow::Result<Given> {
    let Some(path) = path else {
        return Ok(Given::default());
    };
    let text =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    Given::parse(&text).map_err(|problem| anyhow::anyhow!("{}: {problem}", path.display()))
}

fn load(
    args: &Args,
    manifest: Manifest,
    routes: Routes,
    values: &Values,
    state: &Path,
) -> anyhow::Result<Server> {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    let engine = Engine::new(&config).map_err(anyhow::Error::msg)?;
    let mut server = Server {
        routes,
        handlers: BTreeMap::new(),
        meters: BTreeMap::new(),
    };
    for (id, component) in manifest.components {
        let meter = Arc::new(Meter::default());
        let settings = Settings {
            outbound: Outbound(Arc::new(allowed_hosts(&id, &component, values))),
            variables: Arc::new(values.of_component(&component)?),
            database: state.join(sqlite::FILE_NAME),
            max_memory: args.max_memory,
            meter: meter.clone(),
            component,
        };
        let source: PathBuf = settings.component.source.clone();
        let handler = Factory::handler(&engine, settings)
            .map_err(|error| anyhow::anyhow!("component {id} ({}): {error:?}", source.display()))?;
        server.handlers.insert(id.clone(), handler);
        server.meters.insert(id, meter);
    }
    Ok(server)
}

/// A pattern that a given value spoils makes Spin refuse all of the component's requests.
fn allowed_hosts(id: &str, component: &Component, values: &Values) -> AllowedHosts {
    AllowedHosts::resolve(&component.allowed_outbound_hosts, values).unwrap_or_else(|error| {
        eprintln!("spin-host: component {id} can reach nothing: {error}");
        AllowedHosts::default()
    })
}
