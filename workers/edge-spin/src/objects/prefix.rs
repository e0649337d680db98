//! Ranges of keys in the order of their bytes.

use spin_sdk::sqlite::Value;

/// The first key that a list of `prefix` may have on the page that follows the key `cursor`.
pub fn lower(prefix: &str, cursor: Option<&str>) -> String {
    match cursor {
        // No key lies between a key and the same key with a zero byte.
        Some(cursor) if cursor >= prefix => format!("{cursor}\0"),
        _ => prefix.to_owned(),
    }
}

/// What is greater than every key with `prefix`, and not greater than any key after them.
pub fn upper(prefix: &str) -> Value {
    let mut prefix = prefix.to_owned();
    while let Some(last) = prefix.pop() {
        if let Some(next) = successor(last) {
            prefix.push(next);
            return Value::Text(prefix);
        }
    }
    // To SQLite any blob is greater than any text.
    Value::Blob(Vec::new())
}

/// The character after `character`. UTF-8 keeps the order of code points.
fn successor(character: char) -> Option<char> {
    match character {
        '\u{d7ff}' => Some('\u{e000}'),
        other => char::from_u32(u32::from(other) + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, lower, upper};

    #[test]
    fn upper_ends_a_prefix() {
        for (prefix, expected) in [
            ("a/", Some("a0")),
            ("az", Some("a{")),
            ("a\u{7f}", Some("a\u{80}")),
            ("a\u{d7ff}", Some("a\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
            ("", None),
        ] {
            let expected = match expected {
                Some(text) => Value::Text(text.to_owned()),
                None => Value::Blob(Vec::new()),
            };
            assert_eq!(upper(prefix), expected, "{prefix:?}");
        }
    }

    #[test]
    fn lower_begins_after_the_cursor() {
        for (prefix, cursor, expected) in [
            ("a/", None, "a/"),
            ("a/", Some("a/b"), "a/b\0"),
            ("a/", Some("a/"), "a/\0"),
            ("a/", Some("Z"), "a/"),
            ("", Some("x"), "x\0"),
        ] {
            assert_eq!(lower(prefix, cursor), expected, "{prefix:?} {cursor:?}");
        }
    }
}
