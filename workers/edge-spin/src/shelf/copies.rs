//! The statements of the shelf; each does at once what has to happen at once.

use edge::{Clock, Platform, Timestamp, objects::ObjectMeta};
use edge_cache::{CHUNK, COPYING_PREFIX, Content, Held, Kept, MISSING_PREFIX, ShelfError};
use spin_sdk::sqlite::Value;

use crate::{
    objects::{
        row::{self, COLUMNS, columns},
        sweep, write_chunk,
    },
    sqlite::{Row, Sql},
};

/// `?1` key.
const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    ", bytes, chunks, due, used FROM copies WHERE key = ?1"
);

/// `?1` name, `?2` holder, `?3` until when, `?4` now.
const LEASE: &str = "INSERT INTO leases (name, holder, until) VALUES (?1, ?2, ?3)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE leases.until <= ?4 RETURNING 1";

const EXTEND: &str = "UPDATE leases SET until = ?2 WHERE holder = ?1";

const RELEASE: &str = "DELETE FROM leases WHERE holder = ?1";

/// `?1` holder, `?2` until when, `?3` what the name begins with then.
const MISSED: &str = "UPDATE OR REPLACE leases SET name = ?3 || name, until = ?2
    WHERE holder = ?1";

/// `?1` name, `?2` now.
const LEASED: &str = "SELECT until FROM leases WHERE name = ?1 AND until > ?2";

/// `?1` key, `?2` due, `?3` now: whoever asks the store does so for a reader.
const RENEW: &str = "UPDATE copies SET due = ?2, used = ?3 WHERE key = ?1";

const TOUCH: &str = "UPDATE copies SET used = ?2 WHERE key = ?1";

/// `?1` to `?8` the columns, `?9` bytes, `?10` name of the chunks, `?11` how many there must be,
/// `?12` due, `?13` now, `?14` the holder of the lease.
const KEEP: &str = concat!(
    "INSERT INTO copies (",
    columns!(),
    ", bytes, chunks, due, used)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?12, ?13
    WHERE EXISTS (SELECT 1 FROM leases WHERE holder = ?14)
    AND (?9 IS NOT NULL OR (SELECT count(*) FROM chunks WHERE etag = ?10) = ?11)
    ON CONFLICT (key) DO UPDATE SET etag = excluded.etag, size = excluded.size,
    modified = excluded.modified, expires = excluded.expires, sha256 = excluded.sha256,
    content_type = excluded.content_type, cache_control = excluded.cache_control,
    bytes = excluded.bytes, chunks = excluded.chunks, due = excluded.due, used = excluded.used
    RETURNING 1"
);

const FORGET: &str = "DELETE FROM copies WHERE key = ?1";

/// `?1` to `?3` the names of the leases on a key.
const UNLEASE: &str = "DELETE FROM leases WHERE name IN (?1, ?2, ?3)";

/// Bytes of all copies and of those in the making, `?1` bytes of a chunk. What has been evicted
/// ([`HASTEN`]) is on its way out.
const TOTAL: &str = "SELECT bytes + ?1 * (SELECT count(*) FROM loose
    CROSS JOIN chunks ON chunks.etag = loose.etag WHERE loose.since > unixepoch() - 3540)
    FROM copied WHERE number = 1";

/// Bytes of chunks that belong to no copy, `?1` bytes of a chunk. There are few, and none but a
/// large copy that is begun asks.
const UNUSED: &str = "SELECT ?1 * count(*) FROM loose
    CROSS JOIN chunks ON chunks.etag = loose.etag";

/// Removes the copy that has not been used for longest.
const EVICT: &str = "DELETE FROM copies WHERE key =
    (SELECT key FROM copies ORDER BY used LIMIT 1) RETURNING chunks";

/// `?1` name of chunks. A reader who has begun has a minute left.
const HASTEN: &str = "UPDATE loose SET since = unixepoch() - 3540 WHERE etag = ?1";

/// Leases whose holders are gone, `?1` now.
const UNHELD: &str = "DELETE FROM leases WHERE name IN
    (SELECT name FROM leases WHERE until <= ?1 LIMIT 32)";

/// Every statement of this module, for the test of how they are run.
#[cfg(test)]
pub const STATEMENTS: [&str; 16] = [
    FIND, LEASE, EXTEND, RELEASE, MISSED, LEASED, RENEW, TOUCH, KEEP, FORGET, UNLEASE, TOTAL,
    UNUSED, EVICT, HASTEN, UNHELD,
];

/// One in so many misses removes leases and misses that are over, twice as many as came since.
const TIDIED: u8 = 16;

/// Most copies that are removed at once for one that is kept.
const MOST_EVICTED: usize = 4096;

pub(super) async fn find<H: Sql>(host: &H, key: &str) -> Result<Option<Kept>, ShelfError> {
    let rows = host.look_up(FIND, &[key.into()]).await?;
    rows.into_iter().next().map(kept).transpose()
}

fn kept(mut row: Row) -> Result<Kept, ShelfError> {
    let mut rest = row.split_off(COLUMNS.min(row.len())).into_iter();
    let mut next = || rest.next().unwrap_or(Value::Null);
    let (bytes, chunks) = (row::blob(next()), row::text(next()));
    let (due, used) = (row::integer(next()), row::integer(next()));
    let malformed = || ShelfError("the database holds a copy of another form".to_owned());
    let held = match (bytes, chunks) {
        (Some(bytes), _) => Held::Here(bytes.into()),
        (None, Some(chunks)) => Held::Chunks(chunks),
        (None, None) => return Err(malformed()),
    };
    Ok(Kept {
        meta: row::meta(row).map_err(|error| ShelfError(error.to_string()))?,
        due: due
            .map(Timestamp::from_milliseconds)
            .ok_or_else(malformed)?,
        until: None,
        used: used
            .map(Timestamp::from_milliseconds)
            .ok_or_else(malformed)?,
        held,
    })
}

