//! Where a package comes from.

use anyhow::{Context, Result, ensure};
use testkit::{
    fake::{Asked, Mode, Reply, Rule},
    package::{Layout, Package},
};

use crate::{package, publish::Journal, readers, suite::Case, world::World};

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new("sources: an asset, repackaged byte for byte", asset),
        Case::new(
            "sources: the source archive of the tag, its top folder taken away",
            source,
        ),
        Case::new("sources: an asset in a folder of its own", folder),
        Case::new(
            "sources: the asset that holds a manifest, others passed over",
            others,
        ),
        Case::new("sources: no zip asset, so the source archive", no_zip),
        Case::new("sources: systems and worlds", kinds),
        Case::new("sources: an old manifest in its archive", legacy),
        Case::new("sources: unknown fields survive in order", unknown_fields),
        Case::new(
            "sources: Authorization goes to the API and nowhere else",
            authorization,
        ),
        Case::new("sources: a private repository by the token", private),
        Case::new(
            "sources: a private repository of another token fails with words",
            not_ours,
        ),
        Case::new(
            "sources: a redirect to another host is not followed",
            elsewhere,
        ),
        Case::new("sources: a redirect without end is not followed", endless),
        Case::new("sources: a page instead of an archive", page),
        Case::new("sources: a release that GitHub does not have", gone),
    ]
}

/// Checks what is served of `id` 1.0.0 against the archive that it was made of.
fn check(world: &World, package: &Package, folder: &str) -> Result<()> {
    let id = package
        .manifest
        .get("id")
        .or_else(|| package.manifest.get("name"));
    let id = id
        .and_then(|id| id.as_str())
        .context("a package without id")?;
    let name = package.manifest_name;
    let manifest = world
        .get(format!("/packages/{id}/{name}"))
        .send()?
        .expect(200)?;
    let pinned = format!("/packages/{id}/releases/1.0.0/{name}");
    let pinned = world.get(pinned).send()?.expect(200)?;
    ensure!(
        manifest.body == pinned.body,
        "the stable manifest is not the pinned one"
    );
    let facts = manifest.json()?;
    let download = facts["download"].as_str().context("no download")?;
    let archive = world.get(world.path_of(download)?).send()?.expect(200)?;
    readers::is_repackaged(&package.zip(), folder, &archive.body, name, &manifest.body)?;
    readers::all_open(&archive.body, id)
}

fn publish(world: &World, repository: &str, package: &Package) -> Result<Journal> {
    let release = world.release(repository, "v1.0.0");
    release.asset("package.zip", package.zip()).publish()
}

fn asset(world: &World) -> Result<()> {
    let package = Package::module(&world.id("asset"), "1.0.0")
        .file("packs/things/Ünïcode – §.txt", "a name beyond ASCII")
        .file("empty.txt", "");
    let journal = publish(world, "acme/asset", &package)?;
    ensure!(journal.0["staged"].is_null() || journal.0["staged"]["from"]["kind"] == "asset");
    check(world, &package, "")
}

fn source(world: &World) -> Result<()> {
    let layout = Layout::codeload("acme/source");
    let folder = layout.folder();
    let package = Package::module(&world.id("source"), "1.0.0").layout(layout);
    world
        .release("acme/source", "v1.0.0")
        .source(package.zip())
        .publish()?;
    check(world, &package, &folder)
}

fn folder(world: &World) -> Result<()> {
    let id = world.id("foldered");
    let package = Package::module(&id, "1.0.0").layout(Layout::Folder(id.clone()));
    publish(world, "acme/foldered", &package)?;
    check(world, &package, &format!("{id}/"))
}

fn others(world: &World) -> Result<()> {
    let package = Package::module(&world.id("among"), "1.0.0");
    let release = world.release("acme/among", "v1.0.0");
    let release = release.asset("documentation.zip", package::empty());
    release.asset("module.zip", package.zip()).publish()?;
    check(world, &package, "")
}

fn no_zip(world: &World) -> Result<()> {
    let layout = Layout::codeload("acme/no-zip");
    let folder = layout.folder();
    let package = Package::module(&world.id("no-zip"), "1.0.0").layout(layout);
    let release = world.release("acme/no-zip", "v1.0.0").source(package.zip());
    release
        .asset("module.json", package.manifest_text())
        .publish()?;
    check(world, &package, &folder)
}

fn kinds(world: &World) -> Result<()> {
    let system = Package::system(&world.id("own-system"), "1.0.0");
    publish(world, "acme/own-system", &system)?;
    check(world, &system, "")?;
    let world_package = Package::world(&world.id("own-world"), "1.0.0");
    publish(world, "acme/own-world", &world_package)?;
    check(world, &world_package, "")
}

fn legacy(world: &World) -> Result<()> {
    let package = Package::legacy(&world.id("old"), "1.0.0");
    publish(world, "acme/old", &package)?;
    check(world, &package, "")
}

