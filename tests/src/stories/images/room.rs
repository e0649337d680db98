//! How much images take in the store.

use std::{fs, path::Path};

use anyhow::{Result, ensure};
use testkit::image;

use super::{address, path};
use crate::{
    runtime::Running,
    settings,
    suite::Case,
    target::{Runtime, Target},
    world::World,
};

/// Bytes that images may take.
const BUDGET: u64 = 8_000_000;

/// How many images come, of which that many would fit.
const IMAGES: usize = 24;
const FIT: usize = 8;

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![Case::new(
        "images: they take no more than their budget, whatever comes",
        budget,
    )]
}

fn budget(outer: &World) -> Result<()> {
    let runtime = outer.target.runtime;
    if runtime == Runtime::Other {
        // It is not ours to configure.
        return Ok(());
    }
    let folder = settings::folder(runtime, &format!("budget-{}", outer.run));
    let mut variables = settings::shared()?;
    variables.insert("PROXY_CACHE_BYTES".into(), BUDGET.to_string());
    let running = Running::start(runtime, &variables, &folder)?;
    let world = World::new(Target::around(running, variables))?;
    let paths: Vec<String> = (0..IMAGES).map(|_| path(&world, "a.png")).collect();
    for (number, path) in paths.iter().enumerate() {
        let png = image::png(480, 480, |x, y| [number as u8, x as u8, y as u8, 255]);
        world.fakes.site().put(path, "image/png", png.clone());
        let answer = world.get(address(&world, "", path)).send()?.expect(200)?;
        ensure!(answer.body == png, "other bytes");
    }
    let mut kept = 0;
    for path in &paths {
        let head = world.ask("HEAD", address(&world, "", path)).send()?;
        let head = head.expect(200)?;
        kept += usize::from(head.header("cache-status")?.starts_with("vtta-edge; hit"));
    }
    ensure!(kept <= FIT, "{kept} images are kept, where {FIT} fit");
    ensure!(kept >= FIT / 3, "only {kept} images are kept");
    // Cloudflare's disks are not ours.
    if runtime != Runtime::Workerd {
        let taken = bytes_in(&folder.join("state"))?;
        println!(
            "        {kept} of {IMAGES} kept, {} KiB on the disk",
            taken >> 10
        );
        ensure!(taken < 2 * BUDGET, "{taken} bytes are on the disk");
    }
    drop(world);
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Bytes of all files below `folder`.
fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => bytes_in(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(bytes)
}
