//! Byte ranges of requests and of the object store (RFC 9110, section 14).

use std::ops::Range;

/// One byte range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// From `start`, `length` bytes or to the end.
    From {
        /// First byte.
        start: u64,
        /// Number of bytes; to the end where absent, and never beyond it.
        length: Option<u64>,
    },
    /// The last bytes.
    Suffix(u64),
}

impl ByteRange {
    /// The range within an object of `size` bytes; `None` where it is not satisfiable: it begins
    /// at or after the end, or has no byte.
    pub fn resolve(self, size: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::From { start, length } => {
                let end = length.map_or(size, |length| start.saturating_add(length).min(size));
                start..end
            }
            Self::Suffix(length) => size.saturating_sub(length)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

/// The range that a `Range` header asks for, where it asks for exactly one range of bytes.
///
/// `None` means that the header is to be ignored and the whole answered, which RFC 9110 allows for
/// malformed headers, other units and several ranges.
pub fn parse(header: &str) -> Option<ByteRange> {
    let (start, end) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = (start.trim(), end.trim());
    if start.is_empty() {
        return number(end).map(ByteRange::Suffix);
    }
    let start = number(start)?;
    if end.is_empty() {
        return Some(ByteRange::From {
            start,
            length: None,
        });
    }
    let length = number(end)?.checked_sub(start)?.checked_add(1)?;
    Some(ByteRange::From {
        start,
        length: Some(length),
    })
}

fn number(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn headers_resolve_against_a_size() {
        for (header, size, expected) in [
            ("bytes=0-0", 10, Some(Some(0..1))),
            ("bytes=2-5", 10, Some(Some(2..6))),
            ("bytes=5-", 10, Some(Some(5..10))),
            ("bytes=5-100", 10, Some(Some(5..10))),
            ("bytes=-3", 10, Some(Some(7..10))),
            ("bytes=-30", 10, Some(Some(0..10))),
            ("bytes=-0", 10, Some(None)),
            ("bytes=10-", 10, Some(None)),
            ("bytes=0-", 0, Some(None)),
            ("bytes=18446744073709551615-", 10, Some(None)),
            ("bytes=5-4", 10, None),
            ("bytes=0-18446744073709551615", 10, None),
            ("bytes=0-1,3-4", 10, None),
            ("bytes=+1-2", 10, None),
            ("bytes=", 10, None),
            ("bytes=-", 10, None),
            ("items=0-1", 10, None),
        ] {
            let found = parse(header).map(|range| range.resolve(size));
            assert_eq!(found, expected, "{header}");
        }
    }
}
