//! Whether an image that passes through came to its end. Only decoding proves an image; this sees
//! one that was cut off, without decoding or keeping it.

use edge::BodyError;
use imaging::Format;

/// How many of the last bytes are kept: software appends to images what is not theirs.
const TAIL: usize = 16 << 10;

/// What tells whether the image that passes is whole.
#[derive(Debug)]
pub struct Ending {
    format: Format,
    /// How long the image's own header says that it is, in bytes.
    announced: Option<u64>,
    received: u64,
    tail: Vec<u8>,
}

impl Ending {
    /// For an image of this format that begins with `head`.
    pub fn new(format: Format, head: &[u8]) -> Self {
        let size = |at: usize| {
            let bytes = head.get(at..at + 4)?.try_into().ok()?;
            Some(u64::from(u32::from_le_bytes(bytes)))
        };
        let announced = match format {
            // The length of what follows the first eight bytes.
            Format::WebP => size(4).map(|length| length + 8),
            _ => None,
        };
        Self {
            format,
            announced,
            received: 0,
            tail: Vec::new(),
        }
    }

    /// The next bytes.
    pub fn piece(&mut self, piece: &[u8]) {
        self.received += piece.len() as u64;
        if self.mark().is_none() {
            return;
        }
        let new = piece
            .get(piece.len().saturating_sub(TAIL)..)
            .unwrap_or(piece);
        let keep = TAIL.saturating_sub(new.len()).min(self.tail.len());
        self.tail.drain(..self.tail.len() - keep);
        self.tail.extend_from_slice(new);
    }

    /// The end has come.
    ///
    /// # Errors
    /// Where the image is not whole, as far as can be seen.
    pub fn check(&self) -> Result<(), BodyError> {
        let whole = match (self.announced, self.mark()) {
            (Some(announced), _) => self.received >= announced,
            (None, Some(mark)) => self
                .tail
                .windows(mark.len())
                .rev()
                .any(|window| window == mark),
            (None, None) => true,
        };
        if whole {
            Ok(())
        } else {
            Err(BodyError::Failed("the image is cut short".to_owned()))
        }
    }

    /// What the format ends with.
    fn mark(&self) -> Option<&'static [u8]> {
        match self.format {
            Format::Jpeg => Some(b"\xff\xd9"),
            Format::Png => Some(b"IEND"),
            // Many GIFs lack their last byte, and browsers do not mind.
            Format::Gif | Format::WebP | Format::Bmp | Format::Avif => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use imaging::Format;

    use super::{Ending, TAIL};

    #[test]
    fn what_is_cut_short_is_seen() {
        let webp = b"RIFF\x0a\0\0\0WEBPVP8 ".as_slice();
        let noise = vec![7; 3 * TAIL];
        for (format, parts, whole) in [
            (
                Format::Jpeg,
                vec![b"\xff\xd8\xff".as_slice(), &noise, b"\xff\xd9"],
                true,
            ),
            (
                Format::Jpeg,
                vec![b"\xff\xd8\xff", &noise, b"\xff", b"\xd9 appended"],
                true,
            ),
            (Format::Jpeg, vec![b"\xff\xd8\xff\xd9", &noise], false),
            (
                Format::Png,
                vec![&noise, b"\0\0\0\0IE", b"ND\xae\x42\x60\x82"],
                true,
            ),
            (Format::Png, vec![&noise, b"\0\0\0\0IDAT"], false),
            (Format::Gif, vec![b"GIF89a", &noise], true),
            (Format::WebP, vec![webp, b"\0\0"], true),
            (Format::WebP, vec![webp, b"\0\0appended"], true),
            (Format::WebP, vec![webp, b"\0"], false),
            (Format::Avif, vec![&noise], true),
        ] {
            let mut ending = Ending::new(format, parts[0]);
            for part in &parts {
                ending.piece(part);
            }
            assert_eq!(
                ending.check().is_ok(),
                whole,
                "{format:?} {:?}",
                parts.last()
            );
        }
    }
}
