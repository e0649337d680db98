//! The host that assets are redirected to.

use super::{Github, api::signature};
use crate::fake::{Asked, Reply, script::lock};

pub(super) fn answer(github: &Github, asked: &Asked) -> Reply {
    if asked.header("authorization").is_some() {
        let text = format!(
            "Authorization was sent to the asset host for {}",
            asked.path
        );
        github.0.script.violation(text);
        return error(400, "InvalidArgument", "Only one auth mechanism allowed");
    }
    let path = asked.path.trim_start_matches('/');
    if asked.parameter("sig") != Some(signature(path, "").as_str()) {
        return error(403, "AuthenticationFailed", "Signature did not match");
    }
    let id = path.rsplit('/').next().and_then(|id| id.parse().ok());
    let state = lock(&github.0.state);
    let uploads = state
        .published
        .iter()
        .flat_map(|published| &published.uploads);
    let mut found = uploads.filter(|(number, _)| Some(*number) == id);
    match found.next() {
        Some((_, upload)) => Reply::new(200)
            .with("content-type", "application/octet-stream")
            .with("etag", format!("\"0x{id:?}\""))
            .with("accept-ranges", "bytes")
            .with(
                "content-disposition",
                format!("attachment; filename={}", upload.name),
            )
            .with("x-ms-version", "2018-11-09")
            .body(upload.bytes.clone()),
        None => error(404, "BlobNotFound", "The specified blob does not exist."),
    }
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code>\
         <Message>{message}</Message></Error>"
    );
    Reply::new(status)
        .with("content-type", "application/xml")
        .body(text)
}
