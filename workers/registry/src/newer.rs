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
        _ => decimal(text),
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

/// The value of digits with an optional sign and an optional exponent.
///
/// The same number is the same value however it is written. As exact as JavaScript's, zeros at the end
/// left out, where 38 digits suffice to write it in full, or where it has at most 15 digits and an
/// exponent of -22 or more; beyond that it may be off in its last bits. (The standard library is always
/// right, by tables of ten kilobytes that each function would carry for this alone.)
fn decimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent),
        None => (text, "0"),
    };
    let (is_negative, digits) = sign_and_digits(mantissa)?;
    let (is_small, exponent) = sign_and_digits(exponent)?;
    let digits = digits.trim_start_matches('0');
    // Whatever has more digits than any version is as good as endless.
    let exponent = match exponent.trim_start_matches('0') {
        "" => 0,
        exponent => exponent
            .parse::<i32>()
            .map_or(ENDLESS, |exponent| exponent.min(ENDLESS)),
    };
    let whole = digits.trim_end_matches('0');
    let whole = whole.get(..EXACT).unwrap_or(whole);
    let left_out = i32::try_from(digits.len() - whole.len()).ok()?;
    let value = match whole {
        "" => 0.0,
        whole => {
            let exponent = if is_small { -exponent } else { exponent };
            times_power(whole.parse().ok()?, left_out.saturating_add(exponent))
        }
    };
    Some(if is_negative { -value } else { value })
}

/// An exponent that makes anything as long as a version 0 or infinite.
const ENDLESS: i32 = 9_999;

/// Most digits that a `u128` holds whatever they are.
const EXACT: usize = 38;

/// `whole` times ten to the power of `exponent`.
fn times_power(whole: u128, exponent: i32) -> f64 {
    let mut left = exponent.unsigned_abs();
    if exponent >= 0
        && let Some(power) = 10_u128.checked_pow(left)
        && let Some(exact) = whole.checked_mul(power)
    {
        return exact as f64;
    }
    let mut value = whole as f64;
    while left > 0 && value != 0.0 && value.is_finite() {
        // The highest power that is exact.
        let step = left.min(22);
        let power = 10_u128.pow(step) as f64;
        value = if exponent < 0 {
            value / power
        } else {
            value * power
        };
        left -= step;
    }
    value
}

/// Whether there is a minus before the digits, and the digits; `None` where there is anything else.
fn sign_and_digits(text: &str) -> Option<(bool, &str)> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let are_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then_some((text.starts_with('-'), digits))
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn numbers_are_those_of_the_standard_library() {
        for text in [
            "0",
            "-0",
            "+7",
            "0012",
            "9007199254740993",
            "18446744073709551616",
            "20240101123456789",
            "99999999999999999999999999999999999999",
            "1e3",
            "1E+3",
            "12e20",
            "123e-2",
            "5e-1",
            "1e22",
            "1e30",
            "1e300",
            "1e308",
            "1e400",
            "-1e400",
            "0e9",
            "0e-9",
            "1e-400",
            "1e99999999999",
            "000e1",
            "10000e-24",
            "12300e-24",
            "1000000000000000000000000000000000000000000e-5",
            "000000000000000000000000000000000000000000000000000000012",
        ] {
            let expected: f64 = text.parse().expect(text);
            let found = decimal(text).expect(text);
            let close = (found - expected).abs() <= expected.abs() * 8.0 * f64::EPSILON;
            let is_beyond = expected.abs() > 1e38;
            assert!(
                found == expected || (is_beyond && close),
                "{text}: {found} {expected}"
            );
        }
        // More digits than a version has, and each a different one.
        let long = "1234567890".repeat(6);
        let (found, expected) = (
            decimal(&long).expect("one"),
            long.parse::<f64>().expect("one"),
        );
        assert!((found - expected).abs() <= expected * f64::EPSILON);
        // Beyond what is exact: off a little, but one number is one value.
        for same in [
            ["3e-23", "30e-24", "3000e-26"],
            ["7e300", "70e299", "700000e295"],
            [
                "9007199254740993e-60",
                "90071992547409930e-61",
                "0900719925474099300e-62",
            ],
        ] {
            let [value, others @ ..] = same.map(decimal);
            assert!(
                value.is_some() && others.iter().all(|other| *other == value),
                "{same:?}"
            );
        }
        for text in [
            "", "+", "1e", "e1", "1e+", "1x", "x1", "++1", "1e1e1", "١", "1 ",
        ] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
    }
}
