//! The domain of vtta-edge: packages, manifests, versions, channels, releases, storage keys.
//!
//! Everything is decided purely, from values to values: no platform is named, no clock read.
//! Only [`store`] does I/O, through the ports of [`edge`].
#![allow(
    async_fn_in_trait,
    reason = "both platforms are single-threaded; a Send bound would only cost wrappers"
)]

mod channel;
mod channel_webhook;
mod compatibility;
mod delivery_id;
mod digest;
pub mod discord_text;
pub mod key;
mod links;
pub mod lint;
pub mod manifest;
mod name;
mod newer;
mod numbering;
mod package;
pub mod record;
mod snowflake;
pub mod store;
pub mod text;
mod version;

pub use channel::{Channel, Generation, Track};
pub use channel_webhook::{ChannelWebhook, DISCORD_API, NoChannelWebhook};
pub use compatibility::Compatibility;
pub use delivery_id::DeliveryId;
pub use digest::{Digest, DigestState};
pub use key::{CachePolicy, Key, Prefix, Writing};
pub use links::{Links, PublicUrl, PublicUrlError};
pub use lint::{Announced, EntryNames, Finding, Findings, Ownership, Severity, Submission, lint};
pub use manifest::{MAX_MANIFEST, Manifest, ManifestError, Target, with_track};
pub use name::NameError;
pub use newer::is_newer;
pub use package::{PackageId, PackageType, Repository};
pub use record::{
    Actor, Catalogue, CatalogueEntry, ChannelsRecord, Failure, IdClaim, Journal, PackageRecord,
    Packed, PromoteError, Record, RecordError, ReleaseRecord, ReleaseSummary, ReopenError,
    SourceRecord, State, Yank,
};
pub use snowflake::Snowflake;
pub use version::Version;
