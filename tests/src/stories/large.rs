//! 300 MB up, and down again, in bounded memory.

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use testkit::{package::Package, pattern, sign::hex};

use super::wasm_memory;
use crate::{
    http::Response, package::Spliced, processes, suite::Case, target::Runtime, world::World,
};

/// Bytes of the file that makes the archive large.
const LARGE: u64 = 300 << 20;

/// Most linear memory of any one instance, in bytes.
const MOST_WASM: u64 = 16 << 20;

/// Most resident memory that workerd may gain while the archive is published, in bytes. What
/// JavaScript's collector has not yet taken away counts: 250 MiB were seen here, and 330 MiB for an
/// archive of 900 MB. Whoever kept what passes through (received, read again, written again) would
/// gain three times the archive.
const MOST_PUBLISHING: u64 = 450 << 20;

/// Most that it may gain while the archive is fetched: it passes by.
const MOST_FETCHING: u64 = 32 << 20;

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![Case::new(
        "large: 300 MB are published and fetched in bounded memory",
        large,
    )]
}

/// Publishes 300 MB, and fetches them whole, in parts and from another track.
///
/// # Errors
/// Where other bytes come, or they take too much memory.
pub fn large(world: &World) -> Result<()> {
    let id = world.id("large");
    // The only file with bytes of the pattern.
    let package = Package::module(&id, "1.0.0")
        .file("packs/things/000002.log", "a log")
        .file("maps/world.bin", "");
    let mut zip = Spliced::new(&package.zip(), "maps/world.bin", LARGE)?;
    let length = zip.len();
    let before = resident(world);
    let path = format!("/admin/v1/packages/{id}/releases/1.0.0");
    let ask = world.ask("PUT", path).admin().stream(length, &mut zip);
    let facts = ask.send()?.expect(201)?.json()?;

    let between = resident(world);
    let download = facts["download"].as_str().context("no download")?;
    let path = world.path_of(download)?.to_owned();
    let (whole, digest, seen) = fetch(world, &path)?;
    ensure!(whole.header("content-length")? == seen.to_string());
    ensure!(seen > LARGE, "{seen} bytes are not all");
    ensure!(
        facts["sha256"] == digest,
        "the bytes are not those that were stored"
    );
    ranges(world, &path, seen)?;

    let track = format!("/packages/{id}/releases/1.0.0/core-12/{id}.zip");
    let (track, _, seen) = fetch(world, &track)?;
    ensure!(track.header("content-length")? == seen.to_string());
    bounded(world, before, between)
}

/// The answer without its body, the body's SHA-256, and how many bytes came.
fn fetch(world: &World, path: &str) -> Result<(Response, String, u64)> {
    let (mut digest, mut seen) = (Sha256::new(), 0);
    let mut sink = |piece: &[u8]| {
        digest.update(piece);
        seen += piece.len() as u64;
    };
    let answer = world.get(path).send_to(&mut sink)?.expect(200)?;
    Ok((answer, hex(&digest.finalize()), seen))
}

/// Parts of the large file's own bytes, wherever in the archive they are.
fn ranges(world: &World, path: &str, total: u64) -> Result<()> {
    let get = |first: u64, last: u64| -> Result<Vec<u8>> {
        let ask = world
            .get(path)
            .header("range", format!("bytes={first}-{last}"));
        let part = ask.send()?.expect(206)?;
        let range = format!("bytes {first}-{last}/{total}");
        ensure!(part.header("content-range")? == range, "{range}");
        Ok(part.body)
    };
    // Where the file begins is found by its first bytes.
    let head = get(0, 65_535)?;
    let start = pattern::piece(0, 64);
    let start = head.windows(64).position(|window| window == start);
    let start = start.context("the large file is not near the beginning")? as u64;
    for offset in [1, (1 << 20) - 3, 200_000_000, LARGE - 4096] {
        let found = get(start + offset, start + offset + 4095)?;
        ensure!(
            found == pattern::piece(offset, 4096),
            "other bytes at {offset}"
        );
    }
    Ok(())
}

/// Resident memory of the process that answers, in bytes, where it can be known.
fn resident(world: &World) -> Option<u64> {
    let port = world.target.authority.rsplit_once(':')?.1.parse().ok()?;
    processes::peak_memory(processes::listening_on(port)?)
}

fn bounded(world: &World, before: Option<u64>, between: Option<u64>) -> Result<()> {
    match world.target.runtime {
        Runtime::SpinHost => wasm_memory::check(world, &["manifest", "webhook"], MOST_WASM),
        Runtime::Workerd if !processes::are_told() => {
            println!("        workerd: how much memory it took is not checked: there is no /proc");
            Ok(())
        }
        Runtime::Workerd => {
            let (before, between) = (before.context("no figure")?, between.context("no figure")?);
            let after = resident(world).context("no figure")?;
            let publishing = between.saturating_sub(before);
            let fetching = after.saturating_sub(between);
            println!(
                "        workerd: {} MiB, publishing {} MiB more, fetching {} MiB more",
                before >> 20,
                publishing >> 20,
                fetching >> 20
            );
            ensure!(
                publishing <= MOST_PUBLISHING,
                "publishing took {publishing} bytes more"
            );
            ensure!(
                fetching <= MOST_FETCHING,
                "fetching took {fetching} bytes more"
            );
            Ok(())
        }
        // Their memory is not ours to look at.
        Runtime::Spin | Runtime::Other => Ok(()),
    }
}
