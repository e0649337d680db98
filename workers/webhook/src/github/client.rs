//! GitHub's REST API, as far as the release path needs it.

use std::time::Duration;

use edge::{
    Body, Clock, Config, ConfigError, Fetch, FetchRequest, HeaderName, HeaderValue, Method, Url,
    config::{self, name},
    header,
    outbound::{self, AllowedHosts, Answer, Bounds},
};
use registry::{Failure, Repository};

use super::{Asset, event::RepositoryFile};
use crate::failure::StepError;

/// Largest archive that is taken in, in bytes.
pub const MAX_ARCHIVE: u64 = 1 << 30;

const MAX_JSON: u64 = 4 << 20;
/// GitHub takes at most 1,000 assets a release
/// (<https://docs.github.com/en/repositories/releasing-projects-on-github/about-releases>).
const MAX_PAGES: u32 = 10;
const MAX_REDIRECTS: u8 = 5;
const HEAD: Duration = Duration::from_secs(20);
const JSON_TOTAL: Duration = Duration::from_secs(30);
const ARCHIVE_TOTAL: Duration = Duration::from_secs(600);
const DEFAULT_API: &str = "https://api.github.com";
const DEFAULT_ASSET_HOSTS: &str =
    "objects.githubusercontent.com,release-assets.githubusercontent.com,codeload.github.com";

/// A client of GitHub's API, within the configured hosts.
pub struct Client<'a, H> {
    pub(super) host: &'a H,
    pub(super) api: Url,
    pub(super) token: Option<String>,
    asset_hosts: AllowedHosts,
}

