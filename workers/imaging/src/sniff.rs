//! What bytes really are, by their content.

use crate::Format;

/// How many of the first bytes [`sniff`] looks at; fewer are enough for every image format.
pub const SNIFF_BYTES: usize = 512;

/// What the first bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniffed {
    /// An image that is known by its signature. Whether the rest is sound, only decoding tells.
    Image(Format),
    /// An SVG document: a program for the browser rather than a picture, so it is told apart.
    Svg,
    /// Something else that is recognised, named for people with its article ("an HTML page").
    Other(&'static str),
    /// No bytes at all.
    Empty,
    /// Nothing that is recognised.
    Unknown,
}

impl Sniffed {
    /// What was found, for people, with its article.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Image(Format::Jpeg) => "a JPEG image",
            Self::Image(Format::Png) => "a PNG image",
            Self::Image(Format::WebP) => "a WebP image",
            Self::Image(Format::Gif) => "a GIF image",
            Self::Image(Format::Bmp) => "a BMP image",
            Self::Image(Format::Avif) => "an AVIF image",
            Self::Svg => "an SVG document",
            Self::Other(what) => what,
            Self::Empty => "nothing",
            Self::Unknown => "no known kind of file",
        }
    }
}

/// Signatures of binary files at their first byte, other than the images that are decoded.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"\x1a\x45\xdf\xa3", "a WebM or Matroska video"),
    (b"OggS", "an Ogg audio or video file"),
    (b"ID3", "an MP3 audio file"),
    (b"fLaC", "a FLAC audio file"),
    (b"FLV\x01", "a Flash video"),
    (b"FWS", "a Flash file"),
    (b"CWS", "a Flash file"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"II+\0", "a TIFF image"),
    (b"MM\0+", "a TIFF image"),
    (b"\0\0\x01\0", "a Windows icon"),
    (b"\0\0\x02\0", "a Windows cursor"),
    (b"8BPS", "a Photoshop document"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL image"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 image"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (b"qoif", "a QOI image"),
    (b"DDS ", "a DDS texture"),
    (b"\xabKTX 2", "a KTX texture"),
    (b"#?RADIANCE", "a Radiance HDR image"),
    (b"v/1\x01", "an OpenEXR image"),
    (b"gimp xcf", "a GIMP document"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"\0asm", "a WebAssembly module"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"glTF", "a glTF model"),
    (b"SQLite format 3\0", "an SQLite database"),
];

/// Tells what a file is from its first bytes ([`SNIFF_BYTES`] at most are looked at). Neither name
/// nor declared type counts: both lie often.
pub fn sniff(head: &[u8]) -> Sniffed {
    let head = head.get(..SNIFF_BYTES).unwrap_or(head);
    if head.is_empty() {
        return Sniffed::Empty;
    }
    if let Some(format) = image(head) {
        return Sniffed::Image(format);
    }
    if let Some(other) = container(head) {
        return Sniffed::Other(other);
    }
    for (signature, name) in SIGNATURES {
        if head.starts_with(signature) {
            return Sniffed::Other(name);
        }
    }
    text(head)
}

fn image(head: &[u8]) -> Option<Format> {
    match head {
        [0xff, 0xd8, 0xff, ..] => Some(Format::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Format::Png),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Format::Gif),
        _ if is_riff(head, b"WEBP") => Some(Format::WebP),
        _ if is_bmp(head) => Some(Format::Bmp),
        _ if brands(head).any(|brand| brand == b"avif" || brand == b"avis") => Some(Format::Avif),
        _ => None,
    }
}

fn is_riff(head: &[u8], kind: &[u8; 4]) -> bool {
    head.starts_with(b"RIFF") && head.get(8..12) == Some(kind)
}

/// Two letters are a weak signature, so the length of the second header has to be one that exists
/// (<https://learn.microsoft.com/windows/win32/gdi/bitmap-header-types>).
fn is_bmp(head: &[u8]) -> bool {
    const HEADERS: [u32; 7] = [12, 40, 52, 56, 64, 108, 124];
    let length = head.get(14..18).and_then(|bytes| bytes.try_into().ok());
    head.starts_with(b"BM")
        && length.is_some_and(|bytes| HEADERS.contains(&u32::from_le_bytes(bytes)))
}

