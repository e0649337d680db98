//! Cases that tell a story, and the order of all.

mod announcements;
mod channels;
mod configuration;
mod copies;
mod deliveries;
mod discord;
mod everybody;
mod everything;
mod gigabyte;
mod images;
pub mod large;
mod meanwhile;
mod refusals;
mod releases;
mod requests;
pub mod restart;
mod sources;
mod tracks;
mod uploads;
mod upstream;
mod wasm_memory;

use anyhow::{Result, ensure};

use crate::{shelf, suite::Case, table, world::World};

/// All cases: the shelf first, for the others read what is on it; what looks at everything that was
/// seen last.
///
/// # Errors
/// Where a file of cases is malformed.
pub fn all() -> Result<Vec<Case>> {
    let mut cases = vec![shelf::fill()];
    cases.extend(table::cases()?);
    for stories in [
        images::beginning,
        // Memory is measured before anything else has taken much of it.
        gigabyte::cases,
        large::cases,
        deliveries::cases,
        meanwhile::cases,
        sources::cases,
        refusals::cases,
        releases::cases,
        channels::cases,
        tracks::cases,
        announcements::cases,
        upstream::cases,
        uploads::cases,
        discord::cases,
        configuration::cases,
        copies::cases,
        restart::cases,
        images::cases,
        requests::cases,
        everybody::cases,
        everything::cases,
    ] {
        cases.extend(stories());
    }
    Ok(cases)
}

/// What the server tells of a package: its manifests and the API's answers, status and body. Two of
/// these are the same where nothing that is served has changed.
fn served(world: &World, id: &str) -> Result<Vec<(String, u16, Vec<u8>)>> {
    let mut served = Vec::new();
    for path in [
        format!("/packages/{id}/module.json"),
        format!("/packages/{id}/channels/beta/module.json"),
        format!("/api/v1/packages/{id}"),
        format!("/api/v1/packages/{id}/releases"),
        format!("/get/{id}/stable"),
    ] {
        let answer = world.get(path.clone()).send()?;
        let is_error = answer.status >= 400;
        served.push((
            path,
            answer.status,
            if is_error { Vec::new() } else { answer.body },
        ));
    }
    Ok(served)
}

/// An error unless Discord has exactly `times` messages about the package `id`.
fn announced_times(world: &World, id: &str, times: usize) -> Result<()> {
    let messages = messages_about(world, id);
    ensure!(
        messages.len() == times,
        "{} messages about {id}, not {times}: {messages:?}",
        messages.len()
    );
    Ok(())
}

/// What was posted to Discord about the package `id`.
fn messages_about(world: &World, id: &str) -> Vec<serde_json::Value> {
    let url = format!("/packages/{id}/");
    let mut messages = world.fakes.discord().messages();
    messages.retain(|message| message.to_string().contains(&url));
    messages
}

/// Whether the list of packages has `id`.
fn api_lists(world: &World, id: &str) -> Result<bool> {
    let mut before = id.to_lowercase();
    before.pop();
    let path = format!("/api/v1/packages?limit=10&cursor={before}");
    let page = world.get(path).send()?.expect(200)?.json()?;
    let packages = page["packages"].as_array().into_iter().flatten();
    Ok(packages.into_iter().any(|package| package["id"] == id))
}
