//! The REST API.

use edge::Bytes;
use serde_json::{Value, json};

use super::{Github, Published, State};
use crate::{
    fake::{Asked, Reply, script::lock},
    payload::Release,
    sign,
};

/// Assets in a page unless the caller asks for another number, and most of them.
const PAGE: usize = 30;
const MOST: usize = 100;

pub(super) fn answer(github: &Github, asked: &Asked) -> Reply {
    if asked.header("user-agent").is_none_or(str::is_empty) {
        github
            .0
            .script
            .violation("a request to the API without User-Agent");
        let text = "Request forbidden by administrative rules. Please make sure your request has \
                    a User-Agent header.";
        return Reply::new(403)
            .with("content-type", "text/plain")
            .body(text);
    }
    let mut state = lock(&github.0.state);
    let reply = route(github, &mut state, asked).unwrap_or_else(not_found);
    reply
        .with("x-github-media-type", "github.v3; format=json")
        .with("x-github-request-id", "C0DE:1234:5678:9ABC:DEF0")
        .with("x-ratelimit-limit", "60")
        .with("x-ratelimit-remaining", "57")
        .with("x-ratelimit-reset", "4102444800")
        .with("x-ratelimit-used", "3")
        .with("x-ratelimit-resource", "core")
}

/// The answer; `None` where GitHub says `404`.
fn route(github: &Github, state: &mut State, asked: &Asked) -> Option<Reply> {
    let segments = asked.segments();
    let ["repos", owner, name, rest @ ..] = segments.as_slice() else {
        return None;
    };
    let repository = format!("{owner}/{name}");
    if let Some(refusal) = refuse(state, &repository, asked) {
        return Some(refusal);
    }
    if asked.method != "GET" {
        return None;
    }
    let of = |release: &Release| release.repository.eq_ignore_ascii_case(&repository);
    match rest {
        ["releases", "tags", tag] => {
            let tag = decoded(tag);
            let published = state.find(|release| of(release) && release.tag == tag)?;
            Some(look(published, |release| release.to_json()))
        }
        ["releases", "assets", id] => asset(github, state, &repository, id, asked),
        ["releases", id] => {
            let published = state.find(|release| of(release) && release.id.to_string() == *id)?;
            Some(look(published, |release| release.to_json()))
        }
        ["releases", id, "assets"] => {
            let published = state.find(|release| of(release) && release.id.to_string() == *id)?;
            Some(page(published, asked))
        }
        ["contents", ".github", "workflows"] => {
            let has = |known: &&String| known.eq_ignore_ascii_case(&repository);
            state.workflows.iter().find(has)?;
            let path = ".github/workflows/release.yml";
            let file = json!({ "type": "file", "name": "release.yml", "path": path });
            Some(Reply::json(200, &json!([file])))
        }
        ["zipball", reference @ ..] => {
            let reference = reference.join("/");
            let tag = decoded(reference.strip_prefix("refs/tags/").unwrap_or(&reference));
            state.find(|release| of(release) && release.tag == tag)?;
            let token = match state.private.get(&repository) {
                Some(_) => format!("?token={}", signature(&repository, &tag)),
                None => String::new(),
            };
            let origin = &github.origins().codeload;
            let path = format!("{repository}/legacy.zip/refs/tags/{tag}");
            Some(Reply::redirect(302, format!("{origin}/{path}{token}")))
        }
        _ => None,
    }
}

/// Whether the request may see the repository: `401` for a token that is none, `404` for a
/// private repository without its token.
fn refuse(state: &State, repository: &str, asked: &Asked) -> Option<Reply> {
    let token = asked.header("authorization").map(|value| {
        let bearer = value.strip_prefix("Bearer ");
        bearer.or(value.strip_prefix("token ")).unwrap_or_default()
    });
    if token.is_some_and(|token| !state.tokens.iter().any(|known| known == token)) {
        return Some(message(401, "Bad credentials"));
    }
    let private = state.private.get(repository)?;
    (token != Some(private)).then(not_found)
}

fn look(published: &mut Published, show: impl Fn(&Release) -> Value) -> Reply {
    let reply = Reply::json(200, &show(&published.shown()));
    published.looks += 1;
    reply
}

fn page(published: &mut Published, asked: &Asked) -> Reply {
    let number = |name| {
        let value = asked.parameter(name)?;
        value.parse().ok().filter(|number| *number > 0)
    };
    let size = number("per_page").unwrap_or(PAGE).min(MOST);
    let page: usize = number("page").unwrap_or(1);
    let mut reply = look(published, |release| {
        let assets = release.assets.iter().map(|asset| release.asset(asset));
        Value::Array(assets.skip((page - 1) * size).take(size).collect())
    });
    if published.shown().assets.len() > page * size {
        let next = format!(
            "<{}{}?per_page={size}&page={}>; rel=\"next\"",
            asked.origin,
            asked.path,
            page + 1
        );
        reply = reply.with("link", next);
    }
    reply
}

fn asset(
    github: &Github,
    state: &State,
    repository: &str,
    id: &str,
    asked: &Asked,
) -> Option<Reply> {
    let id = id.parse().ok()?;
    let (published, upload) = state.upload(repository, id)?;
    let wants_bytes = asked.header("accept") == Some("application/octet-stream");
    if !wants_bytes {
        let asset = published.release.asset(&upload.asset(id, true));
        return Some(Reply::json(200, &asset));
    }
    let path = format!("github-production-release-asset/186853002/{id}");
    let disposition = format!("attachment%3B%20filename%3D{}", upload.name);
    let location = format!(
        "{}/{path}?sp=r&sv=2018-11-09&sr=b&sig={}&rscd={disposition}&rsct=application%2Foctet-stream",
        github.origins().assets,
        signature(&path, ""),
    );
    Some(Reply::redirect(302, location).body(Bytes::new()))
}

/// The signature in a URL that the API redirects to.
pub(super) fn signature(path: &str, tag: &str) -> String {
    let message = format!("{path} {tag}");
    sign::hex(&sign::hmac_sha256(b"fake-github", message.as_bytes()))
}

fn not_found() -> Reply {
    message(404, "Not Found")
}

/// GitHub's form of an error.
pub(super) fn message(status: u16, message: &str) -> Reply {
    let error = json!({
        "message": message,
        "documentation_url": "https://docs.github.com/rest",
        "status": status.to_string(),
    });
    Reply::json(status, &error)
}

/// A path's segments percent-decoded.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, others)) = rest.split_first() {
        let hex = others.get(..2).filter(|_| first == b'%');
        let hex = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            None => {
                bytes.push(first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
