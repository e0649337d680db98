//! The three fields that publishing sets.

use serde_json::Value;

use super::{Manifest, ManifestError};
use crate::{Channel, Links, Track, Version};

/// Whom a manifest is written for.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The package's URLs.
    pub links: &'a Links<'a>,
    /// The version of the release.
    pub version: &'a Version,
    /// The channel that the release belongs to.
    pub channel: &'a Channel,
    /// The track that the manifest keeps its installation on.
    pub track: &'a Track,
    /// Where the release was replaced, what tells its archive from the one before.
    pub edition: Option<&'a str>,
}

impl Manifest {
    /// Makes the manifest ready to be served: `manifest`, `download` and `version` are set (in
    /// their places, or at the end), and a manifest of before version 10 gets what later versions
    /// read beside its old fields. Nothing else changes.
    pub fn rewrite(&mut self, target: &Target<'_>) {
        self.modernise(target.links.kind());
        self.set("version", target.version.as_str());
        self.set_track(target);
    }

    /// Sets `manifest` and `download` only.
    fn set_track(&mut self, target: &Target<'_>) {
        let Target {
            links,
            version,
            channel,
            track,
            edition,
        } = *target;
        self.set("manifest", &links.manifest(track));
        let mut download = links.download(version, channel, track);
        if let Some(edition) = edition {
            download.push_str("?edition=");
            download.push_str(edition);
        }
        self.set("download", &download);
    }

    fn set(&mut self, field: &str, text: &str) {
        self.fields
            .insert(field.to_owned(), Value::String(text.to_owned()));
    }
}

/// The stored manifest of a release as another track serves it: only `manifest` and `download`
/// differ.
///
/// # Errors
/// [`ManifestError`] where `stored` is no manifest.
pub fn with_track(stored: &[u8], target: &Target<'_>) -> Result<Vec<u8>, ManifestError> {
    let mut manifest = Manifest::parse(stored)?;
    manifest.set_track(target);
    Ok(manifest.to_bytes())
}