pub(super) async fn lease<H: Sql + Clock>(
    host: &H,
    name: &str,
    holder: &str,
    until: Timestamp,
) -> Result<bool, ShelfError> {
    let parameters = [name.into(), holder.into(), at(until), at(host.now())];
    let rows = host.sql(LEASE, &parameters).await?;
    Ok(!rows.is_empty())
}

pub(super) async fn extend<H: Sql>(
    host: &H,
    holder: &str,
    until: Timestamp,
) -> Result<(), ShelfError> {
    host.sql(EXTEND, &[holder.into(), at(until)]).await?;
    Ok(())
}

pub(super) async fn release<H: Sql>(host: &H, holder: &str) -> Result<(), ShelfError> {
    host.sql(RELEASE, &[holder.into()]).await?;
    Ok(())
}

pub(super) async fn missed<H: Sql + Clock + Platform>(
    host: &H,
    holder: &str,
    until: Timestamp,
) -> Result<(), ShelfError> {
    let prefix = MISSING_PREFIX.to_string();
    let parameters = [holder.into(), at(until), prefix.into()];
    host.sql(MISSED, &parameters).await?;
    // What nobody ever published may be asked for under ever new names.
    if host.random()[0].is_multiple_of(TIDIED) {
        host.sql(UNHELD, &[at(host.now())]).await?;
    }
    Ok(())
}

pub(super) async fn leased<H: Sql + Clock>(
    host: &H,
    name: &str,
) -> Result<Option<Timestamp>, ShelfError> {
    let rows = host.look_up(LEASED, &[name.into(), at(host.now())]).await?;
    let until = rows.into_iter().find_map(first_integer);
    Ok(until.map(Timestamp::from_milliseconds))
}

pub(super) async fn renew<H: Sql + Clock>(
    host: &H,
    key: &str,
    due: Timestamp,
) -> Result<(), ShelfError> {
    host.sql(RENEW, &[key.into(), at(due), at(host.now())])
        .await?;
    Ok(())
}

pub(super) async fn touch<H: Sql + Clock>(host: &H, key: &str) -> Result<(), ShelfError> {
    host.sql(TOUCH, &[key.into(), at(host.now())]).await?;
    Ok(())
}

pub(super) async fn has_room<H: Sql>(host: &H, size: u64, budget: u64) -> Result<bool, ShelfError> {
    let unused = host
        .look_up(UNUSED, &[integer(CHUNK as u64).into()])
        .await?
        .into_iter()
        .find_map(first_integer);
    Ok(unused.unwrap_or_default().saturating_add(integer(size)) <= integer(budget))
}

pub(super) async fn chunk<H: Sql>(
    host: &H,
    id: &str,
    number: u64,
    bytes: Vec<u8>,
) -> Result<(), ShelfError> {
    let written = write_chunk(host, id, integer(number), bytes).await;
    written.map_err(|error| ShelfError(error.to_string()))
}

pub(super) async fn keep<H: Sql + Clock>(
    host: &H,
    holder: &str,
    meta: &ObjectMeta,
    due: Timestamp,
    content: Content,
) -> Result<bool, ShelfError> {
    let (bytes, chunks, count) = match content {
        Content::Here(bytes) => (Some(Vec::from(bytes)), None, 0),
        Content::Chunks { id, count } => (None, Some(id), integer(count)),
    };
    let parameters = [
        meta.key.as_str().into(),
        meta.etag.as_str().into(),
        integer(meta.size).into(),
        at(meta.modified),
        meta.expires.map(Timestamp::milliseconds).into(),
        meta.sha256.into(),
        meta.content_type.clone().into(),
        meta.cache_control.clone().into(),
        bytes.into(),
        chunks.into(),
        count.into(),
        at(due),
        at(host.now()),
        holder.into(),
    ];
    let rows = host.sql(KEEP, &parameters).await?;
    sweep::after_write(host, count).await;
    Ok(!rows.is_empty())
}

pub(super) async fn abandon<H: Sql + Clock>(host: &H, id: &str) -> Result<(), ShelfError> {
    sweep::abandon(host, id).await;
    sweep::after_write(host, 0).await;
    Ok(())
}

pub(super) async fn forget<H: Sql>(host: &H, key: &str) -> Result<(), ShelfError> {
    // The leases first: nothing is then kept any more that was read before.
    let copying = format!("{COPYING_PREFIX}{key}");
    let missing = format!("{MISSING_PREFIX}{key}");
    let parameters = [key.into(), copying.into(), missing.into()];
    host.sql(UNLEASE, &parameters).await?;
    host.sql(FORGET, &[key.into()]).await?;
    Ok(())
}

pub(super) async fn trim<H: Sql + Clock>(host: &H, budget: u64) -> Result<(), ShelfError> {
    for _ in 0..MOST_EVICTED {
        let total = host.look_up(TOTAL, &[integer(CHUNK as u64).into()]).await?;
        if total.into_iter().find_map(first_integer) <= Some(integer(budget)) {
            break;
        }
        let evicted = host.sql(EVICT, &[]).await?;
        let Some(row) = evicted.into_iter().next() else {
            break;
        };
        if let Some(chunks) = row.into_iter().next().and_then(row::text) {
            host.sql(HASTEN, &[chunks.into()]).await?;
        }
    }
    host.sql(UNHELD, &[at(host.now())]).await?;
    Ok(())
}

fn first_integer(row: Row) -> Option<i64> {
    row.into_iter().next().and_then(row::integer)
}

fn at(time: Timestamp) -> Value {
    time.milliseconds().into()
}

/// `number` as SQLite has it; sizes and counts are far below its limit.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
