//! Which values are coded as such and which as repetitions: the way through the plane that costs
//! the least.

use std::ops::Range;

use super::{
    distance::{Distances, prefix},
    matches::{Finder, LONGEST, Matches},
};

/// Symbols of values and of lengths.
pub const VALUES: usize = 256 + 24;

/// Symbols of distances.
pub const DISTANCES: usize = 40;

/// Places that are dealt with at once, to bound memory.
const PART: usize = 1 << 19;

/// Repetitions from this length on are in the first way. With shorter ones their codes would seem cheap
/// and those of values dear, and the cheapest way would keep to them.
const SURE: u16 = 16;

/// A value, or a repetition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token(u32);

/// Bits of the distance in a token; distances that are looked for are shorter.
const DISTANCE_BITS: u32 = 20;

impl Token {
    fn value(value: u8) -> Self {
        Self(u32::from(value))
    }

    fn copy(length: usize, distance: u32) -> Self {
        Self((length as u32) << DISTANCE_BITS | distance)
    }

    /// How many values it stands for.
    #[inline(always)]
    pub fn length(self) -> usize {
        ((self.0 >> DISTANCE_BITS) as usize).max(1)
    }

    /// The value, or the distance of the repetition.
    #[inline(always)]
    pub fn content(self) -> Result<u8, u32> {
        if self.0 >> DISTANCE_BITS == 0 {
            Ok(self.0 as u8)
        } else {
            Err(self.0 & ((1 << DISTANCE_BITS) - 1))
        }
    }
}

/// How often each symbol is used.
#[derive(Clone)]
pub struct Histogram {
    /// Values and lengths.
    pub values: [u32; VALUES],
    /// Distances.
    pub distances: [u32; DISTANCES],
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            values: [0; VALUES],
            distances: [0; DISTANCES],
        }
    }
}

impl Histogram {
    /// Counts a token.
    pub fn add(&mut self, token: Token, distances: &Distances) {
        match token.content() {
            Ok(value) => self.values[usize::from(value)] += 1,
            Err(distance) => {
                self.values[256 + usize::from(prefix(token.length() as u32).code)] += 1;
                self.distances[usize::from(prefix(distances.code(distance)).code)] += 1;
            }
        }
    }
}

/// What symbols cost, in 1/256 bit.
pub struct SymbolCosts {
    /// Values and lengths.
    pub values: [u32; VALUES],
    /// Distances.
    pub distances: [u32; DISTANCES],
}

impl SymbolCosts {
    /// If they are coded as often as they were used.
    pub fn new(histogram: &Histogram) -> Self {
        let mut costs = Self {
            values: [0; VALUES],
            distances: [0; DISTANCES],
        };
        fill(&mut costs.values, &histogram.values);
        fill(&mut costs.distances, &histogram.distances);
        costs
    }

    fn length(&self, length: usize) -> u32 {
        let prefix = prefix(length as u32);
        self.values[256 + usize::from(prefix.code)] + 256 * prefix.bits
    }

    fn distance(&self, code: u32) -> u32 {
        let prefix = prefix(code);
        self.distances[usize::from(prefix.code)] + 256 * prefix.bits
    }
}

/// Costs of symbols; one that was not used is taken to be as rare as can be.
fn fill(costs: &mut [u32], frequencies: &[u32]) {
    let total = log2(frequencies.iter().sum::<u32>().max(1));
    for (cost, &frequency) in costs.iter_mut().zip(frequencies) {
        *cost = if frequency == 0 {
            total + 256
        } else {
            (total - log2(frequency)).max(8)
        };
    }
}

/// The logarithm of a number from one on, in 1/256.
pub fn log2(value: u32) -> u32 {
    (libm::log2f(value as f32) * 256.0) as u32
}

/// The tokens of a plane.
pub fn parse(width: usize, data: &[u8], distances: &Distances) -> Vec<Token> {
    let mut finder = Finder::new(width, data);
    let mut tokens = Vec::new();
    for start in (0..data.len()).step_by(PART) {
        let range = start..data.len().min(start + PART);
        let matches = finder.find(range.clone());
        let part = Part {
            data: &data[range.clone()],
            matches: &matches,
            distances,
        };
        let mut way = part.greedy();
        for _ in 0..2 {
            let mut histogram = Histogram::default();
            way.iter()
                .for_each(|&token| histogram.add(token, distances));
            way = part.cheapest(&SymbolCosts::new(&histogram));
        }
        tokens.extend(way);
    }
    tokens
}

struct Part<'a> {
    data: &'a [u8],
    matches: &'a [Matches],
    distances: &'a Distances,
}

impl Part<'_> {
    /// A first way, to see what symbols cost.
    fn greedy(&self) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut place = 0;
        while place < self.data.len() {
            let best = self.matches[place].longest();
            let next = self
                .matches
                .get(place + 1)
                .map_or(0, |next| next.longest().length);
            let token = if best.length >= SURE && next <= best.length {
                Token::copy(usize::from(best.length), best.distance)
            } else {
                Token::value(self.data[place])
            };
            place += token.length();
            tokens.push(token);
        }
        tokens
    }

    /// The cheapest way, given what symbols cost.
    fn cheapest(&self, costs: &SymbolCosts) -> Vec<Token> {
        let lengths: Vec<u32> = (0..=LONGEST)
            .map(|length| costs.length(length.max(1)))
            .collect();
        let mut way = Way {
            costs: vec![u32::MAX; self.data.len() + 1],
            tokens: vec![Token(0); self.data.len() + 1],
        };
        way.costs[0] = 0;
        for (place, (&value, matches)) in self.data.iter().zip(self.matches).enumerate() {
            let so_far = way.costs[place];
            way.try_token(
                place,
                Token::value(value),
                so_far + costs.values[usize::from(value)],
            );
            for found in [matches.near, matches.far] {
                if found.length < 2 {
                    continue;
                }
                let base = so_far + costs.distance(self.distances.code(found.distance));
                for length in worthwhile(2..usize::from(found.length) + 1) {
                    way.try_token(
                        place,
                        Token::copy(length, found.distance),
                        base + lengths[length],
                    );
                }
            }
        }
        way.tokens()
    }
}

/// The lengths that are tried: all short ones, of others those after which the prefix changes, and
/// the longest.
fn worthwhile(lengths: Range<usize>) -> impl Iterator<Item = usize> {
    let longest = lengths.end - 1;
    let steps = (3..11).flat_map(|power| [1 << power, 3 << (power - 1)]);
    let long = steps
        .filter(|length| *length > 8)
        .take_while(move |length| *length < longest);
    (lengths.start..longest.min(9))
        .chain(long)
        .chain(std::iter::once(longest))
}

/// The cheapest ways to all places.
struct Way {
    costs: Vec<u32>,
    /// The last token on the way to each place.
    tokens: Vec<Token>,
}

impl Way {
    #[inline(always)]
    fn try_token(&mut self, from: usize, token: Token, cost: u32) {
        let to = from + token.length();
        if cost < self.costs[to] {
            self.costs[to] = cost;
            self.tokens[to] = token;
        }
    }

    fn tokens(&self) -> Vec<Token> {
        let mut place = self.tokens.len() - 1;
        let mut way = Vec::new();
        while place > 0 {
            let token = self.tokens[place];
            way.push(token);
            place -= token.length();
        }
        way.reverse();
        way
    }
}
