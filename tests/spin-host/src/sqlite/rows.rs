//! Running one statement: values in, rows out.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rusqlite::types::ValueRef;
use tokio::sync::{mpsc, oneshot};
use wasmtime::StoreContextMut;
use wasmtime::component::{Destination, StreamProducer, StreamResult};

use super::{MAX_BUFFERED_BYTES, io_error};
use crate::wit::spin::sqlite::sqlite::{Error, RowResult, Value};

/// Runs `statement` on this thread until its last row is taken.
pub(super) fn run(
    connection: &rusqlite::Connection,
    statement: &str,
    values: Vec<Value>,
    columns: oneshot::Sender<Vec<String>>,
    rows: &mpsc::Sender<RowResult>,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(statement).map_err(io_error)?;
    let names: Vec<String> = statement
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let width = names.len();
    columns
        .send(names)
        .map_err(|_| Error::Io("column send error".to_owned()))?;
    let parameters = rusqlite::params_from_iter(values.into_iter().map(parameter));
    let mut found = statement.query(parameters).map_err(io_error)?;
    while let Some(row) = found.next().map_err(io_error)? {
        let row = read(row, width)?;
        if row.values.iter().map(size).sum::<usize>() > MAX_BUFFERED_BYTES {
            return Err(too_large());
        }
        rows.blocking_send(row)
            .map_err(|_| Error::Io("row send error".to_owned()))?;
    }
    Ok(())
}

/// All rows at once, for the older call; the limit is for their sum.
pub(super) async fn collect(mut rows: mpsc::Receiver<RowResult>) -> Result<Vec<RowResult>, Error> {
    let mut all = Vec::new();
    let mut bytes = 0;
    while let Some(row) = rows.recv().await {
        bytes += row.values.iter().map(size).sum::<usize>();
        if bytes > MAX_BUFFERED_BYTES {
            return Err(too_large());
        }
        all.push(row);
    }
    Ok(all)
}

/// Feeds a component's row stream, one row per read.
pub(super) struct Rows(pub(super) mpsc::Receiver<RowResult>);

impl<D> StreamProducer<D> for Rows {
    type Item = RowResult;
    type Buffer = Option<RowResult>;

    fn poll_produce<'a>(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        store: StoreContextMut<'a, D>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        if destination.remaining(store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let next = self.get_mut().0.poll_recv(context);
        if finish && next.is_pending() {
            return Poll::Ready(Ok(StreamResult::Cancelled));
        }
        Poll::Ready(Ok(match ready!(next) {
            None => StreamResult::Dropped,
            Some(row) => {
                destination.set_buffer(Some(row));
                StreamResult::Completed
            }
        }))
    }
}

fn read(row: &rusqlite::Row<'_>, width: usize) -> Result<RowResult, Error> {
    let value = |column| row.get_ref(column).map_err(io_error).and_then(value);
    Ok(RowResult {
        values: (0..width).map(value).collect::<Result<_, _>>()?,
    })
}

fn value(value: ValueRef<'_>) -> Result<Value, Error> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Text(bytes) => Value::Text(
            String::from_utf8(bytes.to_vec()).map_err(|error| Error::Io(error.to_string()))?,
        ),
    })
}

fn parameter(value: Value) -> rusqlite::types::Value {
    match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Integer(number) => rusqlite::types::Value::Integer(number),
        Value::Real(number) => rusqlite::types::Value::Real(number),
        Value::Text(text) => rusqlite::types::Value::Text(text),
        Value::Blob(bytes) => rusqlite::types::Value::Blob(bytes),
    }
}

fn size(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::Null | Value::Integer(_) | Value::Real(_) => 0,
            Value::Text(text) => text.len(),
            Value::Blob(bytes) => bytes.len(),
        }
}

fn too_large() -> Error {
    Error::Io(format!(
        "query result exceeds limit of {MAX_BUFFERED_BYTES} bytes"
    ))
}
