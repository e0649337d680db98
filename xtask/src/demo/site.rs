//! Talking to the server that the demo runs, as GitHub, Foundry and an admin do.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use testkit::{
    fake::{
        Discord, Github,
        client::{self, Response},
        github::Upload,
    },
    package::Package,
    payload::{self, Release},
    sign,
};

use super::{module::REPOSITORY, random};
use crate::signals;

/// How long a release may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The server, those around it, and what they share.
pub struct Site {
    /// Its origin.
    pub origin: String,
    /// The stand-in of GitHub.
    pub github: Github,
    /// The stand-in of Discord.
    pub discord: Discord,
    /// `GITHUB_WEBHOOK_SECRET`.
    pub secret: String,
    /// `ADMIN_TOKEN`.
    pub admin: String,
}

/// Where a release's archive is on GitHub.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In the source archive of its tag.
    Tag,
    /// Uploaded to it.
    Asset,
}

impl Site {
    /// Releases `package` as `version` on GitHub and tells of it by a signed webhook; the
    /// delivery's id.
    pub fn release(&self, package: &Package, version: &str, source: Source) -> Result<String> {
        let tag = format!("v{version}");
        let mut release = Release::new(REPOSITORY, &tag);
        release.name = Some(format!("Greeting Stones {version}"));
        release.body = Some(format!(
            "What is new in {version}: the stones know more people.\n"
        ));
        self.github.publish(release, package.zip());
        if source == Source::Asset {
            let upload = Upload::zip("module.zip", package.zip());
            self.github.upload(REPOSITORY, &tag, upload);
        }
        let body = self.github.event(REPOSITORY, &tag, "published").to_string();
        let delivery = delivery_id()?;
        let headers = payload::headers("release", &delivery, body.as_bytes(), Some(&self.secret));
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let url = format!("{}/webhooks/github", self.origin);
        let answer = client::send("POST", &url, &headers, body.as_bytes())?;
        ensure!(
            answer.status == 202,
            "{url} answered {}: {}",
            answer.status,
            text(&answer)
        );
        Ok(delivery)
    }

    /// Waits until the delivery is done; its journal.
    pub fn wait(&self, delivery: &str) -> Result<Value> {
        let url = format!("{}/webhooks/deliveries/{delivery}", self.origin);
        let token = format!("Bearer {}", self.admin);
        let started = Instant::now();
        loop {
            let answer = client::send("GET", &url, &[("authorization", &token)], b"")?;
            ensure!(answer.status == 200, "{url} answered {}", answer.status);
            let journal: Value = serde_json::from_slice(&answer.body)?;
            match journal["state"].as_str() {
                Some("done") => return Ok(journal),
                Some("failed") => anyhow::bail!("it failed: {}", journal["error"]["message"]),
                _ => {}
            }
            ensure!(started.elapsed() < PATIENCE, "it takes too long: {journal}");
            ensure!(!signals::received(), "interrupted");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// What is at `url`, which must be this server's and answer 200.
    pub fn get(&self, url: &str) -> Result<Response> {
        self.get_with(url, &[], 200)
    }

    /// The same with headers, and another status expected.
    pub fn get_with(&self, url: &str, headers: &[(&str, &str)], status: u16) -> Result<Response> {
        ensure!(
            url.starts_with(&self.origin),
            "{url} is not of {}",
            self.origin
        );
        let answer = client::send("GET", url, headers, b"")?;
        ensure!(
            answer.status == status,
            "{url} answered {}, not {status}",
            answer.status
        );
        Ok(answer)
    }

    /// Downloads what the manifest names and compares it with the package it was made of, file by
    /// file; the archive's size in bytes.
    pub fn verify(&self, manifest: &Response, package: &Package) -> Result<usize> {
        let facts: Value = serde_json::from_slice(&manifest.body)?;
        let url = facts["download"]
            .as_str()
            .context("the manifest has no download")?;
        let archive = self.get(url)?;
        let digest = archive.header("repr-digest").context("no Repr-Digest")?;
        ensure!(
            digest == format!("sha-256=:{}:", base64(&sign::sha256(&archive.body))),
            "{url}: Repr-Digest is {digest}, which is of other bytes"
        );
        let mut files = testkit::package::unzip(&archive.body);
        let (name, inside) = files.pop().context("the archive is empty")?;
        ensure!(name == package.manifest_name, "{url} ends with {name}");
        ensure!(
            inside == manifest.body,
            "{url}: the manifest inside is another"
        );
        ensure!(
            files == package.files,
            "{url}: other files than were released"
        );
        Ok(archive.body.len())
    }
}

/// A name of a delivery as GitHub gives it.
fn delivery_id() -> Result<String> {
    let digits = random()?;
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
    Ok(parts.join("-"))
}

/// A body as text.
pub fn text(answer: &Response) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit) & 63) as usize;
            let padding = digit > three.len();
            text.push(if padding {
                '='
            } else {
                char::from(DIGITS[index])
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_padded() {
        for (bytes, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), expected);
        }
    }
}
