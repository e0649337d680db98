//! Repetitions: for each place, what came before that goes on as it does there.

use super::distance::Distances;

/// The longest repetition.
pub const LONGEST: usize = 4095;

/// The farthest repetition, in values; those that are looked for are a little nearer still.
const FARTHEST: usize = 1 << 17;

/// Bits of a hash of three values.
const HASH_BITS: u32 = 15;

/// How many earlier places with the same hash are looked at.
const DEPTH: usize = 12;

/// From this length on, a repetition is taken to go on without looking for a longer one.
const ENOUGH: usize = 48;

/// Repetitions from this length on are taken without looking at other ways but near their end.
const LONG: u16 = 64;

/// How many places from the start of a repetition on no other one is looked for.
pub fn skipped(length: u16) -> usize {
    if length >= LONG {
        usize::from(length - LONG / 4)
    } else {
        0
    }
}

/// No place.
const NONE: u32 = u32::MAX;

/// A repetition.
#[derive(Clone, Copy, Default)]
pub struct Match {
    /// Values; zero if there is none.
    pub length: u16,
    /// How far back it is.
    pub distance: u32,
    /// The code of that.
    pub code: u32,
}

/// The repetitions at one place.
#[derive(Clone, Copy, Default)]
pub struct Matches {
    /// The longest with a short code of its distance.
    pub near: Match,
    /// The longest, if it is longer.
    pub far: Match,
}

/// Looks for repetitions.
pub struct Finder<'a> {
    data: &'a [u8],
    distances: &'a Distances,
    near: [usize; 6],
    heads: Vec<u32>,
    previous: Vec<u32>,
}

impl<'a> Finder<'a> {
    /// In rows of this width.
    pub fn new(width: usize, data: &'a [u8], distances: &'a Distances) -> Self {
        let window = data.len().next_power_of_two().min(FARTHEST);
        Self {
            data,
            distances,
            near: [1, width, width + 1, width.saturating_sub(1), 2, 2 * width],
            heads: vec![NONE; 1 << HASH_BITS],
            previous: vec![NONE; window],
        }
    }

    /// The repetitions at each place of a range, none of which goes beyond its end. Where a repetition
    /// is long, it just goes on, and no other is looked for but near its end ([`skipped`]). Ranges are
    /// asked for in their order.
    pub fn find(&mut self, range: std::ops::Range<usize>) -> Vec<Matches> {
        let mut found: Vec<Matches> = Vec::with_capacity(range.len());
        let most = |place: usize| LONGEST.min(range.end - place);
        let mut next = range.start;
        for place in range.clone() {
            let matches = match found.last() {
                Some(last) if place < next => {
                    let before = most(place - 1);
                    Matches {
                        near: self.next(last.near, before, place, most(place)),
                        far: self.next(last.far, before, place, most(place)),
                    }
                }
                _ => {
                    let matches = self.at(place, most(place));
                    next = place + skipped(matches.longest().length);
                    matches
                }
            };
            self.remember(place);
            found.push(matches);
        }
        found
    }

    fn at(&self, place: usize, most: usize) -> Matches {
        let mut matches = Matches::default();
        for distance in self.near {
            if (1..=place).contains(&distance) {
                self.improve(&mut matches.near, place, distance, most);
            }
        }
        matches.near.code = self.distances.code(matches.near.distance.max(1));
        if usize::from(matches.near.length) > ENOUGH {
            return matches;
        }
        let Some(hash) = self.hash(place) else {
            return matches;
        };
        let mut best = matches.near;
        let mut candidate = self.heads[hash];
        for _ in 0..DEPTH {
            let distance = place.wrapping_sub(candidate as usize);
            if candidate == NONE
                || distance >= self.previous.len()
                || usize::from(best.length) >= most
            {
                break;
            }
            self.improve(&mut best, place, distance, most);
            candidate = self.previous[candidate as usize & (self.previous.len() - 1)];
        }
        if best.length > matches.near.length {
            matches.far = best;
            matches.far.code = self.distances.code(best.distance);
        }
        matches
    }

    /// A repetition one place further: the rest of it, unless all that ended it was that it was as long
    /// as it could be.
    #[inline(always)]
    fn next(&self, last: Match, before: usize, place: usize, most: usize) -> Match {
        let Some(known) = last.length.checked_sub(1) else {
            return last;
        };
        let mut length = known;
        if usize::from(last.length) == before {
            let distance = last.distance as usize;
            length += self.length(
                place + usize::from(known),
                distance,
                most - usize::from(known),
            ) as u16;
        }
        Match { length, ..last }
    }

    /// Takes a distance if the repetition is longer with it.
    #[inline(always)]
    fn improve(&self, best: &mut Match, place: usize, distance: usize, most: usize) {
        // One that is longer goes on at least where the best one ends.
        let end = place + usize::from(best.length).min(most - 1);
        if self.data[end - distance] != self.data[end] {
            return;
        }
        let length = self.length(place, distance, most);
        if length > usize::from(best.length) {
            best.length = length as u16;
            best.distance = distance as u32;
        }
    }

    fn length(&self, place: usize, distance: usize, most: usize) -> usize {
        let here = &self.data[place..place + most];
        let there = &self.data[place - distance..][..most];
        let (eights, rest) = here.as_chunks::<8>();
        let (other_eights, other_rest) = there.as_chunks::<8>();
        for (index, (a, b)) in eights.iter().zip(other_eights).enumerate() {
            let difference = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
            if difference != 0 {
                return 8 * index + difference.trailing_zeros() as usize / 8;
            }
        }
        let equal = rest.iter().zip(other_rest).take_while(|(a, b)| a == b);
        8 * eights.len() + equal.count()
    }

    fn hash(&self, place: usize) -> Option<usize> {
        let [a, b, c] = *self.data.get(place..)?.first_chunk()?;
        let value = u32::from_le_bytes([a, b, c, 0]);
        Some((value.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize)
    }

    fn remember(&mut self, place: usize) {
        if let Some(hash) = self.hash(place) {
            let window = self.previous.len();
            self.previous[place & (window - 1)] = self.heads[hash];
            self.heads[hash] = place as u32;
        }
    }
}

impl Matches {
    /// The longest repetition.
    pub fn longest(&self) -> Match {
        if self.far.length > self.near.length {
            self.far
        } else {
            self.near
        }
    }
}
