//! What is read of GitHub's `release` event and of its release API.
//!
//! <https://docs.github.com/en/webhooks/webhook-events-and-payloads#release>

use serde::Deserialize;

use super::client::MAX_ARCHIVE;

/// A `release` event. Everything else in the payload is ignored.
#[derive(Debug, Clone, Deserialize)]
pub struct ReleaseEvent {
    /// What happened: `published`, `edited`, ….
    pub action: String,
    /// The release it happened to.
    pub release: Release,
    /// The repository of the release.
    pub repository: EventRepository,
}

/// The repository of an event.
#[derive(Debug, Clone, Deserialize)]
pub struct EventRepository {
    /// `owner/name`.
    pub full_name: String,
}

/// A release. The files attached to it are asked for later: uploads may come after the event.
#[derive(Debug, Clone, Deserialize)]
pub struct Release {
    /// GitHub's number for it.
    pub id: u64,
    /// The tag, such as `v1.2.3`.
    pub tag_name: String,
    /// The title; often absent.
    pub name: Option<String>,
    /// The notes in GitHub's Markdown; often absent.
    pub body: Option<String>,
    /// The page of the release.
    pub html_url: Option<String>,
    /// Whether it is not public yet.
    #[serde(default)]
    pub draft: bool,
    /// Whether its author marked it as a prerelease.
    #[serde(default)]
    pub prerelease: bool,
}

/// A file in a folder of a repository.
#[derive(Debug, Clone, Deserialize)]
pub struct RepositoryFile {
    /// Its name, without the folder's.
    pub name: String,
}

/// A file attached to a release.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Asset {
    /// GitHub's number for it.
    pub id: u64,
    /// File name.
    pub name: String,
    /// `uploaded`, or another word while the upload is not complete.
    #[serde(default)]
    pub state: Option<String>,
    /// Size, in bytes.
    #[serde(default)]
    pub size: u64,
    /// `sha256:` and 64 hexadecimal digits, where GitHub computed it.
    #[serde(default)]
    pub digest: Option<String>,
}

impl Asset {
    /// How many bytes are read of it at most.
    pub fn most_bytes(&self) -> u64 {
        match self.size {
            0 => MAX_ARCHIVE,
            size => size.min(MAX_ARCHIVE),
        }
    }

    /// Whether the file is named as a zip archive, and so may be a package.
    pub fn is_archive(&self) -> bool {
        self.name.to_ascii_lowercase().ends_with(".zip")
    }

    /// Whether its upload is complete. Until then GitHub lists it as `starter`, `new` or `open`.
    pub fn is_uploaded(&self) -> bool {
        let state = self.state.as_deref();
        state.is_none_or(|state| state == "uploaded")
    }
}
