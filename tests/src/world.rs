//! What a case works with: the server under test, the fakes around it, and what was seen so far.

use std::{
    collections::BTreeMap,
    io::Read,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, ensure};

use crate::{
    fakes::Fakes,
    http::{self, Content, Request, Response, Sink},
    target::Target,
    transcript::{Exchange, Transcript},
    values::Values,
};

/// Paths that a function answers. What else is asked for is a file of the website, which Workers
/// serve without any code.
const FUNCTIONS: &[&str] = &[
    "/packages/",
    "/api/",
    "/manifest/",
    "/get/",
    "/modules/",
    "/download/",
    "/webhooks/",
    "/admin/",
    "/discord/",
    "/proxy",
    "/dl/",
    "/health/",
];

/// The header that carries the request id both ways.
const REQUEST_ID: &str = "x-request-id";

/// What a case works with.
pub struct World {
    /// The server under test.
    pub target: Target,
    /// GitHub, Discord, Foundry and a site with images.
    pub fakes: Fakes,
    /// Everything that was sent and seen.
    pub transcript: Transcript,
    /// Another number at every run, larger than all before: names and versions made with it are
    /// new even to a server whose storage outlives the run.
    pub run: u64,
    next: AtomicU64,
    values: OnceLock<Values>,
    names: Mutex<Names>,
}

/// Whose names of packages are whose: two groups of cases that shared one would fail each other.
#[derive(Default)]
struct Names {
    group: String,
    owners: BTreeMap<String, String>,
}

impl World {
    /// A world around `target`.
    ///
    /// # Errors
    /// Where the fakes cannot have their ports.
    pub fn new(target: Target) -> Result<Self> {
        let fakes = Fakes::start(&target.variables)?;
        let transcript = Transcript::default();
        for (name, secret) in target.secrets() {
            transcript.keep_secret(name, secret);
        }
        let run = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        Ok(Self {
            target,
            fakes,
            transcript,
            run,
            next: AtomicU64::new(0),
            values: OnceLock::new(),
            names: Mutex::default(),
        })
    }

    /// Keeps what `${name}` stands for in the cases that are data.
    pub fn remember(&self, values: BTreeMap<String, String>) {
        // Only one case does this.
        let _ = self.values.set(Values::new(values));
    }

    /// What `${name}` stands for.
    ///
    /// # Errors
    /// Where the shelf was not filled.
    pub fn values(&self) -> Result<&Values> {
        self.values.get().context("the shelf is empty")
    }

    /// A case of this name begins.
    pub fn begin(&self, case: &str) {
        let group = case.split(": ").next().unwrap_or_default().to_owned();
        self.names().group = group;
    }

    /// A package id that no other group of cases has.
    ///
    /// # Panics
    /// Where another group has it: both would publish to one package, and one of them fail.
    pub fn id(&self, name: &str) -> String {
        let names = &mut *self.names();
        let group = names.group.clone();
        let owner = names.owners.entry(name.to_owned()).or_insert(group);
        assert!(
            *owner == names.group,
            "the cases of {:?} have a package {name:?} already; call it otherwise",
            owner
        );
        format!("{name}-{}", self.run)
    }

    fn names(&self) -> std::sync::MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A name that nothing else has, for deliveries and requests.
    pub fn unique(&self, kind: &str) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{kind}-{}-{number}", self.run)
    }

    /// A request to the server under test.
    pub fn ask<'a>(&'a self, method: &'a str, target: impl Into<String>) -> Ask<'a> {
        Ask {
            world: self,
            method,
            target: target.into(),
            headers: Vec::new(),
            content: Content::Nothing,
        }
    }

    /// A GET.
    pub fn get(&self, target: impl Into<String>) -> Ask<'_> {
        self.ask("GET", target)
    }

    /// An admin call with a JSON body; none where it is empty.
    ///
    /// # Errors
    /// Where there is no sound answer.
    pub fn admin(&self, method: &str, target: &str, json: &str) -> Result<Response> {
        let call = self.ask(method, target).admin();
        match json {
            "" => call.send(),
            json => call.body(json.as_bytes()).send(),
        }
    }

    /// The path of a URL that the server handed out, which must begin with its `PUBLIC_URL`.
    ///
    /// # Errors
    /// Where it does not.
    pub fn path_of<'u>(&self, url: &'u str) -> Result<&'u str> {
        let path = url.strip_prefix(self.target.public_url().as_str());
        ensure!(
            path.is_some_and(|path| path.starts_with('/')),
            "{url} is not below {}",
            self.target.public_url()
        );
        Ok(path.unwrap_or_default())
    }
}

