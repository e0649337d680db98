//! The frame's header and first partition (RFC 6386, sections 9 and 19).

use crate::{
    boolean::BoolWriter,
    modes::ModeList,
    pieces::Pieces,
    segment::{ChromaOffsets, SEGMENTS, Segment},
    tables::coefficients::{DEFAULTS, Probabilities, UPDATES},
};

/// The first partition's length has 19 bits.
const LIMIT: usize = (1 << 19) - 1;

/// Bits that the modes may take: the limit without what the rest of the header may need.
pub const MODE_BITS: i64 = (LIMIT as i64 - 4096) * 8;

/// Room for the frame's tag and size, and for what a file has before and after a frame.
const ROOM: usize = 10 + 32;

/// All that the first partition says.
pub struct Header<'a> {
    /// Of the picture, in pixels.
    pub width: u16,
    /// Of the picture, in pixels.
    pub height: u16,
    /// Macroblocks in a row.
    pub columns: usize,
    /// Quantisers and filters.
    pub segments: &'a [Segment],
    /// Offsets of chroma's quantisers.
    pub chroma: ChromaOffsets,
    /// Of coefficients.
    pub probabilities: &'a Probabilities,
    /// Of all macroblocks.
    pub modes: &'a ModeList,
}

impl Header<'_> {
    /// The frame with this partition of coefficients; none if the first partition is too large.
    pub fn frame(&self, tokens: Pieces) -> Option<Vec<u8>> {
        let first = self.partition();
        if first.len() > LIMIT {
            return None;
        }
        let mut frame = Vec::with_capacity(ROOM + first.len() + tokens.len());
        // A key frame, profile 0, to be shown.
        let tag = 1 << 4 | (first.len() as u32) << 5;
        frame.extend(&tag.to_le_bytes()[..3]);
        frame.extend([0x9d, 0x01, 0x2a]);
        frame.extend(self.width.to_le_bytes());
        frame.extend(self.height.to_le_bytes());
        for piece in first.drain().chain(tokens.drain()) {
            frame.extend(piece);
        }
        Some(frame)
    }

    fn partition(&self) -> Pieces {
        let mut writer = BoolWriter::default();
        let modes = self.modes.probabilities();
        writer.flag(false); // BT.601
        writer.flag(false); // Samples are to be brought into range.
        self.write_segments(&mut writer, modes.segments);
        self.write_filter(&mut writer);
        writer.number(0, 2); // One partition of coefficients.
        self.write_quantisers(&mut writer);
        writer.flag(false); // Probabilities are not kept for another frame.
        self.write_probabilities(&mut writer);
        if writer.flag(modes.coded.is_some()) {
            writer.number(u32::from(modes.coded.unwrap_or(0)), 8);
        }
        self.modes.write(&mut writer, self.columns, &modes);
        writer.finish()
    }

    /// Values of a segment for all four that the format has.
    fn all(&self, value: impl Fn(&Segment) -> u8) -> [u8; SEGMENTS] {
        std::array::from_fn(|i| {
            self.segments
                .get(i)
                .or(self.segments.first())
                .map_or(0, &value)
        })
    }

    fn write_segments(&self, writer: &mut BoolWriter, probabilities: Option<[u8; 3]>) {
        let several = self.segments.len() > 1;
        if !writer.flag(several) {
            return;
        }
        writer.flag(probabilities.is_some());
        writer.flag(true); // Quantisers and filters follow,
        writer.flag(true); // as such, not as differences.
        for index in self.all(|segment| segment.index) {
            writer.optional(i32::from(index), 7);
        }
        for strength in self.all(Segment::final_filter) {
            writer.optional(i32::from(strength), 6);
        }
        for probability in probabilities.iter().flatten() {
            if writer.flag(*probability != 255) {
                writer.number(u32::from(*probability), 8);
            }
        }
    }

    fn write_filter(&self, writer: &mut BoolWriter) {
        let strength = self
            .all(Segment::final_filter)
            .into_iter()
            .max()
            .unwrap_or(0);
        writer.flag(false); // The normal filter.
        writer.number(u32::from(strength), 6);
        writer.number(0, 3); // Sharpness.
        writer.flag(false); // The same for all modes.
    }

    fn write_quantisers(&self, writer: &mut BoolWriter) {
        let base = self.segments.first().map_or(0, |segment| segment.index);
        writer.number(u32::from(base), 7);
        for offset in [0, 0, 0, self.chroma.dc, self.chroma.ac] {
            writer.optional(offset, 4);
        }
    }

    fn write_probabilities(&self, writer: &mut BoolWriter) {
        let tables = self.probabilities.iter().zip(&DEFAULTS).zip(&UPDATES);
        for ((chosen, defaults), updates) in tables {
            let nodes = chosen.as_flattened().as_flattened().iter();
            let defaults = defaults.as_flattened().as_flattened();
            let updates = updates.as_flattened().as_flattened();
            for ((&chosen, &default), &update) in nodes.zip(defaults).zip(updates) {
                if writer.put_rarely(chosen != default, update) {
                    writer.number(u32::from(chosen), 8);
                }
            }
        }
    }
}
