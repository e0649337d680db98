//! `cargo xtask size`: each function's size against its budget.

mod budget;

use std::{fs, io::Write, path::Path, process::ExitCode};

use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};

use crate::{
    build,
    platform::{Manifests, Platform},
    repository::{Function, Repository},
    setup,
};

/// Size of what one platform gets of one function, in bytes.
struct Size {
    function: String,
    platform: Platform,
    raw: u64,
    gzip: u64,
    /// Upper limit of `gzip`.
    budget: u64,
}

impl Size {
    fn is_over(&self) -> bool {
        self.gzip > self.budget
    }
}

/// `cargo xtask size`: builds what is missing and prints a table.
pub fn command(repository: &Repository, mut arguments: lexopt::Parser) -> Result<ExitCode> {
    if let Some(argument) = arguments.next()? {
        return Err(argument.unexpected().into());
    }
    setup::ensure(repository)?;
    let manifests = Manifests::read(repository)?;
    build::all(
        repository,
        &manifests,
        &repository.functions()?,
        Platform::ALL,
    )?;
    check(repository, &manifests)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the sizes of what is built; an error when one is over its budget.
pub fn check(repository: &Repository, manifests: &Manifests) -> Result<()> {
    let sizes = measure(repository, manifests)?;
    println!("function   platform      raw KB   gzip KB  budget KB");
    for size in &sizes {
        println!(
            "{:<10} {:<10} {:>9.1} {:>9.1} {:>10}{}",
            size.function,
            size.platform.name(),
            size.raw as f64 / 1000.0,
            size.gzip as f64 / 1000.0,
            size.budget / 1000,
            if size.is_over() { "  OVER" } else { "" },
        );
    }
    let over: Vec<_> = sizes
        .iter()
        .filter(|size| size.is_over())
        .map(|size| format!("{} for {}", size.function, size.platform.name()))
        .collect();
    ensure!(over.is_empty(), "over its budget: {}", over.join(", "));
    Ok(())
}

fn measure(repository: &Repository, manifests: &Manifests) -> Result<Vec<Size>> {
    let mut sizes = Vec::new();
    for function in repository.functions()? {
        for &platform in Platform::ALL {
            if manifests.runs(&function, platform) {
                sizes.push(measure_one(&function, platform)?);
            }
        }
    }
    Ok(sizes)
}

fn measure_one(function: &Function, platform: Platform) -> Result<Size> {
    let output = function.output();
    let files = match platform {
        Platform::Workers => vec![output.join("index_bg.wasm"), output.join("index.js")],
        Platform::Spin => vec![function.component()],
    };
    let mut size = Size {
        function: function.name.clone(),
        platform,
        raw: 0,
        gzip: 0,
        budget: budget::of(&function.name, platform)?,
    };
    for file in files {
        let (raw, gzip) = sizes_of(&file)?;
        size.raw += raw;
        size.gzip += gzip;
    }
    Ok(size)
}

/// Size of a file as it is, and compressed as Cloudflare counts it.
fn sizes_of(file: &Path) -> Result<(u64, u64)> {
    let bytes = fs::read(file)
        .with_context(|| format!("{} is not built: cargo xtask build", file.display()))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&bytes)?;
    Ok((bytes.len() as u64, encoder.finish()?.len() as u64))
}
