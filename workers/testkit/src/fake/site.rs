//! A fake of any other site: files at paths, conditional requests, and every misbehaviour of
//! [`Mode`](super::Mode).

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use edge::Bytes;

use super::{
    Asked, Listener, Reply, Rule, Server,
    script::{Script, lock},
};
use crate::{memory::MemoryHost, sign};

#[derive(Default)]
struct Inner {
    origin: String,
    files: Mutex<BTreeMap<String, Reply>>,
    script: Script,
}

/// The fake; clones are the same one.
#[derive(Clone, Default)]
pub struct Site(Arc<Inner>);

/// The fake on loopback; it stops when this is dropped.
pub struct SiteServer {
    /// The fake.
    pub site: Site,
    _server: Server,
}

impl Site {
    fn new(origin: String) -> Self {
        Self(Arc::new(Inner {
            origin,
            ..Inner::default()
        }))
    }

    /// A fake that answers `host` and its peers as `origin`.
    pub fn in_memory(host: &MemoryHost, origin: &str) -> Self {
        let site = Self::new(origin.to_owned());
        host.serve(origin, site.service());
        site
    }

    /// A fake on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// Where none can be had.
    pub fn start() -> io::Result<SiteServer> {
        Self::start_at(0)
    }

    /// A fake on this port of 127.0.0.1.
    ///
    /// # Errors
    /// Where it cannot be had.
    pub fn start_at(port: u16) -> io::Result<SiteServer> {
        let listener = Listener::bind(port)?;
        let site = Self::new(listener.url());
        let server = listener.serve(site.service());
        Ok(SiteServer {
            site,
            _server: server,
        })
    }

    fn service(&self) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
        let site = self.clone();
        move |asked: &Asked| {
            let script = &site.0.script;
            script.answer(asked, || site.answer(asked))
        }
    }

    /// The URL of `path`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.origin)
    }

    /// Puts `bytes` at `path`, in the place of what was there; answered with this media type and an
    /// entity tag.
    pub fn put(&self, path: &str, kind: &str, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        let tag = sign::sha256_hex(&bytes);
        let reply = Reply::new(200)
            .with("content-type", kind)
            .with("etag", format!("\"{}\"", &tag[..16]))
            .body(bytes);
        self.reply(path, reply);
    }

    /// Lets `path` answer exactly this.
    pub fn reply(&self, path: &str, reply: Reply) {
        lock(&self.0.files).insert(path.to_owned(), reply);
    }

    /// Adds a rule; earlier ones go first.
    pub fn script(&self, rule: Rule) {
        self.0.script.add(rule);
    }

    /// Takes all rules away.
    pub fn behave(&self) {
        self.0.script.clear();
    }

    /// Every request.
    pub fn requests(&self) -> Vec<Asked> {
        self.0.script.requests()
    }

    /// The requests for `path`.
    pub fn asked_for(&self, path: &str) -> Vec<Asked> {
        let mut requests = self.requests();
        requests.retain(|asked| asked.path == path);
        requests
    }

    fn answer(&self, asked: &Asked) -> Reply {
        let Some(reply) = lock(&self.0.files).get(&asked.path).cloned() else {
            return Reply::new(404)
                .with("content-type", "text/html")
                .body("<h1>Not found</h1>");
        };
        let tag = reply.headers.iter().find(|(name, _)| name == "etag");
        match (tag, asked.header("if-none-match")) {
            (Some((_, tag)), Some(known)) if tag == known => Reply {
                status: 304,
                body: Bytes::new(),
                ..reply
            },
            _ => reply,
        }
    }
}
