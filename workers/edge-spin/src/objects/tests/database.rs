//! A database in memory under the same statements as on Spin.

use std::{cell::Cell, rc::Rc, time::Duration};

use edge::{Clock, Platform, Timestamp};
use rusqlite::{params_from_iter, types};
use spin_sdk::sqlite::Value;

use crate::{
    objects::schema,
    sqlite::{Row, Sql, SqlError},
};

/// The database, with a clock that tests move.
#[derive(Clone)]
pub struct Database {
    connection: Rc<rusqlite::Connection>,
    now: Rc<Cell<i64>>,
    writes: Rc<Cell<u64>>,
}

impl Database {
    pub fn new() -> Self {
        let connection = rusqlite::Connection::open_in_memory().expect("a database in memory");
        connection
            .pragma_update(None, "auto_vacuum", "INCREMENTAL")
            .expect("a new database takes it");
        for statement in schema::STATEMENTS {
            connection.execute(statement, []).expect(statement);
        }
        Self {
            connection: Rc::new(connection),
            now: Rc::new(Cell::new(1_700_000_000_000)),
            writes: Rc::default(),
        }
    }

    /// Lets `milliseconds` pass, for the clock and for what the database has noted in seconds.
    pub fn pass(&self, milliseconds: i64) {
        self.now.set(self.now.get() + milliseconds);
        self.connection
            .execute("UPDATE loose SET since = since - ?1", [milliseconds / 1000])
            .expect("loose chunks age");
    }

    /// The only number that `query` answers.
    pub fn number(&self, query: &str) -> i64 {
        self.connection
            .query_row(query, [], |row| row.get(0))
            .expect(query)
    }

    /// How SQLite would run `statement`.
    pub fn plan(&self, statement: &str) -> String {
        let explain = format!("EXPLAIN QUERY PLAN {statement}");
        let mut statement = self.connection.prepare(&explain).expect(&explain);
        let parameters = statement.parameter_count();
        let steps = statement
            .query_map(params_from_iter(vec![0; parameters]), |row| row.get(3))
            .expect(&explain);
        let steps: Vec<String> = steps.collect::<Result<_, _>>().expect(&explain);
        steps.join("; ")
    }
}

impl Sql for Database {
    async fn sql(
        &self,
        statement: &'static str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        let failure = |error: rusqlite::Error| SqlError(error.to_string());
        let mut statement = self.connection.prepare_cached(statement).map_err(failure)?;
        let columns = statement.column_count();
        let rows = statement
            .query_map(params_from_iter(parameters.iter().map(bound)), |row| {
                (0..columns)
                    .map(|column| row.get(column).map(found))
                    .collect()
            })
            .map_err(failure)?;
        rows.collect::<Result<_, _>>().map_err(failure)
    }

    async fn look_up(
        &self,
        statement: &'static str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, SqlError> {
        self.sql(statement, parameters).await
    }
}

fn bound(value: &Value) -> types::Value {
    match value {
        Value::Null => types::Value::Null,
        Value::Integer(integer) => types::Value::Integer(*integer),
        Value::Real(real) => types::Value::Real(*real),
        Value::Text(text) => types::Value::Text(text.clone()),
        Value::Blob(bytes) => types::Value::Blob(bytes.clone()),
    }
}

fn found(value: types::Value) -> Value {
    match value {
        types::Value::Null => Value::Null,
        types::Value::Integer(integer) => Value::Integer(integer),
        types::Value::Real(real) => Value::Real(real),
        types::Value::Text(text) => Value::Text(text),
        types::Value::Blob(bytes) => Value::Blob(bytes),
    }
}

impl Clock for Database {
    fn now(&self) -> Timestamp {
        Timestamp::from_milliseconds(self.now.get())
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX));
    }
}

impl Platform for Database {
    fn runtime(&self) -> &'static str {
        "spin"
    }

    fn random(&self) -> [u8; 16] {
        self.writes.set(self.writes.get() + 1);
        u128::from(self.writes.get()).to_be_bytes()
    }
}
