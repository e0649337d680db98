//! Instances of one component and their life, as in Spin's `crates/trigger-http`.
//!
//! `ProxyHandler` keeps each instance for up to 128 requests, 16 at a time, and drops
//! it after a second in which it had neither a request nor spawned work to finish.
//! Work that outlives its response has no time limit, as in `spin up` without
//! `--request-timeout`. A trap ends everything that the instance was doing.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use wasmtime::component::{Component, GuestTaskId, Linker, ResourceTable};
use wasmtime::{Engine, Store, StoreContextMut};
use wasmtime_wasi::{DirPerms, FilePerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpCtx;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, Proxy, ProxyHandler, ShouldAccept, ViewFn, WorkerExpiration,
    WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::p3::{self, WasiHttpCtxView, WasiHttpView};

use crate::manifest;
use crate::meter::{Limits, Meter};
use crate::outbound::Outbound;
use crate::sqlite::{Sqlite, SqliteHost, SqliteView};
use crate::variables::host::{VariablesHost, Visible};
use crate::wit::spin::{sqlite::sqlite, variables::variables};

const MAX_REQUESTS: usize = 128;
const MAX_CONCURRENT_REQUESTS: usize = 16;
const IDLE_TIMEOUT: Duration = Duration::from_secs(1);

/// Takes requests for one component.
pub type Handler = ProxyHandler<Factory>;

/// What every instance of a component is given.
pub struct Settings {
    /// The component's table of the manifest.
    pub component: manifest::Component,
    /// What it may reach.
    pub outbound: Outbound,
    /// What it reads through `spin:variables`.
    pub variables: Arc<BTreeMap<String, String>>,
    /// The database file.
    pub database: std::path::PathBuf,
    /// Limit of its linear memory, in bytes.
    pub max_memory: Option<usize>,
    /// Where its memory is counted.
    pub meter: Arc<Meter>,
}

/// Makes instances of one component.
pub struct Factory {
    engine: Engine,
    pre: ServicePre<Data>,
    settings: Settings,
    databases: Arc<[String]>,
}

impl Factory {
    /// Compiles the component and resolves its imports.
    ///
    /// # Errors
    /// A file that is missing or no component, an import that this host lacks, or no
    /// `wasi:http/handler@0.3.0` export.
    pub fn handler(engine: &Engine, settings: Settings) -> wasmtime::Result<Handler> {
        let component = Component::from_file(engine, &settings.component.source)?;
        let pre = ServicePre::new(linker(engine)?.instantiate_pre(&component)?)?;
        let databases = settings.component.databases.clone().into();
        Ok(ProxyHandler::new(Self {
            engine: engine.clone(),
            pre,
            settings,
            databases,
        }))
    }

    fn data(&self) -> wasmtime::Result<Data> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.inherit_stdout().inherit_stderr();
        for (name, value) in &self.settings.component.environment {
            wasi.env(name, value);
        }
        for (folder, guest) in &self.settings.component.files {
            wasi.preopened_dir(folder, guest, DirPerms::READ, FilePerms::READ)?;
        }
        Ok(Data {
            table: ResourceTable::new(),
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            outbound: self.settings.outbound.clone(),
            variables: Visible(self.settings.variables.clone()),
            sqlite: Sqlite::new(self.settings.database.clone(), self.databases.clone()),
            limits: Limits::new(self.settings.meter.clone(), self.settings.max_memory),
        })
    }
}

/// One instance's host-side state.
pub struct Data {
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outbound: Outbound,
    variables: Visible,
    sqlite: Sqlite,
    limits: Limits,
}

impl WasiView for Data {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for Data {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.outbound,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

fn linker(engine: &Engine) -> wasmtime::Result<Linker<Data>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    p3::add_to_linker(&mut linker)?;
    variables::add_to_linker::<_, VariablesHost>(&mut linker, |data: &mut Data| {
        &mut data.variables
    })?;
    sqlite::add_to_linker::<_, SqliteHost>(&mut linker, |data: &mut Data| SqliteView {
        sqlite: &mut data.sqlite,
        table: &mut data.table,
    })?;
    Ok(linker)
}

impl HandlerState for Factory {
    type StoreData = Data;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<Data, Expiration, Worker>> {
        let mut store = Store::new(&self.engine, self.data()?);
        store.limiter(|data| &mut data.limits);
        let service = self.pre.instantiate_async(&mut store).await?;
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: ViewFn::P3(|data| data.http()),
            expiration: Expiration(Box::pin(tokio::time::sleep(IDLE_TIMEOUT))),
            state: Worker,
        })
    }
}

/// Ends an instance that has been idle for [`IDLE_TIMEOUT`]; nothing else is timed.
pub struct Expiration(Pin<Box<tokio::time::Sleep>>);

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        if status != WorkerStatus::Idle {
            return Poll::Pending;
        }
        let deadline = (start + IDLE_TIMEOUT).into();
        if self.0.deadline() != deadline {
            self.0.as_mut().reset(deadline);
        }
        self.0.as_mut().poll(context)
    }
}

/// Spin's limits on sharing an instance.
pub struct Worker;

impl WorkerState for Worker {
    type StoreData = Data;
    type RequestId = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= MAX_REQUESTS {
            ShouldAccept::Never
        } else if concurrent >= MAX_CONCURRENT_REQUESTS {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, Data>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        Box::pin(std::future::pending())
    }

    fn drop(&self, store: Store<Data>, result: wasmtime::Result<()>) {
        if let Err(error) = result {
            eprintln!("worker failed: {error:?}");
        }
        drop(store);
    }
}
