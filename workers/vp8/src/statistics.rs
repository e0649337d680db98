//! How often each branch of the token tree is taken, and the probabilities that follow.

use crate::{
    cost::Kind,
    quantise::Levels,
    tables::{
        BANDS, bit_cost,
        coefficients::{DEFAULTS, Probabilities, UPDATES},
    },
};

/// Counts of one branch: true ones in the low half, all in the high half.
#[derive(Clone, Copy, Default)]
struct Branch(u32);

impl Branch {
    #[inline(always)]
    fn count(&mut self, bit: bool) -> bool {
        if self.0 >= 0xfffe_0000 {
            self.0 = ((self.0 + 1) >> 1) & 0x7fff_7fff;
        }
        self.0 += 0x0001_0000 + u32::from(bit);
        bit
    }

    /// Cost of all that was counted, with this probability.
    fn cost(self, probability: u8) -> u32 {
        let (ones, all) = (self.0 & 0xffff, self.0 >> 16);
        ones * bit_cost(true, probability) + (all - ones) * bit_cost(false, probability)
    }

    /// The probability that fits what was counted.
    fn probability(self) -> u8 {
        let (ones, all) = (self.0 & 0xffff, self.0 >> 16);
        if ones == 0 {
            255
        } else {
            (255 - ones * 255 / all) as u8
        }
    }

    /// The cheaper of the default and of a probability that the header has to name.
    fn choose(self, default: u8, update: u8) -> u8 {
        let fitted = self.probability();
        let kept = self.cost(default) + bit_cost(false, update);
        let named = self.cost(fitted) + bit_cost(true, update) + 8 * 256;
        if kept > named { fitted } else { default }
    }
}

/// Counts of all branches.
#[derive(Default)]
pub struct Statistics([[[[Branch; 11]; 3]; 8]; 4]);

impl Statistics {
    /// Counts what coding a block would write.
    pub fn record(&mut self, kind: Kind, context: usize, levels: &Levels) {
        let bands = &mut self.0[kind as usize];
        let mut place = kind.first();
        let mut nodes = &mut bands[BANDS[place]][context];
        if !nodes[0].count(levels.any()) {
            return;
        }
        let end = levels.end();
        while place < end {
            let amount = levels.values[place].unsigned_abs();
            place += 1;
            let band = BANDS[place];
            if !nodes[1].count(amount != 0) {
                nodes = &mut bands[band][0];
                continue;
            }
            count_amount(nodes, amount);
            nodes = &mut bands[band][usize::from(amount.min(2))];
            if place < 16 {
                nodes[0].count(place < end);
            }
        }
    }

    /// The probabilities that make the header and what was counted the least.
    pub fn probabilities(&self) -> Probabilities {
        let mut chosen = DEFAULTS;
        for (kind, bands) in chosen.iter_mut().enumerate() {
            for (band, contexts) in bands.iter_mut().enumerate() {
                for (context, nodes) in contexts.iter_mut().enumerate() {
                    for (node, probability) in nodes.iter_mut().enumerate() {
                        let branch = self.0[kind][band][context][node];
                        let update = UPDATES[kind][band][context][node];
                        *probability = branch.choose(*probability, update);
                    }
                }
            }
        }
        chosen
    }
}

/// Counts the branches below "not zero".
#[inline(always)]
fn count_amount(nodes: &mut [Branch; 11], amount: u16) {
    if !nodes[2].count(amount > 1) {
        return;
    }
    if !nodes[3].count(amount > 4) {
        if nodes[4].count(amount != 2) {
            nodes[5].count(amount == 4);
        }
    } else if !nodes[6].count(amount > 10) {
        nodes[7].count(amount > 6);
    } else if !nodes[8].count(amount > 34) {
        nodes[9].count(amount > 18);
    } else {
        nodes[10].count(amount > 66);
    }
}
