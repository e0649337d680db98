//! Little-endian fields, read and written.

use crate::Error;

/// Reads fields one after another; ends in [`Error::Truncated`] instead of past the end.
pub(crate) struct Fields<'b> {
    bytes: &'b [u8],
    at: usize,
    what: &'static str,
}

impl<'b> Fields<'b> {
    /// Fields of `bytes`; `what` names them in errors.
    pub fn new(bytes: &'b [u8], what: &'static str) -> Self {
        Self { bytes, at: 0, what }
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'b [u8], Error> {
        let taken = self
            .at
            .checked_add(count)
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or(Error::Truncated {
                what: self.what,
                needed: (self.at as u64).saturating_add(count as u64),
                found: self.bytes.len() as u64,
            })?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// A 16-bit field.
    pub fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_le_bytes)
    }

    /// A 32-bit field.
    pub fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_le_bytes)
    }

    /// A 64-bit field.
    pub fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_le_bytes)
    }

    /// How many bytes were read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.at == self.bytes.len()
    }
}

/// Appends fields to a buffer.
pub(crate) trait Put {
    /// A 16-bit field.
    fn u16(&mut self, value: u16);
    /// A 32-bit field.
    fn u32(&mut self, value: u32);
    /// A 64-bit field.
    fn u64(&mut self, value: u64);
    /// A length as a 16-bit field. Lengths are bounded where they arise.
    fn len16(&mut self, length: usize) {
        self.u16(u16::try_from(length).unwrap_or(u16::MAX));
    }
    /// A 64-bit value in a 32-bit field: the sentinel when it does not fit.
    fn clamped(&mut self, value: u64) {
        self.u32(u32::try_from(value).unwrap_or(u32::MAX));
    }
}

impl Put for Vec<u8> {
    fn u16(&mut self, value: u16) {
        self.extend_from_slice(&value.to_le_bytes());
    }
    fn u32(&mut self, value: u32) {
        self.extend_from_slice(&value.to_le_bytes());
    }
    fn u64(&mut self, value: u64) {
        self.extend_from_slice(&value.to_le_bytes());
    }
}
