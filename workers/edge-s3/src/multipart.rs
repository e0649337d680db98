//! Writes of unknown length: in parts, so that memory stays bounded. Nothing is visible before the
//! last part is stored.

use std::time::Duration;

use bytes::BytesMut;
use edge::{
    Body, BodyError, Bytes, Method,
    objects::{Condition, ObjectError, ObjectMeta, Put, Written},
};
use sha2::{Digest, Sha256};

use crate::{
    Host, S3, address,
    exchange::{Ask, REST, Repeat, unavailable},
    facts, read,
    write::{check_digest, whole},
    xml,
};

/// Bytes of every part but the last, as on Workers; R2 wants them equal, and at least 5 MiB.
const PART: usize = 8 * 1024 * 1024;

/// Time for making the parts the object: the bucket may have thousands to look at, and may say
/// nothing before it is done.
const COMPLETING: Duration = Duration::from_secs(60);

/// Most parts of one object (S3's limit).
const PARTS: usize = 10_000;

/// Writes `body`, whatever is there.
pub(crate) async fn put<H: Host>(
    s3: &S3<H>,
    key: &str,
    body: Body,
    put: &Put,
) -> Result<Written, ObjectError> {
    let mut parts = Parts {
        body,
        left: Bytes::new(),
    };
    let first = parts.next().await?;
    if first.len() < PART {
        check_digest(&first, put)?;
        return whole(s3, key, first, put, &Condition::Always).await;
    }
    let now = s3.host.now();
    let mut begin = Ask::new(Method::POST, key);
    begin.query = "uploads=".to_owned();
    begin.headers = facts::headers(put, now);
    let mut upload = Upload {
        s3,
        key,
        id: s3.answer(begin, "UploadId").await?,
        is_done: false,
    };
    let written = match upload.store(first, parts, put.sha256).await {
        Ok((size, tags)) => match upload.complete(&tags).await {
            Ok(etag) => Ok(facts::of_write(key, size, etag, put, now)),
            Err(error) => found(s3, facts::of_write(key, size, String::new(), put, now))
                .await
                .ok_or(error),
        },
        Err(error) => Err(error),
    };
    if written.is_err() {
        abort(s3, key, &upload.id).await;
    }
    upload.is_done = true;
    written.map(Written::Stored)
}

/// The object of these facts, all but the entity tag, where it is stored after all: the answer to
/// what completed it may have got lost. The time of writing, in milliseconds, tells it from others.
async fn found<H: Host>(s3: &S3<H>, written: ObjectMeta) -> Option<ObjectMeta> {
    let stored = read::head(s3, &written.key).await.ok()??;
    let is_same = stored.modified == written.modified
        && stored.size == written.size
        && stored.sha256 == written.sha256;
    is_same.then_some(stored)
}

/// Gives the parts up. Where this fails too, R2 forgets them after a week.
async fn abort<H: Host>(s3: &S3<H>, key: &str, id: &str) {
    let _ = s3.ask(about(Method::DELETE, key, id)).await;
}

fn about<'a>(method: Method, key: &'a str, id: &str) -> Ask<'a> {
    Ask {
        query: format!("uploadId={}", address::in_query(id)),
        ..Ask::new(method, key)
    }
}

/// A write in parts that has begun.
struct Upload<'a, H: Host> {
    s3: &'a S3<H>,
    key: &'a str,
    id: String,
    /// Whether it is completed, or given up.
    is_done: bool,
}

/// A writer who goes away leaves no parts: they are given up after the response.
impl<H: Host> Drop for Upload<'_, H> {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        let (s3, key) = (self.s3.clone(), self.key.to_owned());
        let id = std::mem::take(&mut self.id);
        let aborted = async move { abort(&s3, &key, &id).await };
        self.s3.host.defer(aborted);
    }
}

impl<H: Host> Upload<'_, H> {
    /// Stores the parts; gives the object's size and their entity tags.
    async fn store(
        &self,
        first: Bytes,
        mut parts: Parts,
        sha256: Option<[u8; 32]>,
    ) -> Result<(u64, Vec<String>), ObjectError> {
        let mut digest = sha256.map(|_| Sha256::new());
        let (mut part, mut size, mut tags) = (first, 0, Vec::new());
        while !part.is_empty() {
            if let Some(digest) = &mut digest {
                digest.update(&part);
            }
            size += part.len() as u64;
            tags.push(self.part(tags.len() + 1, part).await?);
            part = parts.next().await?;
        }
        match digest.map(|digest| <[u8; 32]>::from(digest.finalize())) == sha256 {
            true => Ok((size, tags)),
            false => Err(ObjectError::Checksum),
        }
    }

    async fn part(&self, number: usize, bytes: Bytes) -> Result<String, ObjectError> {
        if number > PARTS {
            return Err(unavailable(format!(
                "the body has more than {PARTS} parts of {PART} bytes"
            )));
        }
        let mut ask = about(Method::PUT, self.key, &self.id);
        ask.query = format!("partNumber={number}&{}", ask.query);
        ask.body = bytes;
        let response = self.s3.ask(ask).await?;
        match response.status.is_success() {
            true => facts::etag(&response.headers)
                .ok_or_else(|| unavailable("the bucket named no entity tag of a part".to_owned())),
            false => Err(unavailable(self.s3.refusal(response).await)),
        }
    }

    /// Makes the parts the object.
    async fn complete(&self, tags: &[String]) -> Result<String, ObjectError> {
        let mut xml = "<CompleteMultipartUpload>".to_owned();
        for (index, tag) in tags.iter().enumerate() {
            let (number, tag) = (index + 1, xml::escape(tag));
            xml.push_str(&format!(
                "<Part><PartNumber>{number}</PartNumber><ETag>&quot;{tag}&quot;</ETag></Part>"
            ));
        }
        xml.push_str("</CompleteMultipartUpload>");
        let mut ask = about(Method::POST, self.key, &self.id);
        ask.patience = COMPLETING;
        ask.body = xml.into();
        // An upload that has been completed is not there any more.
        ask.repeat = Repeat::IfRefused;
        let etag = self.s3.answer(ask, "ETag").await?;
        Ok(etag.trim_matches('"').to_owned())
    }
}

impl<H: Host> S3<H> {
    /// The element `name` of the XML that answers `ask`. An answer of success may hold an error, for
    /// its head is sent before the work is done.
    async fn answer(&self, ask: Ask<'_>, name: &str) -> Result<String, ObjectError> {
        let limit = ask.patience.max(REST);
        let response = self.ask(ask).await?;
        if !response.status.is_success() {
            return Err(unavailable(self.refusal(response).await));
        }
        let text = self.text_within(limit, response).await?;
        let value = xml::text(&text, name).filter(|value| !value.is_empty());
        value.ok_or_else(|| unavailable(format!("the bucket's answer has no {name}")))
    }
}

/// A body, cut into parts.
struct Parts {
    body: Body,
    left: Bytes,
}

impl Parts {
    /// The next part: full, or the last one; empty at the end.
    async fn next(&mut self) -> Result<Bytes, BodyError> {
        let mut part = BytesMut::new();
        while part.len() < PART {
            if self.left.is_empty() {
                match self.body.next().await {
                    Some(piece) => self.left = piece?,
                    None => break,
                }
            }
            let taken = self.left.len().min(PART - part.len());
            part.extend_from_slice(&self.left.split_to(taken));
        }
        Ok(part.freeze())
    }
}
