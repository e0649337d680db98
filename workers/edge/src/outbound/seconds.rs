//! How long another server asks to be left alone.

use std::time::Duration;

/// So many seconds, such as `2.5`, to the millisecond: a longer one where it has more digits. `None` for
/// anything else.
pub fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: u64 = whole.parse().ok()?;
    let digits = fraction.bytes().map(|digit| char::from(digit).to_digit(10));
    let digits: Vec<u32> = digits.collect::<Option<_>>()?;
    let thousandths = digits
        .iter()
        .chain(&[0; 3])
        .take(3)
        .fold(0, |sum, digit| 10 * sum + digit);
    let more = u32::from(digits.len() > 3);
    Duration::from_secs(whole).checked_add(Duration::from_millis(u64::from(thousandths + more)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::seconds;

    #[test]
    fn pauses_are_read_to_the_millisecond() {
        for (text, milliseconds) in [
            ("0", Some(0)),
            ("65", Some(65_000)),
            ("2.5", Some(2_500)),
            ("0.064", Some(64)),
            ("1.0049", Some(1_005)),
            (" 3 ", Some(3_000)),
            ("-1", None),
            ("1e3", None),
            ("", None),
            ("soon", None),
            ("1.x", None),
            ("18446744073709551616", None),
            ("18446744073709551615.9999", None),
        ] {
            assert_eq!(
                seconds(text),
                milliseconds.map(Duration::from_millis),
                "{text:?}"
            );
        }
    }
}
