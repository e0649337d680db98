//! SHA-256 digests as records and headers write them.

use edge::FromJson;
use serde::{Deserialize, Serialize};

use crate::name::NameError;

/// A SHA-256 digest, serialised as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, FromJson)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes (they are the digest, not what is digested).
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`NameError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let refused = || NameError::new("SHA-256", text, "64 hexadecimal digits");
        bytes_of(text).map(Self).ok_or_else(refused)
    }

    /// Its 32 bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hexadecimal digits.
    pub fn hex(&self) -> String {
        hex_of(&self.0)
    }

    /// The digest in base64 with padding, as the header `Digest: sha-256=…` has it.
    pub fn base64(&self) -> String {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::with_capacity(44);
        for group in self.0.chunks(3) {
            let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            for position in 0..=group.len() {
                let index = bits >> (18 - 6 * position) & 0x3f;
                text.push(char::from(ALPHABET[index as usize]));
            }
        }
        text.push('=');
        text
    }

    /// The value of `Repr-Digest` (RFC 9530): `sha-256=:…:`.
    pub fn repr_digest(&self) -> String {
        format!("sha-256=:{}:", self.base64())
    }
}

/// Where SHA-256 stands after the beginning of something: what it needs to go on with the rest.
///
/// The bytes are those of the crate `sha2`: eight words, a count, and what does not fill a block.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, FromJson)]
#[serde(try_from = "String", into = "String")]
pub struct DigestState([u8; Self::LENGTH]);

impl DigestState {
    /// Its length, in bytes.
    pub const LENGTH: usize = 104;

    /// The state with these bytes.
    pub const fn new(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

impl std::fmt::Debug for DigestState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("DigestState")
    }
}

impl TryFrom<String> for DigestState {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let refused = || NameError::new("SHA-256 state", &text, "208 hexadecimal digits");
        bytes_of(&text).map(Self).ok_or_else(refused)
    }
}

impl From<DigestState> for String {
    fn from(state: DigestState) -> Self {
        hex_of(&state.0)
    }
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that `text` is the hexadecimal digits of, if it is.
fn bytes_of<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * LENGTH {
        return None;
    }
    let mut bytes = [0; LENGTH];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair.iter().try_fold(0, |value, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            u8::try_from(u32::from(value) * 16 + digit).ok()
        })?;
    }
    Some(bytes)
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Digest({})", self.hex())
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.hex())
    }
}

impl std::str::FromStr for Digest {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Digest {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.hex()
    }
}
