//! What happens: released, installed, released again, updated, tried as a beta, announced.

use anyhow::{Result, ensure};
use testkit::payload::{self, interaction::Interaction};

use super::{
    images,
    module::{self, ID, REPOSITORY, Released, Source},
    served::{Served, digest},
    slash,
    steps::{Steps, bytes},
};
use crate::{interactions, newer::is_newer, package, readers, wanted::Signing, world::World};

/// A teller of the story.
struct Teller<'w> {
    world: &'w World,
    steps: Steps,
}

/// Tells it; how many steps it took.
///
/// # Errors
/// The first step's that did not go as expected.
pub fn tell(world: &World) -> Result<usize> {
    let mut teller = Teller {
        world,
        steps: Steps::default(),
    };
    let stable = format!("/packages/{ID}/module.json");
    let beta = format!("/packages/{ID}/channels/beta/module.json");

    teller.forge()?;
    let first = teller.release(&module::released("1.0.0", Source::Tag))?;
    let installed = teller.manifest("Foundry installs", &stable, &first)?;
    teller.archive(&installed, &first)?;
    teller.unpack(&installed, &first)?;

    let second = teller.release(&module::released("1.1.0", Source::Asset))?;
    let newest = teller.update(&installed, &second)?;
    teller.again(&newest)?;
    teller.archive(&newest, &second)?;
    teller.parts(&newest)?;
    teller.unpack(&newest, &second)?;

    let third = teller.release(&module::released("1.2.0-beta.1", Source::Asset))?;
    teller.manifest("beta channel", &beta, &third)?;
    teller.manifest("stable channel", &stable, &second)?;
    let pinned = format!("/packages/{ID}/releases/1.0.0/module.json");
    teller.pinned(&pinned, &installed)?;

    println!();
    teller.discord(&[&first, &second, &third])?;
    teller.listing(&[&first, &second])?;
    teller.slash_command(&second)?;
    teller.site()?;

    println!();
    teller.image("portrait, as a token", "preset=token", &images::portrait())?;
    teller.image(
        "battle map, for a texture",
        "max=1024,format=webp",
        &images::map(),
    )?;
    Ok(teller.steps.count())
}

