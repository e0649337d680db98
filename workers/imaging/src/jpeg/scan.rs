//! Scan headers (ITU-T T.81, B.2.3).

use super::frame::Frame;

/// What a scan holds.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    pub parts: Vec<Part>,
    /// The first and the last coefficient, in the order they are written.
    pub first: usize,
    pub last: usize,
    /// Bits of the coefficients that earlier scans left out; 0 if this is the first for them.
    pub high: u32,
    /// Bits that this scan leaves out.
    pub low: u32,
}

/// One component of a scan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// Index in the frame.
    pub component: usize,
    pub dc: usize,
    pub ac: usize,
}

impl Scan {
    /// From the segment without its length. The text says what is wrong.
    pub fn parse(segment: &[u8], frame: &Frame) -> Result<Self, &'static str> {
        const BROKEN: &str = "a scan header makes no sense";
        let [count, rest @ ..] = segment else {
            return Err(BROKEN);
        };
        let count = usize::from(*count);
        let (parts, rest) = rest.split_at_checked(count * 2).ok_or(BROKEN)?;
        let &[first, last, bits] = rest else {
            return Err(BROKEN);
        };
        let mut scan = Self {
            parts: Vec::with_capacity(4),
            first: first.into(),
            last: last.into(),
            high: (bits >> 4).into(),
            low: (bits & 15).into(),
        };
        for part in parts.chunks_exact(2) {
            let is_it = |component: &super::frame::Component| component.id == part[0];
            let component = frame.components.iter().position(is_it).ok_or(BROKEN)?;
            if scan.parts.iter().any(|other| other.component == component) {
                return Err(BROKEN);
            }
            let (dc, ac) = (usize::from(part[1] >> 4), usize::from(part[1] & 15));
            scan.parts.push(Part { component, dc, ac });
        }
        match scan.is_possible(frame) {
            true => Ok(scan),
            false => Err(BROKEN),
        }
    }

    fn is_possible(&self, frame: &Frame) -> bool {
        let parts = self.parts.len();
        // B.2.3: an interleaved unit has at most ten blocks.
        let blocks = self.parts.iter().map(|part| {
            let component = &frame.components[part.component];
            component.across * component.down
        });
        if !(1..=4).contains(&parts) || (parts > 1 && blocks.sum::<u32>() > 10) {
            return false;
        }
        if !frame.progressive {
            return (self.first, self.last, self.high, self.low) == (0, 63, 0, 0);
        }
        // G.1.1.1: constant coefficients by themselves, others of one component at a time, one bit
        // more per refinement.
        let band = match self.first {
            0 => self.last == 0,
            first => first <= self.last && self.last < 64 && parts == 1,
        };
        band && self.low <= 13 && (self.high == 0 || self.high == self.low + 1)
    }
}
