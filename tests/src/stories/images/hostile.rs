//! Sites that send something else than an image, or not all of it.

use std::{fs, time::Duration};

use anyhow::{Context, Result, ensure};
use testkit::{
    fake::{Mode, Reply, Rule},
    image,
};

use super::{super::wasm_memory, address, open, path, picture, until_kept};
use crate::{settings, suite::Case, target::Runtime, world::World};

/// Most memory of an instance that has been shown every bomb, in bytes: 64 MiB for what is worked on,
/// and what lies around besides, for memory that WebAssembly has taken it keeps.
const MOST_MEMORY: u64 = 80 << 20;

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new("images: a hostile site is refused with words", hostile),
        Case::new("images: a site that trickles is given up", trickles),
        Case::new("images: what a site calls them does not matter", called),
        Case::new("images: what a site compresses is unpacked", compressed),
        Case::new("images: bombs are refused before they cost anything", bombs),
        Case::new(
            "images: a large one streams, is kept, and never half",
            large,
        ),
    ]
}

fn hostile(world: &World) -> Result<()> {
    let site = world.fakes.site();
    let coded = |coding, body: &'static str| {
        Mode::Answer(Reply::new(200).with("content-encoding", coding).body(body))
    };
    let svg = Reply::new(200).body("<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    for (name, mode, status, words) in [
        ("missing", Mode::Answer(Reply::new(404)), 404, "404"),
        ("gone", Mode::Answer(Reply::new(410)), 410, "410"),
        ("broken", Mode::Answer(Reply::new(500)), 502, "500"),
        ("html", Mode::Html, 415, "an HTML page"),
        ("svg", Mode::Answer(svg), 415, "SVG"),
        ("gzip", coded("gzip", "\u{1f}"), 502, "compressed (gzip)"),
        (
            "brotli",
            coded("br", "\u{1}\u{2}\u{3}\u{4}\u{5}"),
            502,
            "compressed (br)",
        ),
        (
            "unheard-of",
            coded("lzma", "\u{1}\u{2}\u{3}\u{4}\u{5}"),
            502,
            "compressed (lzma)",
        ),
        ("closed", Mode::Dropped, 502, "no answer"),
        ("hangs", Mode::Hangs, 504, "10000 ms"),
        ("announces", Mode::Announces(1 << 30), 413, "134217728"),
        ("cut", Mode::Cut(100), 502, ""),
        ("broken-off", Mode::Broken(100), 502, ""),
        ("loop", Mode::RedirectLoop, 422, "5 times"),
    ] {
        let path = path(world, name);
        site.put(&path, "image/png", picture(3));
        site.script(Rule::on("GET", &path, mode));
        let target = address(world, "", &path);
        let answer = open(world.get(&target).send()?)?;
        ensure!(answer.status == status, "{name}: {}", answer.describe());
        ensure!(
            answer.text().contains(words),
            "{name}: {}",
            answer.describe()
        );
        let again = world.get(&target).send()?;
        ensure!(
            again.status == status,
            "{name}, again: {}",
            again.describe()
        );
        let asked = site.asked_for(&path).len();
        let once = if name == "loop" { 6 } else { 1 };
        ensure!(asked == once, "{name}: the site was asked {asked} times");
    }
    site.behave();
    for options in ["width=5", "w=0", "fit=cover,w=5", "format=json,w=5"] {
        let target = address(world, options, "/never-asked");
        let answer = open(world.get(target).send()?.expect(400)?)?;
        let name = options.split('=').next().unwrap_or_default();
        ensure!(answer.text().contains(name), "{}", answer.describe());
    }
    ensure!(site.asked_for("/never-asked").is_empty());
    Ok(())
}

/// A picture that comes so slowly that the room it takes would be held for longer than 15 s.
fn trickles(world: &World) -> Result<()> {
    let (site, path) = (world.fakes.site(), path(world, "trickling"));
    let noise = |x: u32, y: u32| ((x * 7919 + y * 104_729) ^ (x * y)).wrapping_mul(2_654_435_761);
    let png = image::png(256, 256, |x, y| noise(x, y).to_be_bytes());
    ensure!(png.len() > 200_000, "it is only {} bytes long", png.len());
    site.put(&path, "image/png", png);
    let mode = Mode::Trickles(4_000, Duration::from_secs(1));
    site.script(Rule::on("GET", &path, mode));
    let answer = world.get(address(world, "w=8", &path)).send()?;
    site.behave();
    let answer = open(answer.expect(504)?)?;
    ensure!(answer.text().contains("15 s"), "{}", answer.describe());
    Ok(())
}

/// What an image is, its bytes say, and neither its name nor its site.
fn called(world: &World) -> Result<()> {
    for (name, kind) in [("a.jpg", "image/jpeg"), ("b", "text/html"), ("c.svg", "")] {
        let (path, png) = (path(world, name), picture(11));
        world.fakes.site().put(&path, kind, png.clone());
        let answer = open(world.get(address(world, "", &path)).send()?.expect(200)?)?;
        ensure!(answer.header("content-type")? == "image/png", "{name}");
        ensure!(answer.body == png, "{name}: other bytes");
        let small = world
            .get(address(world, "w=8", &path))
            .send()?
            .expect(200)?;
        ensure!(small.header("content-type")? == "image/png", "{name}");
    }
    Ok(())
}

