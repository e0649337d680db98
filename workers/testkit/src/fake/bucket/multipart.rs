//! Writes in parts.

use std::collections::BTreeMap;

use edge::Bytes;

use super::{
    Contents, Reply,
    contents::{Upload, digest, travelling},
    error,
    writing::wrong_body,
    xml,
};
use crate::fake::Asked;

/// Fewest bytes of every part but the last.
const SMALLEST: usize = 5 * 1024 * 1024;

pub(super) fn begin(contents: &mut Contents, asked: &Asked, key: &str) -> Reply {
    contents.begun += 1;
    // Characters that mean something in a query and in XML.
    let id = format!("upload &{}+/=", contents.begun);
    let upload = Upload {
        key: key.to_owned(),
        headers: travelling(asked),
        parts: BTreeMap::new(),
    };
    contents.uploads.insert(id.clone(), upload);
    let id = id.replace('&', "&amp;");
    xml(
        Reply::new(200),
        &format!(
            "<InitiateMultipartUploadResult><UploadId>{id}</UploadId>\
             </InitiateMultipartUploadResult>"
        ),
    )
}

pub(super) fn part(contents: &mut Contents, asked: &Asked, id: &str) -> Reply {
    if let Some(code) = wrong_body(asked) {
        return error(asked, 400, code);
    }
    let number = asked.parameter("partNumber").and_then(|n| n.parse().ok());
    match (contents.uploads.get_mut(id), number) {
        (Some(upload), Some(number @ 1..=10_000)) => {
            upload.parts.insert(number, asked.body.clone());
            Reply::new(200).with("etag", format!("\"{}\"", digest(&asked.body)))
        }
        (Some(_), _) => error(asked, 400, "InvalidArgument"),
        (None, _) => error(asked, 404, "NoSuchUpload"),
    }
}

pub(super) fn complete(contents: &mut Contents, asked: &Asked, id: &str) -> Reply {
    let Some(upload) = contents.uploads.get(id) else {
        return error(asked, 404, "NoSuchUpload");
    };
    let expected: String = upload
        .parts
        .iter()
        .map(|(number, bytes)| {
            let tag = digest(bytes);
            format!("<Part><PartNumber>{number}</PartNumber><ETag>&quot;{tag}&quot;</ETag></Part>")
        })
        .collect();
    let expected = format!("<CompleteMultipartUpload>{expected}</CompleteMultipartUpload>");
    if asked.body != expected {
        return error(asked, 400, "InvalidPart");
    }
    let sizes: Vec<usize> = upload.parts.values().map(Bytes::len).collect();
    let (last, others) = sizes.split_last().unwrap_or((&0, &[]));
    if others
        .iter()
        .any(|size| *size < SMALLEST || size < last || *size != others[0])
    {
        return error(asked, 400, "EntityTooSmall");
    }
    // Byte by byte it would take a debug build minutes.
    let mut bytes = Vec::with_capacity(sizes.iter().sum());
    for part in upload.parts.values() {
        bytes.extend_from_slice(part);
    }
    let (key, headers) = (upload.key.clone(), upload.headers.clone());
    let suffix = format!("-{}", upload.parts.len());
    contents.uploads.remove(id);
    let etag = contents.store(&key, bytes.into(), headers, &suffix);
    xml(
        Reply::new(200),
        &format!(
            "<CompleteMultipartUploadResult><ETag>&quot;{etag}&quot;</ETag>\
             </CompleteMultipartUploadResult>"
        ),
    )
}

pub(super) fn abort(contents: &mut Contents, asked: &Asked, id: &str) -> Reply {
    match contents.uploads.remove(id) {
        Some(_) => Reply::new(204),
        None => error(asked, 404, "NoSuchUpload"),
    }
}
