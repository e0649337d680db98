//! What coefficients cost to code with given probabilities, in 1/256 bit.

use crate::{
    quantise::Levels,
    tables::{
        BANDS, LONG_LEVELS, bit_cost,
        coefficients::{DEFAULTS, Probabilities},
    },
};

/// Kinds of blocks, in the format's order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Luma without the first coefficient, which is in a block of its own.
    LumaRest = 0,
    /// The first coefficients of a macroblock's luma, transformed once more.
    LumaFirst = 1,
    /// Chroma.
    Chroma = 2,
    /// Luma with all coefficients.
    Luma = 3,
}

impl Kind {
    /// The first coefficient that is coded.
    #[inline(always)]
    pub fn first(self) -> usize {
        usize::from(self == Self::LumaRest)
    }
}

/// The highest level with probabilities of its own; above, the extra bits differ.
const VARIABLE: usize = 67;

/// Costs in one context: of each level, with its sign and extra bits.
pub type LevelCosts = [u16; VARIABLE + 1];

/// Costs with given probabilities.
pub struct Costs {
    /// Of a level, for kind, band and context; with that of "not the end" where the context says
    /// that the level before was not zero.
    levels: [[[LevelCosts; 3]; 8]; 4],
    /// Of "the end" and "not the end".
    ends: [[[[u16; 2]; 3]; 8]; 4],
}

impl Default for Costs {
    fn default() -> Self {
        let mut costs = Self {
            levels: [[[[0; VARIABLE + 1]; 3]; 8]; 4],
            ends: [[[[0; 2]; 3]; 8]; 4],
        };
        costs.update(&DEFAULTS);
        costs
    }
}

impl Costs {
    /// Takes over other probabilities.
    pub fn update(&mut self, probabilities: &Probabilities) {
        for (kind, bands) in probabilities.iter().enumerate() {
            for (band, contexts) in bands.iter().enumerate() {
                for (context, nodes) in contexts.iter().enumerate() {
                    let ends = [bit_cost(false, nodes[0]), bit_cost(true, nodes[0])];
                    self.ends[kind][band][context] = ends.map(|cost| cost as u16);
                    let before = if context > 0 { ends[1] } else { 0 };
                    fill(&mut self.levels[kind][band][context], before, nodes);
                }
            }
        }
    }

    /// Cost of saying that the levels end before a place (`more` false) or go on.
    #[inline(always)]
    pub fn end(&self, kind: Kind, place: usize, context: usize, more: bool) -> u32 {
        u32::from(self.ends[kind as usize][BANDS[place]][context][usize::from(more)])
    }

    /// Cost of a block. The context is how many of the blocks above and to the left have anything.
    #[inline]
    pub fn block(&self, kind: Kind, context: usize, levels: &Levels) -> u32 {
        let first = kind.first();
        if !levels.any() {
            return self.end(kind, first, context, false);
        }
        let bands = &self.levels[kind as usize];
        let mut cost = if context == 0 {
            self.end(kind, first, 0, true)
        } else {
            0
        };
        let mut costs = &bands[BANDS[first]][context];
        let end = levels.end();
        let mut next = 0;
        for (place, level) in levels.values[..end].iter().enumerate().skip(first) {
            let amount = usize::from(level.unsigned_abs());
            cost += level_cost(costs, amount);
            next = amount.min(2);
            costs = &bands[BANDS[place + 1]][next];
        }
        if end < 16 {
            cost += self.end(kind, end, next, false);
        }
        cost
    }
}

/// Cost of one level.
#[inline(always)]
pub fn level_cost(costs: &LevelCosts, amount: usize) -> u32 {
    match costs.get(amount) {
        Some(&cost) => u32::from(cost),
        None => u32::from(costs[VARIABLE]) + long_cost(amount) - long_cost(VARIABLE),
    }
}

/// Cost of the sign and of the extra bits.
fn long_cost(amount: usize) -> u32 {
    let sign = 256;
    let extra = match amount {
        0 => return 0,
        1..=4 => 0,
        5 | 6 => bit_cost(amount == 6, 159),
        7..=10 => bit_cost(amount >= 9, 165) + bit_cost(amount.is_multiple_of(2), 145),
        _ => LONG_LEVELS
            .iter()
            .rev()
            .find(|(base, _)| usize::from(*base) <= amount)
            .map_or(0, |(base, probabilities)| {
                let rest = amount - usize::from(*base);
                let bits = probabilities.len();
                (0..bits)
                    .map(|i| bit_cost(rest >> (bits - 1 - i) & 1 != 0, probabilities[i]))
                    .sum()
            }),
    };
    sign + extra
}

/// Costs of all levels with the probabilities of one context's nodes.
fn fill(costs: &mut LevelCosts, before: u32, nodes: &[u8; 11]) {
    costs[0] = (before + bit_cost(false, nodes[1])) as u16;
    let mut variable = 0;
    let mut last_class = 0;
    for (amount, cost) in costs.iter_mut().enumerate().skip(1) {
        let class = class(amount);
        if class != last_class {
            variable = before + bit_cost(true, nodes[1]) + class_cost(class, nodes);
            last_class = class;
        }
        *cost = (variable + long_cost(amount)) as u16;
    }
}

/// Levels of one class have the same way through the tree.
fn class(amount: usize) -> usize {
    match amount {
        0..=4 => amount,
        5 | 6 => 5,
        7..=10 => 6,
        11..=18 => 7,
        19..=34 => 8,
        35..=66 => 9,
        _ => 10,
    }
}

/// Cost of the way to a class below "not zero" (RFC 6386, section 13.2).
fn class_cost(class: usize, nodes: &[u8; 11]) -> u32 {
    let way: &[(usize, bool)] = match class {
        1 => &[(2, false)],
        2 => &[(2, true), (3, false), (4, false)],
        3 => &[(2, true), (3, false), (4, true), (5, false)],
        4 => &[(2, true), (3, false), (4, true), (5, true)],
        5 => &[(2, true), (3, true), (6, false), (7, false)],
        6 => &[(2, true), (3, true), (6, false), (7, true)],
        7 => &[(2, true), (3, true), (6, true), (8, false), (9, false)],
        8 => &[(2, true), (3, true), (6, true), (8, false), (9, true)],
        9 => &[(2, true), (3, true), (6, true), (8, true), (10, false)],
        _ => &[(2, true), (3, true), (6, true), (8, true), (10, true)],
    };
    way.iter()
        .map(|&(node, bit)| bit_cost(bit, nodes[node]))
        .sum()
}
