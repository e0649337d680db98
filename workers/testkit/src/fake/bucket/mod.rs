//! A fake of a bucket behind R2's S3 API: what it takes, what it refuses and in which words, as R2
//! documents it and as the emulator of wrangler does it.

mod contents;
mod multipart;
mod reading;
mod writing;

use std::{
    io,
    sync::{Arc, Mutex},
};

use super::{
    Asked, Listener, Reply, Rule, Server,
    script::{Script, lock},
};
use crate::memory::MemoryHost;
use contents::Contents;

/// Judges a request's signature: the code of the error where it is wrong. Signing is the business of
/// the code under test, so the judge is somebody else's code.
pub type Verify = fn(&Asked) -> Result<(), &'static str>;

struct Inner {
    /// Path of the bucket, such as `/bucket`.
    path: String,
    verify: Verify,
    contents: Mutex<Contents>,
    script: Script,
}

/// The fake; clones are the same one.
#[derive(Clone)]
pub struct Bucket(Arc<Inner>);

/// The fake on loopback; it stops when this is dropped.
pub struct BucketServer {
    /// The fake.
    pub bucket: Bucket,
    server: Server,
}

impl BucketServer {
    /// Its endpoint, without the bucket.
    pub fn url(&self) -> String {
        self.server.url()
    }
}

impl Bucket {
    fn new(name: &str, verify: Verify) -> Self {
        Self(Arc::new(Inner {
            path: format!("/{name}"),
            verify,
            contents: Mutex::default(),
            script: Script::default(),
        }))
    }

    /// An empty bucket `name` that answers `host` and its peers at `origin`.
    pub fn in_memory(host: &MemoryHost, origin: &str, name: &str, verify: Verify) -> Self {
        let bucket = Self::new(name, verify);
        host.serve(origin, bucket.service());
        bucket
    }

    /// An empty bucket `name` on this port of 127.0.0.1; any free one where it is 0.
    ///
    /// # Errors
    /// Where it cannot be had.
    pub fn start_at(port: u16, name: &str, verify: Verify) -> io::Result<BucketServer> {
        let bucket = Self::new(name, verify);
        let server = Listener::bind(port)?.serve(bucket.service());
        Ok(BucketServer { bucket, server })
    }

    /// Adds a rule by which some requests go wrong.
    pub fn script(&self, rule: Rule) {
        self.0.script.add(rule);
    }

    /// Removes all rules.
    pub fn behave(&self) {
        self.0.script.clear();
    }

    /// Everything that was asked, in order.
    pub fn requests(&self) -> Vec<Asked> {
        self.0.script.requests()
    }

    /// What callers did that a bucket does not forgive, such as a wrong signature.
    pub fn violations(&self) -> Vec<String> {
        self.0.script.violations()
    }

    /// The keys of everything that is stored.
    pub fn keys(&self) -> Vec<String> {
        lock(&self.0.contents).objects.keys().cloned().collect()
    }

    /// The value of a header that an object is stored with.
    pub fn stored_header(&self, key: &str, name: &str) -> Option<String> {
        lock(&self.0.contents)
            .objects
            .get(key)
            .and_then(|object| object.headers.iter().find(|(header, _)| header == name))
            .map(|(_, value)| value.clone())
    }

    /// Puts an object there as a Worker does it.
    pub fn place(&self, key: &str, bytes: impl Into<edge::Bytes>, headers: &[(&str, &str)]) {
        lock(&self.0.contents).store(key, bytes.into(), own(headers), "");
    }

    /// Writes in parts that were begun and neither completed nor given up.
    pub fn unfinished(&self) -> usize {
        lock(&self.0.contents).uploads.len()
    }

    fn service(&self) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
        let bucket = self.clone();
        move |asked: &Asked| {
            let script = &bucket.0.script;
            script.answer(asked, || bucket.answer(asked))
        }
    }

    fn answer(&self, asked: &Asked) -> Reply {
        if let Err(code) = (self.0.verify)(asked) {
            let place = format!("{} {}?{}: {code}", asked.method, asked.path, asked.query);
            self.0.script.violation(place);
            return error(asked, 403, code);
        }
        let Some(rest) = asked.path.strip_prefix(&self.0.path) else {
            return error(asked, 404, "NoSuchBucket");
        };
        let mut contents = lock(&self.0.contents);
        match (rest.strip_prefix('/'), asked.method.as_str()) {
            (None, "HEAD") if rest.is_empty() => Reply::new(200),
            (None, "GET") if rest.is_empty() => reading::list(&contents, asked),
            (None, _) => error(asked, 404, "NoSuchBucket"),
            (Some(key), method) => {
                let key = decoded(key);
                let upload = asked.parameter("uploadId").map(decoded);
                match (method, upload) {
                    ("GET" | "HEAD", _) => reading::get(&contents, asked, &key),
                    ("POST", None) if asked.query == "uploads=" => {
                        multipart::begin(&mut contents, asked, &key)
                    }
                    ("PUT", Some(id)) => multipart::part(&mut contents, asked, &id),
                    ("POST", Some(id)) => multipart::complete(&mut contents, asked, &id),
                    ("DELETE", Some(id)) => multipart::abort(&mut contents, asked, &id),
                    ("PUT", None) => writing::put(&mut contents, asked, &key),
                    ("DELETE", None) => {
                        contents.objects.remove(&key);
                        Reply::new(204)
                    }
                    _ => error(asked, 501, "NotImplemented"),
                }
            }
        }
    }
}

fn own(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// An error as a bucket words it; a request for the head only is told the status.
fn error(asked: &Asked, status: u16, code: &str) -> Reply {
    let reply = Reply::new(status);
    match asked.method.as_str() {
        "HEAD" => reply,
        _ => xml(
            reply,
            &format!("<Error><Code>{code}</Code><Message>Words.</Message></Error>"),
        ),
    }
}

fn xml(reply: Reply, text: &str) -> Reply {
    reply
        .with("content-type", "application/xml")
        .body(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{text}"))
}

/// Percent-decoded text.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match byte {
            b'%' => {
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                let value = high.unwrap_or_default() * 16 + low.unwrap_or_default();
                bytes.push(u8::try_from(value).unwrap_or_default());
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `text` as AWS encodes it where `encoding-type=url` is asked for.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b' ' => "+".to_owned(),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
