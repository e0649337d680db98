//! Releases as GitHub's API and its webhook show them.

use serde_json::{Value, json};

use super::API_URL;

/// A release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// `owner/name`.
    pub repository: String,
    /// Whether the repository is private.
    pub private: bool,
    /// GitHub's number of the release.
    pub id: u64,
    /// The tag.
    pub tag: String,
    /// The title; often absent.
    pub name: Option<String>,
    /// The notes, in GitHub's Markdown; often absent.
    pub body: Option<String>,
    /// Whether it is marked as a prerelease.
    pub prerelease: bool,
    /// Whether it is a draft.
    pub draft: bool,
    /// RFC 3339.
    pub published_at: String,
    /// What is uploaded to it.
    pub assets: Vec<Asset>,
    /// Origin of the API in its URLs.
    pub api_url: String,
}

/// A file uploaded to a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// GitHub's number of the asset.
    pub id: u64,
    /// The file's name.
    pub name: String,
    /// The media type that the uploader gave.
    pub content_type: String,
    /// Its size, in bytes.
    pub size: u64,
    /// `sha256:` and hex; absent for what was uploaded before GitHub began to compute it.
    pub digest: Option<String>,
    /// `uploaded`, or `starter` while the upload goes on.
    pub state: String,
}

impl Release {
    /// The release `tag` of `repository` (`owner/name`), with no title, notes or assets.
    pub fn new(repository: &str, tag: &str) -> Self {
        Self {
            repository: repository.to_owned(),
            private: false,
            id: 17_372_790,
            tag: tag.to_owned(),
            name: None,
            body: None,
            prerelease: false,
            draft: false,
            published_at: "2026-11-22T09:59:30Z".to_owned(),
            assets: Vec::new(),
            api_url: API_URL.to_owned(),
        }
    }

    /// The payload of the event `release` with this `action`.
    pub fn event(&self, action: &str) -> Value {
        let mut event = self.example();
        event["action"] = action.into();
        event["release"] = self.to_json();
        event["repository"]["private"] = self.private.into();
        if action == "edited" {
            event["changes"] = json!({ "name": { "from": "FOO" }, "body": { "from": "" } });
        }
        event
    }

    /// The release as `GET /repos/{owner}/{name}/releases/{id}` answers it.
    pub fn to_json(&self) -> Value {
        let mut release = self.example()["release"].take();
        let api = format!("{}/repos/{}", self.api_url, self.repository);
        let html = format!("https://github.com/{}/releases", self.repository);
        let (id, tag) = (self.id, &self.tag);
        let page = if self.draft { "untagged-1" } else { tag };
        let published = (!self.draft).then_some(&self.published_at);
        let facts = json!({
            "url": format!("{api}/releases/{id}"),
            "assets_url": format!("{api}/releases/{id}/assets"),
            "upload_url": format!(
                "https://uploads.github.com/repos/{}/releases/{id}/assets{{?name,label}}",
                self.repository
            ),
            "html_url": format!("{html}/tag/{page}"),
            "id": id,
            "tag_name": tag,
            "name": self.name,
            "draft": self.draft,
            "immutable": false,
            "prerelease": self.prerelease,
            "created_at": "2026-11-22T09:58:00Z",
            "updated_at": self.published_at,
            "published_at": published,
            "assets": self.assets.iter().map(|asset| self.asset(asset)).collect::<Vec<_>>(),
            "tarball_url": format!("{api}/tarball/{tag}"),
            "zipball_url": format!("{api}/zipball/{tag}"),
            "body": self.body,
        });
        if let (Some(release), Value::Object(facts)) = (release.as_object_mut(), facts) {
            release.extend(facts);
        }
        release
    }

    /// One of its assets as the API answers it.
    pub fn asset(&self, asset: &Asset) -> Value {
        let (repository, tag) = (&self.repository, &self.tag);
        json!({
            "url": format!("{}/repos/{repository}/releases/assets/{}", self.api_url, asset.id),
            "id": asset.id,
            "node_id": "RA_kwDOCyKXCs4BCRa2",
            "name": asset.name,
            "label": "",
            "uploader": self.example()["sender"],
            "content_type": asset.content_type,
            "state": asset.state,
            "size": asset.size,
            "digest": asset.digest,
            "download_count": 0,
            "created_at": self.published_at,
            "updated_at": self.published_at,
            "browser_download_url":
                format!("https://github.com/{repository}/releases/download/{tag}/{}", asset.name),
        })
    }

    /// GitHub's example with owner, repository and API of this release.
    fn example(&self) -> Value {
        let (owner, name) = self.repository.split_once('/').unwrap_or(("", ""));
        let text = include_str!("examples/release.json")
            .replace("Codertocat/Hello-World", &self.repository)
            .replace("\"Hello-World\"", &format!("\"{name}\""))
            .replace("Codertocat", owner)
            .replace(API_URL, &self.api_url);
        serde_json::from_str(&text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Asset, Release};
    use crate::payload::{OTHER_EVENTS, other};

    #[test]
    fn payloads_keep_the_shape_of_the_example_and_hold_the_facts() {
        let mut release = Release::new("Some-Owner/some-module", "v1.2.3");
        release.api_url = "http://127.0.0.1:1234".into();
        release.assets = vec![Asset {
            id: 5,
            name: "module.zip".into(),
            content_type: "application/zip".into(),
            size: 10,
            digest: None,
            state: "uploaded".into(),
        }];
        let event = release.event("published");
        let example: Value = serde_json::from_str(include_str!("examples/release.json"))
            .expect("the example is JSON");
        for part in ["release", "repository", "sender"] {
            for name in example[part].as_object().expect("an object").keys() {
                assert!(event[part].get(name).is_some(), "{part}.{name}");
            }
        }
        let text = event.to_string();
        assert!(!text.contains("Codertocat") && !text.contains("Hello-World"));
        assert!(!text.contains("https://api.github.com"));
        for (pointer, expected) in [
            ("/action", json!("published")),
            ("/repository/full_name", json!("Some-Owner/some-module")),
            ("/repository/name", json!("some-module")),
            ("/repository/owner/login", json!("Some-Owner")),
            ("/release/tag_name", json!("v1.2.3")),
            ("/release/assets/0/name", json!("module.zip")),
            (
                "/release/assets_url",
                json!(
                    "http://127.0.0.1:1234/repos/Some-Owner/some-module/releases/17372790/assets"
                ),
            ),
        ] {
            assert_eq!(event.pointer(pointer), Some(&expected), "{pointer}");
        }
    }

    #[test]
    fn other_events_are_of_the_repository() {
        for (event, _) in OTHER_EVENTS {
            let payload = other(event, "o/r");
            assert_eq!(payload["repository"]["full_name"], "o/r", "{event}");
        }
    }
}