impl Teller<'_> {
    /// A URL of the site.
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.world.target.public_url())
    }

    /// Somebody who does not know the secret says that there is a release.
    fn forge(&mut self) -> Result<()> {
        let (path, world) = ("/webhooks/github", self.world);
        self.steps.take("forged webhook", &self.url(path), || {
            let body = payload::Release::new(REPOSITORY, "v9.9.9").event("published");
            let body = body.to_string().into_bytes();
            let headers = payload::headers("release", "forged", &body, Some("a guess"));
            let ask = world.ask("POST", path).headers(headers).body(&body);
            ask.send()?.expect(401)?;
            Ok(("401, the signature is not GitHub's".into(), ()))
        })
    }

    /// Makes the release on GitHub, which tells of it; then the work until it is announced.
    fn release(&mut self, released: &Released) -> Result<Released> {
        let world = self.world;
        println!();
        let tag = released.tag();
        let release = world.release(REPOSITORY, &tag).notes(&released.notes());
        let delivery = match released.source {
            Source::Tag => release.source(released.zip.clone()),
            Source::Asset => release.asset("module.zip", released.zip.clone()),
        }
        .make();
        let name = format!("release {tag}");
        self.steps.take(&name, &self.url("/webhooks/github"), || {
            delivery.send("published")?.expect(202)?;
            Ok((format!("202, from the {}", released.source.name()), ()))
        })?;
        let journal = self.url(&format!("/webhooks/deliveries/{}", delivery.id));
        self.steps.take("its journal", &journal, || {
            let journal = world.finished(&delivery.id)?;
            ensure!(journal.state() == "done", "it failed: {}", journal.0);
            Ok((journal.states().join(" "), ()))
        })?;
        Ok(released.clone())
    }

    /// Reads a manifest that must be of `released` and name itself.
    fn manifest(&mut self, name: &str, path: &str, released: &Released) -> Result<Served> {
        let (world, url) = (self.world, self.url(path));
        self.steps.take(name, &url, || {
            let served = Served::get(world, path)?;
            served.is_of(released, &url)?;
            Ok((format!("{ID} {}", released.version), served))
        })
    }

    /// Downloads what the manifest names.
    fn archive(&mut self, served: &Served, released: &Released) -> Result<()> {
        let (world, url) = (self.world, served.field("download")?);
        self.steps.take("  its archive", url, || {
            let archive = world.get(world.path_of(url)?).send()?.expect(200)?;
            let digest = digest(&archive.body);
            ensure!(archive.header("repr-digest")? == digest, "{digest} came");
            ensure!(archive.body != released.zip, "nothing was rewritten");
            let size = bytes(archive.body.len());
            Ok((format!("{size}, sha-256 as in Repr-Digest"), ()))
        })
    }

    /// The same in two parts, as after a lost connection.
    fn parts(&mut self, served: &Served) -> Result<()> {
        let (world, url) = (self.world, served.field("download")?);
        self.steps.take("  interrupted, resumed", url, || {
            let part = |range: &str| {
                let ask = world.get(world.path_of(url)?).header("range", range);
                ask.send()?.expect(206)
            };
            let [start, rest] = [part("bytes=0-999")?, part("bytes=1000-")?];
            let expected = start.header("repr-digest")?.to_owned();
            let size = start.body.len();
            ensure!(size == 1000, "{size} bytes came, not 1000");
            let whole = [start.body, rest.body].concat();
            ensure!(digest(&whole) == expected, "the parts do not fit");
            let [size, rest] = [size, whole.len() - size].map(bytes);
            Ok((format!("206 twice: {size}, then {rest}"), ()))
        })
    }

    /// Opens the archive: what the author released, and the manifest that is served.
    fn unpack(&mut self, served: &Served, released: &Released) -> Result<()> {
        let (world, url) = (self.world, served.field("download")?);
        self.steps.take("  unzipped", url, || {
            let archive = world.get(world.path_of(url)?).send()?.expect(200)?.body;
            let inside = package::manifest_in(&archive, "module.json")?;
            ensure!(inside == served.answer.body, "another manifest is inside");
            readers::is_repackaged(
                &released.zip,
                &released.folder,
                &archive,
                "module.json",
                &inside,
            )?;
            let files = released.files;
            Ok((format!("served manifest, {files} files as released"), ()))
        })
    }

    /// What Foundry does with an installed package: it reads the manifest that the installed one
    /// names, and compares versions.
    fn update(&mut self, installed: &Served, expected: &Released) -> Result<Served> {
        let (world, url) = (self.world, installed.field("manifest")?);
        let before = installed.field("version")?;
        self.steps.take("Foundry updates", url, || {
            let served = Served::get(world, world.path_of(url)?)?;
            served.is_of(expected, url)?;
            let version = served.field("version")?;
            ensure!(is_newer(version, before), "{version} over {before}");
            let words = format!("{version} is newer than the installed {before}");
            Ok((words, served))
        })
    }

    /// Asks again for what is known.
    fn again(&mut self, served: &Served) -> Result<()> {
        let (world, url) = (self.world, served.field("manifest")?);
        self.steps.take("  asked again", url, || {
            let tag = served.answer.header("etag")?;
            let ask = world.get(world.path_of(url)?).header("if-none-match", tag);
            ask.send()?.expect(304)?;
            Ok(("304, nothing has changed".into(), ()))
        })
    }

    /// An old release is where it was, as it was.
    fn pinned(&mut self, path: &str, installed: &Served) -> Result<()> {
        let world = self.world;
        self.steps.take("pinned 1.0.0", &self.url(path), || {
            let answer = Served::get(world, path)?.answer;
            ensure!(answer.body == installed.answer.body, "it has changed");
            Ok(("as it was installed".into(), ()))
        })
    }

    /// One message for each release, and none that mentions anybody.
    fn discord(&mut self, releases: &[&Released]) -> Result<()> {
        let discord = self.world.fakes.discord();
        let url = discord.webhook_url();
        // The rest of the URL is a secret, were it a real one.
        let origin = url.split("/api").next().unwrap_or_default();
        let titles = self.steps.take("Discord got", origin, || {
            let messages = discord.messages();
            let (count, expected) = (messages.len(), releases.len());
            ensure!(count == expected, "{count} messages, not {expected}");
            let violations = discord.violations();
            ensure!(violations.is_empty(), "{violations:?}");
            let mut titles = Vec::new();
            for (message, released) in messages.iter().zip(releases) {
                let title = message["embeds"][0]["title"].as_str().unwrap_or_default();
                ensure!(title.contains(&released.version), "{message}");
                titles.push(title.to_owned());
            }
            Ok((format!("{count} messages, nobody is mentioned"), titles))
        })?;
        for title in titles {
            println!("{:17}“{title}”", "");
        }
        Ok(())
    }

    /// Stable releases are registered at foundryvtt.com.
    fn listing(&mut self, releases: &[&Released]) -> Result<()> {
        let foundry = self.world.fakes.foundry();
        self.steps.take("foundryvtt.com got", foundry.url(), || {
            let told = foundry.releases();
            let told: Vec<&str> = told
                .iter()
                .filter_map(|release| release["release"]["version"].as_str())
                .collect();
            let expected: Vec<&str> = releases.iter().map(|one| &*one.version).collect();
            ensure!(told == expected, "{told:?}, not {expected:?}");
            Ok((format!("{} and no beta", told.join(", ")), ()))
        })
    }

    /// A player asks for the newest version on Discord.
    fn slash_command(&mut self, newest: &Released) -> Result<()> {
        let (world, url) = (self.world, self.url(interactions::PATH));
        let command = Interaction::command("package latest").option("package", ID);
        self.steps.take("forged slash command", &url, || {
            let body = command.bytes();
            let headers = Signing::OtherKey.headers(&body);
            let ask = world.ask("POST", interactions::PATH).headers(headers);
            ask.body(&body).send()?.expect(401)?;
            Ok(("401, the signature is not Discord's".into(), ()))
        })?;
        let heard = self.steps.take("/package latest", &url, || {
            let heard = world.interact(command.clone())?;
            let is_newest = heard.text().contains(&newest.version);
            ensure!(is_newest, "it answers {}", heard.text());
            Ok((format!("{ID} {}", newest.version), heard))
        })?;
        for line in slash::lines(&heard.message) {
            println!("{:17}│ {line}", "");
        }
        Ok(())
    }

    /// An image of another site, made into something else, with what a canvas needs.
    fn image(&mut self, name: &str, options: &str, png: &[u8]) -> Result<()> {
        let world = self.world;
        let path = format!("/{}.png", name.split([',', ' ']).next().unwrap_or_default());
        let source = world.fakes.site();
        source.put(&path, "image/png", png.to_vec());
        let target = format!("/proxy/o/{options}/{}", source.url(&path));
        self.steps.take(name, &self.url(&target), || {
            let image = world.get(&target).send()?.expect(200)?;
            ensure!(image.header("access-control-allow-origin")? == "*");
            let kind = image.header("content-type")?;
            ensure!(kind == "image/webp", "it is {kind}");
            let [before, after] = [png.len(), image.body.len()].map(bytes);
            Ok((format!("{before} of PNG, {after} of WebP"), ()))
        })
    }

    /// What people and programs find.
    fn site(&mut self) -> Result<()> {
        let (world, api) = (self.world, "/api/v1/packages");
        self.steps.take("read API", &self.url(api), || {
            let list = world.get(api).send()?.expect(200)?.json()?;
            let listed = &list["packages"][0];
            ensure!(
                listed["id"] == ID && listed["version"] == "1.1.0",
                "it lists {list}"
            );
            Ok((format!("lists {ID} 1.1.0"), ()))
        })?;
        self.steps.take("website", &self.url("/"), || {
            let page = world.get("/").send()?.expect(200)?.text();
            let is_page = page.to_lowercase().starts_with("<!doctype html>");
            ensure!(is_page, "it is no page: {page}");
            Ok(("the page for people".into(), ()))
        })
    }
}
