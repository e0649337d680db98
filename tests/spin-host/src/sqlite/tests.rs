//! The database below the interface; the interface itself is tested by the project's
//! contract component.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Connection, MAX_CONNECTIONS, Sqlite, rows};
use crate::wit::spin::sqlite::sqlite::{Error, RowResult, Value};

async fn run(
    connection: &Connection,
    statement: &str,
    values: Vec<Value>,
) -> Result<Vec<RowResult>, Error> {
    let query = connection.stream(statement.to_owned(), values).await?;
    let rows = rows::collect(query.rows).await?;
    query
        .end
        .await
        .map_err(|error| Error::Io(error.to_string()))??;
    Ok(rows)
}

fn message(result: Result<Vec<RowResult>, Error>) -> String {
    match result {
        Ok(rows) => format!("{} rows", rows.len()),
        Err(Error::Io(message)) => message,
        Err(other) => format!("{other:?}"),
    }
}

async fn in_memory() -> Result<Connection, Error> {
    Connection::open(PathBuf::from(":memory:")).await
}

#[tokio::test]
async fn streams_every_kind_of_value() -> Result<(), Error> {
    let connection = in_memory().await?;
    run(&connection, "CREATE TABLE t (a, b, c, d, e)", vec![]).await?;
    let values = vec![
        Value::Integer(i64::MIN),
        Value::Real(0.5),
        Value::Text("ä".to_owned()),
        Value::Blob(vec![0, 255]),
        Value::Null,
    ];
    run(&connection, "INSERT INTO t VALUES (?, ?, ?, ?, ?)", values).await?;
    assert_eq!(connection.changes().await?, 1);
    assert_eq!(connection.last_insert_rowid().await?, 1);

    let rows = run(&connection, "SELECT * FROM t", vec![]).await?;
    let [row] = rows.as_slice() else {
        panic!("{} rows", rows.len())
    };
    assert!(matches!(
        row.values.as_slice(),
        [Value::Integer(i64::MIN), Value::Real(_), Value::Text(text), Value::Blob(bytes), Value::Null]
            if text == "ä" && bytes == &[0, 255]
    ));
    Ok(())
}

#[tokio::test]
async fn errors_come_at_the_end_and_leave_the_connection_usable() -> Result<(), Error> {
    let connection = in_memory().await?;
    run(&connection, "CREATE TABLE t (a PRIMARY KEY)", vec![]).await?;
    run(&connection, "INSERT INTO t VALUES (1)", vec![]).await?;
    for (statement, expected) in [
        ("SELEKT", "syntax error"),
        ("INSERT INTO t VALUES (1)", "UNIQUE constraint failed"),
        ("SELECT ?", "Wrong number of parameters"),
        ("ATTACH DATABASE '/tmp/other.db' AS other", "not authorized"),
    ] {
        let message = message(run(&connection, statement, vec![]).await);
        assert!(message.contains(expected), "{statement} gave {message}");
    }
    assert_eq!(
        message(run(&connection, "SELECT * FROM t", vec![]).await),
        "1 rows"
    );
    Ok(())
}

#[tokio::test]
async fn rows_that_nobody_reads_do_not_hold_the_connection() -> Result<(), Error> {
    let connection = in_memory().await?;
    let count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) SELECT i FROM n";
    let query = connection.stream(count.to_owned(), vec![]).await?;
    assert_eq!(query.columns, ["i"]);
    drop(query);
    assert_eq!(message(run(&connection, count, vec![]).await), "1000 rows");
    Ok(())
}

#[test]
fn admits_granted_labels_up_to_the_limit() {
    let mut sqlite = Sqlite::new("db".into(), Arc::new(["default".to_owned()]));
    assert!(matches!(sqlite.admit("other"), Err(Error::AccessDenied)));
    for _ in 0..MAX_CONNECTIONS {
        assert!(sqlite.admit("default").is_ok());
    }
    assert!(matches!(sqlite.admit("default"), Err(Error::Io(_))));
}
