//! Ids in as few characters as there is room for in a form.

use registry::Snowflake;

/// An id in digits of base 36; empty where there is none.
pub fn short(id: &str) -> String {
    let mut number: u64 = id.parse().unwrap_or_default();
    let mut digits = Vec::new();
    while number > 0 {
        digits.extend(char::from_digit(
            u32::try_from(number % 36).unwrap_or_default(),
            36,
        ));
        number /= 36;
    }
    digits.iter().rev().collect()
}

/// The id that [`short`] wrote.
pub fn long(digits: &str) -> Option<Snowflake> {
    let number = u64::from_str_radix(digits, 36).ok()?;
    Snowflake::parse(&number.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use registry::Snowflake;

    use super::{long, short};

    #[test]
    fn ids_are_shortened_and_back() {
        for id in ["1", "1309411229876543210", "18446744073709551615"] {
            let expected = Snowflake::parse(id).ok();
            assert!(expected.is_some() && short(id).len() <= 13);
            assert_eq!(long(&short(id)), expected, "{id}");
        }
        for digits in ["", "0", "-1", "ü", "zzzzzzzzzzzzzz"] {
            assert_eq!(long(digits), None, "{digits}");
        }
    }
}
