//! What the demo does, and says.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use registry::is_newer;
use serde_json::Value;

use super::{
    module::{self, ID, REPOSITORY},
    site::{Site, Source, text},
    variables,
};

/// Says where everything is, and what is not the real thing.
pub fn introduce(site: &Site, runtime: &str) {
    println!();
    say("site", format!("{}/ on {runtime}", site.origin));
    let stands_in = "a stand-in on this machine; nothing leaves it";
    say(
        "GitHub",
        format!("{} ({stands_in})", site.github.origins().api),
    );
    let webhook = site.discord.webhook_url();
    let origin = webhook.split("/api").next().unwrap_or_default();
    say("Discord", format!("{origin} ({stands_in})"));
}

/// Publishes, installs, publishes again, updates.
pub fn tell(site: &Site) -> Result<()> {
    let install = format!("{}/packages/{ID}/module.json", site.origin);

    let first = module::package("1.0.0");
    publish(site, "1.0.0", Source::Tag)?;
    let installed = site.get(&install)?;
    let size = site.verify(&installed, &first)?;
    let installed: Value = serde_json::from_slice(&installed.body)?;
    ok("install URL", &install, "version 1.0.0");
    ok(
        "archive",
        field(&installed, "download")?,
        format!("{size} bytes, as released"),
    );

    let second = module::package("1.1.0");
    publish(site, "1.1.0", Source::Asset)?;
    // Foundry asks where the installed manifest says, and compares versions.
    let check = field(&installed, "manifest")?;
    let remote = site.get(check)?;
    let etag = remote.header("etag").context("no ETag")?.to_owned();
    let manifest: Value = serde_json::from_slice(&remote.body)?;
    let (version, before) = (field(&manifest, "version")?, field(&installed, "version")?);
    ensure!(
        version == "1.1.0" && before == "1.0.0",
        "{before}, then {version}"
    );
    ensure!(
        is_newer(version, before),
        "Foundry would not take {version} for newer than {before}"
    );
    ok(
        "update check",
        check,
        format!("{version} is newer than the installed {before}"),
    );
    site.get_with(check, &[("if-none-match", &etag)], 304)?;
    ok("asked again", check, "304, nothing is sent twice");
    let size = site.verify(&remote, &second)?;
    ok(
        "archive",
        field(&manifest, "download")?,
        format!("{size} bytes, as released"),
    );
    let pinned = format!("{}/packages/{ID}/releases/1.0.0/module.json", site.origin);
    site.get(&pinned)?;
    ok("pinned 1.0.0", &pinned, "still there");

    announced(site)?;
    pages(site)
}

fn publish(site: &Site, version: &str, source: Source) -> Result<()> {
    println!();
    let package = module::package(version);
    let delivery = site.release(&package, version, source)?;
    let from = match source {
        Source::Tag => "source archive of the tag",
        Source::Asset => "uploaded asset",
    };
    let webhook = format!("{}/webhooks/github", site.origin);
    ok(
        "signed webhook",
        &webhook,
        format!("202, {REPOSITORY} v{version}, {from}"),
    );
    let journal = site.wait(&delivery)?;
    let steps = journal["steps"].as_array().into_iter().flatten();
    let steps: Vec<&str> = steps.filter_map(|step| step["state"].as_str()).collect();
    let url = format!("{}/webhooks/deliveries/{delivery}", site.origin);
    ok("journal", &url, steps.join(", "));
    Ok(())
}

/// Discord has one message per release, and none that mentions anybody.
fn announced(site: &Site) -> Result<()> {
    println!();
    let messages = site.discord.messages();
    ensure!(
        messages.len() == 2,
        "Discord has {} messages, not 2",
        messages.len()
    );
    ensure!(
        site.discord.violations().is_empty(),
        "{:?}",
        site.discord.violations()
    );
    for message in messages {
        let embed = &message["embeds"][0];
        let fields = embed["fields"].as_array().into_iter().flatten();
        let fields = fields.map(|field| {
            let part = |name: &str| field[name].as_str().unwrap_or_default().to_owned();
            format!("{}: {}", part("name"), part("value"))
        });
        let fields: Vec<String> = fields.collect();
        ok("Discord", field(embed, "title")?, fields.join(", "));
    }
    Ok(())
}

fn pages(site: &Site) -> Result<()> {
    let api = format!("{}/api/v1/packages", site.origin);
    let list: Value = serde_json::from_slice(&site.get(&api)?.body)?;
    let listed = &list["packages"][0];
    ensure!(listed["id"] == ID && listed["version"] == "1.1.0", "{list}");
    ok("read API", &api, format!("lists {ID} 1.1.0"));
    let home = format!("{}/", site.origin);
    ensure!(
        text(&site.get(&home)?).contains("<!doctype html>"),
        "{home} is no page"
    );
    ok("website", &home, "shows it");
    Ok(())
}

/// Says what can be done meanwhile.
pub fn leave_running(site: &Site, folder: &Path) {
    println!();
    say("open", format!("{}/", site.origin));
    say("log", folder.join("server.log").display());
    say("admin token", variables(folder).display());
    println!("the site runs until Ctrl-C");
}

fn field<'v>(value: &'v Value, name: &str) -> Result<&'v str> {
    let text = value[name].as_str();
    text.with_context(|| format!("no {name} in {value}"))
}

fn say(what: &str, text: impl std::fmt::Display) {
    println!("        {what:<15} {text}");
}

fn ok(what: &str, place: &str, result: impl std::fmt::Display) {
    println!("ok      {what:<15} {place} - {result}");
}
