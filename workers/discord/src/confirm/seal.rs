//! A text sealed for one person and some time.
//!
//! `c:{expires}:{seal}:{text}`: the second (in hexadecimal digits) after which it is worthless, and
//! 132 bits of the HMAC-SHA256 over everything that it depends on.

use hmac::{Hmac, KeyInit, Mac};
use registry::Digest;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Separates this use of the key from any other.
const PURPOSE: &str = "vtta-edge discord button 1";

/// Length of the seal, in characters of base64.
const LENGTH: usize = 22;

/// Why a text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It was sealed for this person, but long ago.
    Expired,
    /// It was not sealed here, or for somebody else, or was changed.
    Foreign,
}

/// `text`, sealed under `key` for `user` until the second `expires`.
pub fn seal(key: &[u8], user: &str, expires: i64, text: &str) -> String {
    let seal = mac(key, user, expires, text);
    format!("c:{expires:x}:{seal}:{text}")
}

/// The text that was sealed for `user`, at the second `now`.
///
/// # Errors
/// [`Refusal`].
pub fn open<'a>(key: &[u8], user: &str, now: i64, sealed: &'a str) -> Result<&'a str, Refusal> {
    let mut parts = sealed.splitn(4, ':').skip(1);
    let mut part = || parts.next().ok_or(Refusal::Foreign);
    let (expires, seal, text) = (part()?, part()?, part()?);
    let expires = i64::from_str_radix(expires, 16).map_err(|_| Refusal::Foreign)?;
    let expected = mac(key, user, expires, text);
    if !bool::from(expected.as_bytes().ct_eq(seal.as_bytes())) {
        return Err(Refusal::Foreign);
    }
    if expires < now {
        return Err(Refusal::Expired);
    }
    Ok(text)
}

fn mac(key: &[u8], user: &str, expires: i64, text: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        // HMAC takes keys of any length.
        return String::new();
    };
    mac.update(format!("{PURPOSE}\n{user}\n{expires}\n{text}").as_bytes());
    let whole = Digest::new(mac.finalize().into_bytes().into()).base64();
    whole.chars().take(LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::{LENGTH, Refusal, open, seal};

    const KEY: &[u8] = &[7; 32];

    #[test]
    fn a_sealed_text_opens_for_its_person_until_its_time() {
        let sealed = seal(KEY, "42", 1_000, "p:maps:1.2.3:stable");
        assert_eq!(sealed.split(':').nth(2).map(str::len), Some(LENGTH));
        for (key, user, now, expected) in [
            (KEY, "42", 999, Ok("p:maps:1.2.3:stable")),
            (KEY, "42", 1_000, Ok("p:maps:1.2.3:stable")),
            (KEY, "42", 1_001, Err(Refusal::Expired)),
            (KEY, "43", 999, Err(Refusal::Foreign)),
            (&[8; 32], "42", 999, Err(Refusal::Foreign)),
        ] {
            assert_eq!(open(key, user, now, &sealed), expected, "{user} {now}");
        }
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let sealed = seal(KEY, "42", 0x1000, "p:maps:1.2.3:stable");
        for changed in [
            sealed.replace("1.2.3", "1.2.4"),
            sealed.replace("c:1000:", "c:2000:"),
            sealed
                .replace("c:1000:", "c:01000:")
                .replace("maps", "Maps"),
            sealed[..sealed.len() - 1].to_owned(),
            format!("{sealed} "),
            "c:1000::x".to_owned(),
            "c:1000".to_owned(),
            "c".to_owned(),
            String::new(),
        ] {
            assert_eq!(
                open(KEY, "42", 0, &changed),
                Err(Refusal::Foreign),
                "{changed}"
            );
        }
    }
}
