//! Sets of codes: squares of the image that use symbols alike share one.

use super::parse::{DISTANCES, Histogram, SymbolCosts, Token, VALUES, log2};

/// The least side of a square, as a power of two.
const SIDE_BITS: u32 = 4;

/// Most squares: sides are doubled until there are no more.
const SQUARES: usize = 4096;

/// How many sets are tried.
const SETS: [usize; 3] = [2, 4, 8];

/// About what a further set of codes takes besides its symbols, in 1/256 bit.
const OVERHEAD: u64 = 80 * 256;

/// About what each further symbol in a set takes in the code's own description, in 1/256 bit.
const PER_SYMBOL: u64 = 5 * 256;

/// The set of each square.
pub struct Groups {
    /// Side of a square, as a power of two.
    pub side_bits: u32,
    /// Squares in a row.
    pub across: usize,
    /// The set of each square.
    pub squares: Vec<u8>,
    /// How often each set uses each symbol.
    pub histograms: Vec<Histogram>,
}

/// Symbols that are used, and how often: squares use few of the many.
struct Sparse {
    values: Vec<(u16, u32)>,
    distances: Vec<(u16, u32)>,
}

impl Sparse {
    fn new(histogram: &Histogram) -> Self {
        let used = |counts: &[u32]| {
            let counts = counts.iter().enumerate().filter(|(_, count)| **count > 0);
            counts
                .map(|(symbol, &count)| (symbol as u16, count))
                .collect()
        };
        Self {
            values: used(&histogram.values),
            distances: used(&histogram.distances),
        }
    }

    fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    fn cost(&self, costs: &SymbolCosts) -> u64 {
        let sum = |used: &[(u16, u32)], costs: &[u32]| -> u64 {
            used.iter()
                .map(|&(symbol, count)| u64::from(count) * u64::from(costs[usize::from(symbol)]))
                .sum()
        };
        sum(&self.values, &costs.values) + sum(&self.distances, &costs.distances)
    }

    fn add_to(&self, histogram: &mut Histogram) {
        for &(symbol, count) in &self.values {
            histogram.values[usize::from(symbol)] += count;
        }
        for &(symbol, count) in &self.distances {
            histogram.distances[usize::from(symbol)] += count;
        }
    }
}

impl Groups {
    /// Sets for the tokens of an image of this width and height.
    pub fn new(width: usize, height: usize, tokens: &[Token]) -> Self {
        let squares = |bits: &u32| width.div_ceil(1 << bits) * height.div_ceil(1 << bits);
        let bits = (SIDE_BITS..)
            .find(|bits| squares(bits) <= SQUARES)
            .unwrap_or(SIDE_BITS);
        let grid = Grid {
            side_bits: bits,
            across: width.div_ceil(1 << bits),
            squares: count_squares(width, bits, squares(&bits), tokens),
        };
        let mut best = grid.one();
        if grid.squares.len() < 4 {
            return best;
        }
        let mut least = best.cost();
        for sets in SETS {
            let groups = grid.several(sets);
            let cost = groups.cost();
            if cost < least {
                (least, best) = (cost, groups);
            }
        }
        best
    }

    /// The set for a token that begins at a place.
    #[inline(always)]
    pub fn at(&self, column: usize, row: usize) -> usize {
        let square = (row >> self.side_bits) * self.across + (column >> self.side_bits);
        usize::from(self.squares[square])
    }

    /// Removes empty sets, and gives squares without symbols the set before them.
    fn tidy(&mut self, squares: &[Sparse]) {
        let mut names = vec![0; self.histograms.len()];
        let mut next = 0;
        for (name, histogram) in names.iter_mut().zip(&self.histograms) {
            *name = next;
            next += u8::from(histogram.values.iter().any(|&count| count > 0));
        }
        self.histograms
            .retain(|histogram| histogram.values.iter().any(|&count| count > 0));
        let mut before = 0;
        for (choice, square) in self.squares.iter_mut().zip(squares) {
            *choice = if square.is_empty() {
                before
            } else {
                names[usize::from(*choice)]
            };
            before = *choice;
        }
    }

