//! Telling whether something was built from the same input before.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// A file that remembers what an output was built from.
pub struct Stamp {
    file: PathBuf,
    input: String,
}

impl Stamp {
    /// The stamp `name` in `folder` for the bytes of `wasm` and what else
    /// decides the output, such as the tools' versions and
    /// what they are told.
    pub fn of(folder: &Path, name: &str, wasm: &Path, others: &[String]) -> Result<Self> {
        let bytes = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        others.hash(&mut hasher);
        Ok(Self {
            file: folder.join(format!(".{name}.stamp")),
            input: format!("{:016x}", hasher.finish()),
        })
    }

    /// Whether the output was built from the same.
    pub fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|written| written == self.input)
    }

    /// Forgets the last output, before it is replaced.
    pub fn clear(&self) {
        // Nothing to forget is as good.
        let _ = fs::remove_file(&self.file);
    }

    /// Remembers that the output is built.
    pub fn write(&self) -> Result<()> {
        fs::write(&self.file, &self.input)
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}
