//! Names and comments: UTF-8 where it is, code page 437 where it is not.

/// Decodes bytes that the UTF-8 flag does not vouch for. Many packers write UTF-8 without the
/// flag, and text in code page 437 is practically never valid UTF-8 by chance.
pub(crate) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| cp437(byte)).collect(),
    }
}

fn cp437(byte: u8) -> char {
    match byte.checked_sub(128) {
        None => char::from(byte),
        Some(high) => CP437_HIGH[usize::from(high)],
    }
}

/// The upper half of code page 437, the character set of the original PKZIP.
const CP437_HIGH: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å', //
    'É', 'æ', 'Æ', 'ô', 'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', '¢', '£', '¥', '₧', 'ƒ', //
    'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º', '¿', '⌐', '¬', '½', '¼', '¡', '«', '»', //
    '░', '▒', '▓', '│', '┤', '╡', '╢', '╖', '╕', '╣', '║', '╗', '╝', '╜', '╛', '┐', //
    '└', '┴', '┬', '├', '─', '┼', '╞', '╟', '╚', '╔', '╩', '╦', '╠', '═', '╬', '╧', //
    '╨', '╤', '╥', '╙', '╘', '╒', '╓', '╫', '╪', '┘', '┌', '█', '▄', '▌', '▐', '▀', //
    'α', 'ß', 'Γ', 'π', 'Σ', 'σ', 'µ', 'τ', 'Φ', 'Θ', 'Ω', 'δ', '∞', 'φ', 'ε', '∩', //
    '≡', '±', '≥', '≤', '⌠', '⌡', '÷', '≈', '°', '∙', '·', '√', 'ⁿ', '²', '■', '\u{a0}',
];

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn decodes_utf8_and_cp437() {
        for (bytes, text) in [
            (&b"plain.txt"[..], "plain.txt"),
            ("größe.txt".as_bytes(), "größe.txt"),
            (b"gr\x94\xe1e.txt", "größe.txt"),
            (b"\x80\x9f\xff", "Çƒ\u{a0}"),
        ] {
            assert_eq!(decode(bytes), text, "{bytes:?}");
        }
    }
}
