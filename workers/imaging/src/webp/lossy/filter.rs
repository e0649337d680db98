//! The loop filter (RFC 6386, section 15): smooths the edges of blocks. Key frames do not predict from
//! what it makes, so it can be left out where a picture becomes much smaller.

/// How a macroblock is filtered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strength {
    level: i32,
    interior: i32,
    /// From here on an edge is one of the picture.
    high: i32,
    /// Whether edges between blocks are filtered, too.
    pub inner: bool,
}

impl Strength {
    /// `None` if nothing is filtered.
    pub fn new(level: i32, sharpness: i32, inner: bool) -> Option<Self> {
        let level = level.clamp(0, 63);
        if level == 0 {
            return None;
        }
        let mut interior = level;
        if sharpness > 0 {
            interior >>= if sharpness > 4 { 2 } else { 1 };
            interior = interior.min(9 - sharpness);
        }
        Some(Self {
            level,
            interior: interior.max(1),
            high: match level {
                40.. => 2,
                15.. => 1,
                _ => 0,
            },
            inner,
        })
    }

    fn edge_limit(self) -> i32 {
        (self.level + 2) * 2 + self.interior
    }

    fn inner_limit(self) -> i32 {
        self.level * 2 + self.interior
    }
}

/// An edge: where it begins, from one of its samples to the next, and across it.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub start: usize,
    pub along: usize,
    pub across: usize,
    pub length: usize,
}

/// Filters an edge between macroblocks.
pub(super) fn outer(samples: &mut [u8], edge: Edge, strength: Strength) {
    let limit = strength.edge_limit() * 2 + 1;
    each(samples, edge, |p| {
        if p.is_smooth(limit, strength.interior) {
            match p.is_high(strength.high) {
                true => p.two(),
                false => p.six(),
            }
        }
    });
}

/// Filters an edge between blocks of one macroblock.
pub(super) fn inner(samples: &mut [u8], edge: Edge, strength: Strength) {
    let limit = strength.inner_limit() * 2 + 1;
    each(samples, edge, |p| {
        if p.is_smooth(limit, strength.interior) {
            match p.is_high(strength.high) {
                true => p.two(),
                false => p.four(),
            }
        }
    });
}

/// Filters an edge in the simple way; `is_outer` if it is one between macroblocks.
pub(super) fn simple(samples: &mut [u8], edge: Edge, strength: Strength, is_outer: bool) {
    let limit = match is_outer {
        true => strength.edge_limit(),
        false => strength.inner_limit(),
    };
    each(samples, edge, |p| {
        if p.step() <= limit * 2 + 1 {
            p.two();
        }
    });
}

#[inline(always)]
fn each(samples: &mut [u8], edge: Edge, filter: impl Fn(&mut Points)) {
    for index in 0..edge.length {
        let start = edge.start + index * edge.along - 4 * edge.across;
        let Some(around) = samples.get_mut(start..start + 7 * edge.across + 1) else {
            return;
        };
        let mut points = Points(std::array::from_fn(|at| {
            i32::from(around[at * edge.across])
        }));
        let before = points.0;
        filter(&mut points);
        for at in 1..7 {
            if points.0[at] != before[at] {
                around[at * edge.across] = points.0[at] as u8;
            }
        }
    }
}

/// Four samples on either side of an edge.
struct Points([i32; 8]);

impl Points {
    /// How high the step over the edge is.
    #[inline(always)]
    fn step(&self) -> i32 {
        let [_, _, p1, p0, q0, q1, _, _] = self.0;
        4 * (p0 - q0).abs() + (p1 - q1).abs()
    }

    #[inline(always)]
    fn is_smooth(&self, limit: i32, interior: i32) -> bool {
        let [p3, p2, p1, p0, q0, q1, q2, q3] = self.0;
        let near = |a: i32, b: i32| (a - b).abs() <= interior;
        self.step() <= limit
            && near(p3, p2)
            && near(p2, p1)
            && near(p1, p0)
            && near(q3, q2)
            && near(q2, q1)
            && near(q1, q0)
    }

    #[inline(always)]
    fn is_high(&self, threshold: i32) -> bool {
        let [_, _, p1, p0, q0, q1, _, _] = self.0;
        (p1 - p0).abs() > threshold || (q1 - q0).abs() > threshold
    }

    #[inline(always)]
    fn change(&mut self, at: usize, by: i32) {
        self.0[at] = (self.0[at] + by).clamp(0, 255);
    }

    /// Changes one sample on either side.
    #[inline(always)]
    fn two(&mut self) {
        let [_, _, p1, p0, q0, q1, _, _] = self.0;
        let step = 3 * (q0 - p0) + (p1 - q1).clamp(-128, 127);
        self.change(3, ((step + 3) >> 3).clamp(-16, 15));
        self.change(4, -((step + 4) >> 3).clamp(-16, 15));
    }

    /// Changes two samples on either side.
    #[inline(always)]
    fn four(&mut self) {
        let [_, _, _, p0, q0, _, _, _] = self.0;
        let step = 3 * (q0 - p0);
        let (a, b) = (
            ((step + 4) >> 3).clamp(-16, 15),
            ((step + 3) >> 3).clamp(-16, 15),
        );
        let c = (a + 1) >> 1;
        self.change(2, c);
        self.change(3, b);
        self.change(4, -a);
        self.change(5, -c);
    }

    /// Changes three samples on either side.
    #[inline(always)]
    fn six(&mut self) {
        let [_, _, p1, p0, q0, q1, _, _] = self.0;
        let step = (3 * (q0 - p0) + (p1 - q1).clamp(-128, 127)).clamp(-128, 127);
        for (distance, weight) in [(0, 27), (1, 18), (2, 9)] {
            let by = (weight * step + 63) >> 7;
            self.change(3 - distance, by);
            self.change(4 + distance, -by);
        }
    }
}
