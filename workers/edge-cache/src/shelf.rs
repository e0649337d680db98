//! The place of the copies.

use std::{ops::Range, time::Duration};

#[cfg(doc)]
use crate::MISSING_PREFIX;
use edge::{Body, Bytes, Clock, Defer, Log, Platform, Timestamp, objects::ObjectMeta};

/// Bytes of a chunk of a large copy; only the last is smaller. Smaller copies are kept in one piece.
pub const CHUNK: usize = 1024 * 1024;

/// Why the shelf failed. The text is for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelfError(pub String);

impl std::fmt::Display for ShelfError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A copy.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The facts of the object in the store.
    pub meta: ObjectMeta,
    /// From when on the store is to be asked whether it still has the same.
    pub due: Timestamp,
    /// Until when it is answered without the store's word; `None` for good.
    pub until: Option<Timestamp>,
    /// About when it was last used.
    pub used: Timestamp,
    /// Its bytes.
    pub held: Held,
}

/// Where the bytes of a copy are.
#[derive(Debug, Clone)]
pub enum Held {
    /// Here.
    Here(Bytes),
    /// In chunks that were written under this name.
    Chunks(String),
}

/// The bytes of a copy that is to be kept.
#[derive(Debug)]
pub enum Content {
    /// All of them, at most [`CHUNK`].
    Here(Bytes),
    /// In chunks that have been written.
    Chunks {
        /// Their name.
        id: String,
        /// How many there must be.
        count: u64,
    },
}

/// What a cache needs of its platform.
pub trait Host: Clock + Platform + Log + Defer + Clone + 'static {}

impl<H> Host for H where H: Clock + Platform + Log + Defer + Clone + 'static {}

/// Copies of objects, shared by every instance of every function of one node. Method names are
/// prefixed so that one type can be this and other ports without ambiguity.
pub trait Shelf: Clone + 'static {
    /// The platform.
    type Host: Host;

    /// Largest copy that it takes, in bytes. One of at most [`CHUNK`] is never given chunks.
    const LARGEST: u64;

    /// How long whoever asks for a small object may take, before others believe them gone. For as long
    /// after it was due a copy is answered without asking, while somebody else asks: they are done or
    /// given up by then, so an older copy says that nobody has kept a new one.
    const ASKING: Duration;

    /// Whether it takes a copy of the object of these facts.
    fn shelf_takes(meta: &ObjectMeta) -> bool {
        meta.size <= Self::LARGEST
    }

    /// The platform that it is on.
    fn host(&self) -> &Self::Host;

    /// The copy of `key`, whatever its age.
    async fn shelf_find(&self, key: &str) -> Result<Option<Kept>, ShelfError>;

    /// The bytes `range` of the chunks written as `id`. What is evicted meanwhile ends in an error.
    fn shelf_open(&self, id: &str, range: Range<u64>) -> Body;

    /// Makes `holder`, a name that nobody else has, the one who asks for `name` until then; whether
    /// nobody else is.
    async fn shelf_lease(
        &self,
        name: &str,
        holder: &str,
        until: Timestamp,
    ) -> Result<bool, ShelfError>;

    /// Lets the lease of `holder` last until then, if it is still theirs.
    async fn shelf_extend(&self, holder: &str, until: Timestamp) -> Result<(), ShelfError>;

    /// Ends the lease of `holder`.
    async fn shelf_release(&self, holder: &str) -> Result<(), ShelfError>;

    /// Makes the lease of `holder`, if it is still theirs, one that lasts until then and is called as
    /// before behind [`MISSING_PREFIX`]: the store has nothing under that name.
    async fn shelf_missed(&self, holder: &str, until: Timestamp) -> Result<(), ShelfError>;

    /// Until when the lease called `name` lasts, if there is one that has not ended.
    async fn shelf_leased(&self, name: &str) -> Result<Option<Timestamp>, ShelfError>;

    /// Says that the copy of `key` is as the store has it, and when it is due next; also that it is
    /// being used, since nobody asks but for a reader.
    async fn shelf_renew(&self, key: &str, due: Timestamp) -> Result<(), ShelfError>;

    /// Says that the store did not tell whether the copy of `key` is as it has it, and when it is to be
    /// asked next.
    async fn shelf_postpone(&self, key: &str, due: Timestamp) -> Result<(), ShelfError>;

    /// Says that the copy of `key` is being used.
    async fn shelf_touch(&self, key: &str) -> Result<(), ShelfError>;

    /// Whether a copy of `size` bytes may be begun: whether, with every chunk that belongs to no
    /// copy, it is within `budget`.
    async fn shelf_has_room(&self, size: u64, budget: u64) -> Result<bool, ShelfError>;

    /// Writes a chunk of a copy in the making, which nobody sees.
    async fn shelf_chunk(&self, id: &str, number: u64, bytes: Vec<u8>) -> Result<(), ShelfError>;

    /// Keeps a copy, in place of an older one, if the lease of `holder` still is theirs and every
    /// chunk is there; at once, or not at all. Whether it is kept.
    async fn shelf_keep(
        &self,
        holder: &str,
        meta: &ObjectMeta,
        due: Timestamp,
        content: Content,
    ) -> Result<bool, ShelfError>;

    /// Gives up the chunks written as `id`.
    async fn shelf_abandon(&self, id: &str) -> Result<(), ShelfError>;

    /// Removes the copy of `key`, and ends every lease on it.
    async fn shelf_forget(&self, key: &str) -> Result<(), ShelfError>;

    /// Removes copies until no more than `budget` bytes are kept or in the making: those first that have not been
    /// used for longest.
    async fn shelf_trim(&self, budget: u64) -> Result<(), ShelfError>;
}

/// Largest copy in an instance's memory and in the data centre's cache, in bytes. JSON is read whole
/// by whoever asks for it. Other things, archives, the platform passes on without their entering the
/// function's memory; only small ones are worth that.
pub(crate) fn largest_in_memory(meta: &ObjectMeta) -> u64 {
    let kind = meta.content_type.as_deref().unwrap_or_default();
    match kind.starts_with("application/json") {
        true => CHUNK as u64,
        false => 256 * 1024,
    }
}

/// Whether an object never changes; `None` where no copy may be kept of it.
pub(crate) fn is_lasting(meta: &ObjectMeta) -> Option<bool> {
    let policy = meta.cache_control.as_deref().unwrap_or_default();
    let is_private = policy.contains("no-store") || policy.contains("private");
    (!is_private).then(|| policy.contains("immutable"))
}
