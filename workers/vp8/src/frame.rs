//! A picture's way from rows of pixels to a VP8 frame.

use crate::{
    analysis::{Groups, Survey, look},
    coder::Coder,
    colour::{Converter, Pixels},
    header,
    macroblock::Border,
    segment::{ChromaOffsets, SEGMENTS, Segment},
    strip::Strip,
};

/// Bytes of samples that are looked at before segments are made. Segments of larger pictures are
/// made from their upper part.
const WINDOW: usize = 8 << 20;

/// Bits of header for each macroblock below which there is but one segment.
const SEGMENTED: i64 = 16;

/// Codes strips as they come.
pub struct FrameEncoder {
    width: u16,
    height: u16,
    columns: usize,
    rows: usize,
    quality: f32,
    converter: Converter,
    border: Border,
    strips: usize,
    survey: Survey,
    window: Vec<(Strip, Vec<u8>)>,
    coding: Option<(Coder, Box<[u8; 256]>)>,
}

impl FrameEncoder {
    /// For a picture of this size, neither side zero, and a quality of 0 to 100.
    pub fn new(width: u16, height: u16, quality: f32) -> Self {
        let columns = usize::from(width).div_ceil(16);
        Self {
            width,
            height,
            columns,
            rows: usize::from(height).div_ceil(16),
            quality,
            converter: Converter::default(),
            border: Border::new(columns),
            strips: 0,
            survey: Survey::default(),
            window: Vec::new(),
            coding: None,
        }
    }

    /// Takes the next sixteen rows of pixels, or what is left at the end.
    pub fn push(&mut self, pixels: &Pixels) {
        let strip = Strip::new(&self.converter, pixels);
        let difficulties = self.look(&strip);
        if let Some((coder, segments)) = &mut self.coding {
            return code(coder, segments, &strip, &difficulties);
        }
        self.window.push((strip, difficulties));
        if self.window.len() * Strip::bytes(self.columns) >= WINDOW {
            self.begin();
        }
    }

    /// The frame; none if its modes need more room than the format has.
    pub fn finish(mut self) -> Option<Vec<u8>> {
        if self.coding.is_none() {
            self.begin();
        }
        let (coder, _) = self.coding?;
        coder.finish(self.width, self.height)
    }

    /// Looks at all macroblocks of a strip.
    fn look(&mut self, strip: &Strip) -> Vec<u8> {
        if self.strips > 0 {
            self.border.next_row();
        }
        self.strips += 1;
        let mut difficulties = Vec::with_capacity(self.columns);
        for column in 0..self.columns {
            let source = strip.macroblock(column);
            let look = look(&source, &self.border.around(column));
            self.border.save(column, &source.luma, &source.chroma);
            if self.coding.is_none() {
                self.survey.add(look);
            }
            difficulties.push(look.difficulty);
        }
        difficulties
    }

    /// Makes segments of what has been seen, and codes it.
    fn begin(&mut self) {
        let groups = self.survey.groups();
        let chroma = ChromaOffsets::new(groups.chroma);
        let (segments, map) = self.segments(&groups, chroma);
        let mut coder = Coder::new(self.columns, self.rows, self.quality, segments, chroma);
        for (strip, difficulties) in std::mem::take(&mut self.window) {
            code(&mut coder, &map, &strip, &difficulties);
        }
        self.coding = Some((coder, Box::new(map)));
    }

    /// The segments that differ, and the segment for each difficulty.
    fn segments(&self, groups: &Groups, chroma: ChromaOffsets) -> (Vec<Segment>, [u8; 256]) {
        let macroblocks = (self.columns * self.rows) as i64;
        let several = header::MODE_BITS / macroblocks >= SEGMENTED;
        let mut segments: Vec<Segment> = Vec::new();
        let mut places = [0; SEGMENTS];
        for (character, place) in groups.characters.iter().zip(&mut places) {
            let character = if several {
                *character
            } else {
                Default::default()
            };
            let segment = Segment::new(self.quality, character, chroma);
            let known = segments.iter().position(|known| known.same(&segment));
            *place = known.unwrap_or(segments.len()) as u8;
            if known.is_none() {
                segments.push(segment);
            }
        }
        (segments, groups.of.map(|group| places[usize::from(group)]))
    }
}

fn code(coder: &mut Coder, segments: &[u8; 256], strip: &Strip, difficulties: &[u8]) {
    for (column, &difficulty) in difficulties.iter().enumerate() {
        coder.code(&strip.macroblock(column), segments[usize::from(difficulty)]);
    }
}