fn unknown_fields(world: &World) -> Result<()> {
    let id = world.id("fields");
    let package = Package::module(&id, "1.0.0")
        .field(
            "zebra",
            serde_json::json!({ "z": 1.50, "a": [null, true, "\u{1F3B2}"] }),
        )
        .field("aardvark", "first in no list");
    publish(world, "acme/fields", &package)?;
    let served = world
        .get(format!("/packages/{id}/module.json"))
        .send()?
        .expect(200)?
        .json()?;
    let served = served.as_object().context("an object")?;
    let mut expected = package.manifest.clone();
    for name in ["manifest", "download"] {
        expected.insert(name.into(), served[name].clone());
    }
    ensure!(*served == expected, "{served:?}");
    let names = |fields: &serde_json::Map<String, serde_json::Value>| -> Vec<String> {
        fields.keys().cloned().collect()
    };
    ensure!(names(served) == names(&expected), "{:?}", names(served));
    Ok(())
}

fn authorization(world: &World) -> Result<()> {
    let requests = world.fakes.github().requests();
    let origins = world.fakes.github().origins();
    let with = |asked: &&Asked| asked.header("authorization").is_some();
    let to_api = |asked: &&Asked| asked.origin == origins.api;
    ensure!(
        requests.iter().filter(to_api).count() > 0,
        "nobody asked the API"
    );
    ensure!(
        requests.iter().filter(|asked| !to_api(asked)).count() > 0,
        "no redirect was followed"
    );
    ensure!(
        requests.iter().filter(to_api).all(|asked| with(&asked)),
        "the API was asked without the token"
    );
    ensure!(
        !requests
            .iter()
            .filter(|asked| !to_api(asked))
            .any(|asked| with(&asked))
    );
    let violations = world.fakes.github().violations();
    ensure!(violations.is_empty(), "{violations:?}");
    Ok(())
}

fn private(world: &World) -> Result<()> {
    let token = world.target.variable("GITHUB_TOKEN");
    world.fakes.github().private("acme/private", token);
    let package = Package::module(&world.id("private"), "1.0.0");
    publish(world, "acme/private", &package)?;
    check(world, &package, "")?;

    world.fakes.github().private("acme/private-source", token);
    let layout = Layout::codeload("acme/private-source");
    let folder = layout.folder();
    let package = Package::module(&world.id("private-source"), "1.0.0").layout(layout);
    world
        .release("acme/private-source", "v1.0.0")
        .source(package.zip())
        .publish()?;
    check(world, &package, &folder)
}

fn not_ours(world: &World) -> Result<()> {
    world
        .fakes
        .github()
        .private("acme/locked", "another-token-of-github");
    let package = Package::module(&world.id("locked"), "1.0.0");
    let release = world
        .release("acme/locked", "v1.0.0")
        .asset("module.zip", package.zip());
    fails(&release.deliver()?, "github-not-found", "GITHUB_TOKEN")
}

fn elsewhere(world: &World) -> Result<()> {
    let api = format!("{}/elsewhere", world.fakes.foundry().url());
    misbehaves(
        world,
        "elsewhere",
        Mode::RedirectTo(api),
        "host-not-allowed",
        "GITHUB_ASSET_HOSTS",
    )?;
    let asked = world.fakes.foundry().requests();
    ensure!(
        !asked.iter().any(|asked| asked.path == "/elsewhere"),
        "it was followed"
    );
    Ok(())
}

fn endless(world: &World) -> Result<()> {
    misbehaves(
        world,
        "endless",
        Mode::RedirectLoop,
        "bad-redirect",
        "redirect",
    )
}

fn page(world: &World) -> Result<()> {
    misbehaves(world, "page", Mode::Html, "not-an-archive", "text/html")
}

fn gone(world: &World) -> Result<()> {
    let not_found = Reply::json(404, &serde_json::json!({ "message": "Not Found" }));
    misbehaves(
        world,
        "gone",
        Mode::Answer(not_found),
        "github-not-found",
        "404",
    )
}

/// Where GitHub does `mode` to the request for the asset, the delivery fails as `code`.
fn misbehaves(world: &World, name: &str, mode: Mode, code: &str, words: &str) -> Result<()> {
    let package = Package::module(&world.id(name), "1.0.0");
    let repository = format!("acme/{name}");
    let path = format!("/repos/{repository}/releases/assets/*");
    world.fakes.github().script(Rule::on("GET", path, mode));
    let release = world
        .release(&repository, "v1.0.0")
        .asset("module.zip", package.zip());
    fails(&release.deliver()?, code, words)?;
    let path = format!("/packages/{}/module.json", world.id(name));
    world.get(path).send()?.expect(404)?;
    Ok(())
}

fn fails(journal: &Journal, code: &str, words: &str) -> Result<()> {
    ensure!(journal.state() == "failed", "{}", journal.0);
    ensure!(journal.error_code() == code, "{}", journal.0);
    ensure!(
        journal.error().contains(words),
        "{:?} does not say {words}",
        journal.error()
    );
    Ok(())
}
