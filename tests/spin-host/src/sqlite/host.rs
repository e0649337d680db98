//! The interface's functions, in both of its styles.

use wasmtime::component::{
    Access, Accessor, FutureReader, HasData, Resource, ResourceTable, StreamReader,
};

use super::rows::{self, Rows};
use super::{Connection, Sqlite};
use crate::wit::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};

/// Marks the interface's data in a store.
pub struct SqliteHost;

impl HasData for SqliteHost {
    type Data<'a> = SqliteView<'a>;
}

/// What the interface needs of a store.
pub struct SqliteView<'a> {
    /// The instance's access.
    pub sqlite: &'a mut Sqlite,
    /// Where its connections are.
    pub table: &'a mut ResourceTable,
}

impl SqliteView<'_> {
    fn connection(&self, handle: &Resource<Connection>) -> Result<Connection, Error> {
        self.table
            .get(handle)
            .cloned()
            .map_err(|_| Error::InvalidConnection)
    }

    fn keep(&mut self, connection: Connection) -> Result<Resource<Connection>, Error> {
        self.table
            .push(connection)
            .map_err(|error| Error::Io(error.to_string()))
    }
}

impl Host for SqliteView<'_> {
    fn convert_error(&mut self, error: Error) -> wasmtime::Result<Error> {
        Ok(error)
    }
}

impl HostConnection for SqliteView<'_> {
    async fn open(&mut self, database: String) -> Result<Resource<Connection>, Error> {
        let file = self.sqlite.admit(&database)?;
        self.keep(Connection::open(file).await?)
    }

    async fn execute(
        &mut self,
        handle: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<QueryResult, Error> {
        let query = self
            .connection(&handle)?
            .stream(statement, parameters)
            .await?;
        let rows = rows::collect(query.rows).await?;
        query
            .end
            .await
            .map_err(|error| Error::Io(error.to_string()))??;
        Ok(QueryResult {
            columns: query.columns,
            rows,
        })
    }

    async fn last_insert_rowid(&mut self, handle: Resource<Connection>) -> wasmtime::Result<i64> {
        Ok(self.connection(&handle)?.last_insert_rowid().await?)
    }

    async fn changes(&mut self, handle: Resource<Connection>) -> wasmtime::Result<u64> {
        Ok(self.connection(&handle)?.changes().await?)
    }

    async fn drop(&mut self, handle: Resource<Connection>) -> wasmtime::Result<()> {
        self.sqlite.open = self.sqlite.open.saturating_sub(1);
        self.table.delete(handle)?;
        Ok(())
    }
}

impl<T> HostConnectionWithStore<T> for SqliteHost {
    async fn open_async(
        store: &Accessor<T, Self>,
        database: String,
    ) -> Result<Resource<Connection>, Error> {
        let file = store.with(|mut access| access.get().sqlite.admit(&database))?;
        let connection = Connection::open(file).await?;
        store.with(|mut access| access.get().keep(connection))
    }

    async fn execute_async(
        store: &Accessor<T, Self>,
        handle: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<
        (
            Vec<String>,
            StreamReader<RowResult>,
            FutureReader<Result<(), Error>>,
        ),
        Error,
    > {
        let query = connection(store, &handle)?
            .stream(statement, parameters)
            .await?;
        let readers = store.with(|mut access| {
            let rows = StreamReader::new(&mut access, Rows(query.rows))?;
            let end = FutureReader::new(&mut access, query.end)?;
            wasmtime::error::Ok((rows, end))
        });
        let (rows, end) = readers.map_err(|error| Error::Io(error.to_string()))?;
        Ok((query.columns, rows, end))
    }

    async fn last_insert_rowid_async(
        store: &Accessor<T, Self>,
        handle: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        Ok(connection(store, &handle)?.last_insert_rowid().await?)
    }

    async fn changes_async(
        store: &Accessor<T, Self>,
        handle: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        Ok(connection(store, &handle)?.changes().await?)
    }
}

fn connection<T>(
    store: &Accessor<T, SqliteHost>,
    handle: &Resource<Connection>,
) -> Result<Connection, Error> {
    store.with(|mut access: Access<'_, T, SqliteHost>| access.get().connection(handle))
}
