//! Images of another site: proxied for canvases, and only those that may be.

mod aging;
mod examples;
mod hostile;
mod room;

use std::{thread, time::Duration};

use anyhow::{Context, Result, ensure};
use testkit::{
    fake::{Mode, Reply, Rule},
    image, sign,
};

use crate::{base64::base64, http::Response, node, settings, suite::Case, world::World};

pub use aging::beginning;

/// The cases.
pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new("images: every form of address leads to the image", forms),
        Case::new("images: only who may asks, and only of whom", access),
        Case::new("images: made as asked, and described", made),
        Case::new("images: many who ask at once cost one fetch", at_once),
        Case::new("images: a browser reads their pixels from a canvas", canvas),
    ];
    for further in [examples::cases, hostile::cases, room::cases, aging::cases] {
        cases.extend(further());
    }
    cases
}

/// A picture of 64 × 48 pixels.
fn picture(seed: u8) -> Vec<u8> {
    image::png(64, 48, |x, y| [seed, x as u8, y as u8, 255])
}

/// A path that no other case has.
fn path(world: &World, name: &str) -> String {
    format!("/{}/{name}", world.unique("image"))
}

fn token(world: &World) -> &str {
    let tokens = world.target.variable("PROXY_ACCESS_TOKENS");
    tokens.split(',').next().unwrap_or_default()
}

/// The proxy's address of the fake site's `path`, with a token and these options.
fn address(world: &World, options: &str, path: &str) -> String {
    let options = match options {
        "" => String::new(),
        options => format!("o/{options}/"),
    };
    let source = world.fakes.site().url(path);
    format!("/proxy/t/{}/{options}{source}", token(world))
}

/// What every answer has.
fn open(answer: Response) -> Result<Response> {
    for (name, expected) in [
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
    ] {
        ensure!(
            answer.header(name)? == expected,
            "{name}: {}",
            answer.describe()
        );
    }
    ensure!(!answer.has("set-cookie"), "{}", answer.describe());
    Ok(answer)
}

fn forms(world: &World) -> Result<()> {
    let (path, png) = (path(world, "a.png"), picture(1));
    let site = world.fakes.site();
    let reply = Reply::new(200).with("set-cookie", "a=b").body(png.clone());
    site.reply(&path, reply);
    let (url, token) = (site.url(&path), token(world));
    let encoded = url.replace(':', "%3A").replace('/', "%2F");
    let bare = url.trim_start_matches("http://");
    for target in [
        format!("/proxy?url={encoded}&access_token={token}"),
        format!("/proxy/?url={encoded}&token={token}"),
        format!("/proxy/{url}?access_token={token}"),
        format!("/proxy/t/{token}/{url}"),
        format!("/proxy/t/{token}/{url}?1700000000000"),
        format!("/proxy/t/{token}/{url}?cors-retry=1700000000000"),
        format!("/proxy/t/{token}/http:/{bare}"),
        format!("/proxy/t/{token}/{encoded}"),
        format!("/proxy/t/{token}/ddb/{url}"),
        format!("/dl/{encoded}?access_token={token}"),
    ] {
        let answer = open(world.get(&target).send()?.expect(200)?)?;
        ensure!(answer.body == png, "other bytes from {target}");
        ensure!(answer.header("content-type")? == "image/png");
        let tag = answer.header("etag")?.to_owned();
        let head = open(world.ask("HEAD", &target).send()?.expect(200)?)?;
        ensure!(head.body.is_empty() && head.header("etag")? == tag);
        let same = world.get(&target).header("if-none-match", &tag);
        open(same.send()?.expect(304)?)?;
        let preflight = world
            .ask("OPTIONS", &target)
            .header("origin", "https://foundry.example")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "x-requested-with");
        let preflight = open(preflight.send()?.expect(204)?)?;
        let allowed = preflight
            .header("access-control-allow-headers")?
            .to_lowercase();
        ensure!(allowed.contains("x-requested-with"), "{allowed}");
        open(world.ask("POST", &target).send()?.expect(405)?)?;
    }
    let asked = site.asked_for(&path);
    ensure!(asked.len() == 1, "the site was asked {} times", asked.len());
    for name in [
        "cookie",
        "authorization",
        "referer",
        "origin",
        "x-request-id",
    ] {
        ensure!(asked[0].header(name).is_none(), "{name} went out");
    }
    Ok(())
}

