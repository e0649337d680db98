//! Bounds of the function's work, besides those of `imaging::Limits`.

use std::time::Duration;

/// Redirects of one fetch.
pub const REDIRECTS: u8 = 5;

/// Time until a source's head has come, redirects included.
pub const HEAD_TIME: Duration = Duration::from_secs(10);

/// Time until a source's last byte has come.
pub const TOTAL_TIME: Duration = Duration::from_secs(60);

/// Bytes of a source that is passed through: it is never in memory as a whole.
pub const PASSED_BYTES: u64 = 128 << 20;

/// Bytes of a source that is worked on, which is in memory as it came.
pub const WORKED_BYTES: u64 = 32 << 20;

/// Bytes of a source that is passed through and still collected, so that it can be checked to its
/// end and named by its content before anything of it is sent.
pub const COLLECTED_BYTES: u64 = 512 << 10;

/// Bytes of all sources that are in memory at once. A Worker has 128 MB for everything.
pub const HELD_BYTES: u64 = 40 << 20;

/// Time for all bytes of a source that is worked on, for which room in memory is held meanwhile.
pub const HELD_TIME: Duration = Duration::from_secs(15);

/// Longest time that a request waits for another that does the same work, or for memory.
pub const PATIENCE: Duration = Duration::from_secs(75);

/// Longest time that others wait for an image that streams to a client, who may read slowly. Then it
/// is fetched beside that.
pub const READER_PATIENCE: Duration = Duration::from_secs(3);

/// Shortest time for which a source counts as fresh, whatever it says, in seconds.
pub const MIN_FRESH: u64 = 60;

/// Time for which a source counts as fresh that says nothing, in seconds: a day.
pub const DEFAULT_FRESH: u64 = 24 * 60 * 60;

/// Longest time for which a source counts as fresh, in seconds: 14 days.
pub const MAX_FRESH: u64 = 14 * 24 * 60 * 60;

/// How long after that it is served while it is asked for again, in seconds: a day.
pub const STALE_WHILE_REVALIDATE: u64 = 24 * 60 * 60;

/// How long after that it is served when its source fails, in seconds: 14 days.
pub const STALE_IF_ERROR: u64 = 14 * 24 * 60 * 60;

/// How long a source that failed is left alone, in seconds.
pub const FAILED: u64 = 20;

/// How long it is remembered that there is no image at an address, in seconds.
pub const ABSENT: u64 = 120;
