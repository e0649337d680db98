//! A fake GitHub: the REST API's releases, the host that its assets are redirected to, and
//! codeload, each on an origin of its own.
//!
//! What it insists on is what GitHub insists on: a `User-Agent`, a token for private repositories
//! (`404` without), and no `Authorization` where a redirect leads.

mod api;
mod assets;
mod codeload;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use edge::Bytes;
use serde_json::Value;

use super::{
    Asked, Listener, Reply, Rule, Server,
    script::{Script, lock},
};
use crate::{
    memory::MemoryHost,
    payload::{self, Release},
    sign,
};

/// A file to upload to a release.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The file's name.
    pub name: String,
    /// The media type that the uploader gives.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Bytes,
    /// The size that the API tells, where it is not the real one.
    pub size: Option<u64>,
    /// Whether the API tells its digest.
    pub digest: bool,
    /// How often its release is looked at before it is there: assets are uploaded after the event.
    pub after_looks: usize,
    /// Whether it is listed in state `starter` until then.
    pub announced: bool,
}

impl Upload {
    /// A zip archive that is there at once.
    pub fn zip(name: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            name: name.to_owned(),
            content_type: "application/zip".to_owned(),
            bytes: bytes.into(),
            size: None,
            digest: true,
            after_looks: 0,
            announced: false,
        }
    }

    /// The same, there only after its release was looked at `looks` times.
    #[must_use]
    pub fn after_looks(mut self, looks: usize) -> Self {
        self.after_looks = looks;
        self
    }
}

/// The three origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    /// The REST API, for `GITHUB_API_URL`.
    pub api: String,
    /// Where assets are redirected to.
    pub assets: String,
    /// Where source archives are redirected to.
    pub codeload: String,
}

struct Published {
    release: Release,
    source: Bytes,
    uploads: Vec<(u64, Upload)>,
    looks: usize,
}

#[derive(Default)]
struct State {
    published: Vec<Published>,
    private: BTreeMap<String, String>,
    tokens: Vec<String>,
    workflows: Vec<String>,
    next_id: u64,
}

struct Inner {
    origins: Origins,
    state: Mutex<State>,
    script: Script,
}

/// The fake; clones are the same one.
#[derive(Clone)]
pub struct Github(Arc<Inner>);

/// The fake on loopback; it stops when this is dropped.
pub struct GithubServers {
    /// The fake.
    pub github: Github,
    _servers: [Server; 3],
}

impl Github {
    fn new(origins: Origins) -> Self {
        Self(Arc::new(Inner {
            origins,
            state: Mutex::default(),
            script: Script::default(),
        }))
    }

    /// A fake that answers `host` and its peers under GitHub's own names.
    pub fn in_memory(host: &MemoryHost) -> Self {
        let github = Self::new(Origins {
            api: "https://api.github.com".into(),
            assets: "https://release-assets.githubusercontent.com".into(),
            codeload: "https://codeload.github.com".into(),
        });
        let Origins {
            api,
            assets,
            codeload,
        } = github.origins().clone();
        host.serve(&api, github.site(api::answer));
        host.serve(&assets, github.site(assets::answer));
        host.serve(&codeload, github.site(codeload::answer));
        github
    }

    /// A fake on three free ports of 127.0.0.1.
    ///
    /// # Errors
    /// Where no ports can be had.
    pub fn start() -> io::Result<GithubServers> {
        Self::start_at([0, 0, 0])
    }

    /// A fake on these ports of 127.0.0.1 (API, assets, codeload); 0 stands for any free one.
    ///
    /// # Errors
    /// Where they cannot be had.
    pub fn start_at(ports: [u16; 3]) -> io::Result<GithubServers> {
        let [api, assets, codeload] = ports;
        let api = Listener::bind(api)?;
        let assets = Listener::bind(assets)?;
        let codeload = Listener::bind(codeload)?;
        let github = Self::new(Origins {
            api: api.url(),
            assets: assets.url(),
            codeload: codeload.url(),
        });
        let servers = [
            api.serve(github.site(api::answer)),
            assets.serve(github.site(assets::answer)),
            codeload.serve(github.site(codeload::answer)),
        ];
        Ok(GithubServers {
            github,
            _servers: servers,
        })
    }

