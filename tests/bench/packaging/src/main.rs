//! Repackages an archive from one file to another: `packaging WAY SOURCE TARGET`.
//!
//! `copied`: the directory is read and checked, the manifest replaced, everything else copied as it is
//! compressed. `digested`: and the output digested. `verified`: and every content unpacked and compared
//! with its checksum, which is all that function `webhook` does between its store and its store. `zip`
//! takes every file out and compresses it again with the crate `zip`.

use std::{
    env,
    fs::File,
    io::{BufWriter, Read, Seek, SeekFrom, Write, copy},
    ops::Range,
};

use anyhow::{Context, Result, bail};
use archive::{Directory, Limits, MANIFEST_BYTES, Plan, locate, tail_len};
use sha2::{Digest, Sha256};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Bytes that are read at once: a store's chunk.
const CHUNK: usize = 1 << 20;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [mode, source, target] = arguments.as_slice() else {
        bail!("packaging copied|digested|verified|zip SOURCE TARGET");
    };
    let source = File::open(source).context("the source")?;
    let target = File::create(target).context("the target")?;
    match mode.as_str() {
        "copied" => repackage(source, target, None, false),
        "digested" => repackage(source, target, Some(Sha256::new()), false),
        "verified" => repackage(source, target, Some(Sha256::new()), true),
        "zip" => recompress(source, target),
        other => bail!("there is no way called {other:?}"),
    }
}

fn repackage(
    mut source: File,
    mut target: File,
    mut digest: Option<Sha256>,
    verified: bool,
) -> Result<()> {
    let total = source.metadata()?.len();
    let limits = Limits::default();
    let tail = read(&mut source, total - tail_len(total)..total)?;
    let location = locate(total, &tail, &limits)?;
    let directory = match location.in_tail(&tail) {
        Some(bytes) => Directory::parse(&location, bytes, &limits)?,
        None => {
            let bytes = read(&mut source, location.range())?;
            Directory::parse(&location, &bytes, &limits)?
        }
    };
    let found = directory.find_manifest()?;
    let entry = directory
        .entries()
        .get(found.index)
        .context("no manifest")?;
    let manifest = entry.read(&read(&mut source, entry.read_range())?, MANIFEST_BYTES)?;

    let plan = Plan::new(directory, &found, manifest)?;
    let range = plan.source();
    let mut copier = plan.copier();
    if verified {
        copier = copier.verifying();
    }
    let mut put = |bytes: &[u8]| -> Result<()> {
        if let Some(digest) = &mut digest {
            digest.update(bytes);
        }
        Ok(target.write_all(bytes)?)
    };
    source.seek(SeekFrom::Start(range.start))?;
    let mut left = source.take(range.end - range.start);
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = left.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..count).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        for piece in copier.push(bytes)? {
            put(piece.bytes(bytes))?;
        }
    }
    put(&copier.finish()?)
}

fn read(source: &mut File, range: Range<u64>) -> Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(range.end - range.start)?];
    source.seek(SeekFrom::Start(range.start))?;
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn recompress(source: File, target: File) -> Result<()> {
    let mut source = ZipArchive::new(source)?;
    let mut target = ZipWriter::new(BufWriter::new(target));
    for index in 0..source.len() {
        let mut file = source.by_index(index)?;
        let name = file.name()?.into_owned();
        target.start_file(name, SimpleFileOptions::default())?;
        copy(&mut file, &mut target)?;
    }
    target.finish()?.flush()?;
    Ok(())
}
