//! Images by their content: the same bytes are kept once, however many addresses have them.
//!
//! What was in memory as a whole is kept under its digest. What streamed had to be given a name
//! before its digest was known; a note under the digest (`proxied/{hash}.json`) says which.

use edge::{Timestamp, objects::ObjectMeta};
use registry::{Digest, Key};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::{Image, ledger, seconds_later, store};
use crate::{Host, settings::Settings};

/// Which object has the content.
#[derive(Serialize, Deserialize)]
struct Note {
    version: Digest,
    /// Its entity tag in the store: under the same name there may be other bytes one day.
    etag: String,
}

/// Lets `image`, which has just been `stored` under a name of its own and has a digest now, be the
/// one that is kept already where its bytes are; else notes that it is the one.
pub async fn name_by_content<H: Host>(
    host: &H,
    settings: &Settings,
    image: &mut Image,
    stored: &ObjectMeta,
) {
    let Some(digest) = image.digest else { return };
    let place = place(&digest);
    let Some((version, written)) = other(host, image, &digest, &place).await else {
        let (version, etag) = (image.version, stored.etag.clone());
        let lifetime = Key::Image(&version).lifetime().unwrap_or(0);
        let expires = seconds_later(image.written, lifetime);
        store::write_json(host, &place, expires, &Note { version, etag }).await;
        return;
    };
    let twice = std::mem::replace(&mut image.version, version);
    image.written = written;
    if host.object_delete(&Key::Image(&twice).path()).await.is_ok() {
        // Where this fails the count is made anew one day.
        let _ = ledger::give_back(host, image.length, host.now(), settings.cache_bytes).await;
    }
}

/// Another object that has the bytes of `image`, and when it was written.
async fn other<H: Host>(
    host: &H,
    image: &Image,
    digest: &Digest,
    place: &Digest,
) -> Option<(Digest, Timestamp)> {
    let meta = async |version| host.object_head(&Key::Image(version).path()).await.ok()?;
    if let Some(meta) = meta(digest).await {
        return Some((*digest, meta.modified));
    }
    let note: Note = store::read_json(host, place).await?;
    let meta = meta(&note.version).await?;
    (note.version != image.version && note.etag == meta.etag)
        .then_some((note.version, meta.modified))
}

/// Where the note of a content is: beside the records of addresses.
fn place(digest: &Digest) -> Digest {
    let mut hasher = sha2::Sha256::new();
    hasher.update("content\n");
    hasher.update(digest.bytes());
    Digest::new(hasher.finalize().into())
}