    /// One of the three sites as a service.
    fn site(
        &self,
        answer: fn(&Github, &Asked) -> Reply,
    ) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
        let github = self.clone();
        move |asked: &Asked| github.0.script.answer(asked, || answer(&github, asked))
    }

    /// Its origins.
    pub fn origins(&self) -> &Origins {
        &self.0.origins
    }

    /// The hosts that it redirects to, for `GITHUB_ASSET_HOSTS`: `host`, or `host:port` where the
    /// origin has a port.
    pub fn asset_hosts(&self) -> String {
        let host = |origin: &str| origin.split("://").nth(1).unwrap_or_default().to_owned();
        let origins = self.origins();
        format!("{},{}", host(&origins.assets), host(&origins.codeload))
    }

    /// Publishes `release` (its numbers, API and assets are filled in) with `source` as the
    /// archive of its tag.
    pub fn publish(&self, release: Release, source: impl Into<Bytes>) {
        let mut state = lock(&self.0.state);
        state.next_id += 1;
        let release = Release {
            id: 200_000 + state.next_id,
            api_url: self.origins().api.clone(),
            private: state.private.contains_key(&release.repository),
            assets: Vec::new(),
            ..release
        };
        state.published.push(Published {
            release,
            source: source.into(),
            uploads: Vec::new(),
            looks: 0,
        });
    }

    /// Uploads to the release `tag` of `repository`; the asset's number.
    ///
    /// # Panics
    /// Where there is no such release.
    pub fn upload(&self, repository: &str, tag: &str, upload: Upload) -> u64 {
        let mut state = lock(&self.0.state);
        state.next_id += 1;
        let id = 900_000 + state.next_id;
        let published =
            state.find(|release| release.repository == repository && release.tag == tag);
        let published = published.expect("the release was published");
        published.uploads.push((id, upload));
        id
    }

    /// Makes `repository` private: only `token` opens it.
    pub fn private(&self, repository: &str, token: &str) {
        let mut state = lock(&self.0.state);
        state
            .private
            .insert(repository.to_owned(), token.to_owned());
        state.tokens.push(token.to_owned());
    }

    /// Makes `token` a valid one.
    pub fn token(&self, token: &str) {
        lock(&self.0.state).tokens.push(token.to_owned());
    }

    /// Gives `repository` a workflow for GitHub Actions.
    pub fn workflows(&self, repository: &str) {
        lock(&self.0.state).workflows.push(repository.to_owned());
    }

    /// The payload that GitHub sends for `action` of the release `tag` of `repository`, with the
    /// assets that are there at this moment.
    ///
    /// # Panics
    /// Where there is no such release.
    pub fn event(&self, repository: &str, tag: &str, action: &str) -> Value {
        let mut state = lock(&self.0.state);
        let published =
            state.find(|release| release.repository == repository && release.tag == tag);
        let release = published.expect("the release was published").shown();
        release.event(action)
    }

    /// Adds a rule; earlier ones go first.
    pub fn script(&self, rule: Rule) {
        self.0.script.add(rule);
    }

    /// Takes all rules away.
    pub fn behave(&self) {
        self.0.script.clear();
    }

    /// Every request to any of the three sites.
    pub fn requests(&self) -> Vec<Asked> {
        self.0.script.requests()
    }

    /// What callers did that GitHub does not forgive.
    pub fn violations(&self) -> Vec<String> {
        self.0.script.violations()
    }
}

/// GitHub's answer when its rate limit is used up (`status` 403 or 429) until `reset`, in seconds
/// since 1970.
pub fn rate_limited(status: u16, reset: u64) -> Reply {
    let message = "API rate limit exceeded for 203.0.113.7. (But here's the good news: \
                   Authenticated requests get a higher rate limit.)";
    api::message(status, message)
        .with("x-ratelimit-limit", "60")
        .with("x-ratelimit-remaining", "0")
        .with("x-ratelimit-reset", reset.to_string())
        .with("x-ratelimit-used", "60")
        .with("x-ratelimit-resource", "core")
}

/// GitHub's answer to somebody who asks too fast (`status` 403 or 429); it does not always say for how
/// many seconds to wait.
pub fn secondary_limit(status: u16, retry_after: Option<u64>) -> Reply {
    let message = "You have exceeded a secondary rate limit. Please wait a few minutes before \
                   you try again.";
    let reply = api::message(status, message);
    match retry_after {
        Some(seconds) => reply.with("retry-after", seconds.to_string()),
        None => reply,
    }
}

impl State {
    fn find(&mut self, wanted: impl Fn(&Release) -> bool) -> Option<&mut Published> {
        let mut published = self.published.iter_mut();
        published.find(|published| wanted(&published.release))
    }

    /// The upload with the number `id` in `repository`, once it is there.
    fn upload(&self, repository: &str, id: u64) -> Option<(&Published, &Upload)> {
        let mut published = self.published.iter();
        published.find_map(|published| {
            let same = published
                .release
                .repository
                .eq_ignore_ascii_case(repository);
            let there = |(number, upload): &&(u64, Upload)| {
                same && *number == id && upload.after_looks <= published.looks
            };
            let (_, upload) = published.uploads.iter().find(there)?;
            Some((published, upload))
        })
    }
}

impl Published {
    /// The release with the assets that are there, or announced, by now.
    fn shown(&self) -> Release {
        let mut release = self.release.clone();
        for (id, upload) in &self.uploads {
            let there = upload.after_looks <= self.looks;
            if there || upload.announced {
                release.assets.push(upload.asset(*id, there));
            }
        }
        release
    }
}

impl Upload {
    fn asset(&self, id: u64, there: bool) -> payload::Asset {
        let digest = || format!("sha256:{}", sign::sha256_hex(&self.bytes));
        payload::Asset {
            id,
            name: self.name.clone(),
            content_type: self.content_type.clone(),
            size: match there {
                true => self.size.unwrap_or(self.bytes.len() as u64),
                false => 0,
            },
            digest: (there && self.digest).then(digest),
            state: if there { "uploaded" } else { "starter" }.to_owned(),
        }
    }
}
