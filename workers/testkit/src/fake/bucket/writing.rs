//! Writes in one piece.

use super::{Contents, Reply, contents::travelling, error};
use crate::{fake::Asked, sign};

pub(super) fn put(contents: &mut Contents, asked: &Asked, key: &str) -> Reply {
    if let Some(code) = wrong_body(asked) {
        return error(asked, 400, code);
    }
    let there = contents.objects.get(key).map(|object| object.etag.as_str());
    let holds = match (asked.header("if-match"), asked.header("if-none-match")) {
        (Some(tag), _) => there.is_some_and(|there| tag == format!("\"{there}\"")),
        (None, Some("*")) => there.is_none(),
        (None, Some(_)) => return error(asked, 501, "NotImplemented"),
        (None, None) => true,
    };
    if !holds {
        return error(asked, 412, "PreconditionFailed");
    }
    let etag = contents.store(key, asked.body.clone(), travelling(asked), "");
    Reply::new(200).with("etag", format!("\"{etag}\""))
}

/// What is wrong with a body whose digest was signed.
pub(super) fn wrong_body(asked: &Asked) -> Option<&'static str> {
    let digest = asked.header("x-amz-content-sha256").unwrap_or_default();
    let is_right = digest == "UNSIGNED-PAYLOAD" || digest == sign::sha256_hex(&asked.body);
    (!is_right).then_some("XAmzContentSHA256Mismatch")
}
