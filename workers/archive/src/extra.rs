//! Extra fields: which are understood, which are carried along.

use crate::fields::{Fields, Put};

/// Sizes and offsets that do not fit 32 bits.
pub(crate) const ZIP64: u16 = 0x0001;
/// The name once more, as UTF-8, valid while its checksum matches the name in the header.
const UNICODE_NAME: u16 = 0x7075;
/// The comment once more, as UTF-8.
const UNICODE_COMMENT: u16 = 0x6375;
/// Modification, access and creation time. The local form holds all times its first byte
/// announces, the directory's form only the first.
const TIMES: u16 = 0x5455;

/// The well-formed fields of an extra block, as (kind, content). Padding or rubble at the end,
/// which some packers leave, ends the list.
pub(crate) fn fields(block: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = Fields::new(block, "extra field");
    std::iter::from_fn(move || {
        let kind = rest.u16().ok()?;
        let length = rest.u16().ok()?;
        Some((kind, rest.take(length.into()).ok()?))
    })
}

/// The zip64 field, if there is exactly one. Two would let readers pick different sizes.
pub(crate) fn zip64(block: &[u8]) -> Result<Option<&[u8]>, &'static str> {
    let mut found = fields(block).filter(|(kind, _)| *kind == ZIP64);
    match (found.next(), found.next()) {
        (_, Some(_)) => Err("it has two zip64 fields"),
        (first, None) => Ok(first.map(|(_, content)| content)),
    }
}

/// The name that the Unicode name field gives to `raw`, the name in the header.
pub(crate) fn unicode_name<'b>(block: &'b [u8], raw: &[u8]) -> Option<&'b str> {
    unicode(block, UNICODE_NAME, raw)
}

/// The comment that the Unicode comment field gives to `raw`, the comment in the header.
pub(crate) fn unicode_comment<'b>(block: &'b [u8], raw: &[u8]) -> Option<&'b str> {
    unicode(block, UNICODE_COMMENT, raw)
}

fn unicode<'b>(block: &'b [u8], wanted: u16, raw: &[u8]) -> Option<&'b str> {
    let (_, content) = fields(block).find(|(kind, _)| *kind == wanted)?;
    let mut fields = Fields::new(content, "Unicode field");
    let version = fields.take(1).ok()?;
    let checksum = fields.u32().ok()?;
    let text = &content[fields.position()..];
    let valid = version == [1] && checksum == crate::checksum::crc32(raw);
    std::str::from_utf8(text).ok().filter(|_| valid)
}

/// The fields that are carried into the output: all but zip64, which is written afresh, and the
/// Unicode ones, whose text is in the header itself from then on.
pub(crate) fn kept(block: &[u8]) -> Box<[u8]> {
    let mut kept = Vec::new();
    for (kind, content) in fields(block) {
        if ![ZIP64, UNICODE_NAME, UNICODE_COMMENT].contains(&kind) {
            put(&mut kept, kind, content);
        }
    }
    kept.into_boxed_slice()
}

/// The kept fields in the form they have in a local header.
pub(crate) fn put_local(out: &mut Vec<u8>, kept: &[u8]) {
    for (kind, content) in fields(kept) {
        match (kind, content) {
            // The directory's form announces times that only the source's local header had.
            (TIMES, [announced, time @ ..]) if time.len() == 4 || time.is_empty() => {
                let present = if time.is_empty() { 0 } else { announced & 1 };
                put(out, kind, &[&[present], time].concat());
            }
            _ => put(out, kind, content),
        }
    }
}

/// Appends one field.
pub(crate) fn put(out: &mut Vec<u8>, kind: u16, content: &[u8]) {
    out.u16(kind);
    out.len16(content.len());
    out.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_it_does_not_write_itself() {
        let mut block = Vec::new();
        put(&mut block, ZIP64, &[0; 8]);
        put(&mut block, TIMES, &[3, 1, 2, 3, 4]);
        put(&mut block, UNICODE_NAME, b"\x01abcdname");
        put(&mut block, 0x7875, &[1, 4, 0, 0, 0, 0, 4, 0, 0, 0, 0]);
        block.extend_from_slice(&[0, 0, 0]); // padding
        let kept = kept(&block);
        let kinds: Vec<u16> = fields(&kept).map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [TIMES, 0x7875]);
        let mut local = Vec::new();
        put_local(&mut local, &kept);
        assert_eq!(local.len(), kept.len());
        assert_eq!(fields(&local).next(), Some((TIMES, &[1, 1, 2, 3, 4][..])));
    }

    #[test]
    fn unicode_name_counts_only_while_it_belongs_to_the_name() {
        let raw = b"gr?e";
        let mut content = vec![1];
        content.extend_from_slice(&crate::checksum::crc32(raw).to_le_bytes());
        content.extend_from_slice("größe".as_bytes());
        let mut block = Vec::new();
        put(&mut block, UNICODE_NAME, &content);
        assert_eq!(unicode_name(&block, raw), Some("größe"));
        assert_eq!(unicode_name(&block, b"renamed"), None);
    }

    #[test]
    fn refuses_two_zip64_fields() {
        let mut block = Vec::new();
        put(&mut block, ZIP64, &[0; 8]);
        assert_eq!(zip64(&block), Ok(Some(&[0; 8][..])));
        put(&mut block, ZIP64, &[1; 8]);
        assert!(zip64(&block).is_err());
    }
}
