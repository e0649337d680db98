//! 1 GB in 20,000 files, up and down again: every byte of every file. Asked for by name only, for it
//! takes minutes and gigabytes of disk: `RUNTIME=workerd cargo test -p blackbox --test blackbox -- gigabyte`.

use std::{
    fs::{self, File},
    io::{BufReader, BufWriter, Read, Write},
    path::PathBuf,
};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use testkit::{package::Package, pattern, sign::hex};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::wasm_memory;
use crate::{settings, suite::Case, world::World};

/// Files besides the manifest.
const FILES: u64 = 20_000;

/// Bytes of each.
const LENGTH: u64 = 50_000;

/// Most linear memory of any one instance, in bytes.
const MOST_WASM: u64 = 64 << 20;

/// The case.
pub fn cases() -> Vec<Case> {
    let name = "gigabyte: 1 GB in 20,000 files is published and fetched, every byte";
    vec![Case::new(name, gigabyte).only_named()]
}

/// A file that is gone when this is.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Result<Self> {
        let folder = settings::target().join("blackbox");
        fs::create_dir_all(&folder)?;
        Ok(Self(folder.join(name)))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn name(number: u64) -> String {
    format!("maps/folder-{}/map-{number}.webp", number % 100)
}

fn content(number: u64) -> Result<Vec<u8>> {
    Ok(pattern::piece(number * LENGTH, usize::try_from(LENGTH)?).to_vec())
}

/// Writes the archive, its manifest in the middle.
fn write(package: &Package, scratch: &Scratch) -> Result<u64> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(BufWriter::new(File::create(&scratch.0)?));
    for number in 0..FILES {
        if number == FILES / 2 {
            zip.start_file("module.json", stored)?;
            zip.write_all(&package.manifest_text())?;
        }
        zip.start_file(name(number), stored)?;
        zip.write_all(&content(number)?)?;
    }
    zip.finish()?.flush()?;
    Ok(fs::metadata(&scratch.0)?.len())
}

fn gigabyte(world: &World) -> Result<()> {
    let id = world.id("gigabyte");
    // Nothing that it names has to be there.
    let package = Package::module(&id, "1.0.0");
    let package = ["esmodules", "styles", "languages", "packs"]
        .iter()
        .fold(package, |package, field| package.without_field(field));
    let archive = Scratch::new("gigabyte.zip")?;
    let length = write(&package, &archive)?;
    let path = format!("/admin/v1/packages/{id}/releases/1.0.0");
    let mut body = BufReader::new(File::open(&archive.0)?);
    let ask = world.ask("PUT", path).admin().stream(length, &mut body);
    let facts = ask.send()?.expect(201)?.json()?;
    let download = facts["download"].as_str().context("no download")?;

    let digest = fetch(world, world.path_of(download)?, &archive)?;
    ensure!(facts["sha256"] == digest, "not the bytes that were stored");
    check(
        world,
        facts["manifest"].as_str().context("no manifest")?,
        &archive,
    )?;
    let track = format!("/packages/{id}/releases/1.0.0/core-12/{id}.zip");
    fetch(world, &track, &archive)?;
    wasm_memory::check(world, &["manifest", "webhook"], MOST_WASM)
}

/// Fetches an archive in the place of the one in `scratch`; its SHA-256.
fn fetch(world: &World, path: &str, scratch: &Scratch) -> Result<String> {
    let mut file = BufWriter::new(File::create(&scratch.0)?);
    let (mut digest, mut seen, mut written) = (Sha256::new(), 0, Ok(()));
    let mut sink = |piece: &[u8]| {
        digest.update(piece);
        seen += piece.len() as u64;
        if written.is_ok() {
            written = file.write_all(piece);
        }
    };
    let answer = world.get(path).send_to(&mut sink)?.expect(200)?;
    written?;
    file.flush()?;
    ensure!(answer.header("content-length")? == seen.to_string());
    println!("        {path}: {seen} bytes");
    Ok(hex(&digest.finalize()))
}

/// Every file is there, in its order, with every byte; the manifest comes last.
fn check(world: &World, manifest: &str, served: &Scratch) -> Result<()> {
    let mut zip = ZipArchive::new(BufReader::new(File::open(&served.0)?))?;
    ensure!(zip.len() as u64 == FILES + 1, "{} entries", zip.len());
    let mut bytes = Vec::new();
    for number in 0..=FILES {
        let mut entry = zip.by_index(usize::try_from(number)?)?;
        let (expected, wanted) = match number {
            FILES => {
                let manifest = world.get(world.path_of(manifest)?).send()?.expect(200)?;
                ("module.json".to_owned(), manifest.body)
            }
            number => (name(number), content(number)?),
        };
        ensure!(
            entry.name()? == expected,
            "entry {number} is not {expected}"
        );
        bytes.clear();
        // This checks the checksum too.
        entry.read_to_end(&mut bytes)?;
        ensure!(bytes == wanted, "other bytes in {expected}");
    }
    Ok(())
}
