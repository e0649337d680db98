//! The component's database: one connection for the whole instance.
//!
//! Spin opens a database connection of its own for every handle. Opening one costs more than a
//! query, so an instance keeps one; several requests then use it at the same time, statement by
//! statement, and a transaction of several statements is impossible on it. Everything that has to
//! happen at once is therefore one statement, with triggers for its bookkeeping.

use std::{cell::RefCell, rc::Rc, time::Duration};

use edge::Clock;
use spin_sdk::sqlite::{Connection, Error, Value};

use crate::{Host, objects::schema};

/// One row of an answer.
pub type Row = Vec<Value>;

/// Why a statement failed. The text is for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SqlError(pub String);

/// A database that runs one statement at a time, each in a transaction of its own.
pub trait Sql {
    /// Runs `statement` and collects its rows.
    ///
    /// # Errors
    /// What the database says. The statement then changed nothing, unless the connection to a
    /// database elsewhere broke.
    async fn sql(
        &self,
        statement: &'static str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError>;
}

/// Pauses between the attempts of a statement that finds the database locked. SQLite itself has
/// waited up to 5 s for the lock each time.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(250)];

thread_local! {
    /// The open connection. Only the finished value is kept: a future shared between requests
    /// would be waited for by tasks that nobody wakes.
    static CONNECTION: RefCell<Option<Rc<Connection>>> = const { RefCell::new(None) };
}

impl Sql for Host {
    async fn sql(
        &self,
        statement: &'static str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        let connection = connection().await.map_err(text)?;
        let mut result = run(&connection, statement, parameters).await;
        for pause in PAUSES {
            if !result.as_ref().is_err_and(is_locked) {
                break;
            }
            self.sleep(pause).await;
            result = run(&connection, statement, parameters).await;
        }
        if result.is_err() {
            // Whatever is wrong with this connection, the next statement gets a new one.
            CONNECTION.take();
        }
        result.map_err(text)
    }
}

/// The instance's connection, opened by whoever comes first. Two who come at once open two, and
/// one of them is closed again.
async fn connection() -> Result<Rc<Connection>, Error> {
    if let Some(connection) = CONNECTION.with_borrow(Clone::clone) {
        return Ok(connection);
    }
    let connection = Connection::open_default().await?;
    // Readers then do not wait for writers. A database elsewhere, or in memory, may refuse.
    let _ = run(&connection, "PRAGMA journal_mode = WAL", &[]).await;
    create_schema(&connection).await?;
    Ok(CONNECTION.with_borrow_mut(|kept| kept.insert(Rc::new(connection)).clone()))
}

async fn create_schema(connection: &Connection) -> Result<(), Error> {
    let found = run(connection, "PRAGMA user_version", &[]).await;
    if found.is_ok_and(|rows| schema::is_current(&rows)) {
        return Ok(());
    }
    for statement in schema::STATEMENTS {
        run(connection, statement, &[]).await?;
    }
    Ok(())
}

async fn run(
    connection: &Connection,
    statement: &str,
    parameters: &[Value],
) -> Result<Vec<Row>, Error> {
    let answer = connection.execute(statement, parameters.iter().cloned());
    let rows = answer.await?.collect().await?;
    Ok(rows.into_iter().map(|row| row.values).collect())
}

fn is_locked(error: &Error) -> bool {
    matches!(error, Error::Io(text) if text.contains("locked") || text.contains("busy"))
}

fn text(error: Error) -> SqlError {
    SqlError(match error {
        Error::NoSuchDatabase => "Spin knows no database of the name \"default\"".to_owned(),
        Error::AccessDenied => {
            "the component's sqlite_databases does not name \"default\"".to_owned()
        }
        Error::InvalidConnection => "the database connection is closed".to_owned(),
        Error::DatabaseFull => "the database is full".to_owned(),
        Error::Io(text) => text,
    })
}
