//! Writing: the chunks first, then the one statement that makes them the object.

use std::fmt::Write;

use edge::{
    Body, Clock, Platform, Timestamp,
    objects::{Condition, ObjectError, ObjectMeta, Put, Written, check_key},
};
use spin_sdk::sqlite::Value;

use super::{intake::Intake, read, sweep};
use crate::sqlite::Sql;

/// `?10` chunks that the object must have; none where its bytes are in the row. The database looks
/// in the same statement, so what was swept away meanwhile never becomes an object.
macro_rules! complete {
    () => {
        "(?9 IS NOT NULL OR (SELECT count(*) FROM chunks WHERE etag = ?2) = ?10)"
    };
}

/// `?1` to `?9` the columns; `?11` whether an object that lives may be replaced. `?4` is now.
const STORE: &str = concat!(
    "INSERT INTO objects
    (key, etag, size, modified, expires, sha256, content_type, cache_control, bytes)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE ",
    complete!(),
    " ON CONFLICT (key) DO UPDATE SET etag = excluded.etag, size = excluded.size,
    modified = excluded.modified, expires = excluded.expires, sha256 = excluded.sha256,
    content_type = excluded.content_type, cache_control = excluded.cache_control,
    bytes = excluded.bytes
    WHERE ?11 OR objects.expires <= ?4
    RETURNING 1"
);

/// `?11` the entity tag that the object must have.
const REPLACE: &str = concat!(
    "UPDATE objects SET etag = ?2, size = ?3, modified = ?4, expires = ?5, sha256 = ?6,
    content_type = ?7, cache_control = ?8, bytes = ?9
    WHERE key = ?1 AND etag = ?11 AND (expires IS NULL OR expires > ?4) AND ",
    complete!(),
    " RETURNING 1"
);

/// `?1` entity tag, `?2` number, `?3` bytes. Replacing makes a repeated attempt harmless.
const WRITE_CHUNK: &str = "INSERT INTO chunks (etag, number, bytes) VALUES (?1, ?2, ?3)
    ON CONFLICT (etag, number) DO UPDATE SET bytes = excluded.bytes";

const COUNT_CHUNKS: &str = "SELECT count(*) FROM chunks WHERE etag = ?1";

const DELETE: &str = "DELETE FROM objects WHERE key = ?1";

/// Every statement of this module, for the test of how they are run.
#[cfg(test)]
pub const STATEMENTS: [&str; 5] = [STORE, REPLACE, WRITE_CHUNK, COUNT_CHUNKS, DELETE];

/// See [`edge::Objects::object_put`].
pub async fn put<H>(host: &H, key: &str, body: Body, put: Put) -> Result<Written, ObjectError>
where
    H: Sql + Clock + Platform,
{
    check_key(key)?;
    let mut intake = Intake::new(body, put.sha256);
    let first = intake.chunk().await?;
    let etag = new_etag(host);
    // A full chunk may be the whole object or the beginning of a larger one.
    if intake.is_at_end().await? {
        intake.check_digest()?;
        let facts = facts(host.now(), key, etag, intake.received(), &put);
        let written = store(host, facts, &put.condition, Some(first), 0).await;
        sweep::after_write(host, 0).await;
        return written;
    }
    if !may_hold(host, key, &put.condition).await? {
        return Ok(Written::Refused);
    }
    let written = put_chunks(host, key, &etag, first, intake, &put).await;
    if !matches!(written, Ok((_, Written::Stored(_)))) {
        sweep::abandon(host, &etag).await;
    }
    let count = written.as_ref().map_or(0, |(count, _)| *count);
    sweep::after_write(host, count).await;
    written.map(|(_, written)| written)
}

/// See [`edge::Objects::object_delete`].
pub async fn delete<H: Sql + Clock>(host: &H, key: &str) -> Result<(), ObjectError> {
    check_key(key)?;
    host.sql(DELETE, &[key.into()]).await?;
    sweep::after_write(host, 0).await;
    Ok(())
}

