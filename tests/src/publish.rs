//! Publishing as GitHub does: a release, its signed delivery, and its journal in the end.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use testkit::{fake::github::Upload, payload};

use crate::{http::Response, package, world::World};

/// How long a delivery may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often its journal is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A release that GitHub has, and the delivery that tells of it.
pub struct Delivery<'w> {
    world: &'w World,
    /// `owner/name`.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// `X-GitHub-Delivery`.
    pub id: String,
}

/// A release to be made on GitHub.
pub struct Release<'w> {
    world: &'w World,
    release: payload::Release,
    source: Vec<u8>,
    uploads: Vec<Upload>,
}

impl World {
    /// A release of `repository` under `tag`, with no assets and nothing in its source.
    pub fn release(&self, repository: &str, tag: &str) -> Release<'_> {
        let mut release = payload::Release::new(repository, tag);
        release.name = Some(format!("Release {tag}"));
        Release {
            world: self,
            release,
            source: package::empty(),
            uploads: Vec::new(),
        }
    }

    /// The journal of a delivery.
    ///
    /// # Errors
    /// Where there is none.
    pub fn journal(&self, delivery: &str) -> Result<Journal> {
        let path = format!("/webhooks/deliveries/{delivery}");
        let answer = self.admin("GET", &path, "")?.expect(200)?;
        Ok(Journal(answer.json()?))
    }

    /// The journal of a delivery once it is finished.
    ///
    /// # Errors
    /// Where it is not finished in time.
    pub fn finished(&self, delivery: &str) -> Result<Journal> {
        self.wait_for(delivery, |journal| {
            matches!(journal.state(), "done" | "failed")
        })
    }

    /// The journal of a delivery once `wanted` says so.
    ///
    /// # Errors
    /// Where it does not in time.
    pub fn wait_for(&self, delivery: &str, wanted: impl Fn(&Journal) -> bool) -> Result<Journal> {
        let started = Instant::now();
        loop {
            let journal = self.journal(delivery)?;
            if wanted(&journal) {
                return Ok(journal);
            }
            ensure!(
                started.elapsed() < PATIENCE,
                "not within {PATIENCE:?}: {}",
                journal.0
            );
            thread::sleep(LOOK_EVERY);
        }
    }
}

impl<'w> Release<'w> {
    /// The same with an uploaded zip archive.
    #[must_use]
    pub fn asset(mut self, name: &str, zip: impl Into<Vec<u8>>) -> Self {
        self.uploads.push(Upload::zip(name, zip.into()));
        self
    }

    /// The same with an upload that is there later, or otherwise not as usual.
    #[must_use]
    pub fn upload(mut self, upload: Upload) -> Self {
        self.uploads.push(upload);
        self
    }

    /// The same with `zip` as the source archive of its tag.
    #[must_use]
    pub fn source(mut self, zip: impl Into<Vec<u8>>) -> Self {
        self.source = zip.into();
        self
    }

    /// The same, marked as a prerelease.
    #[must_use]
    pub fn prerelease(mut self) -> Self {
        self.release.prerelease = true;
        self
    }

    /// The same with notes.
    #[must_use]
    pub fn notes(mut self, notes: &str) -> Self {
        self.release.body = Some(notes.to_owned());
        self
    }

    /// Makes it on GitHub; nobody is told yet.
    pub fn make(self) -> Delivery<'w> {
        let (repository, tag) = (self.release.repository.clone(), self.release.tag.clone());
        let github = self.world.fakes.github();
        github.publish(self.release, self.source);
        for upload in self.uploads {
            github.upload(&repository, &tag, upload);
        }
        let id = self.world.unique("delivery");
        Delivery {
            world: self.world,
            repository,
            tag,
            id,
        }
    }

    /// Makes it, tells of it, and waits for the end.
    ///
    /// # Errors
    /// Where the delivery is not accepted, or not finished in time.
    pub fn deliver(self) -> Result<Journal> {
        let world = self.world;
        let delivery = self.make();
        delivery.send("published")?.expect(202)?;
        world.finished(&delivery.id)
    }

    /// Makes it, tells of it, and waits until it is published and announced.
    ///
    /// # Errors
    /// As [`Release::deliver`], and where it failed.
    pub fn publish(self) -> Result<Journal> {
        let journal = self.deliver()?;
        ensure!(journal.state() == "done", "it failed: {}", journal.0);
        Ok(journal)
    }
}

impl<'w> Delivery<'w> {
    /// Another delivery of the same release.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            world: self.world,
            repository: self.repository.clone(),
            tag: self.tag.clone(),
            id: self.world.unique("delivery"),
        }
    }

    /// What GitHub sends of `action`.
    pub fn payload(&self, action: &str) -> Vec<u8> {
        let github = self.world.fakes.github();
        let event = github.event(&self.repository, &self.tag, action);
        event.to_string().into_bytes()
    }

    /// Tells of `action`, signed.
    ///
    /// # Errors
    /// Where there is no answer.
    pub fn send(&self, action: &str) -> Result<Response> {
        self.world
            .deliver("release", &self.id, &self.payload(action))
    }
}

impl World {
    /// Sends `payload` as GitHub does, signed with the secret.
    ///
    /// # Errors
    /// Where there is no answer.
    pub fn deliver(&self, event: &str, delivery: &str, payload: &[u8]) -> Result<Response> {
        let secret = self.target.variable("GITHUB_WEBHOOK_SECRET");
        let headers = payload::headers(event, delivery, payload, Some(secret));
        let ask = self.ask("POST", "/webhooks/github").headers(headers);
        ask.body(payload).send()
    }
}

/// What is journalled of a delivery.
#[derive(Debug, Clone)]
pub struct Journal(pub Value);

impl Journal {
    /// Its state.
    pub fn state(&self) -> &str {
        self.0["state"].as_str().unwrap_or_default()
    }

    /// The states that it went through, in order, without repetition.
    pub fn states(&self) -> Vec<&str> {
        let steps = self.0["steps"].as_array().into_iter().flatten();
        let mut states: Vec<&str> = steps.filter_map(|step| step["state"].as_str()).collect();
        states.dedup();
        states
    }

    /// Code of the error; empty where there is none.
    pub fn error_code(&self) -> &str {
        self.0["error"]["code"].as_str().unwrap_or_default()
    }

    /// The error's words.
    pub fn error(&self) -> &str {
        self.0["error"]["message"].as_str().unwrap_or_default()
    }

    /// The findings that stopped it, as `(code, field)`.
    pub fn findings(&self) -> Vec<(&str, &str)> {
        let findings = self.0["error"]["findings"].as_array().into_iter().flatten();
        findings
            .filter(|finding| finding["severity"] == "error")
            .map(|finding| {
                let text = |name: &str| finding[name].as_str().unwrap_or_default();
                (text("code"), text("field"))
            })
            .collect()
    }

    /// What became of an announcement: `discord` or `foundry`.
    pub fn announcement(&self, receiver: &str) -> &str {
        let announcement = &self.0["announcements"][receiver]["status"];
        announcement.as_str().unwrap_or_default()
    }

    /// The version that was published.
    ///
    /// # Errors
    /// Where none was.
    pub fn version(&self) -> Result<&str> {
        let version = self.0["package"]["version"].as_str();
        version.with_context(|| format!("nothing was packed: {}", self.0))
    }
}