fn large(world: &World) -> Result<()> {
    let site = world.fakes.site();
    let png = image::png(1600, 1600, |x, y| [x as u8, y as u8, (x / 256) as u8, 255]);
    for (name, mode) in [("announced", None), ("in chunks", Some(Mode::Chunked))] {
        let path = path(world, "map.png");
        site.put(&path, "image/png", png.clone());
        site.behave();
        if let Some(mode) = mode {
            site.script(Rule::on("GET", &path, mode));
        }
        let target = address(world, "", &path);
        let first = open(world.get(&target).send()?.expect(200)?)?;
        ensure!(first.body == png, "{name}: other bytes");
        let hit = until_kept(world, &target, "vtta-edge; hit")?;
        ensure!(hit.body == png, "{name}: other bytes from the cache");
        ensure!(hit.header("content-length")? == png.len().to_string());
        if world.target.runtime == Runtime::Workerd {
            let near = until_kept(world, &target, "vtta-edge; hit; detail=nearby")?;
            ensure!(near.body == png, "{name}: other bytes from the near cache");
            ensure!(near.header("content-length")? == png.len().to_string());
        }
    }
    for mode in [Mode::Cut(5_000_000), Mode::Broken(5_000_000)] {
        let (path, what) = (path(world, "half.png"), format!("{mode:?}"));
        site.put(&path, "image/png", png.clone());
        site.behave();
        site.script(Rule::on("GET", &path, mode).times(1));
        let target = address(world, "", &path);
        let half = world.get(&target).send();
        ensure!(half.is_err(), "{what}: half a picture came as a whole one");
        let whole = world.get(&target).send()?.expect(200)?;
        ensure!(whole.body == png, "{what}: half a picture was kept");
    }
    site.behave();
    Ok(())
}

/// Some servers pack whatever they send, whoever asks. Workers unpack it, on Spin the function does.
fn compressed(world: &World) -> Result<()> {
    let site = world.fakes.site();
    let large = image::png(700, 300, |x, y| [x as u8, y as u8, 7, 255]);
    for (name, coding, png) in [
        ("small.png", "gzip", picture(6)),
        ("large.png", "x-gzip", large.clone()),
        // Names for nothing, which object stores hand on.
        ("none.png", "none", picture(7)),
        ("aws.png", "aws-chunked", picture(8)),
    ] {
        let path = path(world, name);
        let packed = match coding.ends_with("gzip") {
            true => image::gzip(&png),
            false => png.clone(),
        };
        let reply = Reply::new(200).with("content-encoding", coding);
        site.reply(&path, reply.body(packed));
        let target = address(world, "", &path);
        let answer = open(world.get(&target).send()?.expect(200)?)?;
        ensure!(answer.body == png, "{name}: other bytes");
        ensure!(!answer.has("content-encoding"), "{}", answer.describe());
        let hit = until_kept(world, &target, "vtta-edge; hit")?;
        ensure!(hit.body == png, "{name}: other bytes from the cache");
        let small = address(world, "w=8,format=webp", &path);
        world.get(small).send()?.expect(200)?;
    }
    Ok(())
}

/// Files that would cost a lot if anybody believed them.
fn bombs(world: &World) -> Result<()> {
    let site = world.fakes.site();
    let fixtures = settings::root().join("workers/imaging/tests/suite/fixtures");
    let read = |name: &str| fs::read(fixtures.join(name)).with_context(|| name.to_owned());
    let progressive = image::repeated_scans(&read("progressive.jpg")?, 1000);
    let mut lying = read("baseline.jpg")?;
    let frame = lying.windows(2).position(|pair| pair == [0xff, 0xc0]);
    let frame = frame.context("the frame's header")?;
    lying[frame + 5..frame + 9].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]);
    let cut = read("lossy.webp")?;
    let mut wrong = Vec::new();
    for (name, bytes, words) in [
        (
            "wide.png",
            image::png_bomb(50_000, 50_000),
            "pixels of the image: 2500000000, at most 100000000",
        ),
        (
            "frames.gif",
            image::gif(65_535),
            "frames of the animation: 65535, at most 1000",
        ),
        (
            "profile.png",
            image::png_of_profile(100 << 20),
            "bytes of the colour profile",
        ),
        ("scans.jpg", progressive, "scans of the progressive JPEG"),
        ("lying.jpg", lying, "pixels of the image: 400000000"),
        ("lying.png", image::png_bomb(800, 600), "PNG"),
        ("cut.webp", cut[..cut.len() / 2].to_vec(), "cut short"),
        ("cut.gif", image::gif(9)[..60].to_vec(), "cut short"),
    ] {
        let path = path(world, name);
        site.put(&path, "image/png", bytes);
        let answer = world.get(address(world, "w=8,format=webp", &path)).send()?;
        if answer.status != 422 || !answer.text().contains(words) {
            wrong.push(format!("{name}: {} {}", answer.status, answer.text()));
        }
        open(answer)?;
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n        "));
    // A small file that unpacks to a large one, and one that never ends.
    let packed = path(world, "packed.png");
    let gzip = Reply::new(200).with("content-encoding", "gzip");
    site.reply(&packed, gzip.body(image::gzip_bomb(64 << 20)));
    let endless = path(world, "endless.png");
    site.put(&endless, "image/png", picture(9));
    site.script(Rule::on("GET", &endless, Mode::Endless));
    for path in [packed, endless] {
        let answer = world.get(address(world, "w=8", &path)).send()?;
        let answer = open(answer.expect(413)?)?;
        ensure!(answer.text().contains("33554432"), "{}", answer.describe());
    }
    site.behave();
    wasm_memory::check(world, &["proxy"], MOST_MEMORY)
}