fn access(world: &World) -> Result<()> {
    let path = path(world, "a.png");
    let site = world.fakes.site();
    site.put(&path, "image/png", picture(2));
    let (url, token) = (site.url(&path), token(world));
    for target in [
        format!("/proxy/{url}"),
        format!("/proxy/t/{token}x/{url}"),
        format!("/proxy/{url}?access_token="),
    ] {
        let answer = open(world.get(&target).send()?.expect(401)?)?;
        ensure!(answer.header("www-authenticate")?.starts_with("Bearer"));
    }
    let bearer = world.get(format!("/proxy/{url}"));
    let bearer = bearer.header("authorization", format!("Bearer {token}"));
    bearer.send()?.expect(200)?;
    signed(world, &url)?;
    for source in [
        "http://127.0.0.1/a.png",
        "http://127.0.0.1:1/a.png",
        "http://2130706433/a.png",
        "http://0x7f.1/a.png",
        "http://0177.0.0.1/a.png",
        "http://[::1]/a.png",
        "http://[::ffff:7f00:1]/a.png",
        "http://localhost/a.png",
        "https://example.com/a.png",
        "https://127.0.0.1.nip.io/a.png",
        "http://169.254.169.254/latest/meta-data",
    ] {
        let target = format!("/proxy/t/{token}/{source}");
        let answer = open(world.get(target).send()?.expect(403)?)?;
        ensure!(answer.text().contains("PROXY_ALLOWED_HOSTS"), "{source}");
    }
    for to in [
        "http://127.0.0.1:1/a.png",
        "http://localhost/",
        "https://example.com/",
    ] {
        let from = self::path(world, "redirect");
        site.script(Rule::on("GET", &from, Mode::RedirectTo(to.into())));
        let answer = world.get(address(world, "", &from)).send()?.expect(403)?;
        open(answer)?;
    }
    site.behave();
    Ok(())
}

/// An address that is signed needs no token, and is good for itself alone.
fn signed(world: &World, url: &str) -> Result<()> {
    let keys = world.target.variable("PROXY_SIGNING_KEYS");
    let (id, key) = keys.split_once(':').context("PROXY_SIGNING_KEYS")?;
    let encoded = url.replace(':', "%3A").replace('/', "%2F");
    for (seconds, status) in [(3600, 200), (-3600, 401)] {
        let expiry = world.run.saturating_add_signed(seconds);
        let text = format!("/proxy/{encoded}\n{expiry}");
        let mac = base64(&sign::hmac_sha256(key.as_bytes(), text.as_bytes()));
        let mac = mac.replace('+', "-").replace('/', "_").replace('=', "");
        let target = format!("/proxy/t/{id}.{expiry}.{mac}/{url}");
        world.get(target).send()?.expect(status)?;
        let other = format!("/proxy/t/{id}.{expiry}.{mac}/o/w=8/{url}");
        world.get(other).send()?.expect(401)?;
    }
    Ok(())
}

/// The answer out of the cache, once it is there: large images are stored beside the answer.
fn until_kept(world: &World, target: &str, how: &str) -> Result<Response> {
    let mut last = String::new();
    for _ in 0..100 {
        let answer = world.get(target).send()?.expect(200)?;
        last = answer.header("cache-status")?.to_owned();
        if last == how {
            return Ok(answer);
        }
        thread::sleep(Duration::from_millis(50));
    }
    anyhow::bail!("it is never kept: {last}")
}

