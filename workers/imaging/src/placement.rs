//! How a stored picture lies, and rectangles in it.

use crate::{Orientation, Turn};

/// One of the eight ways to put a rectangle down: first its axes change places, perhaps, then it is
/// mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Placement {
    /// Rows become columns.
    pub swapped: bool,
    /// Left and right are exchanged after that.
    pub mirrored_across: bool,
    /// Top and bottom are exchanged after that.
    pub mirrored_down: bool,
}

/// A rectangle in pixels, perhaps between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl From<Orientation> for Placement {
    /// From stored to upright, CIPA DC-008 4.6.4.
    fn from(orientation: Orientation) -> Self {
        let (swapped, mirrored_across, mirrored_down) = match orientation.tag() {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self {
            swapped,
            mirrored_across,
            mirrored_down,
        }
    }
}

impl From<Turn> for Placement {
    fn from(turn: Turn) -> Self {
        Orientation::from_tag(match turn {
            Turn::None => 1,
            Turn::Right => 6,
            Turn::Half => 3,
            Turn::Left => 8,
        })
        .into()
    }
}

impl Placement {
    /// Only mirrored.
    pub fn mirrored(across: bool, down: bool) -> Self {
        Self {
            swapped: false,
            mirrored_across: across,
            mirrored_down: down,
        }
    }

    /// As Exif counts.
    pub fn orientation(self) -> Orientation {
        let tags = 1..=8;
        let all = tags.map(Orientation::from_tag);
        let mut same = all.filter(|orientation| Self::from(*orientation) == self);
        same.next().unwrap_or(Orientation::NORMAL)
    }

    /// This one, then `next`.
    pub fn then(self, next: Self) -> Self {
        let (across, down) = match next.swapped {
            true => (self.mirrored_down, self.mirrored_across),
            false => (self.mirrored_across, self.mirrored_down),
        };
        Self {
            swapped: self.swapped != next.swapped,
            mirrored_across: across != next.mirrored_across,
            mirrored_down: down != next.mirrored_down,
        }
    }

    /// Width and height after it (and before it: it is its own inverse here).
    pub fn sides<T>(self, width: T, height: T) -> (T, T) {
        match self.swapped {
            true => (height, width),
            false => (width, height),
        }
    }

    /// Where a part of the placed picture, which is `width` × `height`, lies in the stored one.
    pub fn stored(self, area: Area, width: f64, height: f64) -> Area {
        let Area {
            mut x,
            mut y,
            width: across,
            height: down,
        } = area;
        if self.mirrored_across {
            x = width - x - across;
        }
        if self.mirrored_down {
            y = height - y - down;
        }
        let ((x, y), (width, height)) = (self.sides(x, y), self.sides(across, down));
        Area {
            x,
            y,
            width,
            height,
        }
    }

    /// Puts samples of `SIZE` bytes down; `width` and `height` are those before.
    pub fn apply<const SIZE: usize>(self, samples: &[u8], width: usize, height: usize) -> Vec<u8> {
        let (samples, _) = samples.as_chunks::<SIZE>();
        let (across, down) = self.sides(width, height);
        let mut output = Vec::with_capacity(samples.len() * SIZE);
        for y in 0..down {
            let y = if self.mirrored_down { down - 1 - y } else { y };
            for x in 0..across {
                let x = if self.mirrored_across {
                    across - 1 - x
                } else {
                    x
                };
                let (column, row) = self.sides(x, y);
                let sample = samples.get(row * width + column).unwrap_or(&[0; SIZE]);
                output.extend_from_slice(sample);
            }
        }
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [u16; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

    fn placement(tag: u16) -> Placement {
        Orientation::from_tag(tag).into()
    }

    #[test]
    fn one_after_the_other_is_both_at_once() {
        let picture: Vec<u8> = (0..6).collect();
        for first in ALL.map(placement) {
            let (width, height) = first.sides(3, 2);
            let step = first.apply::<1>(&picture, 3, 2);
            for second in ALL.map(placement) {
                let both = second.apply::<1>(&step, width, height);
                assert_eq!(first.then(second).apply::<1>(&picture, 3, 2), both);
            }
        }
    }

    #[test]
    fn areas_follow_the_pixels() {
        let picture: Vec<u8> = (0..6).collect();
        for placement in ALL.map(placement) {
            let (width, height) = placement.sides(3, 2);
            let placed = placement.apply::<1>(&picture, 3, 2);
            for y in 0..height {
                for x in 0..width {
                    let (x0, y0) = (x as f64, y as f64);
                    let pixel = Area {
                        x: x0,
                        y: y0,
                        width: 1.0,
                        height: 1.0,
                    };
                    let (w, h) = (width as f64, height as f64);
                    let stored = placement.stored(pixel, w, h);
                    let index = stored.y as usize * 3 + stored.x as usize;
                    assert_eq!(picture[index], placed[y * width + x]);
                }
            }
        }
    }

    #[test]
    fn a_turn_to_the_right_brings_the_left_side_up() {
        let placed = Placement::from(Turn::Right).apply::<1>(&[1, 2, 3, 4, 5, 6], 3, 2);
        assert_eq!(placed, [4, 1, 5, 2, 6, 3]);
    }
}
