//! Every URL that is handed out.

use crate::{Channel, PackageId, PackageType, Track, Version};

/// Why a `PUBLIC_URL` cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// Not an absolute URL, or not of http or https.
    #[error("PUBLIC_URL must begin with https:// or http:// and name a host")]
    Form,
    /// It carries a path, a query or credentials.
    #[error(
        "PUBLIC_URL must be an origin only, such as https://packages.example: no path, no query, no user name"
    )]
    NotAnOrigin,
}

/// The origin that all handed-out URLs begin with, without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Reads the configured `PUBLIC_URL`; a trailing slash is forgiven.
    ///
    /// # Errors
    /// [`PublicUrlError`] where it is no origin of http or https.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let origin = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let authority = ["https://", "http://"]
            .into_iter()
            .find_map(|scheme| origin.strip_prefix(scheme))
            .ok_or(PublicUrlError::Form)?;
        if authority.contains(['/', '?', '#', '@']) {
            return Err(PublicUrlError::NotAnOrigin);
        }
        if is_authority(authority) {
            Ok(Self(origin))
        } else {
            Err(PublicUrlError::Form)
        }
    }

    /// The origin.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The public pages' first page.
    pub fn home(&self) -> String {
        format!("{}/", self.0)
    }
}

/// Whether `text` is a host and perhaps a port: what is left to check where nothing else of a URL
/// may follow. (A parser of whole URLs would be a good part of the smallest function.)
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (text, "0"),
    };
    let in_host = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
    let bracketed = host.starts_with('[') && host.ends_with(']');
    !host.is_empty()
        && host.chars().all(in_host)
        && (bracketed || !host.contains(['[', ']', ':']))
        && port.parse::<u16>().is_ok()
}

/// The URLs of one package.
#[derive(Debug, Clone, Copy)]
pub struct Links<'a> {
    origin: &'a PublicUrl,
    id: &'a PackageId,
    kind: PackageType,
}

impl<'a> Links<'a> {
    /// The URLs of the package `id`, which is a `kind`.
    pub fn new(origin: &'a PublicUrl, id: &'a PackageId, kind: PackageType) -> Self {
        Self { origin, id, kind }
    }

    /// The package's type.
    pub const fn kind(&self) -> PackageType {
        self.kind
    }

    /// The manifest of a track: what a user pastes into Foundry and what an installed package
    /// polls.
    pub fn manifest(&self, track: &Track) -> String {
        let name = self.kind.manifest_name();
        match track {
            Track::Channel(channel) if channel.is_stable() => self.url(name),
            Track::Channel(channel) => self.url(&format!("channels/{channel}/{name}")),
            Track::Core(generation) => self.url(&format!("core/{generation}/{name}")),
        }
    }

    /// The manifest of one version, which never changes.
    pub fn pinned_manifest(&self, version: &Version) -> String {
        let name = self.kind.manifest_name();
        self.url(&format!("releases/{version}/{name}"))
    }

    /// The archive of one version as its own channel serves it.
    pub fn archive(&self, version: &Version) -> String {
        self.url(&format!("releases/{version}/{}.zip", self.id))
    }

    /// The archive of one version for a track, whatever channel the version was released on.
    pub fn track_archive(&self, version: &Version, track: &Track) -> String {
        let track = track.segment();
        self.url(&format!("releases/{version}/{track}/{}.zip", self.id))
    }

    /// The `download` of a track's manifest: the plain archive where the track is the channel
    /// that the version was released on (`own`), else the track's.
    pub fn download(&self, version: &Version, own: &Channel, track: &Track) -> String {
        match track {
            Track::Channel(channel) if channel == own => self.archive(version),
            _ => self.track_archive(version, track),
        }
    }

    fn url(&self, rest: &str) -> String {
        format!("{}/packages/{}/{rest}", self.origin.0, self.id)
    }
}
