//! The node's copies of objects of a store that is elsewhere, in the component's database.

mod copies;
#[cfg(test)]
mod tests;

use std::{ops::Range, time::Duration};

use edge::{Body, Timestamp, objects::ObjectMeta};
use edge_cache::{Content, Host, Kept, Shelf, ShelfError};

use crate::sqlite::{Sql, SqlError};

#[cfg(test)]
pub use copies::STATEMENTS;

/// Copies in the database of `H`, which is everything else for the cache, too.
#[derive(Debug, Clone)]
pub struct SqliteShelf<H>(pub H);

impl<H: Sql + Host> Shelf for SqliteShelf<H> {
    type Host = H;

    const LARGEST: u64 = u64::MAX;

    const ASKING: Duration = Duration::from_secs(15);

    fn host(&self) -> &H {
        &self.0
    }

    async fn shelf_find(&self, key: &str) -> Result<Option<Kept>, ShelfError> {
        copies::find(&self.0, key).await
    }

    fn shelf_open(&self, id: &str, range: Range<u64>) -> Body {
        crate::objects::chunks(self.0.clone(), id.to_owned(), range)
    }

    async fn shelf_lease(
        &self,
        name: &str,
        holder: &str,
        until: Timestamp,
    ) -> Result<bool, ShelfError> {
        copies::lease(&self.0, name, holder, until).await
    }

    async fn shelf_extend(&self, holder: &str, until: Timestamp) -> Result<(), ShelfError> {
        copies::extend(&self.0, holder, until).await
    }

    async fn shelf_release(&self, holder: &str) -> Result<(), ShelfError> {
        copies::release(&self.0, holder).await
    }

    async fn shelf_missed(&self, holder: &str, until: Timestamp) -> Result<(), ShelfError> {
        copies::missed(&self.0, holder, until).await
    }

    async fn shelf_leased(&self, name: &str) -> Result<Option<Timestamp>, ShelfError> {
        copies::leased(&self.0, name).await
    }

    async fn shelf_renew(&self, key: &str, due: Timestamp) -> Result<(), ShelfError> {
        copies::renew(&self.0, key, due).await
    }

    // A node goes on with its copies for as long as the store is gone.
    async fn shelf_postpone(&self, key: &str, due: Timestamp) -> Result<(), ShelfError> {
        copies::renew(&self.0, key, due).await
    }

    async fn shelf_touch(&self, key: &str) -> Result<(), ShelfError> {
        copies::touch(&self.0, key).await
    }

    async fn shelf_has_room(&self, size: u64, budget: u64) -> Result<bool, ShelfError> {
        copies::has_room(&self.0, size, budget).await
    }

    async fn shelf_chunk(&self, id: &str, number: u64, bytes: Vec<u8>) -> Result<(), ShelfError> {
        copies::chunk(&self.0, id, number, bytes).await
    }

    async fn shelf_keep(
        &self,
        holder: &str,
        meta: &ObjectMeta,
        due: Timestamp,
        content: Content,
    ) -> Result<bool, ShelfError> {
        copies::keep(&self.0, holder, meta, due, content).await
    }

    async fn shelf_abandon(&self, id: &str) -> Result<(), ShelfError> {
        copies::abandon(&self.0, id).await
    }

    async fn shelf_forget(&self, key: &str) -> Result<(), ShelfError> {
        copies::forget(&self.0, key).await
    }

    async fn shelf_trim(&self, budget: u64) -> Result<(), ShelfError> {
        copies::trim(&self.0, budget).await
    }
}

impl From<SqlError> for ShelfError {
    fn from(error: SqlError) -> Self {
        Self(error.to_string())
    }
}
