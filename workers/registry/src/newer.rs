//! Foundry's own rule for "is this version newer", surprises included.
//!
//! Installed servers decide by this rule whether they offer an update, so publishing decides by
//! it too. It is the behaviour of `foundry.utils.isNewerVersion`, unchanged from version 9 to 14.

/// Whether Foundry calls the version `candidate` newer than the version `installed`.
///
/// Both are split at dots. Part by part, two numbers compare as numbers and anything else as text;
/// the first difference decides, and where `installed` runs out of parts first `candidate` is
/// newer. Hence `1.0.10` is newer than `1.0.9`, but `1.0.10-test` is not newer than `1.0.9-test`,
/// and `2.0.0-beta` is newer than `2.0.0`.
///
/// Numbers of JSON are compared here as the text they are written with; Foundry compares two of
/// them as numbers, which is why vtta-edge hands versions out as text only.
pub fn is_newer(candidate: &str, installed: &str) -> bool {
    let mut installed_parts = installed.split('.');
    for part in candidate.split('.') {
        let Some(other) = installed_parts.next() else {
            return true;
        };
        if let (Some(number), Some(other_number)) = (to_number(part), to_number(other))
            && number != other_number
        {
            return number > other_number;
        }
        if part != other {
            // JavaScript compares texts by UTF-16 units.
            return part.encode_utf16().gt(other.encode_utf16());
        }
    }
    false
}

/// The number that JavaScript's `Number(part)` makes of a part, if it is one. A part holds no dot.
fn to_number(part: &str) -> Option<f64> {
    if part.is_empty() {
        return None;
    }
    let text = part.trim_matches(is_space);
    if text.is_empty() {
        return Some(0.0);
    }
    if let Some((prefix, digits)) = text.split_at_checked(2) {
        let radix = match prefix {
            "0x" | "0X" => 16,
            "0o" | "0O" => 8,
            "0b" | "0B" => 2,
            _ => 10,
        };
        if radix != 10 {
            return whole_number(digits, radix);
        }
    }
    match text {
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ if is_decimal(text) => text.parse().ok(),
        _ => None,
    }
}

/// Whether JavaScript trims the character, whose idea of white space is not quite Unicode's.
fn is_space(character: char) -> bool {
    character == '\u{feff}' || character.is_whitespace() && character != '\u{85}'
}

/// The value of `digits` in the given radix.
fn whole_number(digits: &str, radix: u32) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0.0, |value, digit| {
        let digit = digit.to_digit(radix)?;
        Some(value * f64::from(radix) + f64::from(digit))
    })
}

/// Whether `text` is digits with an optional sign and an optional exponent.
fn is_decimal(text: &str) -> bool {
    let is_whole = |text: &str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    };
    match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => is_whole(mantissa) && is_whole(exponent),
        None => is_whole(text),
    }
}
