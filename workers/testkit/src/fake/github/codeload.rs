//! The host of source archives: in chunks, without a length.

use super::{
    Github,
    api::{decoded, signature},
};
use crate::fake::{Asked, Reply, script::lock};

pub(super) fn answer(github: &Github, asked: &Asked) -> Reply {
    if asked.header("authorization").is_some() {
        let text = format!("Authorization was sent to codeload for {}", asked.path);
        github.0.script.violation(text);
    }
    archive(github, asked).unwrap_or_else(|| {
        Reply::new(404)
            .with("content-type", "text/plain; charset=utf-8")
            .body("404: Not Found")
    })
}

fn archive(github: &Github, asked: &Asked) -> Option<Reply> {
    let path = asked.path.trim_start_matches('/');
    let (repository, tag) = path.split_once("/legacy.zip/refs/tags/")?;
    let tag = decoded(tag);
    let mut state = lock(&github.0.state);
    let token = signature(repository, &tag);
    if state.private.contains_key(repository) && asked.parameter("token") != Some(token.as_str()) {
        return None;
    }
    let published = state.find(|release| {
        release.repository.eq_ignore_ascii_case(repository) && release.tag == tag
    })?;
    let name = format!("{}-{tag}-0-g4f5a6b7.zip", repository.replace('/', "-"));
    let reply = Reply::new(200)
        .with("content-type", "application/zip")
        .with(
            "content-disposition",
            format!("attachment; filename={name}"),
        )
        .with("etag", "W/\"not-a-promise-of-the-same-bytes\"")
        .body(published.source.clone());
    Some(reply.delivered(|delivery| delivery.chunked = true))
}
