//! Publishing without GitHub.

use anyhow::{Context, Result, ensure};
use testkit::{package::Package, sign::sha256_hex};

use crate::{http::Response, readers, suite::Case, world::World};

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new("uploads: a zip becomes a release", uploaded),
        Case::new("uploads: a zip in chunks becomes a release", chunked),
        Case::new(
            "uploads: the same again is the same, another is refused",
            again,
        ),
        Case::new(
            "uploads: a refused zip is told why and changes nothing",
            refused,
        ),
        Case::new(
            "uploads: the manifest says the id and the version of the URL",
            other,
        ),
        Case::new("uploads: a package of a repository stays its own", owned),
        Case::new(
            "uploads: more than 1 GiB is 413 before it is sent",
            too_large,
        ),
    ]
}

fn put(world: &World, id: &str, version: &str, zip: &[u8]) -> Result<Response> {
    let path = format!("/admin/v1/packages/{id}/releases/{version}");
    world.ask("PUT", path).admin().body(zip).send()
}

fn uploaded(world: &World) -> Result<()> {
    let id = world.id("uploaded");
    let package = Package::module(&id, "1.0.0");
    let facts = put(world, &id, "1.0.0", &package.zip())?
        .expect(201)?
        .json()?;
    ensure!(facts["id"] == id && facts["version"] == "1.0.0" && facts["channel"] == "stable");
    let manifest = facts["manifest"].as_str().context("no manifest")?;
    let manifest = world.get(world.path_of(manifest)?).send()?.expect(200)?;
    let download = facts["download"].as_str().context("no download")?;
    let archive = world.get(world.path_of(download)?).send()?.expect(200)?;
    ensure!(facts["sha256"] == sha256_hex(&archive.body), "{facts}");
    readers::is_repackaged(
        &package.zip(),
        "",
        &archive.body,
        "module.json",
        &manifest.body,
    )?;
    let delivery = facts["delivery"].as_str().context("no delivery")?;
    ensure!(world.finished(delivery)?.state() == "done");
    super::announced_times(world, &id, 1)
}

fn chunked(world: &World) -> Result<()> {
    let id = world.id("chunked");
    let zip = Package::module(&id, "1.0.0").zip();
    let path = format!("/admin/v1/packages/{id}/releases/1.0.0");
    world
        .ask("PUT", path)
        .admin()
        .chunked(&zip)
        .send()?
        .expect(201)?;
    world
        .get(format!("/packages/{id}/module.json"))
        .send()?
        .expect(200)?;
    Ok(())
}

fn again(world: &World) -> Result<()> {
    let id = world.id("twice");
    let package = Package::module(&id, "1.0.0");
    put(world, &id, "1.0.0", &package.zip())?.expect(201)?;
    let before = super::served(world, &id)?;
    put(world, &id, "1.0.0", &package.zip())?.expect(201)?;
    let other = package.file("more.txt", "more");
    let answer = put(world, &id, "1.0.0", &other.zip())?.expect(422)?;
    ensure!(answer.text().contains("never changes"), "{}", answer.text());
    ensure!(
        super::served(world, &id)? == before,
        "what is served has changed"
    );
    super::announced_times(world, &id, 1)
}

fn refused(world: &World) -> Result<()> {
    let id = world.id("faulty");
    let package = Package::module(&id, "1.0.0").without_file("lang/en.json");
    let answer = put(world, &id, "1.0.0", &package.zip())?
        .expect(422)?
        .json()?;
    let finding = &answer["findings"][0];
    ensure!(finding["code"] == "file.missing", "{answer}");
    ensure!(
        finding["file"] == "module.json" && finding["field"] == "languages[0].path",
        "{answer}"
    );
    world
        .get(format!("/packages/{id}/module.json"))
        .send()?
        .expect(404)?;
    Ok(())
}

fn other(world: &World) -> Result<()> {
    let id = world.id("misnamed");
    let zip = Package::module(&id, "1.0.0").zip();
    put(world, &world.id("other-name"), "1.0.0", &zip)?.expect(422)?;
    put(world, &id, "1.0.1", &zip)?.expect(422)?;
    world
        .get(format!("/packages/{id}/module.json"))
        .send()?
        .expect(404)?;
    Ok(())
}

fn owned(world: &World) -> Result<()> {
    let id = world.id("owned");
    let first = Package::module(&id, "1.0.0");
    world
        .release("acme/owned", "v1.0.0")
        .asset("module.zip", first.zip())
        .publish()?;
    let second = Package::module(&id, "1.1.0");
    put(world, &id, "1.1.0", &second.zip())?.expect(201)?;
    let facts = world
        .get(format!("/api/v1/packages/{id}"))
        .send()?
        .expect(200)?
        .json()?;
    ensure!(
        facts["repository"] == "acme/owned" && facts["version"] == "1.1.0",
        "{facts}"
    );
    let third = Package::module(&id, "1.2.0");
    world
        .release("acme/owned", "v1.2.0")
        .asset("module.zip", third.zip())
        .publish()?;
    Ok(())
}

fn too_large(world: &World) -> Result<()> {
    let id = world.id("endless-upload");
    let path = format!("/admin/v1/packages/{id}/releases/1.0.0");
    let mut nothing = std::io::empty();
    let announced = (1 << 30) + 1;
    let answer = world
        .ask("PUT", path)
        .admin()
        .stream(announced, &mut nothing)
        .send()?;
    answer.expect(413)?;
    Ok(())
}
