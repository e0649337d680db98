//! The component's database: two connections for the whole instance.
//!
//! Spin opens a database connection of its own for every handle. Opening one costs more than a
//! query, so an instance keeps one for writes and one for reads; several requests then use them
//! at the same time, statement by statement, and a transaction of several statements is impossible
//! on them. Everything that has to happen at once is therefore one statement, with triggers for
//! its bookkeeping.

use std::{cell::RefCell, rc::Rc, thread::LocalKey, time::Duration};

use edge::Clock;
// The SDK hides the calls that answer at once, but they are part of `spin:sqlite` like the others.
use spin_sdk::sqlite::{Connection, Error, Value, wit::sqlite::Connection as Reader};

use crate::{Host, objects::schema, store::Storage};

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

    /// The same for a `statement` that only reads, and little: it is answered at once, at half the
    /// cost, while every other request of the instance waits.
    ///
    /// # Errors
    /// What the database says.
    async fn look_up(
        &self,
        statement: &'static str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError>;
}

/// Pauses between the attempts of a statement that finds the database locked. SQLite itself has
/// waited up to 5 s for the lock each time.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(250)];

/// A connection that an instance keeps. Only the finished value is kept: a future shared between
/// requests would be waited for by tasks that nobody wakes.
type Kept<C> = RefCell<Option<Rc<C>>>;

thread_local! {
    static WRITER: Kept<Connection> = const { RefCell::new(None) };
    static READER: Kept<Reader> = const { RefCell::new(None) };
}

impl<S: Storage> Sql for Host<S> {
    async fn sql(
        &self,
        statement: &'static str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        let writer = writer().await?;
        let mut pauses = PAUSES.iter();
        loop {
            match (run(&writer, statement, parameters).await, pauses.next()) {
                (Err(error), Some(pause)) if is_locked(&error) => self.sleep(*pause).await,
                (result, _) => return checked(result, &WRITER),
            }
        }
    }

    async fn look_up(
        &self,
        statement: &'static str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        let reader = reader().await?;
        checked(read(&reader, statement, parameters), &READER)
    }
}

/// The connection for writes, opened by whoever comes first. Two who come at once open two, and
/// one of them is closed again.
async fn writer() -> Result<Rc<Connection>, SqlError> {
    if let Some(kept) = WRITER.with_borrow(Clone::clone) {
        return Ok(kept);
    }
    let writer = Connection::open_default().await.map_err(text)?;
    // A new database gives room back that is not used any more, if it is told so before anything
    // else. One that is there already uses it again, but stays as large as it was.
    let _ = run(&writer, "PRAGMA auto_vacuum = INCREMENTAL", &[]).await;
    // Readers then do not wait for writers. A database elsewhere may refuse.
    let mode = run(&writer, "PRAGMA journal_mode = WAL", &[]).await;
    if mode.is_ok_and(|rows| schema::is_in_memory(&rows)) {
        return Err(SqlError(IN_MEMORY.to_owned()));
    }
    let found = run(&writer, schema::FIND, &[]).await;
    if !found.is_ok_and(|rows| schema::is_current(&rows)) {
        for statement in schema::STATEMENTS {
            run(&writer, statement, &[]).await.map_err(text)?;
        }
    }
    Ok(keep(&WRITER, writer))
}

const IN_MEMORY: &str = "the database \"default\" is in memory, so nothing would last: \
    give Spin a state directory (--state-dir)";

/// The connection for reads, to a database that has its tables.
async fn reader() -> Result<Rc<Reader>, SqlError> {
    if let Some(kept) = READER.with_borrow(Clone::clone) {
        return Ok(kept);
    }
    let reader = Reader::open("default").map_err(text)?;
    let found = read(&reader, schema::FIND, &[]);
    if !found.is_ok_and(|rows| schema::is_current(&rows)) {
        // Whoever opens the other one creates them.
        writer().await?;
    }
    Ok(keep(&READER, reader))
}

fn keep<C: 'static>(place: &'static LocalKey<Kept<C>>, connection: C) -> Rc<C> {
    place.with_borrow_mut(|kept| kept.insert(Rc::new(connection)).clone())
}

async fn run(
    writer: &Connection,
    statement: &str,
    parameters: &[Value],
) -> Result<Vec<Row>, Error> {
    let answer = writer.execute(statement, parameters.iter().cloned());
    let rows = answer.await?.collect().await?;
    Ok(rows.into_iter().map(|row| row.values).collect())
}

fn read(reader: &Reader, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, Error> {
    let rows = reader.execute(statement, parameters)?.rows;
    Ok(rows.into_iter().map(|row| row.values).collect())
}

/// `result` for the caller. Whatever is wrong with a connection that failed, the next statement
/// gets a new one.
fn checked<C>(
    result: Result<Vec<Row>, Error>,
    place: &'static LocalKey<Kept<C>>,
) -> Result<Vec<Row>, SqlError> {
    if result.is_err() {
        place.take();
    }
    result.map_err(text)
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