impl<'a, H> Client<'a, H>
where
    H: Fetch + Clock + Config + Clone + 'static,
{
    /// A client configured by `GITHUB_API_URL`, `GITHUB_TOKEN` and `GITHUB_ASSET_HOSTS`.
    ///
    /// # Errors
    /// [`ConfigError`] naming the variable that is malformed.
    pub async fn new(host: &'a H) -> Result<Self, ConfigError> {
        let api = config::base_url(host, name::GITHUB_API_URL, Some(DEFAULT_API)).await?;
        let token = config::optional(host, name::GITHUB_TOKEN).await?;
        let hosts = config::optional(host, name::GITHUB_ASSET_HOSTS).await?;
        let asset_hosts = AllowedHosts::parse(hosts.as_deref().unwrap_or(DEFAULT_ASSET_HOSTS))
            .ok_or(ConfigError::Malformed {
                name: name::GITHUB_ASSET_HOSTS,
                expected: "a comma-separated list of `host` or `host:port`",
            })?;
        Ok(Self {
            host,
            api,
            token,
            asset_hosts,
        })
    }

    /// The files attached to the release `release` now, a page of 100 after the other.
    ///
    /// # Errors
    /// [`StepError`] with what GitHub said.
    pub async fn assets(
        &self,
        repository: &Repository,
        release: u64,
    ) -> Result<Vec<Asset>, StepError> {
        let mut assets = Vec::new();
        for page in 1..=MAX_PAGES {
            let mut url = self.url(repository, &["releases", &release.to_string(), "assets"])?;
            url.set_query(Some(&format!("per_page=100&page={page}")));
            let (more, goes_on) = self.page(url).await?;
            assets.extend(more);
            if !goes_on {
                break;
            }
        }
        Ok(assets)
    }

    /// A page of the list of assets, and whether another one follows.
    async fn page(&self, url: Url) -> Result<(Vec<Asset>, bool), StepError> {
        let (accept, what) = (
            "application/vnd.github+json",
            "the list of the release's assets",
        );
        let answer = self.get(url, accept, MAX_JSON, JSON_TOTAL, what).await?;
        let link = answer.headers.get(header::LINK);
        let goes_on = link.is_some_and(|link| link.contains("rel=\"next\""));
        let host = answer.host.clone();
        let text = answer.body.bytes(MAX_JSON).await;
        let text = text.map_err(|error| StepError::body(what, &error))?;
        let assets = serde_json::from_slice(&text).map_err(|_| {
            let message = format!("{host} did not answer {what} as the JSON that GitHub documents");
            Failure::new("github-answer", message)
        })?;
        Ok((assets, goes_on))
    }

    /// Whether the tag `tag` has workflows for GitHub Actions, which may be what uploads the
    /// release's assets. What GitHub does not tell counts as none.
    ///
    /// # Errors
    /// [`StepError`] where GitHub may tell later.
    pub async fn has_workflows(
        &self,
        repository: &Repository,
        tag: &str,
    ) -> Result<bool, StepError> {
        let mut url = self.url(repository, &["contents", ".github", "workflows"])?;
        url.query_pairs_mut().append_pair("ref", tag);
        let (accept, what) = ("application/vnd.github+json", "the repository's workflows");
        let answer = match self.get(url, accept, MAX_JSON, JSON_TOTAL, what).await {
            Ok(answer) => answer,
            Err(StepError::Failed(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        let text = answer.body.bytes(MAX_JSON).await;
        let text = text.map_err(|error| StepError::body(what, &error))?;
        let files: Vec<RepositoryFile> = serde_json::from_slice(&text).unwrap_or_default();
        let is_workflow = |file: &RepositoryFile| {
            let name = file.name.to_ascii_lowercase();
            name.ends_with(".yml") || name.ends_with(".yaml")
        };
        Ok(files.iter().any(is_workflow))
    }

    /// The bytes of the attached file `asset`, at most as many as GitHub says that it has.
    ///
    /// # Errors
    /// [`StepError`] with what GitHub said.
    pub async fn asset(&self, repository: &Repository, asset: &Asset) -> Result<Answer, StepError> {
        let url = self.url(repository, &["releases", "assets", &asset.id.to_string()])?;
        let what = format!("the asset `{}`", asset.name);
        self.get(
            url,
            "application/octet-stream",
            asset.most_bytes(),
            ARCHIVE_TOTAL,
            &what,
        )
        .await
    }

    /// The source archive of the tag `tag`, a zip archive with one top folder.
    ///
    /// # Errors
    /// [`StepError`] with what GitHub said.
    pub async fn source_archive(
        &self,
        repository: &Repository,
        tag: &str,
    ) -> Result<Answer, StepError> {
        let mut rest = vec!["zipball", "refs", "tags"];
        rest.extend(tag.split('/'));
        let url = self.url(repository, &rest)?;
        let what = format!("the source archive of the tag `{tag}`");
        self.get(
            url,
            "application/vnd.github+json",
            MAX_ARCHIVE,
            ARCHIVE_TOTAL,
            &what,
        )
        .await
    }

    fn url(&self, repository: &Repository, rest: &[&str]) -> Result<Url, StepError> {
        let mut url = self.api.clone();
        let mut segments = url.path_segments_mut().map_err(|()| {
            Failure::new("misconfigured", "GITHUB_API_URL cannot be the base of URLs")
        })?;
        segments
            .pop_if_empty()
            .push("repos")
            .extend(repository.as_str().split('/'))
            .extend(rest);
        drop(segments);
        Ok(url)
    }

    async fn get(
        &self,
        url: Url,
        accept: &'static str,
        bytes: u64,
        total: Duration,
        what: &str,
    ) -> Result<Answer, StepError> {
        let request = FetchRequest {
            method: Method::GET,
            url,
            headers: self.headers(accept)?,
            body: edge::Bytes::new(),
        };
        let bounds = Bounds {
            redirect_hosts: &self.asset_hosts,
            redirects: MAX_REDIRECTS,
            head: HEAD,
            total,
            bytes,
        };
        let answer = outbound::send(self.host, request, bounds)
            .await
            .map_err(|error| StepError::outbound(what, &error))?;
        self.check(answer, what).await
    }

    fn headers(&self, accept: &'static str) -> Result<Vec<(HeaderName, HeaderValue)>, StepError> {
        let mut headers = vec![
            (header::ACCEPT, HeaderValue::from_static(accept)),
            (header::USER_AGENT, HeaderValue::from_static("vtta-edge")),
            (
                HeaderName::from_static("x-github-api-version"),
                HeaderValue::from_static("2022-11-28"),
            ),
        ];
        if let Some(token) = &self.token {
            let value =
                HeaderValue::from_str(&format!("Bearer {}", token.trim())).map_err(|_| {
                    let message = "GITHUB_TOKEN holds characters that no token has";
                    Failure::new("misconfigured", message)
                })?;
            headers.push((header::AUTHORIZATION, value));
        }
        Ok(headers)
    }
}

/// The body of `answer`, which must be named as something other than a page or JSON: an error page
/// that some proxy answers with `200` is not an archive.
///
/// # Errors
/// [`StepError`] naming the type that came.
pub fn archive_body(answer: Answer, what: &str) -> Result<Body, StepError> {
    let kind = answer.headers.get(header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.starts_with("text/") || kind.ends_with("json") || kind.ends_with("xml") {
        let message = format!(
            "{} sent {what} as `{kind}`, which is no zip archive",
            answer.host
        );
        return Err(Failure::new("not-an-archive", message).into());
    }
    Ok(answer.body)
}
