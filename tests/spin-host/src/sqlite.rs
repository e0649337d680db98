//! `spin:sqlite@3.1.0` on one database file, as Spin's `crates/sqlite-inproc` does it.
//!
//! Every `open` is a connection of its own to the same file, closed when the component
//! drops it. SQLite's own defaults hold (rollback journal, `synchronous=FULL`: a commit
//! survives a killed process), with rusqlite's busy timeout of 5 s. A statement runs on
//! a blocking thread and holds its connection until its rows are read or dropped: a
//! second statement on the same connection waits for that.

mod host;
mod rows;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use tokio::sync::{mpsc, oneshot};

use crate::wit::spin::sqlite::sqlite::{Error, RowResult, Value};

pub use host::{SqliteHost, SqliteView};

/// The file's name in the state folder; Spin's.
pub const FILE_NAME: &str = "sqlite_db.db";

/// Spin's limit for one row of a streamed result, and for all rows of the older,
/// unstreamed call.
const MAX_BUFFERED_BYTES: usize = 128 << 20;

/// Spin's limit of open connections per instance.
const MAX_CONNECTIONS: usize = 256;

/// Rows that wait between the database and the component.
const ROWS_IN_FLIGHT: usize = 4;

/// One instance's access to databases.
pub struct Sqlite {
    file: PathBuf,
    labels: Arc<[String]>,
    open: usize,
}

impl Sqlite {
    /// Access to `file` under the labels that the manifest grants.
    pub fn new(file: PathBuf, labels: Arc<[String]>) -> Self {
        Self {
            file,
            labels,
            open: 0,
        }
    }

    /// The file behind `label`, counting the connection.
    fn admit(&mut self, label: &str) -> Result<PathBuf, Error> {
        if !self.labels.iter().any(|granted| granted == label) {
            return Err(Error::AccessDenied);
        }
        if self.open >= MAX_CONNECTIONS {
            return Err(Error::Io("too many connections opened".to_owned()));
        }
        self.open += 1;
        Ok(self.file.clone())
    }
}

/// An open connection; clones share it.
#[derive(Clone)]
pub struct Connection(Arc<Mutex<rusqlite::Connection>>);

/// What a streamed statement gives.
struct Query {
    columns: Vec<String>,
    rows: mpsc::Receiver<RowResult>,
    end: oneshot::Receiver<Result<(), Error>>,
}

impl Connection {
    async fn open(file: PathBuf) -> Result<Self, Error> {
        blocking(move || open(&file)).await
    }

    fn lock(&self) -> MutexGuard<'_, rusqlite::Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a statement and hands its rows over as they are read. A statement that
    /// does not compile gives no columns, no rows, and the error at the end.
    async fn stream(&self, statement: String, values: Vec<Value>) -> Result<Query, Error> {
        let (columns, columns_of) = oneshot::channel();
        let (rows, rows_of) = mpsc::channel(ROWS_IN_FLIGHT);
        let (end, end_of) = oneshot::channel();
        let connection = self.clone();
        tokio::task::spawn_blocking(move || {
            let connection = connection.lock();
            // Nobody listens when the component is gone; then there is nobody to tell.
            let _ = end.send(rows::run(&connection, &statement, values, columns, &rows));
        });
        let columns = columns_of.await.unwrap_or_default();
        Ok(Query {
            columns,
            rows: rows_of,
            end: end_of,
        })
    }

    async fn last_insert_rowid(&self) -> Result<i64, Error> {
        let connection = self.clone();
        blocking(move || Ok(connection.lock().last_insert_rowid())).await
    }

    async fn changes(&self) -> Result<u64, Error> {
        let connection = self.clone();
        blocking(move || Ok(connection.lock().changes())).await
    }
}

fn open(file: &Path) -> Result<Connection, Error> {
    let connection = rusqlite::Connection::open(file).map_err(io_error)?;
    connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
        AuthAction::Attach { filename } if !matches!(filename, "" | ":memory:") => {
            Authorization::Deny
        }
        _ => Authorization::Allow,
    }));
    Ok(Connection(Arc::new(Mutex::new(connection))))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Error::Io(error.to_string())))
}

fn io_error(error: rusqlite::Error) -> Error {
    Error::Io(error.to_string())
}

#[cfg(test)]
mod tests;
