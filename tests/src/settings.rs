//! What the servers are configured with.

use std::{
    collections::BTreeMap,
    env,
    net::TcpListener,
    path::{Path, PathBuf},
};

use anyhow::Result;
use testkit::{
    fake::server,
    payload::interaction::{APPLICATION, GUILD, InteractionKey},
};

use crate::target::Runtime;

/// The variables that a server may be configured with.
pub const NAMES: &[&str] = &[
    "PUBLIC_URL",
    "ADMIN_TOKEN",
    "GITHUB_WEBHOOK_SECRET",
    "GITHUB_REPOSITORIES",
    "GITHUB_TOKEN",
    "GITHUB_API_URL",
    "GITHUB_ASSET_HOSTS",
    "DISCORD_WEBHOOK_URL",
    "DISCORD_API_URL",
    "DISCORD_PUBLIC_KEY",
    "DISCORD_APPLICATION_ID",
    "DISCORD_ADMIN_GUILDS",
    "DISCORD_ADMIN_ROLES",
    "FOUNDRY_API_URL",
    "FOUNDRY_RELEASE_TOKENS",
    "PROXY_ALLOWED_HOSTS",
    "PROXY_ACCESS_TOKENS",
    "PROXY_SIGNING_KEYS",
];

/// The role whose members may administer releases from Discord.
pub const ADMIN_ROLE: &str = "1309430000000000001";

/// Configuration with secrets that protect nothing, and addresses where the fakes listen that are free.
///
/// # Errors
/// Where no port is free.
pub fn shared() -> Result<BTreeMap<String, String>> {
    // Bound together, so that no two are the same.
    let own = server::address();
    let listeners = [(); 6].map(|()| TcpListener::bind((own, 0)));
    let mut addresses = Vec::new();
    for listener in listeners {
        addresses.push(listener?.local_addr()?.to_string());
    }
    let [api, assets, codeload, discord, foundry, site] = addresses.as_slice() else {
        anyhow::bail!("six addresses are needed");
    };
    let variables = [
        ("ADMIN_TOKEN", "test-only-admin-token-0c2f".to_owned()),
        (
            "GITHUB_WEBHOOK_SECRET",
            "test-only-webhook-secret-51d8".to_owned(),
        ),
        ("GITHUB_REPOSITORIES", "acme/*,example/one".to_owned()),
        ("GITHUB_TOKEN", "test-only-github-token-9be1".to_owned()),
        ("GITHUB_API_URL", format!("http://{api}")),
        ("GITHUB_ASSET_HOSTS", format!("{assets},{codeload}")),
        (
            "DISCORD_WEBHOOK_URL",
            format!(
                "http://{discord}/api/webhooks/1309411229876543210/fake-discord-webhook-secret"
            ),
        ),
        ("DISCORD_API_URL", format!("http://{discord}/api/v10")),
        ("DISCORD_PUBLIC_KEY", InteractionKey::for_tests().public()),
        ("DISCORD_APPLICATION_ID", APPLICATION.to_owned()),
        ("DISCORD_ADMIN_GUILDS", GUILD.to_owned()),
        ("DISCORD_ADMIN_ROLES", ADMIN_ROLE.to_owned()),
        ("FOUNDRY_API_URL", format!("http://{foundry}")),
        (
            "FOUNDRY_RELEASE_TOKENS",
            r#"{"announced":"test-only-foundry-token-e6c4"}"#.to_owned(),
        ),
        ("PROXY_ALLOWED_HOSTS", site.clone()),
        (
            "PROXY_ACCESS_TOKENS",
            "test-only-proxy-token-7d31".to_owned(),
        ),
        (
            "PROXY_SIGNING_KEYS",
            "k1:test-only-signing-key-3f9a".to_owned(),
        ),
        // Spin's sandbox lets through what is named; see spin.toml.
        ("ALLOW_GITHUB_API", format!("http://{api}")),
        ("ALLOW_GITHUB_ASSETS", format!("http://{own}:*")),
        ("ALLOW_DISCORD", format!("http://{discord}")),
        ("ALLOW_DISCORD_API", format!("http://{discord}")),
        ("ALLOW_FOUNDRY", format!("http://{foundry}")),
        ("ALLOW_PROXY", format!("http://{site}")),
    ];
    Ok(variables
        .map(|(name, value)| (name.to_owned(), value))
        .into())
}

/// The repository's root.
pub fn root() -> PathBuf {
    let tests = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    tests
        .parent()
        .map_or_else(|| tests.clone(), Path::to_path_buf)
}

/// The folder of what a server that this program starts leaves behind.
pub fn folder(runtime: Runtime, name: &str) -> PathBuf {
    target().join("blackbox").join(runtime.name()).join(name)
}

/// Cargo's target folder: this program is in `<target>/debug/deps`.
pub fn target() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let folder = program.ancestors().nth(3);
    folder.map_or_else(|| root().join("target"), Path::to_path_buf)
}
