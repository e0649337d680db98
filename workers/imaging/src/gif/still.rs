//! GIFs of one picture, a row at a time: what is no animation needs no canvas.

use super::{Outline, decoder, error};
use crate::source::{Model, Plane, Sink, Source};
use crate::{Error, Format};

/// A GIF of one picture whose rows are stored from the top.
pub(crate) struct Still<'a> {
    bytes: &'a [u8],
    outline: Outline,
}

impl<'a> Still<'a> {
    /// `None` for animations, and for rows in another order, which have to be held.
    pub fn new(bytes: &'a [u8], outline: Outline) -> Option<Self> {
        let is_streamed = outline.frames == 1 && !outline.interlaced;
        is_streamed.then_some(Self { bytes, outline })
    }
}

impl Source for Still<'_> {
    fn model(&self) -> Model {
        Model::Rgba
    }

    fn planes(&self) -> Vec<Plane> {
        let Outline { width, height, .. } = self.outline;
        vec![Plane::full(width, height, Model::Rgba)]
    }

    fn memory(&self) -> u64 {
        // Sides are numbers of 16 bits: a row of the canvas, one of the frame, and its indexes.
        u64::from(self.outline.width) * 4 + u64::from(u16::MAX) * 5 + (64 << 10)
    }

    fn decode(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let mut decoder = decoder(self.bytes)?;
        let frame = decoder.next_frame_info().map_err(error)?;
        let frame = frame.ok_or_else(|| Error::damaged(Format::Gif, "it has no picture in it"))?;
        let (left, top) = (usize::from(frame.left) * 4, u32::from(frame.top));
        let bottom = top + u32::from(frame.height);
        let mut row = vec![0; usize::from(frame.width) * 4];
        let mut shown = vec![0; self.outline.width as usize * 4];
        // Rows below the canvas are not seen, but have to be there.
        for index in 0..self.outline.height.max(bottom) {
            shown.fill(0);
            if (top..bottom).contains(&index) {
                // An index of no colour leaves its pixel as it was: transparent.
                row.fill(0);
                if !decoder.fill_buffer(&mut row).map_err(error)? {
                    return Err(Error::damaged(Format::Gif, "its picture ends early"));
                }
                let place = shown.get_mut(left..).unwrap_or_default();
                place
                    .iter_mut()
                    .zip(&row)
                    .for_each(|(to, from)| *to = *from);
            }
            if index < self.outline.height {
                sink.row(0, &shown);
            }
        }
        Ok(())
    }
}
