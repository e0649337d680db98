//! Conditional requests by entity tag (RFC 9110, section 13).

use crate::Request;

/// Whether `request` already has the representation with the strong entity tag `etag` (with its
/// quotes), so that `304` answers it. `If-None-Match` compares weakly, and `*` matches anything.
pub fn unchanged(request: &Request, etag: &str) -> bool {
    request
        .header("if-none-match")
        .is_some_and(|header| matches(&header, etag))
}

/// Whether a `Range` of `request` applies to the representation with the strong entity tag `etag`:
/// there is no `If-Range`, or it names exactly this tag. A date never does, since none is sent.
pub fn range_applies(request: &Request, etag: &str) -> bool {
    request
        .header("if-range")
        .is_none_or(|header| header.trim() == etag)
}

fn matches(header: &str, etag: &str) -> bool {
    header
        .split(',')
        .map(str::trim)
        .any(|candidate| candidate == "*" || candidate.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn if_none_match_compares_weakly() {
        for (header, expected) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("", false),
        ] {
            assert_eq!(matches(header, "\"a\""), expected, "{header}");
        }
    }
}
