//! What is in the bucket.

use std::collections::BTreeMap;

use edge::Bytes;

use crate::{fake::Asked, sign};

/// Headers of a write that are kept and answered.
const KEPT: [&str; 2] = ["content-type", "cache-control"];

pub(super) struct Object {
    pub bytes: Bytes,
    /// Without quotes.
    pub etag: String,
    pub headers: Vec<(String, String)>,
}

pub(super) struct Upload {
    pub key: String,
    pub headers: Vec<(String, String)>,
    pub parts: BTreeMap<usize, Bytes>,
}

#[derive(Default)]
pub(super) struct Contents {
    pub objects: BTreeMap<String, Object>,
    pub uploads: BTreeMap<String, Upload>,
    pub begun: usize,
}

impl Contents {
    /// Stores an object; gives its entity tag, which follows from its bytes as R2's does.
    pub fn store(
        &mut self,
        key: &str,
        bytes: Bytes,
        headers: Vec<(String, String)>,
        suffix: &str,
    ) -> String {
        let etag = format!("{}{suffix}", digest(&bytes));
        let object = Object {
            bytes,
            etag: etag.clone(),
            headers,
        };
        self.objects.insert(key.to_owned(), object);
        etag
    }
}

/// 32 hexadecimal digits, of a better digest than a bucket's.
pub(super) fn digest(bytes: &[u8]) -> String {
    let mut digits = sign::sha256_hex(bytes);
    digits.truncate(32);
    digits
}

/// The headers of a write that travel with the object.
pub(super) fn travelling(asked: &Asked) -> Vec<(String, String)> {
    let travels = |name: &str| KEPT.contains(&name) || name.starts_with("x-amz-meta-");
    let headers = asked.headers.iter();
    headers.filter(|(name, _)| travels(name)).cloned().collect()
}
