//! Releases that must not be published: nothing that is served changes, and the journal says why.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::package::Package;

use crate::{
    package::{FLAGS, METHOD, patched, renamed, stored},
    suite::Case,
    world::World,
};

/// The repository of the package that all of these are releases of.
const REPOSITORY: &str = "acme/strict";

/// Makes the archive of a package's id.
type Zip = Box<dyn Fn(&str) -> Result<Vec<u8>>>;

/// A release that is refused.
struct Refusal {
    what: &'static str,
    /// The repository that releases it.
    repository: &'static str,
    /// Its tag; any that names no version where this is empty.
    tag: &'static str,
    prerelease: bool,
    zip: Zip,
    /// Code of the error, or of the finding where the code is `refused`.
    code: &'static str,
    /// What the error or the finding names: a field, or an entry of the archive.
    names: &'static str,
}

/// The cases.
pub fn cases() -> Vec<Case> {
    let mut cases = vec![Case::new("refusals: there is a package", first).always()];
    for refusal in refusals() {
        let name = format!("refusals: {}", refusal.what);
        cases.push(Case::new(name, move |world| check(world, &refusal)));
    }
    cases.push(Case::new(
        "refusals: a sound release is published after all of them",
        after,
    ));
    cases
}

fn package(id: &str) -> Package {
    Package::module(id, "1.1.0")
}

/// A refusal of version 1.1.0, released by its own repository, by what `zip` makes of it.
fn of(
    what: &'static str,
    code: &'static str,
    names: &'static str,
    zip: impl Fn(Package) -> Result<Vec<u8>> + 'static,
) -> Refusal {
    Refusal {
        what,
        repository: REPOSITORY,
        tag: "",
        prerelease: false,
        zip: Box::new(move |id| zip(package(id))),
        code,
        names,
    }
}

/// A refusal by what `change` makes of the manifest.
fn field(
    what: &'static str,
    code: &'static str,
    names: &'static str,
    name: &'static str,
    value: Value,
) -> Refusal {
    of(what, code, names, move |package| {
        Ok(package.field(name, value.clone()).zip())
    })
}

/// A refusal of a version under the tag of that version.
fn version(
    what: &'static str,
    code: &'static str,
    tag: &'static str,
    version: &'static str,
) -> Refusal {
    let refusal = field(what, code, "version", "version", json!(version));
    Refusal { tag, ..refusal }
}

/// A refusal of an archive with an entry that no zip library writes: `instead` is an ordinary name
/// of the same length.
fn entry(what: &'static str, instead: &'static str, name: &'static str) -> Refusal {
    of(what, "archive", name, move |package| {
        renamed(&package.file(instead, "evil").zip(), instead, name)
    })
}

fn refusals() -> Vec<Refusal> {
    let mut all = manifests();
    all.extend(versions());
    all.extend(files());
    all.extend(archives());
    all
}

fn manifests() -> Vec<Refusal> {
    let thief = Refusal {
        repository: "acme/thief",
        ..of("an id of another repository", "id.taken", "id", |package| {
            Ok(package.zip())
        })
    };
    let lookalike = Refusal {
        repository: "acme/lookalike",
        zip: Box::new(|id| Ok(package(&id.to_uppercase()).zip())),
        ..of(
            "an id that differs in case only",
            "id.case",
            "id",
            |package| Ok(package.zip()),
        )
    };
    vec![
        thief,
        lookalike,
        of("no id", "id.missing", "id", |package| {
            Ok(package.without_field("id").zip())
        }),
        field(
            "an id with a space",
            "id.invalid",
            "id",
            "id",
            json!("two words"),
        ),
        of("no title", "title.missing", "title", |package| {
            Ok(package.without_field("title").zip())
        }),
        field(
            "a placeholder",
            "placeholder",
            "description2",
            "description2",
            json!("#{VERSION}#"),
        ),
        field(
            "a placeholder as the version",
            "placeholder",
            "version",
            "version",
            json!("#{VERSION}#"),
        ),
        of(
            "a manifest that is no JSON",
            "manifest",
            "line",
            |mut package| {
                package.manifest_bytes = Some(b"{ \"id\": \"strict\",, }".to_vec());
                Ok(package.zip())
            },
        ),
        of("two manifests", "archive", "system.json", |package| {
            Ok(package.file("system.json", "{}").zip())
        }),
        of("no manifest anywhere", "archive", "module.json", |_| {
            Ok(stored(&[("README.md", b"nothing here")]))
        }),
    ]
}