/// Stores a body of several chunks; also says how many.
async fn put_chunks<H: Sql + Clock>(
    host: &H,
    key: &str,
    etag: &str,
    first: Vec<u8>,
    mut intake: Intake,
    put: &Put,
) -> Result<(i64, Written), ObjectError> {
    let mut chunk = first;
    let mut count = 0;
    while !chunk.is_empty() {
        write_chunk(host, etag, count, chunk).await?;
        count += 1;
        chunk = intake.chunk().await?;
    }
    intake.check_digest()?;
    let facts = facts(host.now(), key, etag.to_owned(), intake.received(), put);
    let written = store(host, facts, &put.condition, None, count).await?;
    if written == Written::Refused && chunks_of(host, etag).await? != Some(count) {
        return Err(ObjectError::Unavailable(
            "the write took so long that its beginning was swept away".to_owned(),
        ));
    }
    Ok((count, written))
}

/// Writes a chunk, which nobody sees before something names its entity tag.
///
/// # Errors
/// What the database says.
pub async fn write_chunk<H: Sql>(
    host: &H,
    etag: &str,
    number: i64,
    bytes: Vec<u8>,
) -> Result<(), ObjectError> {
    let parameters = [etag.into(), number.into(), Value::Blob(bytes)];
    host.sql(WRITE_CHUNK, &parameters).await?;
    Ok(())
}

async fn chunks_of<H: Sql>(host: &H, etag: &str) -> Result<Option<i64>, ObjectError> {
    let rows = host.sql(COUNT_CHUNKS, &[etag.into()]).await?;
    let value = rows
        .into_iter()
        .next()
        .and_then(|row| row.into_iter().next());
    Ok(value.and_then(super::row::integer))
}

/// Whether `condition` holds at the moment, so that a large body need not be taken in for nothing.
async fn may_hold<H: Sql + Clock>(
    host: &H,
    key: &str,
    condition: &Condition,
) -> Result<bool, ObjectError> {
    Ok(match condition {
        Condition::Always => true,
        Condition::Absent => read::head(host, key).await?.is_none(),
        Condition::Etag(etag) => read::head(host, key)
            .await?
            .is_some_and(|meta| meta.etag == *etag),
    })
}

/// Makes the object visible, if `condition` holds: `bytes` in its row, or `chunks` chunks.
async fn store<H: Sql>(
    host: &H,
    meta: ObjectMeta,
    condition: &Condition,
    bytes: Option<Vec<u8>>,
    chunks: i64,
) -> Result<Written, ObjectError> {
    let (statement, condition) = match condition {
        Condition::Always => (STORE, 1.into()),
        Condition::Absent => (STORE, 0.into()),
        Condition::Etag(etag) => (REPLACE, etag.as_str().into()),
    };
    let parameters = [
        meta.key.as_str().into(),
        meta.etag.as_str().into(),
        i64::try_from(meta.size).unwrap_or(i64::MAX).into(),
        meta.modified.milliseconds().into(),
        meta.expires.map(Timestamp::milliseconds).into(),
        meta.sha256.into(),
        meta.content_type.clone().into(),
        meta.cache_control.clone().into(),
        bytes.into(),
        chunks.into(),
        condition,
    ];
    let rows = host.sql(statement, &parameters).await?;
    Ok(if rows.is_empty() {
        Written::Refused
    } else {
        Written::Stored(meta)
    })
}

fn facts(modified: Timestamp, key: &str, etag: String, size: u64, put: &Put) -> ObjectMeta {
    ObjectMeta {
        key: key.to_owned(),
        size,
        etag,
        modified,
        sha256: put.sha256,
        content_type: put.content_type.map(str::to_owned),
        cache_control: put.cache_control.map(str::to_owned),
        expires: put.expires,
    }
}

/// An entity tag that no other write has.
fn new_etag<H: Platform>(host: &H) -> String {
    host.random().iter().fold(String::new(), |mut etag, byte| {
        // Writing to a string cannot fail.
        let _ = write!(etag, "{byte:02x}");
        etag
    })
}
