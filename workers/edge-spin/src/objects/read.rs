//! Reading: whole objects, parts of them, facts, lists.

use std::ops::Range;

use edge::{
    Body, BodyError, Bytes, Clock,
    objects::{Get, Got, MAX_PAGE, Object, ObjectError, ObjectMeta, Page, check_key},
};
use futures_util::{StreamExt, stream};
use spin_sdk::sqlite::Value;

use super::{
    prefix,
    row::{self, COLUMNS, columns},
    schema::CHUNK,
};
use crate::sqlite::{Row, Sql};

/// `?1` key, `?2` now, `?3` the entity tag that the reader has. The bytes are null where they are
/// in chunks, and where the reader has them.
const GET: &str = concat!(
    "SELECT ",
    columns!(),
    ", CASE WHEN etag IS ?3 THEN NULL ELSE bytes END
    FROM objects WHERE key = ?1 AND (expires IS NULL OR expires > ?2)"
);

/// `?1` key, `?2` now.
const HEAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM objects WHERE key = ?1 AND (expires IS NULL OR expires > ?2)"
);

/// `?1` first key, `?2` the end of the prefix, `?3` now, `?4` how many.
const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM objects WHERE key >= ?1 AND key < ?2 AND (expires IS NULL OR expires > ?3)
    ORDER BY key LIMIT ?4"
);

/// `?1` entity tag, `?2` number, `?3` first byte (from 1), `?4` how many bytes.
const CHUNK_OF: &str = "SELECT substr(bytes, ?3, ?4) FROM chunks WHERE etag = ?1 AND number = ?2";

/// Every statement of this module, for the test of how they are run.
#[cfg(test)]
pub const STATEMENTS: [&str; 4] = [GET, HEAD, LIST, CHUNK_OF];

/// See [`edge::Objects::object_get`].
pub async fn get<H>(host: &H, key: &str, get: Get) -> Result<Got, ObjectError>
where
    H: Sql + Clock + Clone + 'static,
{
    check_key(key)?;
    let had = get.unless_etag.clone().map_or(Value::Null, Value::Text);
    let rows = host.look_up(GET, &[key.into(), now(host), had]).await?;
    let Some(Found { meta, bytes }) = first(rows)? else {
        return Ok(Got::Missing);
    };
    if get.unless_etag.as_ref() == Some(&meta.etag) {
        return Ok(Got::Unchanged(meta));
    }
    let range = match get.range {
        None => 0..meta.size,
        Some(range) => range
            .resolve(meta.size)
            .ok_or(ObjectError::RangeNotSatisfiable { size: meta.size })?,
    };
    let body = match bytes {
        Some(bytes) => Body::Bytes(part(bytes.into(), &range)?),
        None => chunks(host.clone(), meta.etag.clone(), range.clone()),
    };
    Ok(Got::Found(Object { meta, range, body }))
}

/// See [`edge::Objects::object_head`].
pub async fn head<H: Sql + Clock>(host: &H, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
    check_key(key)?;
    let rows = host.look_up(HEAD, &[key.into(), now(host)]).await?;
    Ok(first(rows)?.map(|found| found.meta))
}

/// See [`edge::Objects::object_list`].
pub async fn list<H: Sql + Clock>(
    host: &H,
    prefix: &str,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page, ObjectError> {
    let limit = limit.clamp(1, MAX_PAGE);
    // One more than the page, to know whether another follows.
    let wanted = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let range = [
        prefix::lower(prefix, cursor).into(),
        prefix::upper(prefix),
        now(host),
        wanted.into(),
    ];
    let rows = host.look_up(LIST, &range).await?;
    let mut objects = rows
        .into_iter()
        .map(row::meta)
        .collect::<Result<Vec<_>, _>>()?;
    let more = objects.len() > limit;
    objects.truncate(limit);
    let cursor = objects.last().filter(|_| more).map(|last| last.key.clone());
    Ok(Page { objects, cursor })
}

/// The current time as the database has it.
pub fn now<H: Clock>(host: &H) -> Value {
    host.now().milliseconds().into()
}

/// A row of `objects`: the facts and, where they are in it, the bytes.
struct Found {
    meta: ObjectMeta,
    bytes: Option<Vec<u8>>,
}

/// The only object in `rows`.
fn first(rows: Vec<Row>) -> Result<Option<Found>, ObjectError> {
    let Some(mut row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let bytes = (row.len() > COLUMNS)
        .then(|| row.pop())
        .flatten()
        .and_then(row::blob);
    let meta = row::meta(row)?;
    Ok(Some(Found { meta, bytes }))
}

/// The bytes of `range`.
fn part(whole: Bytes, range: &Range<u64>) -> Result<Bytes, ObjectError> {
    let (start, end) = (usize::try_from(range.start), usize::try_from(range.end));
    match (start, end) {
        (Ok(start), Ok(end)) if end <= whole.len() => Ok(whole.slice(start..end)),
        _ => Err(row::malformed()),
    }
}

/// The bytes of `range` of the object written as `etag`, a chunk at a time.
pub fn chunks<H: Sql + 'static>(host: H, etag: String, range: Range<u64>) -> Body {
    let length = range.end - range.start;
    let pieces = stream::unfold((host, etag, range), |(host, etag, range)| async move {
        if range.is_empty() {
            return None;
        }
        Some(match piece(&host, &etag, &range).await {
            Ok(bytes) => {
                let rest = range.start + bytes.len() as u64..range.end;
                (Ok(bytes), (host, etag, rest))
            }
            Err(error) => (Err(error), (host, etag, range.end..range.end)),
        })
    });
    Body::stream(pieces.fuse().boxed_local(), Some(length))
}

/// The first bytes of `range`, as far as its first chunk has them.
async fn piece<H: Sql>(host: &H, etag: &str, range: &Range<u64>) -> Result<Bytes, BodyError> {
    let chunk = CHUNK as u64;
    let (number, offset) = (range.start / chunk, range.start % chunk);
    let length = (chunk - offset).min(range.end - range.start);
    let parameters = [
        etag.into(),
        signed(number),
        signed(offset + 1),
        signed(length),
    ];
    let rows = host
        .sql(CHUNK_OF, &parameters)
        .await
        .map_err(|error| BodyError::Failed(error.to_string()))?;
    let bytes = rows
        .into_iter()
        .next()
        .and_then(|row| row.into_iter().next())
        .and_then(row::blob)
        .filter(|bytes| bytes.len() as u64 == length);
    // An object that is replaced keeps its chunks for a while, but not for ever.
    bytes.map(Bytes::from).ok_or_else(|| {
        BodyError::Failed("the object was replaced long ago while it was being read".to_owned())
    })
}

/// `number` as SQLite has it; sizes and their parts are far below its limit.
fn signed(number: u64) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}
