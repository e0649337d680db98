//! Which values are coded as such and which as repetitions: the way through the plane that costs
//! the least.

use super::{
    distance::{Distances, prefix},
    matches::{Finder, LONGEST, Matches, skipped},
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

/// Bits of the code of a distance in a token; those of distances that are looked for are shorter.
const CODE_BITS: u32 = 20;

impl Token {
    fn value(value: u8) -> Self {
        Self(u32::from(value))
    }

    fn copy(length: usize, code: u32) -> Self {
        Self((length as u32) << CODE_BITS | code)
    }

    /// How many values it stands for.
    #[inline(always)]
    pub fn length(self) -> usize {
        ((self.0 >> CODE_BITS) as usize).max(1)
    }

    /// The value, or the code of the repetition's distance.
    #[inline(always)]
    pub fn content(self) -> Result<u8, u32> {
        if self.0 >> CODE_BITS == 0 {
            Ok(self.0 as u8)
        } else {
            Err(self.0 & ((1 << CODE_BITS) - 1))
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
    pub fn add(&mut self, token: Token) {
        match token.content() {
            Ok(value) => self.values[usize::from(value)] += 1,
            Err(code) => {
                self.values[256 + usize::from(prefix(token.length() as u32).code)] += 1;
                self.distances[usize::from(prefix(code).code)] += 1;
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

/// Logarithms that are looked up.
const KNOWN: usize = 1024;

static LOGARITHMS: [u16; KNOWN] = {
    let mut logarithms = [0; KNOWN];
    let mut value = 1;
    while value < KNOWN {
        logarithms[value] = logarithm(value as u32) as u16;
        value += 1;
    }
    logarithms
};

/// The logarithm of a number from one on, in 1/256.
#[inline]
pub fn log2(value: u32) -> u32 {
    match LOGARITHMS.get(value as usize) {
        Some(known) => u32::from(*known),
        None => logarithm(value),
    }
}

/// Digit by digit, so that it is the same everywhere.
const fn logarithm(value: u32) -> u32 {
    let whole = 31 - value.leading_zeros();
    let mut rest = (value as u64) << (31 - whole);
    let mut logarithm = whole;
    let mut digits = 0;
    while digits < 8 {
        rest = (rest * rest) >> 31;
        let digit = (rest >> 32) as u32;
        rest >>= digit;
        logarithm = logarithm << 1 | digit;
        digits += 1;
    }
    logarithm
}

/// The tokens of a plane.
pub fn parse(width: usize, data: &[u8]) -> Vec<Token> {
    let distances = Distances::new(width);
    let mut finder = Finder::new(width, data, &distances);
    let mut tokens = Vec::new();
    for start in (0..data.len()).step_by(PART) {
        let range = start..data.len().min(start + PART);
        let matches = finder.find(range.clone());
        let part = Part {
            data: &data[range.clone()],
            matches: &matches,
        };
        let mut way = part.greedy();
        for _ in 0..1 {
            let mut histogram = Histogram::default();
            way.iter().for_each(|&token| histogram.add(token));
            way = part.cheapest(&SymbolCosts::new(&histogram));
        }
        tokens.extend(way);
    }
    tokens
}

struct Part<'a> {
    data: &'a [u8],
    matches: &'a [Matches],
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
                Token::copy(usize::from(best.length), best.code)
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
        let lengths: Vec<u32> = (0..=LONGEST.min(self.data.len()))
            .map(|length| costs.length(length.max(1)))
            .collect();
        let mut way = Way {
            costs: vec![u32::MAX; self.data.len() + 1],
            tokens: vec![Token(0); self.data.len() + 1],
        };
        way.costs[0] = 0;
        // The place up to which a long repetition makes all other ways pointless.
        let mut covered = 0;
        for (place, (&value, matches)) in self.data.iter().zip(self.matches).enumerate() {
            let so_far = way.costs[place];
            if place < covered || so_far == u32::MAX {
                continue;
            }
            way.try_token(
                place,
                Token::value(value),
                so_far + costs.values[usize::from(value)],
            );
            for found in [matches.near, matches.far] {
                if found.length < 2 {
                    continue;
                }
                let base = so_far + costs.distance(found.code);
                let longest = usize::from(found.length);
                for &length in WORTHWHILE.iter().take_while(|length| **length < longest) {
                    way.try_token(
                        place,
                        Token::copy(length, found.code),
                        base + lengths[length],
                    );
                }
                way.try_token(
                    place,
                    Token::copy(longest, found.code),
                    base + lengths[longest],
                );
            }
            covered = covered.max(place + skipped(matches.longest().length));
        }
        way.tokens()
    }
}

/// The lengths that are tried besides the longest: short ones, and those after which the prefix
/// changes.
#[rustfmt::skip]
const WORTHWHILE: [usize; 24] = [
    2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072,
];

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
