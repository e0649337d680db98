//! Headers between the platform's `fields` resource and the ports.

use edge::{HeaderName, HeaderSource, HeaderValue};
use spin_sdk::wasip3::http::types::{Fields, HeaderError};

/// Headers that `wasi:http` refuses in a message made by a component: they belong to the
/// connection, and the host sets them itself.
const OF_THE_CONNECTION: [&str; 9] = [
    "connection",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
];

/// The headers of a message that came from outside, looked up on demand.
pub struct Incoming(pub Fields);

impl HeaderSource for Incoming {
    fn header(&self, name: &str) -> Option<String> {
        joined(self.0.get(name))
    }
}

/// Several values of one header as one; `None` where none of them is text.
fn joined(values: Vec<Vec<u8>>) -> Option<String> {
    values
        .into_iter()
        .filter_map(|value| String::from_utf8(value).ok())
        .reduce(|mut all, value| {
            all.push_str(", ");
            all.push_str(&value);
            all
        })
}

/// `headers` as the platform's resource, without those that belong to the connection.
///
/// # Errors
/// What the platform says of a header that it refuses.
pub fn outgoing(headers: &[(HeaderName, HeaderValue)]) -> Result<Fields, HeaderError> {
    let entries: Vec<(String, Vec<u8>)> = headers
        .iter()
        .filter(|(name, _)| !OF_THE_CONNECTION.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    Fields::from_list(&entries)
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn values_of_one_header_are_joined() {
        for (values, expected) in [
            (vec![], None),
            (vec!["a"], Some("a")),
            (vec![""], Some("")),
            (vec!["a", "b"], Some("a, b")),
            (vec!["\u{fc}"], Some("\u{fc}")),
        ] {
            let bytes = values.iter().map(|value| value.as_bytes().to_vec());
            assert_eq!(joined(bytes.collect()).as_deref(), expected, "{values:?}");
        }
        assert_eq!(
            joined(vec![vec![0xff], b"b".to_vec()]).as_deref(),
            Some("b")
        );
        assert_eq!(joined(vec![vec![0xff]]), None);
    }
}
