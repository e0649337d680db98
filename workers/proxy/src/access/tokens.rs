//! Access tokens.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// Most tokens.
const MAX_TOKENS: usize = 1000;

/// Tokens, one of which a request has to carry. Only their digests are kept.
#[derive(Clone, Default)]
pub struct Tokens(Vec<[u8; 32]>);

impl Tokens {
    /// Reads a comma-separated list; `None` where an entry could not stand in a path, or is so short
    /// that it can be guessed, and where there is no entry: that would let everybody in.
    pub fn parse(list: &str) -> Option<Self> {
        let entries: Vec<&str> = list
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .collect();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte);
        let sound = |entry: &&str| (8..=256).contains(&entry.len()) && entry.bytes().all(plain);
        ((1..=MAX_TOKENS).contains(&entries.len()) && entries.iter().all(sound))
            .then(|| Self(entries.iter().map(|entry| digest(entry)).collect()))
    }

    /// Whether there are none, so that none is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `given` is one of them. It takes the same time whatever it is, and however many of
    /// them it is like.
    pub fn contains(&self, given: &str) -> bool {
        let given = digest(given);
        let found = self
            .0
            .iter()
            .fold(Choice::from(0), |found, token| found | token.ct_eq(&given));
        found.into()
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::Tokens;

    #[test]
    fn only_whole_tokens_are_known() {
        let tokens = Tokens::parse("first-token, second_token").expect("sound");
        for (given, expected) in [
            ("first-token", true),
            ("second_token", true),
            ("first-toke", false),
            ("first-token2", false),
            ("first-token, second_token", false),
            ("", false),
        ] {
            assert_eq!(tokens.contains(given), expected, "{given}");
        }
    }

    #[test]
    fn tokens_that_cannot_be_sent_or_can_be_guessed_are_refused() {
        for list in [
            "short",
            "has/slash-in-it",
            "has space in it",
            "has.dot.in.it",
            "",
            ",",
            " , ",
        ] {
            assert!(Tokens::parse(list).is_none(), "{list}");
        }
        assert!(!Tokens::default().contains(""));
    }
}