fn versions() -> Vec<Refusal> {
    let beta = Refusal {
        prerelease: true,
        ..version(
            "a beta that Foundry takes for older: 9 comes after 10",
            "version.not_newer",
            "v2.0.0-beta10",
            "2.0.0-beta10",
        )
    };
    vec![
        version("a version with v", "version.prefixed", "v1.1.0", "v1.1.0"),
        version("an older version", "version.not_newer", "v0.9.0", "0.9.0"),
        version(
            "the same version with other content",
            "version.exists",
            "V1.0.0",
            "1.0.0",
        ),
        version(
            "a version that is none",
            "version.invalid",
            "1.1.0",
            "1.1 final",
        ),
        version(
            "another version than the tag's",
            "version.tag",
            "v1.2.0",
            "1.1.0",
        ),
        of("no version", "version.missing", "version", |package| {
            Ok(package.without_field("version").zip())
        }),
        beta,
    ]
}

fn files() -> Vec<Refusal> {
    vec![
        of(
            "a script that is not in the archive",
            "file.missing",
            "esmodules[0]",
            |package| Ok(package.without_file("scripts/main.js").zip()),
        ),
        of(
            "a pack that is not in the archive",
            "file.missing",
            "packs[0].path",
            |package| {
                let package = package.without_file("packs/things/CURRENT");
                Ok(package.without_file("packs/things/000002.log").zip())
            },
        ),
        of(
            "a style in another case",
            "file.case",
            "styles[0]",
            |package| {
                let package = package.without_file("styles/main.css");
                Ok(package.file("styles/Main.css", "a {}").zip())
            },
        ),
        field(
            "a script outside of the package",
            "file.outside",
            "scripts[0]",
            "scripts",
            json!(["../../server.js"]),
        ),
        field(
            "a script with backslashes",
            "file.backslash",
            "scripts[0]",
            "scripts",
            json!(["scripts\\main.js"]),
        ),
    ]
}

fn archives() -> Vec<Refusal> {
    vec![
        entry("an entry that climbs", "xx/evil.js", "../evil.js"),
        entry(
            "an entry that climbs later",
            "lang/xx/evil.js",
            "lang/../evil.js",
        ),
        entry("an absolute entry", "x/evil.js", "//evil.js"),
        entry("an entry with a drive", "x-/evil.js", "c:/evil.js"),
        entry("an entry with backslashes", "lang/evil.js", "lang\\evil.js"),
        entry("an entry twice", "lang/ex.json", "lang/en.json"),
        of("an encrypted entry", "archive", "lang/en.json", |package| {
            patched(&package.zip(), "lang/en.json", FLAGS, 1)
        }),
        of(
            "an entry that is compressed in a new way",
            "archive",
            "method 93",
            |package| patched(&package.zip(), "scripts/main.js", METHOD, 93),
        ),
        of("an archive that is cut short", "archive", "", |package| {
            let zip = package.zip();
            Ok(zip[..zip.len() - 30].to_vec())
        }),
        of("what is no archive", "archive", "", |_| {
            Ok(b"this is no archive".repeat(100))
        }),
        of("nothing", "archive", "", |_| Ok(Vec::new())),
    ]
}

fn first(world: &World) -> Result<()> {
    let id = world.id("strict");
    let publish = |tag: &str, package: Package| {
        world
            .release(REPOSITORY, tag)
            .asset("module.zip", package.zip())
            .publish()
    };
    publish("v1.0.0", Package::module(&id, "1.0.0"))?;
    publish("v2.0.0-beta9", Package::module(&id, "2.0.0-beta9"))?;
    Ok(())
}

fn check(world: &World, refusal: &Refusal) -> Result<()> {
    let id = world.id("strict");
    let before = super::served(world, &id)?;
    let posted = world.fakes.discord().messages().len();
    let zip = (refusal.zip)(&id)?;
    let tag = match refusal.tag {
        "" => world.unique("case"),
        tag => tag.to_owned(),
    };
    let release = world.release(refusal.repository, &tag);
    let mut release = release.asset("module.zip", zip);
    if refusal.prerelease {
        release = release.prerelease();
    }
    let journal = release.deliver()?;
    ensure!(journal.state() == "failed", "{}", journal.0);
    ensure!(
        super::served(world, &id)? == before,
        "what is served has changed"
    );
    ensure!(
        world.fakes.discord().messages().len() == posted,
        "it was announced"
    );
    let findings = journal.findings();
    let found = findings.contains(&(refusal.code, refusal.names));
    let code = journal.error_code();
    ensure!(
        found || (code == refusal.code && journal.error().contains(refusal.names)),
        "{code}: {} {findings:?}",
        journal.error()
    );
    ensure!(
        journal.error().len() > 20,
        "{:?} helps nobody",
        journal.error()
    );
    Ok(())
}

fn after(world: &World) -> Result<()> {
    let id = world.id("strict");
    let release = world.release(REPOSITORY, "v1.1.1");
    release
        .asset("module.zip", Package::module(&id, "1.1.1").zip())
        .publish()?;
    let manifest = world
        .get(format!("/packages/{id}/module.json"))
        .send()?
        .expect(200)?;
    ensure!(manifest.json()?["version"] == "1.1.1");
    super::announced_times(world, &id, 3)
}
