//! Colour profiles that crate `png` passes over without a word.

use fdeflate::BoundedDecompressionError::OutputTooLarge;

use crate::{Error, Limit, Limits};

/// Refuses a profile that is larger than allowed: without it the colours would be others. One that
/// cannot be unpacked is none, to browsers too.
///
/// # Errors
/// [`Error::Limit`].
pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<(), Error> {
    // Its name, a zero, and how it is packed (PNG specification, 11.3.2.3).
    let packed = chunk(bytes, b"iCCP").and_then(|body| {
        let name = body.iter().position(|byte| *byte == 0)?;
        body.get(name + 2..)
    });
    let most = usize::try_from(limits.profile).unwrap_or(usize::MAX);
    let unpacked = packed.map(|packed| fdeflate::decompress_to_vec_bounded(packed, most));
    match unpacked {
        Some(Err(OutputTooLarge { .. })) => {
            Limit::Profile.check(limits.profile + 1, limits.profile)
        }
        _ => Ok(()),
    }
}

/// The body of the first chunk of this name before the pixels (PNG specification, 5.3).
fn chunk<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    let mut rest = bytes.get(8..)?;
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let name = rest.get(4..8)?;
        if name == b"IDAT" {
            return None;
        }
        let body = rest.get(8..)?.get(..length)?;
        if name == wanted {
            return Some(body);
        }
        rest = rest.get(8..)?.get(length..)?.get(4..)?;
    }
}
