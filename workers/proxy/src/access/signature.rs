//! Addresses that an operator has signed: `{key id}.{expiry}.{signature}` in the token's place.
//!
//! The signature is HMAC-SHA256, in base64url without padding, of the address's canonical form
//! ([`Address::canonical`]), a line break, and the expiry in seconds since 1970. Whoever holds it can
//! use exactly this address, and no other.

use edge::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::address::Address;

/// Most keys at once: one that signs, and those that are being given up.
const MAX_KEYS: usize = 16;

/// Keys by their ids. All of them verify, so that a new one is added before an old one is taken
/// away.
#[derive(Clone, Default)]
pub struct Keys(Vec<(String, Vec<u8>)>);

/// What a signature of the right form and key turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// It is of this address, now.
    Valid {
        /// When it expires.
        until: Timestamp,
    },
    /// It was.
    Expired,
}

impl Keys {
    /// Reads `id:key` pairs between commas; `None` where one is malformed or an id is there twice,
    /// and where there is none: that would let everybody in.
    pub fn parse(list: &str) -> Option<Self> {
        let mut keys: Vec<(String, Vec<u8>)> = Vec::new();
        for entry in list.split(',').map(str::trim).filter(|e| !e.is_empty()) {
            let (id, key) = entry.split_once(':')?;
            let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let known = keys.iter().any(|(other, _)| other == id);
            if !plain || !(1..=32).contains(&id.len()) || key.len() < 16 || known {
                return None;
            }
            keys.push((id.to_owned(), key.as_bytes().to_vec()));
        }
        (1..=MAX_KEYS).contains(&keys.len()).then_some(Self(keys))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What `given` is for `address`; `None` where it is no signature of it.
    pub fn verify(&self, given: &str, address: &Address, now: Timestamp) -> Option<Signature> {
        let mut parts = given.split('.');
        let (id, expiry, signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let (_, key) = self.0.iter().find(|(known, _)| known == id)?;
        let seconds: i64 = expiry.parse().ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(address.canonical().as_bytes());
        mac.update(b"\n");
        mac.update(expiry.as_bytes());
        // In constant time; only whoever has the key learns that an address has expired.
        mac.verify_slice(&base64url(signature)?).ok()?;
        let until = Timestamp::from_milliseconds(seconds.saturating_mul(1000));
        Some(if now < until {
            Signature::Valid { until }
        } else {
            Signature::Expired
        })
    }
}

/// The 32 bytes in 43 characters of base64url (RFC 4648, section 5) without padding.
fn base64url(text: &str) -> Option<[u8; 32]> {
    if text.len() != 43 {
        return None;
    }
    let mut bytes = [0; 32];
    let (mut bits, mut count, mut written) = (0_u32, 0, bytes.iter_mut());
    for digit in text.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            *written.next()? = u8::try_from(bits >> count & 0xff).ok()?;
        }
    }
    // The last two bits mean nothing and have to be zero, so that there is one way to write it.
    (bits & 0b11 == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use edge::Timestamp;

    use super::{Keys, Signature};
    use crate::address::Address;

    /// Made by
    /// `printf '%s\n%s' "$address" "$expiry" | openssl dgst -sha256 -hmac "$key" -binary | basenc --base64url`.
    const SIGNED: &str = "-OTRz-A-phTzZdsjpXqVkiQcNOuJ8p-70bzR2mNOido";
    const EXPIRY: i64 = 1_800_000_000;

    fn verify(keys: &str, given: &str, path: &str, seconds: i64) -> Option<Signature> {
        let address = Address::parse(path, "").expect(path);
        let now = Timestamp::from_milliseconds(seconds * 1000);
        Keys::parse(keys).expect(keys).verify(given, &address, now)
    }

    #[test]
    fn signatures_are_of_one_address_until_they_expire() {
        let address = "/proxy/o/w=400/https%3A%2F%2Fa.example%2Fb.png";
        let key = "k1:0123456789abcdef";
        let rotated = "k2:fedcba9876543210,k1:0123456789abcdef";
        let given = format!("k1.{EXPIRY}.{SIGNED}");
        let until = Timestamp::from_milliseconds(EXPIRY * 1000);
        let valid = Some(Signature::Valid { until });
        for (keys, given, path, now, expected) in [
            (key, given.as_str(), address, EXPIRY - 1, valid),
            (rotated, &given, address, EXPIRY - 1, valid),
            (
                key,
                &given,
                "/proxy/o/w=400/https://a.example/b.png",
                EXPIRY - 1,
                valid,
            ),
            (key, &given, address, EXPIRY, Some(Signature::Expired)),
            ("k1:0123456789abcdeF", &given, address, 0, None),
            ("k2:0123456789abcdef", &given, address, 0, None),
            (
                key,
                &given,
                "/proxy/o/w=401/https://a.example/b.png",
                0,
                None,
            ),
            (key, &given, "/proxy/https://a.example/b.png", 0, None),
            (
                key,
                &format!("k1.{}.{SIGNED}", EXPIRY + 1),
                address,
                0,
                None,
            ),
            (key, &format!("{given}="), address, 0, None),
            (key, &format!("{given}.x"), address, 0, None),
            (key, "k1", address, 0, None),
            (key, "", address, 0, None),
        ] {
            assert_eq!(verify(keys, given, path, now), expected, "{given} {path}");
        }
    }

    #[test]
    fn malformed_keys_are_refused() {
        for list in [
            "k1",
            "k1:short",
            ":0123456789abcdef",
            "k-1:0123456789abcdef",
            "a:0123456789abcdef,a:0123456789abcdef",
            "",
            ",",
            " , ",
        ] {
            assert!(Keys::parse(list).is_none(), "{list}");
        }
    }
}
