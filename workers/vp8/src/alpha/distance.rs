//! Prefixes of lengths and distances, and the short codes of distances to near neighbours.

/// A value in a prefix code: the prefix, and the bits that follow it.
#[derive(Clone, Copy)]
pub struct Prefix {
    /// The prefix.
    pub code: u16,
    /// How many bits follow.
    pub bits: u32,
    /// The bits.
    pub extra: u32,
}

/// The prefix of a length or a distance, which is at least one.
#[inline]
pub fn prefix(value: u32) -> Prefix {
    let value = value - 1;
    if value < 4 {
        return Prefix {
            code: value as u16,
            bits: 0,
            extra: 0,
        };
    }
    let highest = 31 - value.leading_zeros();
    let second = value >> (highest - 1) & 1;
    let bits = highest - 1;
    Prefix {
        code: (2 * highest + second) as u16,
        bits,
        extra: value & ((1 << bits) - 1),
    }
}

/// Number of distances with a short code.
const NEAR: u32 = 120;

/// Offsets to the left and upwards of the distances with a short code, in the order of the codes.
#[rustfmt::skip]
static OFFSETS: [(i8, i8); NEAR as usize] = [
    (0, 1),  (1, 0),  (1, 1),  (-1, 1), (0, 2),  (2, 0),  (1, 2),  (-1, 2),
    (2, 1),  (-2, 1), (2, 2),  (-2, 2), (0, 3),  (3, 0),  (1, 3),  (-1, 3),
    (3, 1),  (-3, 1), (2, 3),  (-2, 3), (3, 2),  (-3, 2), (0, 4),  (4, 0),
    (1, 4),  (-1, 4), (4, 1),  (-4, 1), (3, 3),  (-3, 3), (2, 4),  (-2, 4),
    (4, 2),  (-4, 2), (0, 5),  (3, 4),  (-3, 4), (4, 3),  (-4, 3), (5, 0),
    (1, 5),  (-1, 5), (5, 1),  (-5, 1), (2, 5),  (-2, 5), (5, 2),  (-5, 2),
    (4, 4),  (-4, 4), (3, 5),  (-3, 5), (5, 3),  (-5, 3), (0, 6),  (6, 0),
    (1, 6),  (-1, 6), (6, 1),  (-6, 1), (2, 6),  (-2, 6), (6, 2),  (-6, 2),
    (4, 5),  (-4, 5), (5, 4),  (-5, 4), (3, 6),  (-3, 6), (6, 3),  (-6, 3),
    (0, 7),  (7, 0),  (1, 7),  (-1, 7), (5, 5),  (-5, 5), (7, 1),  (-7, 1),
    (4, 6),  (-4, 6), (6, 4),  (-6, 4), (2, 7),  (-2, 7), (7, 2),  (-7, 2),
    (3, 7),  (-3, 7), (7, 3),  (-7, 3), (5, 6),  (-5, 6), (6, 5),  (-6, 5),
    (8, 0),  (4, 7),  (-4, 7), (7, 4),  (-7, 4), (8, 1),  (8, 2),  (6, 6),
    (-6, 6), (8, 3),  (5, 7),  (-5, 7), (7, 5),  (-7, 5), (8, 4),  (6, 7),
    (-6, 7), (7, 6),  (-7, 6), (8, 5),  (7, 7),  (-7, 7), (8, 6),  (8, 7),
];

/// Codes of distances in an image of one width.
pub struct Distances {
    width: u32,
    /// Short codes by offset upwards and to the left (from -8 on); zero where there is none.
    near: [[u8; 17]; 8],
}

impl Distances {
    /// For an image of this width.
    pub fn new(width: usize) -> Self {
        let mut near = [[0; 17]; 8];
        for (index, &(left, up)) in OFFSETS.iter().enumerate() {
            near[up as usize][(i32::from(left) + 8) as usize] = index as u8 + 1;
        }
        Self {
            width: width as u32,
            near,
        }
    }

    /// The code of a distance.
    #[inline]
    pub fn code(&self, distance: u32) -> u32 {
        let (up, left) = (distance / self.width, distance % self.width);
        let short = |up: u32, left: i32| match self.near.get(up as usize) {
            Some(row) if (-8..=8).contains(&left) => u32::from(row[(left + 8) as usize]),
            _ => 0,
        };
        let code = match short(up, left as i32) {
            0 => short(up + 1, left as i32 - self.width as i32),
            code => code,
        };
        if code == 0 { distance + NEAR } else { code }
    }
}
