//! The key that buttons are sealed with. It is made once, so that nobody has to configure it.

use edge::{
    Objects, Platform,
    objects::{self, Condition, ObjectError, Put, Written},
};
use registry::Key;

/// Length of the key, in bytes.
const LENGTH: usize = 32;

/// The key; where there is none yet, one is made. Of several that are made at once the first stays.
///
/// # Errors
/// [`ObjectError`].
pub async fn read_or_make<H: Objects + Platform>(host: &H) -> Result<Vec<u8>, ObjectError> {
    if let Some(key) = read(host).await? {
        return Ok(key);
    }
    let made = [host.random(), host.random()].concat();
    let place = Key::ButtonKey;
    let put = Put {
        condition: Condition::Absent,
        content_type: Some(place.content_type()),
        cache_control: Some(place.cache().header()),
        ..Put::default()
    };
    let written = host
        .object_write(&place.path(), made.clone().into(), put)
        .await?;
    if written != Written::Refused {
        return Ok(made);
    }
    let key = read(host).await?;
    key.ok_or_else(|| ObjectError::Unavailable("the button key cannot be kept".to_owned()))
}

async fn read<O: Objects>(store: &O) -> Result<Option<Vec<u8>>, ObjectError> {
    let stored = objects::read(store, &Key::ButtonKey.path(), LENGTH as u64).await?;
    let key = stored.map(|stored| stored.bytes.to_vec());
    match key {
        Some(key) if key.len() != LENGTH => Err(ObjectError::Unavailable(
            "the stored button key is not one".to_owned(),
        )),
        key => Ok(key),
    }
}
