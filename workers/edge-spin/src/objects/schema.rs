//! The tables, and what keeps them whole.
//!
//! An object of up to one chunk lives in its row of `objects`; a larger one has `bytes` null there
//! and its bytes in `chunks`, under the entity tag of the write that brought them. Chunks are
//! written before the object's row names them, and stay for a while after it ceases to, so a
//! reader sees the old object or the new one, whole. Entity tags whose chunks no object names are
//! in `loose`; triggers keep that so in the very statement that changes it.
//!
//! Copies of a store that is elsewhere are in `copies`, their chunks among the others under a name of
//! their own. They are never mistaken for objects of this store.

use spin_sdk::sqlite::Value;

use crate::sqlite::Row;

/// Bytes of a chunk; only the last of an object is smaller.
pub const CHUNK: usize = 1024 * 1024;

/// Version of the schema, kept in the database.
const VERSION: i64 = 2;

/// Asks for the version of the tables.
pub const FIND: &str = "PRAGMA user_version";

/// Whether the answer to [`FIND`] says that the tables are there.
pub fn is_current(rows: &[Row]) -> bool {
    matches!(rows, [row] if matches!(row[..], [Value::Integer(VERSION)]))
}

/// Whether the answer to `PRAGMA journal_mode = WAL` says that the database is in memory: then
/// every connection has one of its own.
pub fn is_in_memory(rows: &[Row]) -> bool {
    matches!(rows, [row] if matches!(&row[..], [Value::Text(mode)] if mode == "memory"))
}

/// What creates the tables. Every statement may run again, and beside itself.
pub const STATEMENTS: [&str; 20] = [
    // Text compares byte by byte, which is the order that lists promise.
    "CREATE TABLE IF NOT EXISTS objects (
        key TEXT PRIMARY KEY NOT NULL,
        etag TEXT NOT NULL,
        size INTEGER NOT NULL,
        modified INTEGER NOT NULL,
        expires INTEGER,
        sha256 BLOB,
        content_type TEXT,
        cache_control TEXT,
        bytes BLOB
    )",
    "CREATE INDEX IF NOT EXISTS objects_expires ON objects (expires) WHERE expires IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS chunks (
        etag TEXT NOT NULL,
        number INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (etag, number)
    )",
    "CREATE TABLE IF NOT EXISTS loose (
        etag TEXT PRIMARY KEY NOT NULL,
        since INTEGER NOT NULL
    )",
    "CREATE INDEX IF NOT EXISTS loose_since ON loose (since)",
    "CREATE TRIGGER IF NOT EXISTS chunk_written AFTER INSERT ON chunks BEGIN
        INSERT INTO loose (etag, since) VALUES (NEW.etag, unixepoch())
        ON CONFLICT (etag) DO UPDATE SET since = excluded.since;
    END",
    "CREATE TRIGGER IF NOT EXISTS object_created AFTER INSERT ON objects
    WHEN NEW.bytes IS NULL BEGIN
        DELETE FROM loose WHERE etag = NEW.etag;
    END",
    "CREATE TRIGGER IF NOT EXISTS object_replaced AFTER UPDATE ON objects BEGIN
        INSERT INTO loose (etag, since) SELECT OLD.etag, unixepoch() WHERE OLD.bytes IS NULL
        ON CONFLICT (etag) DO UPDATE SET since = excluded.since;
        DELETE FROM loose WHERE etag = NEW.etag;
    END",
    "CREATE TRIGGER IF NOT EXISTS object_deleted AFTER DELETE ON objects
    WHEN OLD.bytes IS NULL BEGIN
        INSERT INTO loose (etag, since) VALUES (OLD.etag, unixepoch())
        ON CONFLICT (etag) DO UPDATE SET since = excluded.since;
    END",
    // Copies of objects of a store that is elsewhere, with the store's facts of them.
    "CREATE TABLE IF NOT EXISTS copies (
        key TEXT PRIMARY KEY NOT NULL,
        etag TEXT NOT NULL,
        size INTEGER NOT NULL,
        modified INTEGER NOT NULL,
        expires INTEGER,
        sha256 BLOB,
        content_type TEXT,
        cache_control TEXT,
        bytes BLOB,
        chunks TEXT,
        due INTEGER NOT NULL,
        used INTEGER NOT NULL
    )",
    "CREATE INDEX IF NOT EXISTS copies_used ON copies (used)",
    // Who asks the store for what.
    "CREATE TABLE IF NOT EXISTS leases (
        name TEXT PRIMARY KEY NOT NULL,
        holder TEXT NOT NULL,
        until INTEGER NOT NULL
    )",
    "CREATE INDEX IF NOT EXISTS leases_holder ON leases (holder)",
    "CREATE INDEX IF NOT EXISTS leases_until ON leases (until)",
    // How many bytes all copies have, and their rows about.
    "CREATE TABLE IF NOT EXISTS copied (
        number INTEGER PRIMARY KEY CHECK (number = 1),
        bytes INTEGER NOT NULL
    )",
    "INSERT INTO copied (number, bytes) VALUES (1, 0) ON CONFLICT (number) DO NOTHING",
    "CREATE TRIGGER IF NOT EXISTS copy_created AFTER INSERT ON copies BEGIN
        DELETE FROM loose WHERE etag = NEW.chunks;
        UPDATE copied SET bytes = bytes + NEW.size + 1024 WHERE number = 1;
    END",
    "CREATE TRIGGER IF NOT EXISTS copy_replaced AFTER UPDATE OF chunks ON copies BEGIN
        INSERT INTO loose (etag, since) SELECT OLD.chunks, unixepoch() WHERE OLD.chunks IS NOT NULL
        ON CONFLICT (etag) DO UPDATE SET since = excluded.since;
        DELETE FROM loose WHERE etag = NEW.chunks;
        UPDATE copied SET bytes = bytes + NEW.size - OLD.size WHERE number = 1;
    END",
    "CREATE TRIGGER IF NOT EXISTS copy_deleted AFTER DELETE ON copies BEGIN
        INSERT INTO loose (etag, since) SELECT OLD.chunks, unixepoch() WHERE OLD.chunks IS NOT NULL
        ON CONFLICT (etag) DO UPDATE SET since = excluded.since;
        UPDATE copied SET bytes = bytes - OLD.size - 1024 WHERE number = 1;
    END",
    "PRAGMA user_version = 2",
];
