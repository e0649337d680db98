//! Packages that the cases of `tests/cases` ask for, and what `${…}` stands for in them.
//!
//! | value | package |
//! |---|---|
//! | `${shelf}` | module: 1.0.0 and 1.0.1 for Foundry 11 (1.0.1 yanked), 1.1.0 for 12 and 13, 1.2.0-beta.1 |
//! | `${rules}`, `${realm}`, `${relic}` | system, world, and a module written for Foundry 9 |
//! | `${ghost}` | module whose only release is yanked |
//! | `${early}` | module with a beta only |
//!
//! Of four documents of the shelf (`stable`, `pinned`, `archive`, `track`) there are `${….etag}`,
//! `${….length}`, `${….last}` (its last byte's number) and `${….sha256}` (in base64).

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use testkit::{
    package::{Layout, Package},
    sign::sha256,
};

use crate::{base64::base64, suite::Case, world::World};

/// The case that fills the shelf; it comes first.
pub fn fill() -> Case {
    Case::new("shelf: packages are published", |world| {
        let mut values = names(world);
        publish(world, &values)?;
        observe(world, &mut values)?;
        world.remember(values);
        Ok(())
    })
    .always()
}

fn names(world: &World) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for name in ["shelf", "rules", "realm", "relic", "ghost", "early"] {
        values.insert(name.to_owned(), world.id(name));
    }
    let variable = |name: &str| world.target.variable(name).to_owned();
    values.insert("public".into(), world.target.public_url());
    values.insert("admin_token".into(), variable("ADMIN_TOKEN"));
    values.insert("runtime".into(), world.target.runtime.platform().to_owned());
    values.insert("run".into(), world.run.to_string());
    // All crates of the workspace have the version of its Cargo.toml.
    values.insert("version".into(), env!("CARGO_PKG_VERSION").into());
    values
}

fn publish(world: &World, values: &BTreeMap<String, String>) -> Result<()> {
    let shelf = values["shelf"].as_str();
    let eleven = json!({ "minimum": "11", "verified": "11.315", "maximum": "11" });
    let twelve = json!({ "minimum": "12", "verified": "13" });
    for (version, compatibility) in [
        ("1.0.0", &eleven),
        ("1.0.1", &eleven),
        ("1.1.0", &twelve),
        ("1.2.0-beta.1", &twelve),
    ] {
        let package = Package::module(shelf, version)
            .field("compatibility", compatibility.clone())
            .layout(Layout::codeload("acme/shelf"));
        release(world, "acme/shelf", version, &package)?;
    }
    yank(world, shelf, "1.0.1")?;
    for (name, package) in [
        ("rules", Package::system(&values["rules"], "1.0.0")),
        ("realm", Package::world(&values["realm"], "1.0.0")),
        ("relic", Package::legacy(&values["relic"], "1.0.0")),
        ("ghost", Package::module(&values["ghost"], "1.0.0")),
        ("early", Package::module(&values["early"], "1.0.0-beta.1")),
    ] {
        let version = package.manifest["version"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        release(world, &format!("acme/{name}"), &version, &package)?;
    }
    yank(world, &values["ghost"], "1.0.0")
}

fn release(world: &World, repository: &str, version: &str, package: &Package) -> Result<()> {
    let release = world.release(repository, &format!("v{version}"));
    let journal = release.asset("module.zip", package.zip()).publish();
    journal.with_context(|| format!("{repository} {version}"))?;
    Ok(())
}

fn yank(world: &World, id: &str, version: &str) -> Result<()> {
    let path = format!("/admin/v1/packages/{id}/releases/{version}/yank");
    world
        .admin("POST", &path, r#"{"reason":"it eats worlds"}"#)?
        .expect(200)?;
    Ok(())
}

/// What later requests refer to.
fn observe(world: &World, values: &mut BTreeMap<String, String>) -> Result<()> {
    let shelf = values["shelf"].clone();
    for (name, path) in [
        ("stable", "module.json".to_owned()),
        ("pinned", "releases/1.1.0/module.json".to_owned()),
        ("archive", format!("releases/1.1.0/{shelf}.zip")),
        ("track", format!("releases/1.1.0/core-12/{shelf}.zip")),
    ] {
        let answer = world
            .get(format!("/packages/{shelf}/{path}"))
            .send()?
            .expect(200)?;
        let etag = answer.header("etag")?.to_owned();
        ensure!(etag.starts_with('"'), "{etag} is not a strong entity tag");
        values.insert(format!("{name}.etag"), etag);
        values.insert(format!("{name}.length"), answer.body.len().to_string());
        values.insert(format!("{name}.last"), (answer.body.len() - 1).to_string());
        values.insert(format!("{name}.sha256"), base64(&sha256(&answer.body)));
    }
    Ok(())
}
