//! The folder that a demo owns while it runs, and leaves to be looked at.

use std::{
    fs::{self, File, TryLockError},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

/// The folder; no other demo uses it until this is dropped.
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// The folder, with nothing in it.
    pub fn clear(path: PathBuf) -> Result<Self> {
        let place = || format!("cannot clear {}", path.display());
        let parent = path.parent().with_context(place)?;
        fs::create_dir_all(parent).with_context(place)?;
        // Beside the folder, since it outlives what is in it.
        let lock = File::create(path.with_extension("lock")).with_context(place)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("another demo runs in {}", path.display()),
            Err(TryLockError::Error(error)) => return Err(error).with_context(place),
        }
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(place);
            }
            _ => fs::create_dir(&path).with_context(place)?,
        }
        Ok(Self { path, _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of the variables, generated secrets included.
    pub fn variables(&self) -> PathBuf {
        self.path.join("variables")
    }

    /// The file that gets what the server prints.
    pub fn log(&self) -> PathBuf {
        self.path.join("server.log")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_cleared_but_never_under_a_running_demo() {
        let path = std::env::temp_dir().join(format!("xtask-demo-{}", std::process::id()));
        let first = Folder::clear(path.clone()).expect("a folder");
        fs::write(first.log(), "x").expect("a file");
        let taken = Folder::clear(path.clone()).err().expect("it is taken");
        assert!(taken.to_string().starts_with("another demo runs"));
        assert!(first.log().exists());
        drop(first);
        let second = Folder::clear(path.clone()).expect("it is free again");
        assert!(!second.log().exists());
        drop(second);
        fs::remove_dir_all(&path).expect("it is there");
        fs::remove_file(path.with_extension("lock")).expect("it is there");
    }
}
