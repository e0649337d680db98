//! Modes of all macroblocks, waiting for the probabilities that the header needs, and their way into
//! the first partition.

use crate::{
    boolean::BoolWriter,
    decide::{BlockModes, LumaMode},
    tables::modes::{
        BLOCK_PATHS, BLOCK_PROBABILITIES, CHROMA_PATHS, CHROMA_PROBABILITIES, LUMA_PATHS,
        LUMA_PROBABILITIES, Path,
    },
};

/// What the first partition says of a macroblock.
#[derive(Clone, Copy)]
pub struct Modes {
    /// Segment.
    pub segment: u8,
    /// Whether it has no coefficients.
    pub skipped: bool,
    /// Mode of luma.
    pub luma: LumaMode,
    /// Mode of chroma.
    pub chroma: u8,
}

/// Modes of the 4x4 blocks along the lower and the right edge of a macroblock. A mode of the whole
/// macroblock counts as the like mode of its blocks, which has the same number.
pub fn edges(luma: &LumaMode) -> BlockModes {
    match luma {
        LumaMode::Whole(mode) => BlockModes {
            top: [*mode; 4],
            left: [*mode; 4],
        },
        LumaMode::Blocks(modes) => BlockModes {
            top: std::array::from_fn(|i| modes[12 + i]),
            left: std::array::from_fn(|i| modes[4 * i + 3]),
        },
    }
}

/// Modes, packed to one or nine bytes.
#[derive(Default)]
pub struct ModeList {
    packed: Vec<u8>,
    segments: [u32; 4],
    skipped: u32,
    count: u32,
}

/// How the segment and the lack of coefficients are coded.
pub struct ModeProbabilities {
    /// Of the tree of segments; none when all macroblocks are in the first.
    pub segments: Option<[u8; 3]>,
    /// Of "has coefficients"; none when all have.
    pub coded: Option<u8>,
}

impl ModeList {
    /// Adds the next macroblock.
    pub fn push(&mut self, modes: &Modes) {
        self.segments[usize::from(modes.segment & 3)] += 1;
        self.skipped += u32::from(modes.skipped);
        self.count += 1;
        let common = modes.segment | u8::from(modes.skipped) << 2 | modes.chroma << 6;
        match &modes.luma {
            LumaMode::Whole(mode) => self.packed.push(common | 1 << 3 | mode << 4),
            LumaMode::Blocks(blocks) => {
                self.packed.push(common);
                self.packed
                    .extend(blocks.chunks_exact(2).map(|pair| pair[0] | pair[1] << 4));
            }
        }
    }

    /// The probabilities that suit what was added.
    pub fn probabilities(&self) -> ModeProbabilities {
        let [a, b, c, d] = self.segments;
        let tree = [share(a + b, c + d), share(a, b), share(c, d)];
        let coded = u64::from(self.count - self.skipped) * 255 / u64::from(self.count.max(1));
        ModeProbabilities {
            segments: (b + c + d > 0).then_some(tree),
            coded: (self.skipped > 0).then_some(coded.max(1) as u8),
        }
    }

    /// Writes all modes, for a picture this many macroblocks wide.
    pub fn write(
        &self,
        writer: &mut BoolWriter,
        columns: usize,
        probabilities: &ModeProbabilities,
    ) {
        let mut tops = vec![[0; 4]; columns];
        let mut left = [0; 4];
        let mut column = 0;
        let mut rest = self.packed.as_slice();
        while let Some(modes) = unpack(&mut rest) {
            if column == columns {
                (column, left) = (0, [0; 4]);
            }
            write(writer, &modes, probabilities, &tops[column], &left);
            let edges = edges(&modes.luma);
            (tops[column], left) = (edges.top, edges.left);
            column += 1;
        }
    }
}

/// The probability of the first of two, given how often each is.
fn share(first: u32, second: u32) -> u8 {
    let (first, total) = (u64::from(first), u64::from(first) + u64::from(second));
    let share = (255 * first + total / 2).checked_div(total);
    share.map_or(255, |share| share.max(1) as u8)
}

fn unpack(packed: &mut &[u8]) -> Option<Modes> {
    let (&head, rest) = packed.split_first()?;
    *packed = rest;
    let luma = if head >> 3 & 1 != 0 {
        LumaMode::Whole(head >> 4 & 3)
    } else {
        let (pairs, rest) = packed.split_at_checked(8)?;
        *packed = rest;
        LumaMode::Blocks(std::array::from_fn(|i| pairs[i / 2] >> (i % 2 * 4) & 15))
    };
    Some(Modes {
        segment: head & 3,
        skipped: head >> 2 & 1 != 0,
        luma,
        chroma: head >> 6,
    })
}

fn write_path(writer: &mut BoolWriter, path: Path, probabilities: &[u8]) {
    for &(node, bit) in path {
        writer.put_rarely(bit, probabilities[usize::from(node)]);
    }
}

/// Writes one macroblock's header (RFC 6386, section 19.3).
fn write(
    writer: &mut BoolWriter,
    modes: &Modes,
    probabilities: &ModeProbabilities,
    top: &[u8; 4],
    left: &[u8; 4],
) {
    if let Some([root, first, second]) = probabilities.segments {
        let upper = writer.put_rarely(modes.segment >= 2, root);
        writer.put_rarely(modes.segment & 1 != 0, if upper { second } else { first });
    }
    if let Some(coded) = probabilities.coded {
        writer.put_rarely(modes.skipped, coded);
    }
    match &modes.luma {
        LumaMode::Whole(mode) => {
            writer.put_rarely(true, LUMA_PROBABILITIES[0]);
            write_path(writer, LUMA_PATHS[usize::from(*mode)], &LUMA_PROBABILITIES);
        }
        LumaMode::Blocks(blocks) => {
            writer.put_rarely(false, LUMA_PROBABILITIES[0]);
            write_blocks(writer, blocks, top, left);
        }
    }
    write_path(
        writer,
        CHROMA_PATHS[usize::from(modes.chroma)],
        &CHROMA_PROBABILITIES,
    );
}

fn write_blocks(writer: &mut BoolWriter, blocks: &[u8; 16], top: &[u8; 4], left: &[u8; 4]) {
    for (index, &mode) in blocks.iter().enumerate() {
        let (x, y) = (index % 4, index / 4);
        let above = if y == 0 { top[x] } else { blocks[index - 4] };
        let before = if x == 0 { left[y] } else { blocks[index - 1] };
        let probabilities = &BLOCK_PROBABILITIES[usize::from(above)][usize::from(before)];
        write_path(writer, BLOCK_PATHS[usize::from(mode)], probabilities);
    }
}