fn made(world: &World) -> Result<()> {
    let path = path(world, "a.png");
    let site = world.fakes.site();
    site.put(&path, "image/png", picture(4));
    for (options, accept, kind, width, height) in [
        ("w=32", "*/*", "image/png", 32, 24),
        (
            "w=20,h=20,fit=cover,format=webp",
            "*/*",
            "image/webp",
            20,
            20,
        ),
        ("preset=token,w=40,h=40", "*/*", "image/webp", 40, 40),
        ("w=32,format=auto", "image/webp,*/*", "image/webp", 32, 24),
        ("w=32,format=auto", "*/*", "image/png", 32, 24),
        ("max=16", "*/*", "image/png", 16, 12),
    ] {
        let target = address(world, options, &path);
        let ask = world.get(&target).header("accept", accept);
        let answer = open(ask.send()?.expect(200)?)?;
        ensure!(
            answer.header("content-type")? == kind,
            "{}",
            answer.describe()
        );
        ensure!(answer.has("vary") == options.contains("auto"), "{options}");
        let size = size_of(world, &answer.body, kind)?;
        ensure!(size == (width, height), "{options} {accept}: {size:?}");
    }
    let described = world.get(address(world, "format=json", &path)).send()?;
    let described = described.expect(200)?.json()?;
    ensure!(described["type"] == "image/png", "{described}");
    ensure!(
        described["width"] == 64 && described["height"] == 48,
        "{described}"
    );
    ensure!(
        described["frames"] == 1 && described["orientation"] == 1,
        "{described}"
    );
    let asked = site.asked_for(&path).len();
    ensure!(asked == 1, "the site was asked {asked} times");
    Ok(())
}

/// Width and height of an image that came out, as the proxy describes it when it is put in again.
fn size_of(world: &World, bytes: &[u8], kind: &str) -> Result<(u64, u64)> {
    let path = path(world, "again");
    world.fakes.site().put(&path, kind, bytes.to_vec());
    let answer = world.get(address(world, "format=json", &path)).send()?;
    let described = answer.expect(200)?.json()?;
    ensure!(described["type"] == kind, "{described}");
    let side = |name: &str| described[name].as_u64().unwrap_or_default();
    Ok((side("width"), side("height")))
}

fn at_once(world: &World) -> Result<()> {
    let (path, png) = (path(world, "a.png"), picture(5));
    let site = world.fakes.site();
    site.put(&path, "image/png", png.clone());
    site.script(Rule::on("GET", &path, Mode::Slow(Duration::from_secs(1))));
    let target = address(world, "", &path);
    let answers: Vec<_> = thread::scope(|scope| {
        let ask = || scope.spawn(|| world.get(&target).send()?.expect(200));
        let asked: Vec<_> = (0..8).map(|_| ask()).collect();
        asked.into_iter().map(|answer| answer.join()).collect()
    });
    site.behave();
    for answer in answers {
        let answer = answer.ok().context("a thread panicked")??;
        ensure!(answer.body == png, "other bytes");
    }
    let asked = site.asked_for(&path).len();
    ensure!(asked == 1, "8 requests at once cost {asked} fetches");
    Ok(())
}

/// What Foundry's modules do with an image, in a real browser.
fn canvas(world: &World) -> Result<()> {
    let path = path(world, "a.png");
    let site = world.fakes.site();
    site.put(
        &path,
        "image/png",
        image::png(8, 8, |_, _| [200, 100, 50, 255]),
    );
    let output = node::program()
        .arg(settings::root().join("tests/browser/canvas.mjs"))
        .arg(format!(
            "http://{}/proxy/t/{}/",
            world.target.authority,
            token(world)
        ))
        .arg(site.url(&path))
        .output()
        .context("node has to be installed")?;
    let said = [output.stdout, output.stderr].concat();
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
    Ok(())
}