    /// About what it takes to code all symbols, and to say with which sets.
    fn cost(&self) -> u64 {
        let sets: u64 = self
            .histograms
            .iter()
            .map(|set| OVERHEAD + set_cost(set))
            .sum();
        let changes = self
            .squares
            .windows(2)
            .filter(|pair| pair[0] != pair[1])
            .count() as u64;
        sets + changes * 2 * u64::from(log2(self.histograms.len() as u32).max(1))
    }
}

/// Squares and the symbols that each uses.
struct Grid {
    side_bits: u32,
    across: usize,
    squares: Vec<Sparse>,
}

impl Grid {
    /// All in one set.
    fn one(&self) -> Groups {
        let mut histogram = Histogram::default();
        self.squares
            .iter()
            .for_each(|square| square.add_to(&mut histogram));
        Groups {
            side_bits: self.side_bits,
            across: self.across,
            squares: vec![0; self.squares.len()],
            histograms: vec![histogram],
        }
    }

    /// In some sets: squares go to the set that codes them best, again and again. First they are put
    /// together by what a symbol of theirs costs on average.
    fn several(&self, sets: usize) -> Groups {
        let squares = &self.squares;
        let all = SymbolCosts::new(&self.one().histograms[0]);
        // Mean cost and place in one number.
        let key = |(index, square): (usize, &Sparse)| {
            let symbols: u32 = square.values.iter().map(|(_, count)| count).sum();
            (square.cost(&all) / u64::from(symbols.max(1))) << 32 | index as u64
        };
        let squares_in_use = squares
            .iter()
            .enumerate()
            .filter(|(_, square)| !square.is_empty());
        let mut order: Vec<u64> = squares_in_use.map(key).collect();
        order.sort_unstable();
        let mut choice = vec![0; squares.len()];
        for (rank, &key) in order.iter().enumerate() {
            choice[key as u32 as usize] = (rank * sets / order.len()) as u8;
        }
        for _ in 0..6 {
            let costs: Vec<SymbolCosts> = sums(squares, &choice, sets)
                .iter()
                .map(SymbolCosts::new)
                .collect();
            let mut changed = false;
            for (choice, square) in choice.iter_mut().zip(squares) {
                if square.is_empty() {
                    continue;
                }
                let best = (0..sets).min_by_key(|set| square.cost(&costs[*set]));
                let best = best.unwrap_or(0) as u8;
                changed |= std::mem::replace(choice, best) != best;
            }
            if !changed {
                break;
            }
        }
        let mut groups = Groups {
            side_bits: self.side_bits,
            across: self.across,
            histograms: sums(squares, &choice, sets),
            squares: choice,
        };
        groups.tidy(squares);
        groups
    }
}

fn set_cost(set: &Histogram) -> u64 {
    let part = |counts: &[u32]| -> u64 {
        let total = u64::from(log2(counts.iter().sum::<u32>().max(1)));
        let used = counts.iter().filter(|&&count| count > 0);
        used.map(|&count| u64::from(count) * (total - u64::from(log2(count))) + PER_SYMBOL)
            .sum()
    };
    part(&set.values) + part(&set.distances)
}

fn sums(squares: &[Sparse], choice: &[u8], sets: usize) -> Vec<Histogram> {
    let mut sums = vec![Histogram::default(); sets];
    for (square, &set) in squares.iter().zip(choice) {
        square.add_to(&mut sums[usize::from(set)]);
    }
    sums
}

/// What symbols each square uses. A token belongs to the square in which it begins.
fn count_squares(width: usize, side_bits: u32, count: usize, tokens: &[Token]) -> Vec<Sparse> {
    let across = width.div_ceil(1 << side_bits);
    let mut squares = Vec::with_capacity(count);
    let mut row_of_squares = vec![Histogram::default(); across];
    let mut place = 0;
    let mut tokens = tokens.iter();
    while squares.len() < count {
        let end = ((squares.len() / across + 1) * width) << side_bits;
        while place < end
            && let Some(token) = tokens.next()
        {
            row_of_squares[(place % width) >> side_bits].add(*token);
            place += token.length();
        }
        squares.extend(row_of_squares.iter().map(Sparse::new));
        row_of_squares.fill(Histogram::default());
    }
    squares
}

const _: () = assert!(VALUES < 1 << 16 && DISTANCES < 1 << 16);
