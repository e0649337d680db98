//! Reading what is asked for.

use edge::{Bytes, Config, Objects, Problem, config, log, objects};
use registry::{
    ChannelsRecord, Key, MAX_MANIFEST, PackageId, PublicUrl, ReleaseRecord, Version,
    store::{self, StoreError},
};
use serde_json::json;

use crate::{Host, reply::gone};

/// The configured `PUBLIC_URL`.
///
/// # Errors
/// `503` naming the variable.
pub async fn public_url<C: Config>(config: &C) -> Result<PublicUrl, Problem> {
    let name = config::name::PUBLIC_URL;
    let text = config::required(config, name).await?;
    PublicUrl::parse(&text).map_err(|_| {
        let expected = "an origin such as https://packages.example.com";
        Problem::misconfigured(&edge::ConfigError::Malformed { name, expected })
    })
}

/// What the channels of the package `id` serve.
///
/// # Errors
/// `404` where there is no such package.
pub async fn channels<H: Host>(host: &H, id: &PackageId) -> Result<ChannelsRecord, Problem> {
    let channels = store::read::<ChannelsRecord, _>(host, &Key::Channels(id)).await;
    match channels.map_err(|error| failed(host, &error))? {
        Some(channels) => Ok(channels.record),
        None => Err(no_package(id)),
    }
}

/// That there is no such package.
pub fn no_package(id: &PackageId) -> Problem {
    Problem::not_found(format!("there is no package `{id}` here"))
}

/// The facts of a release that is not withdrawn.
///
/// # Errors
/// `404` where there is no such release, `410` with the reason where it is withdrawn.
pub async fn release<H: Host>(
    host: &H,
    id: &PackageId,
    version: &Version,
) -> Result<ReleaseRecord, Problem> {
    let release = store::read::<ReleaseRecord, _>(host, &Key::Release(id, version)).await;
    let release = release.map_err(|error| failed(host, &error))?;
    let Some(release) = release.map(|release| release.record) else {
        return Err(Problem::not_found(format!(
            "there is no release {version} of `{id}` here"
        )));
    };
    match &release.yanked {
        None => Ok(release),
        Some(yank) => Err(gone(format!("{version} was withdrawn: {}", yank.reason))
            .with("reason", yank.reason.as_str())
            .with("yanked_at", json!(yank.at))),
    }
}

/// The stored manifest at `key`.
///
/// # Errors
/// `503` where the store does not answer, `500` where it lost the manifest.
pub async fn stored_manifest<H: Host>(host: &H, key: &Key<'_>) -> Result<Bytes, Problem> {
    let stored = objects::read(host, &key.path(), MAX_MANIFEST as u64).await;
    match stored.map_err(|error| failed(host, &error.into()))? {
        Some(stored) => Ok(stored.bytes),
        None => Err(lost(host, key)),
    }
}

/// That something is not in the store that records say is there.
pub fn lost<H: Host>(host: &H, key: &Key<'_>) -> Problem {
    log::event(
        host,
        host.now(),
        "object-lost",
        json!({ "key": key.path() }),
    );
    Problem::internal()
}

/// What the store would not do, logged.
pub fn failed<O: Objects + edge::Log + edge::Clock>(host: &O, error: &StoreError) -> Problem {
    log::event(
        host,
        host.now(),
        "store-failed",
        json!({ "cause": error.to_string() }),
    );
    match error {
        StoreError::Corrupt { .. } => Problem::internal(),
        _ => Problem::unavailable("objects"),
    }
}
