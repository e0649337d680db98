//! Removing what nobody sees any more, a little after each write, so that nothing grows for ever.

use std::cell::Cell;

use edge::Clock;
use spin_sdk::sqlite::Value;

use super::read;
use crate::sqlite::{Sql, SqlError};

/// Seconds that chunks stay after the last time that they were written or named: a reader who
/// began before an object was replaced reads on, and a slow writer is not swept away.
const GRACE: i64 = 3600;

/// Most rows that one statement removes, so that no other request waits for long.
const BATCH: i64 = 32;

/// Milliseconds between sweeps after small writes of one instance.
const PAUSE: i64 = 30_000;

thread_local! {
    /// When this instance swept last, in milliseconds since 1970.
    static SWEPT: Cell<i64> = const { Cell::new(i64::MIN) };
}

/// `?1` now, `?2` how many. Their chunks become loose by a trigger.
const EXPIRED: &str = "DELETE FROM objects WHERE rowid IN
    (SELECT rowid FROM objects WHERE expires <= ?1 ORDER BY expires LIMIT ?2) RETURNING 1";

/// `?1` grace in seconds, `?2` how many.
const LOOSE: &str = "DELETE FROM chunks WHERE rowid IN
    (SELECT chunks.rowid FROM loose CROSS JOIN chunks ON chunks.etag = loose.etag
    WHERE loose.since <= unixepoch() - ?1 LIMIT ?2) RETURNING 1";

/// `?1` grace in seconds, `?2` how many.
const EMPTY: &str = "DELETE FROM loose WHERE etag IN
    (SELECT etag FROM loose WHERE since <= unixepoch() - ?1 AND NOT EXISTS
    (SELECT 1 FROM chunks WHERE chunks.etag = loose.etag) LIMIT ?2)";

/// Gives the room of a batch of chunks back to the file system, where the database was created so;
/// a page has 4 KiB.
const SHRINK: &str = "PRAGMA incremental_vacuum(8192)";

const ABANDON: &str = "UPDATE loose SET since = 0 WHERE etag = ?1";

/// Every statement of this module, for the test of how they are run.
#[cfg(test)]
pub const STATEMENTS: [&str; 4] = [EXPIRED, LOOSE, EMPTY, ABANDON];

/// Sweeps after a write of `chunks` chunks: enough that what is swept keeps up with what is
/// written. A failure is nobody's fault here, and the next write sweeps again.
pub async fn after_write<H: Sql + Clock>(host: &H, chunks: i64) {
    let now = host.now().milliseconds();
    if chunks == 0 && now < SWEPT.get().saturating_add(PAUSE) {
        return;
    }
    SWEPT.set(now);
    if let Ok(true) = sweep(host, BATCH + 2 * chunks).await {
        // There is more: the next write goes on.
        SWEPT.set(i64::MIN);
    }
}

/// Gives up the chunks of a write that failed; the sweep that follows removes them.
pub async fn abandon<H: Sql>(host: &H, etag: &str) {
    // Where even this fails, the chunks are swept when their grace is over.
    let _ = host.sql(ABANDON, &[etag.into()]).await;
    SWEPT.set(i64::MIN);
}

/// Removes up to `most` chunks and a batch of expired objects; whether more are left.
async fn sweep<H: Sql + Clock>(host: &H, most: i64) -> Result<bool, SqlError> {
    let expired = remove(host, EXPIRED, read::now(host), BATCH).await?;
    let mut left = most;
    let mut batch = BATCH;
    while left > 0 && batch == BATCH {
        batch = remove(host, LOOSE, GRACE.into(), BATCH).await?;
        left -= batch;
        if batch > 0 {
            host.sql(SHRINK, &[]).await?;
        }
    }
    remove(host, EMPTY, GRACE.into(), BATCH).await?;
    Ok(expired == BATCH || batch == BATCH)
}

/// Runs a removal and counts its rows.
async fn remove<H: Sql>(
    host: &H,
    statement: &'static str,
    bound: Value,
    most: i64,
) -> Result<i64, SqlError> {
    let rows = host.sql(statement, &[bound, most.into()]).await?;
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}
