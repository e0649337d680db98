//! Writing PNG, through crate `png`.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use ::png::{BitDepth, ColorType, Compression, Encoder, Filter, Info, StreamWriter};

use super::{failed, reserve};
use crate::{Error, Format};

/// Bytes of a chunk of pixels.
const CHUNK: usize = 32 << 10;

/// Encodes a picture whose rows come in pieces, with 8 bits per channel and nothing that is not needed.
pub(crate) struct Png {
    writer: StreamWriter<'static, File>,
    file: File,
}

impl Png {
    /// For a picture of that size, with or without alpha.
    pub fn new(
        width: usize,
        height: usize,
        alpha: bool,
        profile: Option<&[u8]>,
    ) -> Result<Self, Error> {
        let file = File::default();
        let mut info = Info::with_size(width as u32, height as u32);
        info.color_type = match alpha {
            true => ColorType::Rgba,
            false => ColorType::Rgb,
        };
        info.bit_depth = BitDepth::Eight;
        info.icc_profile = profile.map(|profile| profile.to_vec().into());
        let encoder = Encoder::with_info(file.clone(), info);
        let mut encoder = encoder.map_err(|error| failed(Format::Png, error))?;
        encoder.set_compression(Compression::Balanced);
        encoder.set_filter(Filter::Adaptive);
        let writer = encoder
            .write_header()
            .and_then(|writer| writer.into_stream_writer_with_size(CHUNK));
        let writer = writer.map_err(|error| failed(Format::Png, error))?;
        Ok(Self { writer, file })
    }

    /// Takes the next pixels.
    pub fn push(&mut self, pixels: &[u8]) -> Result<(), Error> {
        let written = self.writer.write_all(pixels);
        written.map_err(|error| failed(Format::Png, error))
    }

    /// Bytes of the file so far.
    pub fn len(&self) -> usize {
        self.file.0.borrow().len()
    }

    /// The file, if all pixels came.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        let finished = self.writer.finish();
        finished.map_err(|error| failed(Format::Png, error))?;
        Ok(self.file.0.take())
    }
}

/// What is written, in reach of whoever gave it away to be written to.
#[derive(Clone, Default)]
struct File(Rc<RefCell<Vec<u8>>>);

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = self.0.borrow_mut();
        reserve(&mut file, bytes.len());
        file.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
