//! Huffman codes made for a picture (T.81, annex K.2).

/// The longest code that JPEG can have.
const LONGEST: usize = 16;

/// A table of codes.
pub(super) struct Codes {
    /// Codes of each length.
    counts: [u8; LONGEST],
    /// Symbols in the order of their codes.
    symbols: Vec<u8>,
    /// By symbol: the code and its length.
    codes: [(u16, u8); 256],
}

impl Codes {
    /// For symbols that come as often as `counts` says.
    pub fn new(counts: &[u32; 256]) -> Self {
        let lengths = lengths(counts);
        let mut order: Vec<usize> = (0..256).filter(|&symbol| lengths[symbol] > 0).collect();
        order.sort_by_key(|&symbol| (lengths[symbol], symbol));
        let mut table = Self {
            counts: [0; LONGEST],
            symbols: order.iter().map(|&symbol| symbol as u8).collect(),
            codes: [(0, 0); 256],
        };
        let (mut code, mut length) = (0_u32, 1);
        for symbol in order {
            code <<= lengths[symbol] - length;
            length = lengths[symbol];
            table.counts[usize::from(length) - 1] += 1;
            table.codes[symbol] = (code as u16, length);
            code += 1;
        }
        table
    }

    /// The code of a symbol and its length.
    #[inline(always)]
    pub fn code(&self, symbol: u8) -> (u32, u32) {
        let (code, length) = self.codes[usize::from(symbol)];
        (code.into(), length.into())
    }

    /// The body of a DHT segment.
    pub fn segment(&self, kind: u8) -> Vec<u8> {
        [&[kind][..], &self.counts, &self.symbols].concat()
    }
}

/// Lengths of the best codes, none longer than [`LONGEST`] and none of ones alone, which a decoder
/// may take for the end.
fn lengths(counts: &[u32; 256]) -> [u8; 256] {
    // The symbol that is never written gets the code of ones.
    let mut weights: Vec<u64> = vec![0];
    weights.extend(
        counts
            .iter()
            .filter(|&&count| count > 0)
            .map(|&count| u64::from(count)),
    );
    weights.sort_unstable();
    // Leaves by their weight, then inner nodes as they are made, which is by weight as well.
    let leaves = weights.len();
    let mut parents = vec![0; 2 * leaves];
    let (mut leaf, mut inner) = (0, leaves);
    for node in leaves..2 * leaves - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            let takes_leaf = leaf < leaves && (inner >= node || weights[leaf] <= weights[inner]);
            let child = if takes_leaf { &mut leaf } else { &mut inner };
            parents[*child] = node;
            weight += weights[*child];
            *child += 1;
        }
        weights.push(weight);
    }
    let mut depths = vec![0_usize; weights.len()];
    for node in (0..weights.len() - 1).rev() {
        depths[node] = depths[parents[node]] + 1;
    }
    let mut bits = [0_usize; 258];
    depths[..leaves]
        .iter()
        .filter(|&&depth| depth > 0)
        .for_each(|&depth| bits[depth] += 1);
    limited(bits, counts)
}

/// Shortens what is too long, as figure K.3 has it, and gives the longer codes to rarer symbols.
/// `bits` says how many codes of each length there are.
fn limited(mut bits: [usize; 258], counts: &[u32; 256]) -> [u8; 256] {
    for length in (LONGEST + 1..bits.len()).rev() {
        while bits[length] > 0 {
            let shorter = (1..length - 1).rev().find(|&shorter| bits[shorter] > 0);
            let Some(shorter) = shorter else { break };
            bits[length] -= 2;
            bits[length - 1] += 1;
            bits[shorter + 1] += 2;
            bits[shorter] -= 1;
        }
    }
    // One of the longest goes to the symbol that is never written.
    if let Some(longest) = bits.iter_mut().rev().find(|count| **count > 0) {
        *longest -= 1;
    }
    let mut order: Vec<usize> = (0..256).filter(|&symbol| counts[symbol] > 0).collect();
    order.sort_by_key(|&symbol| (std::cmp::Reverse(counts[symbol]), symbol));
    let mut lengths = [0; 256];
    let all = (1..)
        .zip(&bits[1..])
        .flat_map(|(length, &count)| std::iter::repeat_n(length, count));
    order
        .iter()
        .zip(all)
        .for_each(|(&symbol, length)| lengths[symbol] = length);
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_limited_and_leave_the_ones_free() {
        // The worst case: counts that grow like Fibonacci's numbers.
        let mut counts = [0; 256];
        let (mut a, mut b) = (1_u32, 1_u32);
        for count in counts.iter_mut().take(40) {
            *count = a;
            (a, b) = (b, a + b);
        }
        for used in [1, 2, 3, 40] {
            let mut counts = counts;
            counts[used..].fill(0);
            let codes = Codes::new(&counts);
            assert_eq!(codes.symbols.len(), used);
            let kraft: f64 = (0..used)
                .map(|symbol| 0.5_f64.powi(codes.codes[symbol].1.into()))
                .sum();
            assert!(kraft < 1.0, "{used}: {kraft}");
            let (code, length) = codes.code(0);
            assert!(length <= 16 && code != (1 << length) - 1);
        }
    }
}
