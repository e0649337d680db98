//! Hexadecimal digits.

/// The `N` bytes that `text` writes in `2 N` hexadecimal digits of either case; `None` for anything
/// else.
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(*pair.first()?).to_digit(16)?;
        let low = char::from(*pair.get(1)?).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn only_digits_of_the_right_number_are_bytes() {
        assert_eq!(decode("00fFa9"), Some([0, 255, 169]));
        for text in ["", "00ff", "00ffa", "00ffag", "00ff é", "+0ffa9"] {
            assert_eq!(decode::<3>(text), None, "{text:?}");
        }
    }
}
