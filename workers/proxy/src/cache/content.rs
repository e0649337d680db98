//! Images by their content: the same bytes are kept once, however many addresses have them.
//!
//! What was in memory as a whole is kept under its digest. What streamed had to be given a name
//! before its digest was known; a note under the digest (`proxied/{hash}.json`) says which. Bytes under
//! a name never change, for records of any address may point there.

use edge::Timestamp;
use registry::{Digest, Key};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::{Image, ledger, seconds_later, store};
use crate::{Host, settings::Settings};

/// Which object has the content.
#[derive(Serialize, Deserialize)]
struct Note {
    version: Digest,
}

/// Lets `image`, which has just been stored under a name of its own and has a digest now, be the one
/// that is kept already where its bytes are; else notes that it is the one.
pub async fn name_by_content<H: Host>(host: &H, settings: &Settings, image: &mut Image) {
    let Some(digest) = image.digest else { return };
    let place = place(&digest);
    let Some((version, written)) = other(host, image, &digest, &place).await else {
        let version = image.version;
        let lifetime = Key::Image(&version).lifetime().unwrap_or(0);
        let expires = seconds_later(image.written, lifetime);
        store::write_json(host, &place, expires, &Note { version }).await;
        return;
    };
    let twice = std::mem::replace(&mut image.version, version);
    image.written = written;
    // Nothing else points there: nobody knew the name of what has just been stored.
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
    let kept = async |version: Digest| {
        let meta = host
            .object_head(&Key::Image(&version).path())
            .await
            .ok()??;
        (meta.size == image.length).then_some((version, meta.modified))
    };
    if let Some(kept) = kept(*digest).await {
        return Some(kept);
    }
    let note: Note = store::read_json(host, place).await?;
    kept(note.version).await
}

/// Where the note of a content is: beside the records of addresses.
fn place(digest: &Digest) -> Digest {
    let mut hasher = sha2::Sha256::new();
    hasher.update("content 2\n");
    hasher.update(digest.bytes());
    Digest::new(hasher.finalize().into())
}
