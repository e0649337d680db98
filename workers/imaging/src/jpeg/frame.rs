//! The frame header and what follows from it (ITU-T T.81, B.2.2 and A.1).

/// What a JPEG consists of.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub progressive: bool,
    pub width: u32,
    pub height: u32,
    pub components: Vec<Component>,
    /// The largest sampling factors.
    pub across: u32,
    pub down: u32,
    /// Minimum coded units of an interleaved scan.
    pub units_across: u32,
    pub units_down: u32,
}

/// A component: luminance, a colour difference, an ink.
#[derive(Debug, Clone)]
pub(super) struct Component {
    pub id: u8,
    /// Sampling factors, 1 to 4.
    pub across: u32,
    pub down: u32,
    /// Which quantisation table.
    pub table: usize,
    /// Samples, without padding.
    pub width: u32,
    pub height: u32,
    /// Blocks of a scan that has this component alone.
    pub blocks_across: u32,
    pub blocks_down: u32,
    /// Blocks along a row with the padding of interleaved scans.
    pub padded_across: u32,
    pub padded_down: u32,
    /// Samples of a block along a side, 1, 2, 4 or 8: how far it is reduced.
    pub size: u32,
}

impl Frame {
    /// From the segment without its length. The text says what is wrong.
    pub fn parse(segment: &[u8], progressive: bool) -> Result<Self, &'static str> {
        let [precision, h1, h0, w1, w0, count, rest @ ..] = segment else {
            return Err("its frame header is too short");
        };
        if *precision != 8 {
            return Err("it has more than 8 bits per sample");
        }
        let height = u32::from(u16::from_be_bytes([*h1, *h0]));
        let width = u32::from(u16::from_be_bytes([*w1, *w0]));
        if width == 0 || height == 0 {
            return Err("its header says that it has no pixels");
        }
        if rest.len() != usize::from(*count) * 3 || !matches!(count, 1 | 3 | 4) {
            return Err("it has neither one nor three nor four components");
        }
        let mut components: Vec<Component> = Vec::with_capacity(4);
        for part in rest.chunks_exact(3) {
            let component = Component::parse(part, *count == 1)?;
            if components.iter().any(|other| other.id == component.id) {
                return Err("two components have the same number");
            }
            components.push(component);
        }
        let largest = |factor: fn(&Component) -> u32| components.iter().map(factor).max();
        let across = largest(|component| component.across).unwrap_or(1);
        let down = largest(|component| component.down).unwrap_or(1);
        let mut frame = Self {
            progressive,
            width,
            height,
            across,
            down,
            units_across: width.div_ceil(8 * across),
            units_down: height.div_ceil(8 * down),
            components,
        };
        frame.measure();
        Ok(frame)
    }

    fn measure(&mut self) {
        for component in &mut self.components {
            component.width = (self.width * component.across).div_ceil(self.across);
            component.height = (self.height * component.down).div_ceil(self.down);
            component.blocks_across = component.width.div_ceil(8);
            component.blocks_down = component.height.div_ceil(8);
            component.padded_across = self.units_across * component.across;
            component.padded_down = self.units_down * component.down;
        }
    }
}

impl Component {
    fn parse(part: &[u8], is_alone: bool) -> Result<Self, &'static str> {
        let &[id, sampling, table] = part else {
            return Err("its frame header is too short");
        };
        // The factors of a single component mean nothing: a unit is one block.
        let (across, down) = match is_alone {
            true => (1, 1),
            false => (u32::from(sampling >> 4), u32::from(sampling & 15)),
        };
        if !(1..=4).contains(&across) || !(1..=4).contains(&down) || table > 3 {
            return Err("its sampling factors or tables do not exist");
        }
        Ok(Self {
            id,
            across,
            down,
            table: table.into(),
            width: 0,
            height: 0,
            blocks_across: 0,
            blocks_down: 0,
            padded_across: 0,
            padded_down: 0,
            size: 8,
        })
    }

    /// Blocks, with padding.
    pub fn blocks(&self) -> u64 {
        u64::from(self.padded_across) * u64::from(self.padded_down)
    }

    /// Samples along a row, reduced, without padding.
    pub fn reduced_width(&self) -> u32 {
        (self.width * self.size).div_ceil(8)
    }

    /// Samples down a column, reduced, without padding.
    pub fn reduced_height(&self) -> u32 {
        (self.height * self.size).div_ceil(8)
    }
}
