//! Whether what is copied is what the headers promise: every content is unpacked as it passes, into
//! a window that is thrown away, and its length and checksum are compared.

use crate::error::{Error, shown};
use crate::{Entry, Method};
use crc32fast::Hasher;
use miniz_oxide::inflate::{
    TINFLStatus,
    core::{DecompressorOxide, TINFL_LZ_DICT_SIZE, decompress, inflate_flags},
};
use std::fmt;

/// The content at work. Takes some 45 KB, however large contents are.
pub(crate) struct Verifier {
    inflater: Box<DecompressorOxide>,
    /// The last 32 KiB of an unpacked content, which later parts of it refer to.
    window: Box<[u8]>,
    /// Where in the window the content goes on.
    at: usize,
    /// Whether the end of the deflated bytes was seen.
    ended: bool,
    sum: Hasher,
    /// Bytes unpacked.
    size: u64,
}

impl Verifier {
    pub(crate) fn new() -> Self {
        Self {
            inflater: Box::default(),
            window: vec![0; TINFL_LZ_DICT_SIZE].into_boxed_slice(),
            at: 0,
            ended: false,
            sum: Hasher::new(),
            size: 0,
        }
    }

    /// Takes the next bytes of the content of `entry`, as they are compressed. Unpacks no more than
    /// the entry announces and a window.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub(crate) fn add(&mut self, entry: &Entry, bytes: &[u8]) -> Result<(), Error> {
        match entry.method {
            Method::Stored => {
                self.sum.update(bytes);
                self.size = self.size.saturating_add(bytes.len() as u64);
                Ok(())
            }
            Method::Deflated => self.inflate(entry, bytes),
        }
    }

    fn inflate(&mut self, entry: &Entry, mut bytes: &[u8]) -> Result<(), Error> {
        const FLAGS: u32 = inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
        while !bytes.is_empty() || !self.ended {
            if self.ended {
                return damaged(entry, "its deflated bytes end before the content does");
            }
            let (inflater, window) = (&mut self.inflater, &mut self.window);
            let (status, taken, made) = decompress(inflater, bytes, window, self.at, FLAGS);
            let made = self.at..self.at.saturating_add(made);
            self.size = self.size.saturating_add(made.len() as u64);
            if self.size > entry.size {
                return damaged(entry, "it unpacks to more bytes than announced");
            }
            self.sum
                .update(self.window.get(made.clone()).unwrap_or_default());
            self.at = made.end % TINFL_LZ_DICT_SIZE;
            bytes = bytes.get(taken..).unwrap_or_default();
            match status {
                TINFLStatus::Done => self.ended = true,
                TINFLStatus::HasMoreOutput => {}
                TINFLStatus::NeedsMoreInput => return Ok(()),
                _ => return damaged(entry, "its deflated bytes make no sense"),
            }
        }
        Ok(())
    }

    /// Judges the content of `entry`, all of which was added, and is ready for the next.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub(crate) fn end(&mut self, entry: &Entry) -> Result<(), Error> {
        let is_cut = entry.method == Method::Deflated && entry.compressed > 0 && !self.ended;
        if is_cut || self.size < entry.size {
            return damaged(entry, "it unpacks to fewer bytes than announced");
        }
        if self.sum.clone().finalize() != entry.crc32 {
            return damaged(entry, "its checksum (CRC-32) does not match");
        }
        self.inflater.init();
        self.sum.reset();
        (self.at, self.ended, self.size) = (0, false, 0);
        Ok(())
    }
}

fn damaged(entry: &Entry, what: &'static str) -> Result<(), Error> {
    Err(Error::Damaged {
        entry: shown(&entry.name),
        what,
    })
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Verifier")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
