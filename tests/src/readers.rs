//! What others make of a served archive: `unzip`, two JavaScript readers, and another Rust crate.

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Read},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use testkit::{package::unzip, sign::sha256_hex};
use zip::ZipArchive;

use crate::{node, settings};

const SCRIPT: &str = include_str!("readers.mjs");

/// Digests by file name, as two readers found them.
#[derive(Deserialize)]
struct Found {
    yauzl: BTreeMap<String, String>,
    fflate: BTreeMap<String, String>,
}

/// An error unless `unzip -t`, yauzl and fflate open `zip` and agree on its files with this
/// program's own reader.
///
/// # Errors
/// The first reader's that does not.
pub fn all_open(zip: &[u8], name: &str) -> Result<()> {
    let file = settings::target()
        .join("blackbox")
        .join(format!("{name}.zip"));
    fs::create_dir_all(settings::target().join("blackbox"))?;
    fs::write(&file, zip)?;
    let mut unzip_test = Command::new("unzip");
    let output = unzip_test
        .arg("-t")
        .arg(&file)
        .output()
        .context("unzip has to be installed")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "unzip -t: {said}");
    ensure!(said.contains("No errors detected"), "unzip -t: {said}");

    let own: BTreeMap<String, String> = unzip(zip)
        .into_iter()
        .map(|(name, bytes)| (name, sha256_hex(&bytes)))
        .collect();
    let found = with_node(&file)?;
    ensure!(found.yauzl == own, "yauzl finds {:?}", found.yauzl);
    ensure!(found.fflate == own, "fflate finds {:?}", found.fflate);
    fs::remove_file(&file)?;
    Ok(())
}

fn with_node(file: &std::path::Path) -> Result<Found> {
    let root = settings::root();
    let output = node::program()
        .args(["--input-type=module", "--eval", SCRIPT, "--"])
        .arg(root.join("package.json"))
        .arg(file)
        .output()
        .context("node has to be installed")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the JavaScript readers: {said}");
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// An entry as it stands in an archive: not decompressed.
#[derive(Debug, PartialEq)]
struct Raw {
    name: String,
    method: zip::CompressionMethod,
    crc: u32,
    size: u64,
    bytes: Vec<u8>,
}

fn raw(zip: &[u8]) -> Result<Vec<Raw>> {
    let mut archive = ZipArchive::new(Cursor::new(zip))?;
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index_raw(index)?;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        entries.push(Raw {
            name: entry.name()?.into_owned(),
            method: entry.compression(),
            crc: entry.crc32(),
            size: entry.size(),
            bytes,
        });
    }
    Ok(entries)
}

/// An error unless `served` is `original` with its top folder `folder` (with its slash, or empty)
/// taken away, its entry `manifest` replaced by `bytes` and put last, and every other entry the
/// same, compressed bytes and order included.
///
/// # Errors
/// The first difference.
pub fn is_repackaged(
    original: &[u8],
    folder: &str,
    served: &[u8],
    manifest: &str,
    bytes: &[u8],
) -> Result<()> {
    let mut expected = raw(original)?;
    for entry in &mut expected {
        let name = entry.name.strip_prefix(folder);
        entry.name = name.context("an entry outside of the folder")?.to_owned();
    }
    expected.retain(|entry| !entry.name.is_empty() && entry.name != manifest);
    let mut found = raw(served)?;
    let last = found.pop().context("the served archive is empty")?;
    ensure!(last.name == manifest, "the last entry is {}", last.name);
    ensure!(last.method == zip::CompressionMethod::Stored);
    ensure!(
        last.bytes == bytes,
        "the manifest inside is not the served one"
    );
    let names = |entries: &[Raw]| -> Vec<String> {
        entries.iter().map(|entry| entry.name.clone()).collect()
    };
    ensure!(
        names(&found) == names(&expected),
        "entries are {:?}, not {:?}",
        names(&found),
        names(&expected)
    );
    for (found, expected) in found.iter().zip(&expected) {
        ensure!(found == expected, "{} is not as it was", expected.name);
    }
    Ok(())
}
