//! What a client accepts (RFC 9110, section 12.5.1).

/// Whether a client that sent `accept` wants `kind` (`image/webp`) by name. A wildcard is no word for
/// a format: old clients send it too.
pub fn accepts(accept: Option<&str>, kind: &str) -> bool {
    accept.is_some_and(|accept| {
        accept.split(',').any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(kind));
            named && !parts.any(is_refusal)
        })
    })
}

/// Whether a parameter is `q=0`, in any of its forms.
fn is_refusal(parameter: &str) -> bool {
    let quality = parameter
        .split_once('=')
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    quality.is_some_and(|(_, value)| value.trim().parse::<f32>().is_ok_and(|q| q == 0.0))
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn formats_have_to_be_named() {
        for (accept, expected) in [
            (None, false),
            (Some(""), false),
            (Some("*/*"), false),
            (Some("image/*,*/*;q=0.8"), false),
            (Some("image/avif,image/webp,image/apng,*/*;q=0.8"), true),
            (Some("IMAGE/WEBP"), true),
            (Some("image/webp;q=0.1"), true),
            (Some("image/webp;q=0"), false),
            (Some("image/webp; Q=0.000"), false),
            (Some("image/webpx"), false),
        ] {
            assert_eq!(accepts(accept, "image/webp"), expected, "{accept:?}");
        }
    }
}
