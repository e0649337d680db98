//! Writes of unknown length: in parts, so that memory stays bounded. Nothing is visible before the
//! last part is stored.

use bytes::BytesMut;
use edge::{
    Body, BodyError, Bytes,
    objects::{Condition, ObjectError, Put, Written},
};
use sha2::{Digest, Sha256};
use wasm_bindgen::JsCast;

use super::{facts, options, put::written, unavailable};
use crate::{
    glue::{self, Upload, settled},
    host::Host,
};

/// Bytes of every part but the last; R2 wants them equal, and at least 5 MiB.
const PART: usize = 8 * 1024 * 1024;

pub(super) async fn put(
    host: &Host,
    key: &str,
    body: Body,
    put: &Put,
) -> Result<Written, ObjectError> {
    let bucket = host.bucket()?;
    let mut parts = Parts {
        body,
        left: Bytes::new(),
    };
    let mut part = BytesMut::new();
    if !parts.fill(&mut part).await? {
        let options = options::writing(put, &Condition::Always);
        return written(settled(glue::object_put_bytes(&bucket, key, &part, &options)).await);
    }
    let begun = Upload::begin(&bucket, key, &options::writing_parts(put));
    let upload = settled(Ok(begun))
        .await
        .map_err(|thrown| unavailable(&thrown))?;
    let mut unfinished = Unfinished {
        host,
        upload: Some(upload.unchecked_into()),
    };
    let mut digest = put.sha256.map(|_| Sha256::new());
    loop {
        if let Some(digest) = &mut digest {
            digest.update(&part);
        }
        unfinished.store(&part).await?;
        part.clear();
        let more = parts.fill(&mut part).await?;
        if !more && part.is_empty() {
            break;
        }
    }
    let digest = digest.map(|digest| <[u8; 32]>::from(digest.finalize()));
    if digest != put.sha256 {
        return Err(ObjectError::Checksum);
    }
    unfinished.complete().await
}

/// A body, cut into parts.
struct Parts {
    body: Body,
    left: Bytes,
}

impl Parts {
    /// Fills `part` with the next bytes; `false` where the body ended before it was full.
    async fn fill(&mut self, part: &mut BytesMut) -> Result<bool, BodyError> {
        while part.len() < PART {
            if self.left.is_empty() {
                match self.body.next().await {
                    Some(piece) => self.left = piece?,
                    None => return Ok(false),
                }
            }
            let taken = self.left.len().min(PART - part.len());
            part.extend_from_slice(&self.left.split_to(taken));
        }
        Ok(true)
    }
}

/// A write in parts that is given up unless it is completed.
struct Unfinished<'a> {
    host: &'a Host,
    upload: Option<Upload>,
}

impl Unfinished<'_> {
    async fn store(&self, part: &[u8]) -> Result<(), ObjectError> {
        if let Some(upload) = &self.upload {
            settled(Ok(upload.part(part)))
                .await
                .map_err(|thrown| unavailable(&thrown))?;
        }
        Ok(())
    }

    async fn complete(&mut self) -> Result<Written, ObjectError> {
        let Some(upload) = self.upload.take() else {
            return Err(ObjectError::Unavailable(
                "the write was given up".to_owned(),
            ));
        };
        let object = settled(upload.complete())
            .await
            .map_err(|thrown| unavailable(&thrown))?;
        facts::read(&object).map(Written::Stored)
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(upload) = self.upload.take() {
            // R2 forgets parts that nobody completes after a week, should this fail too.
            self.host.keep_alive(async move {
                let _ = settled(upload.abort()).await;
            });
        }
    }
}
