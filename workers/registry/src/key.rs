//! Where everything is stored, and how. Nobody else writes a key as text.

use crate::{DeliveryId, Digest, PackageId, Repository, Version};

/// How long a finished delivery's journal is kept, in seconds: 90 days. GitHub delivers again for
/// three days at most.
const JOURNAL_LIFETIME: u64 = 90 * 24 * 60 * 60;

/// How long a staged source archive is kept, in seconds: 7 days, longer than any retry goes on.
const STAGED_LIFETIME: u64 = 7 * 24 * 60 * 60;

/// How long a proxied image is kept, in seconds: 30 days.
const IMAGE_LIFETIME: u64 = 30 * 24 * 60 * 60;

/// How long what a button stands for is kept, in seconds: a day, longer than any button works.
const BUTTON_LIFETIME: u64 = 24 * 60 * 60;

/// A place in the object store. Its parts are validated types, so no key leads out of its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key<'a> {
    /// A package's facts ([`crate::PackageRecord`]).
    Package(&'a PackageId),
    /// What a package's channels serve ([`crate::ChannelsRecord`]).
    Channels(&'a PackageId),
    /// A release's facts ([`crate::ReleaseRecord`]).
    Release(&'a PackageId, &'a Version),
    /// A release's manifest as its own channel serves it.
    Manifest(&'a PackageId, &'a Version, &'a Digest),
    /// A release's archive as its own channel serves it.
    Archive(&'a PackageId, &'a Version, &'a Digest),
    /// Who may publish a package beside its owner ([`crate::record::PublishTokens`]).
    Tokens(&'a PackageId),
    /// Who owns an id, ignoring case ([`crate::IdClaim`]).
    IdClaim(&'a PackageId),
    /// All packages, for lists ([`crate::Catalogue`]).
    Catalogue,
    /// Who did what to a package besides publishing ([`crate::record::Actions`]).
    Actions(&'a PackageId),
    /// Who is told of a package's releases ([`crate::record::Subscriptions`]). Holds secrets.
    Subscriptions(&'a PackageId),
    /// What a release on GitHub, by its number there, was published as ([`crate::SourceRecord`]).
    Source(&'a Repository, u64),
    /// A delivery's journal ([`crate::Journal`]).
    Delivery(&'a DeliveryId),
    /// The archive that a delivery fetched, until the release is published.
    Staged(&'a DeliveryId),
    /// An empty mark that a delivery is unfinished, so that resuming need not list all of them.
    OpenDelivery(&'a DeliveryId),
    /// A proxied image.
    Image(&'a Digest),
    /// The key that buttons in Discord are sealed with, a secret.
    ButtonKey,
    /// What a button in Discord stands for, where it is too long for the button.
    PendingButton(&'a Digest),
    /// What is known of a proxied address: which image it has, until when.
    Proxied(&'a Digest),
    /// How many bytes proxied images take.
    ImageLedger,
}

/// How an object comes to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// Only where there is none; it never changes afterwards.
    CreateOnly,
    /// Only over what was read before.
    CompareAndSwap,
    /// Always.
    Replace,
}

/// How long others may keep what is served from an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CachePolicy {
    /// For a year; it never changes.
    Immutable,
    /// For a minute, and stale while it is asked for again.
    Brief,
    /// Not at all.
    Private,
}

impl CachePolicy {
    /// The value of `Cache-Control`.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Immutable => "public, max-age=31536000, immutable",
            Self::Brief => "public, max-age=60, stale-while-revalidate=600",
            Self::Private => "no-store",
        }
    }
}

impl Key<'_> {
    /// The key as the object store knows it.
    pub fn path(&self) -> String {
        match self {
            Self::Package(id) => format!("packages/{id}/package.json"),
            Self::Channels(id) => format!("packages/{id}/channels.json"),
            Self::Release(id, version) => format!("packages/{id}/releases/{version}/release.json"),
            Self::Manifest(id, version, artifact) => {
                format!("packages/{id}/releases/{version}/{artifact}/manifest.json")
            }
            Self::Archive(id, version, artifact) => {
                format!("packages/{id}/releases/{version}/{artifact}/package.zip")
            }
            Self::Tokens(id) => format!("packages/{id}/tokens.json"),
            Self::IdClaim(id) => format!("ids/{}.json", id.folded()),
            Self::Catalogue => "catalogue.json".to_owned(),
            Self::Actions(id) => format!("packages/{id}/actions.json"),
            Self::Subscriptions(id) => format!("subscriptions/{id}.json"),
            Self::Source(repository, number) => {
                let repository = repository.as_str().to_ascii_lowercase();
                format!("repositories/{repository}/releases/{number}.json")
            }
            Self::Delivery(delivery) => format!("deliveries/{delivery}.json"),
            Self::Staged(delivery) => format!("staged/{delivery}.zip"),
            Self::OpenDelivery(delivery) => format!("open/{delivery}"),
            Self::Image(hash) => format!("images/{hash}"),
            Self::ButtonKey => "discord/button-key".to_owned(),
            Self::PendingButton(digest) => format!("discord/pending/{digest}"),
            Self::Proxied(hash) => format!("proxied/{hash}.json"),
            Self::ImageLedger => "image-ledger.json".to_owned(),
        }
    }

    /// The media type that travels with the object. That of an image is the image's own.
    pub const fn content_type(&self) -> &'static str {
        match self {
            Self::Archive(..) | Self::Staged(_) => "application/zip",
            Self::OpenDelivery(_) | Self::PendingButton(_) => "text/plain",
            Self::Image(_) | Self::ButtonKey => "application/octet-stream",
            _ => "application/json",
        }
    }

    /// How the object is written.
    pub const fn writing(&self) -> Writing {
        match self {
            Self::Manifest(..) | Self::Archive(..) | Self::ButtonKey => Writing::CreateOnly,
            Self::Package(_)
            | Self::Channels(_)
            | Self::Release(..)
            | Self::Tokens(_)
            | Self::IdClaim(_)
            | Self::Catalogue
            | Self::Actions(_)
            | Self::Subscriptions(_)
            | Self::Source(..)
            | Self::Delivery(_)
            | Self::ImageLedger => Writing::CompareAndSwap,
            Self::Staged(_)
            | Self::OpenDelivery(_)
            | Self::Image(_)
            | Self::Proxied(_)
            | Self::PendingButton(_) => Writing::Replace,
        }
    }

    /// How long others may keep what is served from the object.
    pub const fn cache(&self) -> CachePolicy {
        match self {
            Self::Manifest(..) | Self::Archive(..) => CachePolicy::Immutable,
            Self::Package(_) | Self::Channels(_) | Self::Release(..) | Self::Catalogue => {
                CachePolicy::Brief
            }
            Self::Image(_) => CachePolicy::Immutable,
            Self::IdClaim(_)
            | Self::Actions(_)
            | Self::Subscriptions(_)
            | Self::Tokens(_)
            | Self::Source(..)
            | Self::Delivery(_)
            | Self::Staged(_)
            | Self::OpenDelivery(_)
            | Self::ButtonKey
            | Self::PendingButton(_)
            | Self::Proxied(_)
            | Self::ImageLedger => CachePolicy::Private,
        }
    }

    /// After how many seconds the object may cease to exist; `None` for what is kept for good.
    /// A journal's time begins when its delivery is finished.
    pub const fn lifetime(&self) -> Option<u64> {
        match self {
            Self::Delivery(_) => Some(JOURNAL_LIFETIME),
            Self::Staged(_) => Some(STAGED_LIFETIME),
            Self::Image(_) | Self::Proxied(_) => Some(IMAGE_LIFETIME),
            Self::PendingButton(_) => Some(BUTTON_LIFETIME),
            _ => None,
        }
    }
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// The marks of unfinished deliveries.
    OpenDeliveries,
    /// Proxied images.
    Images,
}

impl Prefix {
    /// The prefix as the object store knows it.
    pub fn path(self) -> String {
        match self {
            Self::OpenDeliveries => "open/".to_owned(),
            Self::Images => "images/".to_owned(),
        }
    }
}

/// The delivery that a mark under [`Prefix::OpenDeliveries`] is for.
pub fn open_delivery(path: &str) -> Option<DeliveryId> {
    DeliveryId::parse(path.strip_prefix("open/")?).ok()
}
