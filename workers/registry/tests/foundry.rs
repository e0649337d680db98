//! Foundry's rule for versions against another implementation of it: JavaScript's own numbers, texts
//! and comparisons (`newer.mjs`), over generated pairs.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::{
    env,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use registry::{Version, is_newer};

/// Pairs of versions as people write them, and pairs of anything.
const PAIRS: usize = 20_000;

/// What parts of versions are made of, and what looks like a number to JavaScript or nearly does.
const PIECES: &[&str] = &[
    "0",
    "1",
    "2",
    "9",
    "10",
    "00",
    "01",
    "007",
    "12",
    "331",
    "2026",
    "-beta",
    "-beta1",
    "-rc",
    "-",
    "+",
    "+build",
    "a",
    "b",
    "v",
    "V",
    "x",
    "_",
    "~",
    "e",
    "E",
    "1e2",
    "1E+2",
    "1e-3",
    "1e-20",
    "10000e-24",
    "10e-31",
    "1e-30",
    "0x1F",
    "0X",
    "0b101",
    "0b2",
    "0o17",
    "Infinity",
    "-Infinity",
    "+1",
    "-1",
    "NaN",
    " ",
    "\t",
    "\u{a0}",
    "\u{feff}",
    "\u{85}",
    "é",
    "\u{10000}",
    "\u{ffff}",
    "9007199254740993",
    "9007199254740992",
    "0x20000000000001",
    "0x20000000000003",
    "1e400",
    "99999999999999999999999",
    "1_000",
    "",
    "0.5",
];

/// A small generator of numbers: splitmix64, the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    /// A part of a version; most are small numbers.
    fn part(&mut self) -> String {
        if self.roll(3) > 0 {
            return self.roll(13).to_string();
        }
        let pieces = 1 + self.roll(3);
        (0..pieces)
            .map(|_| PIECES[self.roll(PIECES.len())])
            .collect()
    }

    fn version(&mut self) -> Vec<String> {
        let parts = 1 + self.roll(4);
        (0..parts).map(|_| self.part()).collect()
    }

    /// Two versions, most of which begin alike.
    fn pair(&mut self) -> [String; 2] {
        let one = self.version();
        let mut other = match self.roll(4) {
            0 => self.version(),
            _ => one.clone(),
        };
        match self.roll(4) {
            0 => other.push(self.part()),
            1 => drop(other.pop()),
            _ => {
                let at = self.roll(other.len().max(1));
                if let Some(part) = other.get_mut(at) {
                    *part = self.part();
                }
            }
        }
        match self.roll(2) {
            0 => [one.join("."), other.join(".")],
            _ => [other.join("."), one.join(".")],
        }
    }
}

/// What JavaScript says of each pair.
fn by_javascript(pairs: &[[String; 2]]) -> Vec<bool> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = folder.join("../../node_modules/.bin/node");
    let node = if own.exists() { own } else { "node".into() };
    let mut child = Command::new(node)
        .arg(folder.join("tests/newer.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node, which `cargo xtask setup` brings");
    // The script reads all before it prints anything.
    let input = serde_json::to_vec(pairs).unwrap();
    child.stdin.take().unwrap().write_all(&input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn javascript_calls_the_same_versions_newer() {
    let mut dice = Dice(1);
    let pairs: Vec<[String; 2]> = (0..PAIRS).map(|_| dice.pair()).collect();
    let said = by_javascript(&pairs);
    assert_eq!(said.len(), pairs.len());
    let differing: Vec<_> = (pairs.iter().zip(&said))
        .filter(|([candidate, installed], newer)| is_newer(candidate, installed) != **newer)
        .collect();
    assert!(
        differing.is_empty(),
        "{} differ: {:?}",
        differing.len(),
        &differing[..differing.len().min(5)]
    );
    // The pairs are worth comparing: both answers are common, and so are versions that we take.
    let newer = said.iter().filter(|newer| **newer).count();
    let ours = pairs
        .iter()
        .filter(|pair| pair.iter().all(|text| Version::parse(text).is_ok()));
    assert!((PAIRS / 4..PAIRS * 3 / 4).contains(&newer), "{newer} newer");
    assert!(ours.count() > PAIRS / 4);
}
