//! Writes of unknown length: in parts, so that memory stays bounded. Nothing is visible before the
//! last part is stored.

use bytes::BytesMut;
use edge::{
    Body, BodyError, Bytes, Method,
    objects::{Condition, ObjectError, Put, Written},
};
use sha2::{Digest, Sha256};

use crate::{
    Host, S3, address,
    exchange::{Ask, Repeat, unavailable},
    facts,
    write::{check_digest, whole},
    xml,
};

/// Bytes of every part but the last, as on Workers; R2 wants them equal, and at least 5 MiB.
const PART: usize = 8 * 1024 * 1024;

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
    let upload = Upload {
        s3,
        key,
        id: s3.answer(begin, "UploadId").await?,
    };
    let written = match upload.store(first, parts, put.sha256).await {
        Ok((size, tags)) => upload.complete(&tags).await.map(|etag| (size, etag)),
        Err(error) => Err(error),
    };
    match written {
        Ok((size, etag)) => Ok(Written::Stored(facts::of_write(key, size, etag, put, now))),
        Err(error) => {
            upload.abort().await;
            Err(error)
        }
    }
}

/// A write in parts that has begun.
struct Upload<'a, H> {
    s3: &'a S3<H>,
    key: &'a str,
    id: String,
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
        let mut ask = self.ask(Method::PUT);
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
        let mut ask = self.ask(Method::POST);
        ask.body = xml.into();
        // An upload that has been completed is not there any more.
        ask.repeat = Repeat::IfRefused;
        let etag = self.s3.answer(ask, "ETag").await?;
        Ok(etag.trim_matches('"').to_owned())
    }

    /// Gives the parts up. Where this fails too, R2 forgets them after a week.
    async fn abort(&self) {
        let _ = self.s3.ask(self.ask(Method::DELETE)).await;
    }

    fn ask(&self, method: Method) -> Ask<'_> {
        Ask {
            query: format!("uploadId={}", address::in_query(&self.id)),
            ..Ask::new(method, self.key)
        }
    }
}

impl<H: Host> S3<H> {
    /// The element `name` of the XML that answers `ask`. An answer of success may hold an error, for
    /// its head is sent before the work is done.
    async fn answer(&self, ask: Ask<'_>, name: &str) -> Result<String, ObjectError> {
        let response = self.ask(ask).await?;
        if !response.status.is_success() {
            return Err(unavailable(self.refusal(response).await));
        }
        let text = self.text(response).await?;
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