/// A request in the making.
pub struct Ask<'a> {
    world: &'a World,
    method: &'a str,
    target: String,
    headers: Vec<(String, String)>,
    content: Content<'a>,
}

impl<'a> Ask<'a> {
    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same with several headers.
    #[must_use]
    pub fn headers(mut self, headers: impl IntoIterator<Item = (String, String)>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// The same with the admin's token.
    #[must_use]
    pub fn admin(self) -> Self {
        let token = self.world.target.variable("ADMIN_TOKEN").to_owned();
        self.header("authorization", format!("Bearer {token}"))
    }

    /// The same with a body whose length is announced.
    #[must_use]
    pub fn body(mut self, bytes: &'a [u8]) -> Self {
        self.content = Content::Bytes(bytes);
        self
    }

    /// The same with a body in chunks.
    #[must_use]
    pub fn chunked(mut self, bytes: &'a [u8]) -> Self {
        self.content = Content::Chunked(bytes);
        self
    }

    /// The same with `length` bytes of a reader as the body.
    #[must_use]
    pub fn stream(mut self, length: u64, reader: &'a mut (dyn Read + Send)) -> Self {
        self.content = Content::Stream(length, reader);
        self
    }

    /// Sends it.
    ///
    /// # Errors
    /// Where there is no sound answer, or it has not the request's id.
    pub fn send(self) -> Result<Response> {
        self.exchange(None)
    }

    /// Sends it; the answer's body goes to `sink` as it comes.
    ///
    /// # Errors
    /// As [`Ask::send`].
    pub fn send_to(self, sink: Sink<'_>) -> Result<Response> {
        self.exchange(Some(sink))
    }

    fn exchange(mut self, sink: Option<Sink<'_>>) -> Result<Response> {
        let own = self.headers.iter().any(|(name, _)| name == REQUEST_ID);
        if !own {
            let id = self.world.unique("case");
            self.headers.push((REQUEST_ID.into(), id));
        }
        let sent = self
            .headers
            .iter()
            .find(|(name, _)| name == REQUEST_ID)
            .map(|(_, id)| id.clone());
        for (_, signature) in self
            .headers
            .iter()
            .filter(|(name, _)| name == "x-hub-signature-256" || name == "x-signature-ed25519")
        {
            self.note_signature(signature);
        }
        let request = Request {
            method: self.method,
            target: &self.target,
            headers: &self.headers,
            content: self.content,
        };
        let response = http::send(&self.world.target.authority, request, sink)?;
        let transcript = &self.world.transcript;
        let place = format!("the answer to {} {}", self.method, self.target);
        transcript.saw(&place, response.describe().as_bytes());
        transcript.saw(&place, &response.body);
        if FUNCTIONS.iter().any(|path| self.target.starts_with(path)) {
            let id = response.header(REQUEST_ID)?;
            ensure!(
                own || Some(id) == sent.as_deref(),
                "{place} has the request id {id}, {sent:?} was sent"
            );
            transcript.exchanged(Exchange {
                method: self.method.to_owned(),
                target: self.target.clone(),
                status: response.status,
                request_id: id.to_owned(),
            });
        }
        Ok(response)
    }

    /// Signatures are as good as secrets: nobody else may read them.
    fn note_signature(&self, signature: &str) {
        let digits = signature.trim_start_matches("sha256=");
        if digits.len() >= 32 {
            self.world.transcript.keep_secret("a signature", digits);
        }
    }
}
