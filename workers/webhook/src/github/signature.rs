//! GitHub's signature of a delivery.
//!
//! <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A signature as GitHub sends it: HMAC-SHA256 of the body under the webhook's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 32]);

impl Signature {
    /// Reads `X-Hub-Signature-256`: `sha256=` and 64 hexadecimal digits. `None` for anything else,
    /// so that a body need not be read for it.
    pub fn parse(header: &str) -> Option<Self> {
        header
            .strip_prefix("sha256=")
            .and_then(decode_hex)
            .map(Self)
    }

    /// Whether this is the signature of `body` under `secret`. The comparison takes the same time
    /// wherever the two differ.
    pub fn is_of(&self, secret: &str, body: &[u8]) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            return false;
        };
        mac.update(body);
        mac.verify_slice(&self.0).is_ok()
    }
}

fn decode_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(*pair.first()?).to_digit(16)?;
        let low = char::from(*pair.get(1)?).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::Signature;

    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const DIGITS: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    #[test]
    fn only_the_signature_of_these_bytes_under_this_secret_is_valid() {
        let right = format!("sha256={DIGITS}");
        for (secret, body, header, expected) in [
            (SECRET, BODY, right.clone(), true),
            (
                SECRET,
                BODY,
                format!("sha256={}", DIGITS.to_uppercase()),
                true,
            ),
            ("another", BODY, right.clone(), false),
            ("", BODY, right.clone(), false),
            (SECRET, b"Hello, World?", right.clone(), false),
            (SECRET, BODY, DIGITS.to_owned(), false),
            (SECRET, BODY, format!("sha1={DIGITS}"), false),
            (SECRET, BODY, right[..70].to_owned(), false),
            (SECRET, BODY, format!("{right}0"), false),
            (SECRET, BODY, format!("sha256={}", "g".repeat(64)), false),
            (SECRET, BODY, format!("sha256={}", "é".repeat(32)), false),
            (SECRET, BODY, String::new(), false),
        ] {
            let valid = Signature::parse(&header).is_some_and(|given| given.is_of(secret, body));
            assert_eq!(valid, expected, "{header}");
        }
    }
}