/// The brands of an ISO base media file: the major one, then the compatible ones
/// (ISO/IEC 14496-12, 4.3).
fn brands(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let length = head
        .first_chunk()
        .map_or(0, |bytes| u32::from_be_bytes(*bytes) as usize);
    let is_box = head.get(4..8) == Some(b"ftyp");
    let all = match is_box {
        true => head.get(8..length.min(head.len())).unwrap_or(&[]),
        false => &[],
    };
    // Between the major and the compatible brands stands a version number.
    all.chunks_exact(4)
        .enumerate()
        .filter(|(index, _)| *index != 1)
        .map(|(_, brand)| brand)
}

/// Containers that hold several kinds of things.
fn container(head: &[u8]) -> Option<&'static str> {
    if is_riff(head, b"AVI ") {
        return Some("an AVI video");
    }
    if is_riff(head, b"WAVE") {
        return Some("a WAVE audio file");
    }
    let major = brands(head).next()?;
    Some(match major {
        b"heic" | b"heix" | b"heim" | b"heis" | b"mif1" | b"msf1" => "a HEIF image",
        b"M4A " => "an MPEG-4 audio file",
        b"qt  " => "a QuickTime video",
        _ => "an MPEG-4 video",
    })
}

/// Kinds of text. What is in front of the first tag (byte order mark, white space, declarations,
/// comments) is passed over.
fn text(head: &[u8]) -> Sniffed {
    let Some(text) = printable(head) else {
        return Sniffed::Unknown;
    };
    let lower = text.trim_start().to_ascii_lowercase();
    if lower.starts_with('<') {
        return markup(&lower);
    }
    if lower.starts_with('{') || lower.starts_with('[') {
        return Sniffed::Other("a JSON document");
    }
    Sniffed::Other("plain text")
}

fn markup(lower: &str) -> Sniffed {
    const HTML: &[&str] = &[
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<script",
        "<title",
        "<div",
        "<p>",
    ];
    if lower.contains("<svg") || lower.contains("<!doctype svg") {
        return Sniffed::Svg;
    }
    if HTML.iter().any(|tag| lower.contains(tag)) {
        return Sniffed::Other("an HTML page");
    }
    Sniffed::Other("an XML document")
}

/// The bytes as text, unless they hold what no text does. A character cut off at the end is dropped.
fn printable(head: &[u8]) -> Option<&str> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let is_control = |character: char| character.is_control() && !character.is_whitespace();
    (!text.contains(is_control)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        let cases: &[(&[u8], Sniffed)] = &[
            (b"", Sniffed::Empty),
            (b"\xff\xd8\xff\xe0", Sniffed::Image(Format::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", Sniffed::Image(Format::Png)),
            (b"\x89PNG\n\x1a\n", Sniffed::Unknown),
            (b"GIF89a", Sniffed::Image(Format::Gif)),
            (b"GIF88a", Sniffed::Other("plain text")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Sniffed::Image(Format::WebP)),
            (
                b"RIFF\x10\0\0\0WAVEfmt ",
                Sniffed::Other("a WAVE audio file"),
            ),
            (
                b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
                Sniffed::Image(Format::Bmp),
            ),
            (
                b"BMW builds cars, not bitmaps",
                Sniffed::Other("plain text"),
            ),
            (
                b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf",
                Sniffed::Image(Format::Avif),
            ),
            (
                b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif",
                Sniffed::Image(Format::Avif),
            ),
            (
                b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
                Sniffed::Other("a HEIF image"),
            ),
            (
                b"\0\0\0\x18ftypisom\0\0\x02\0isommp41",
                Sniffed::Other("an MPEG-4 video"),
            ),
            (
                b"\x1a\x45\xdf\xa3\x01",
                Sniffed::Other("a WebM or Matroska video"),
            ),
            (b"%PDF-1.7", Sniffed::Other("a PDF document")),
            (b"PK\x03\x04\x14", Sniffed::Other("a zip archive")),
            (
                b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- a -->\n<svg xmlns=",
                Sniffed::Svg,
            ),
            (
                b"  <!DOCTYPE HTML><title>404",
                Sniffed::Other("an HTML page"),
            ),
            (
                b"<?xml version=\"1.0\"?><Error>",
                Sniffed::Other("an XML document"),
            ),
            (b"{\"error\":true}", Sniffed::Other("a JSON document")),
            (b"not found", Sniffed::Other("plain text")),
            (b"caf\xc3", Sniffed::Other("plain text")),
            (b"\x00\x01\x02\x03", Sniffed::Unknown),
        ];
        for (head, expected) in cases {
            assert_eq!(
                sniff(head),
                *expected,
                "{:?}",
                head.escape_ascii().to_string()
            );
        }
    }
}
