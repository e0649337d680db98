//! GitHub's signature of a delivery.
//!
//! <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Whether `header` (`X-Hub-Signature-256`, `sha256=` and 64 hexadecimal digits) is the HMAC-SHA256
/// of `body` under `secret`. The comparison takes the same time wherever the two differ.
pub fn is_valid(secret: &str, body: &[u8], header: &str) -> bool {
    let Some(signature) = header.strip_prefix("sha256=").and_then(decode_hex) else {
        return false;
    };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(&signature).is_ok()
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
    use super::is_valid;

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
            assert_eq!(is_valid(secret, body, &header), expected, "{header}");
        }
    }
}
