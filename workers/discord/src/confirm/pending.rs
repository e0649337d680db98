//! What is too long for a button, kept in the store under its own digest.

use edge::{
    Clock, Objects,
    objects::{self, ObjectError, Put},
};
use registry::{Digest, Key};
use sha2::{Digest as _, Sha256};

/// What stands before a digest in a button.
pub const MARK: char = '#';

/// Longest text, in bytes: longer than any reason.
const LONGEST: u64 = 8 << 10;

/// Keeps `text`; what stands in the button for it.
///
/// # Errors
/// [`ObjectError`].
pub async fn keep<H: Objects + Clock>(host: &H, text: &str) -> Result<String, ObjectError> {
    let digest = digest(text.as_bytes());
    let key = Key::PendingButton(&digest);
    let seconds = key.lifetime().unwrap_or_default();
    let lifetime = i64::try_from(seconds).unwrap_or_default() * 1000;
    let put = Put {
        content_type: Some(key.content_type()),
        cache_control: Some(key.cache().header()),
        expires: Some(host.now().plus(lifetime)),
        ..Put::default()
    };
    host.object_write(&key.path(), text.to_owned().into(), put)
        .await?;
    Ok(format!("{MARK}{}", digest.hex()))
}

/// The text that is kept under `hex`; `None` where it is gone.
///
/// # Errors
/// [`ObjectError`].
pub async fn find<O: Objects>(store: &O, hex: &str) -> Result<Option<String>, ObjectError> {
    let Ok(wanted) = Digest::parse(hex) else {
        return Ok(None);
    };
    let stored = objects::read(store, &Key::PendingButton(&wanted).path(), LONGEST).await?;
    Ok(stored
        .filter(|stored| digest(&stored.bytes) == wanted)
        .and_then(|stored| String::from_utf8(stored.bytes.to_vec()).ok()))
}

fn digest(bytes: &[u8]) -> Digest {
    Digest::new(Sha256::digest(bytes).into())
}
