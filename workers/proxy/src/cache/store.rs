//! Records and images in the object store. Every failure is logged and then passed over.

use edge::{
    Body, Timestamp, log,
    objects::{self, Get, Got, ObjectError, ObjectMeta, Put, Written},
};
use registry::{Digest, Key};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use super::{Image, Record, absent, ledger, seconds_later};
use crate::{Host, settings::Settings};

/// Largest record, in bytes.
const MAX_RECORD: u64 = 16 << 10;

/// The record of an address; `None` where there is none that can be read.
pub async fn read<H: Host>(host: &H, key: &Digest) -> Option<Record> {
    match read_json(host, key).await {
        Some(record) => Some(record),
        None => absent::recall(host, key).await,
    }
}

/// What is kept as JSON under `key`.
pub async fn read_json<H: Host, T: DeserializeOwned>(host: &H, key: &Digest) -> Option<T> {
    let path = Key::Proxied(key).path();
    match objects::read(host, &path, MAX_RECORD).await {
        // One of another version of this function is as good as none.
        Ok(stored) => serde_json::from_slice(&stored?.bytes).ok(),
        Err(error) => {
            failed(host, "read a record", &error);
            None
        }
    }
}

/// Keeps the record of an address.
pub async fn write<H: Host>(host: &H, key: &Digest, record: &Record) {
    write_json(host, key, record.expires(), record).await;
}

/// Keeps `value` as JSON under `key`.
pub async fn write_json<H: Host, T: Serialize>(
    host: &H,
    key: &Digest,
    expires: Timestamp,
    value: &T,
) {
    let Ok(text) = serde_json::to_vec(value) else {
        return;
    };
    let put = Put {
        content_type: Some(Key::Proxied(key).content_type()),
        expires: Some(expires),
        ..Put::default()
    };
    let path = Key::Proxied(key).path();
    if let Err(error) = host.object_put(&path, text.into(), put).await {
        failed(host, "write a record", &error);
    }
}

/// Takes the record of an address away: its source does not want it kept any more.
pub async fn forget<H: Host>(host: &H, key: &Digest) {
    if let Err(error) = host.object_delete(&Key::Proxied(key).path()).await {
        failed(host, "delete a record", &error);
    }
}

/// The bytes of an image, not yet read; `None` where they are not there any more.
pub async fn open<H: Host>(host: &H, image: &Image) -> Option<Body> {
    let path = Key::Image(&image.version).path();
    match host.object_get(&path, Get::default()).await {
        Ok(Got::Found(object)) if object.meta.size == image.length => Some(object.body),
        Ok(_) => None,
        Err(error) => {
            failed(host, "read an image", &error);
            None
        }
    }
}

/// Stores the bytes of the image `version`, of which there are at most `most`, if there is room; the
/// facts of what is stored then.
pub async fn keep<H: Host>(
    host: &H,
    settings: &Settings,
    version: &Digest,
    body: Body,
    most: u64,
) -> Option<ObjectMeta> {
    let length = body.length().unwrap_or(most);
    match ledger::reserve(host, length, settings.cache_bytes).await {
        Ok(true) => {}
        Ok(false) => return None,
        Err(error) => {
            failed(host, "count images", &error);
            return None;
        }
    }
    let counted = host.now();
    let kept = put(host, version, body).await;
    let missing = length.saturating_sub(kept.as_ref().map_or(0, |meta| meta.size));
    let budget = settings.cache_bytes;
    if let Err(error) = ledger::give_back(host, missing, counted, budget).await {
        failed(host, "count images", &error);
    }
    kept
}

async fn put<H: Host>(host: &H, version: &Digest, body: Body) -> Option<ObjectMeta> {
    let key = Key::Image(version);
    let put = Put {
        content_type: Some(key.content_type()),
        cache_control: Some(key.cache().header()),
        expires: key
            .lifetime()
            .map(|seconds| seconds_later(host.now(), seconds)),
        ..Put::default()
    };
    match host.object_put(&key.path(), body, put).await {
        Ok(Written::Stored(meta)) => Some(meta),
        Ok(Written::Refused) => None,
        // A source that broke off is no failure of ours.
        Err(ObjectError::Body(_)) => None,
        Err(error) => {
            failed(host, "store an image", &error);
            None
        }
    }
}

fn failed<H: Host>(host: &H, what: &str, error: &ObjectError) {
    let members = json!({ "what": what, "cause": error.to_string() });
    log::event(host, host.now(), "image cache failed", members);
}
