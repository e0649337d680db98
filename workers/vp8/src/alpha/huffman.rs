//! Prefix codes of given frequencies, and how they are written.

use super::bits::BitWriter;

/// The longest code of a symbol.
const LONGEST: u8 = 15;

/// Order in which the lengths of the code of lengths are written.
const ORDER: [usize; 19] = [
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
];

/// A prefix code: for each symbol its bits, the first one lowest, and how many they are.
pub struct Code(Vec<(u16, u8)>);

impl Code {
    /// The best code for these frequencies.
    pub fn new(frequencies: &[u32]) -> Self {
        Self::of_lengths(&lengths(frequencies, LONGEST))
    }

    fn of_lengths(lengths: &[u8]) -> Self {
        let mut next = [0_u16; LONGEST as usize + 1];
        for length in 1..next.len() {
            let shorter = lengths
                .iter()
                .filter(|&&other| usize::from(other) == length - 1);
            let before = if length == 1 {
                0
            } else {
                shorter.count() as u16
            };
            next[length] = (next[length - 1] + before) << 1;
        }
        let codes = lengths.iter().map(|&length| {
            if length == 0 {
                return (0, 0);
            }
            let code = next[usize::from(length)];
            next[usize::from(length)] += 1;
            (code.reverse_bits() >> (16 - length), length)
        });
        Self(codes.collect())
    }

    /// Writes a symbol. A code of but one symbol has no bits.
    #[inline(always)]
    pub fn put(&self, writer: &mut BitWriter, symbol: usize) {
        let (code, length) = self.0[symbol];
        writer.put(u32::from(code), u32::from(length));
    }

    /// Writes the code itself, and makes it one without bits if it has but one symbol.
    pub fn write(&mut self, writer: &mut BitWriter) {
        let mut used = (0..self.0.len()).filter(|&symbol| self.0[symbol].1 > 0);
        match (used.next(), used.next(), used.next()) {
            (first, second, None) if first.max(second).unwrap_or(0) < 256 => {
                write_simple(writer, first.unwrap_or(0), second);
                if second.is_none() {
                    self.0.fill((0, 0));
                }
            }
            (Some(only), None, None) => {
                self.write_lengths(writer);
                self.0[only] = (0, 0);
            }
            _ => self.write_lengths(writer),
        }
    }

    fn write_lengths(&self, writer: &mut BitWriter) {
        let lengths: Vec<u8> = self.0.iter().map(|code| code.1).collect();
        let runs = runs(&lengths);
        let mut frequencies = [0; 19];
        for run in &runs {
            frequencies[usize::from(run.symbol)] += 1;
        }
        let code = Self::of_lengths(&self::lengths(&frequencies, 7));
        let length = |symbol: &usize| code.0[*symbol].1;
        let count = ORDER
            .iter()
            .rposition(|symbol| length(symbol) > 0)
            .map_or(0, |last| last + 1)
            .max(4);
        writer.put(0, 1);
        writer.put(count as u32 - 4, 4);
        for symbol in &ORDER[..count] {
            writer.put(u32::from(length(symbol)), 3);
        }
        writer.put(0, 1); // Lengths of all symbols follow.
        let single = frequencies
            .iter()
            .filter(|&&frequency| frequency > 0)
            .count()
            == 1;
        for run in &runs {
            if !single {
                code.put(writer, usize::from(run.symbol));
            }
            writer.put(u32::from(run.extra), run.bits);
        }
    }
}

/// Writes a code of one or two symbols below 256.
fn write_simple(writer: &mut BitWriter, first: usize, second: Option<usize>) {
    writer.put(1, 1);
    writer.put(u32::from(second.is_some()), 1);
    if first <= 1 {
        writer.put(0, 1);
        writer.put(first as u32, 1);
    } else {
        writer.put(1, 1);
        writer.put(first as u32, 8);
    }
    if let Some(second) = second {
        writer.put(second as u32, 8);
    }
}

/// A symbol of the code of lengths, and the bits that follow it.
struct Run {
    symbol: u8,
    extra: u8,
    bits: u32,
}

/// Lengths, with repetitions as runs.
fn runs(lengths: &[u8]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut previous = 8;
    for group in lengths.chunk_by(|a, b| a == b) {
        let (length, mut count) = (group[0], group.len());
        if length > 0 && length != previous {
            runs.push(Run {
                symbol: length,
                extra: 0,
                bits: 0,
            });
            previous = length;
            count -= 1;
        }
        while count > 0 {
            let (symbol, least, most, bits) = match (length, count) {
                (0, 11..) => (18, 11, 138, 7),
                (0, 3..) => (17, 3, 10, 3),
                (1.., 3..) => (16, 3, 6, 2),
                _ => (length, 1, 1, 0),
            };
            let taken = count.min(most);
            runs.push(Run {
                symbol,
                extra: (taken - least) as u8,
                bits,
            });
            count -= taken;
        }
    }
    runs
}

/// Lengths of the best code, none longer than `longest`: rare symbols are counted as more frequent
/// until that is so.
fn lengths(frequencies: &[u32], longest: u8) -> Vec<u8> {
    let mut least = 1;
    loop {
        let lengths = unlimited(frequencies, least);
        if lengths.iter().all(|&length| length <= longest) {
            return lengths;
        }
        least *= 2;
    }
}

/// Lengths of the best code of any length, where each symbol that is used counts as `least` at the
/// least.
fn unlimited(frequencies: &[u32], least: u32) -> Vec<u8> {
    let mut lengths = vec![0; frequencies.len()];
    let used = frequencies
        .iter()
        .enumerate()
        .filter(|&(_, &frequency)| frequency > 0);
    // Frequency and symbol in one number.
    let leaf = |(symbol, frequency): (usize, &u32)| {
        u64::from((*frequency).max(least)) << 32 | symbol as u64
    };
    let mut leaves: Vec<u64> = used.map(leaf).collect();
    let symbol = |leaf: u64| leaf as u32 as usize;
    if let [only] = leaves[..] {
        lengths[symbol(only)] = 1;
        return lengths;
    }
    leaves.sort_unstable();
    // Nodes: the leaves by frequency, then inner ones as they are made, which is by frequency too.
    let mut weights: Vec<u32> = leaves.iter().map(|leaf| (leaf >> 32) as u32).collect();
    let mut parents = vec![0; 2 * leaves.len()];
    let (mut leaf, mut inner) = (0, leaves.len());
    for node in leaves.len()..(2 * leaves.len()).saturating_sub(1) {
        let mut weight = 0;
        for _ in 0..2 {
            let take_leaf =
                leaf < leaves.len() && (inner >= node || weights[leaf] <= weights[inner]);
            let child = if take_leaf { &mut leaf } else { &mut inner };
            parents[*child] = node;
            weight += weights[*child];
            *child += 1;
        }
        weights.push(weight);
    }
    let mut depths = vec![0_u8; weights.len()];
    for node in (0..weights.len().saturating_sub(1)).rev() {
        depths[node] = depths[parents[node]].saturating_add(1);
    }
    for (&leaf, &depth) in leaves.iter().zip(&depths) {
        lengths[symbol(leaf)] = depth;
    }
    lengths
}
