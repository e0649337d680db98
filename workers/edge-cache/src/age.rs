//! The age of answers that come from copies.
//!
//! Whoever keeps an answer for its `max-age` counts from the time that the node answers. The node's
//! copy may have been behind the store by then, so the answer says how far at most (`Age`, RFC 9111,
//! section 5.1): a change is then seen within `max-age` of the change, as on a platform without
//! copies.

use std::time::Duration;

use edge::{HeaderValue, Response, header};

/// `response`, which is at most `behind` older than it looks. What may not be kept, or never
/// changes, has no age.
pub fn aged(response: Response, behind: Duration) -> Response {
    let changes = response
        .headers
        .iter()
        .filter(|(name, _)| *name == header::CACHE_CONTROL)
        .filter_map(|(_, value)| value.to_str().ok())
        .any(|policy| policy.contains("max-age=") && !policy.contains("immutable"));
    match changes && !behind.is_zero() {
        true => response.with(header::AGE, HeaderValue::from(behind.as_secs())),
        false => response,
    }
}

#[cfg(test)]
mod tests {
    use edge::StatusCode;

    use super::*;

    #[test]
    fn only_what_may_be_kept_and_may_change_has_an_age() {
        for (policy, seconds, expected) in [
            (
                Some("public, max-age=60, stale-while-revalidate=600"),
                20,
                Some("20"),
            ),
            (
                Some("public, max-age=60, stale-while-revalidate=600"),
                0,
                None,
            ),
            (Some("public, max-age=31536000, immutable"), 20, None),
            (Some("no-store"), 20, None),
            (None, 20, None),
        ] {
            let mut response = Response::new(StatusCode::OK);
            if let Some(policy) = policy {
                response = response.with_text(header::CACHE_CONTROL, policy);
            }
            let response = aged(response, Duration::from_secs(seconds));
            let age = response
                .headers
                .iter()
                .find(|(name, _)| *name == header::AGE);
            let age = age.and_then(|(_, value)| value.to_str().ok());
            assert_eq!(age, expected, "{policy:?} {seconds}");
        }
    }
}
