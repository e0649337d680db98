//! The few elements that are wanted of the XML that a bucket answers.
//!
//! A bucket's XML is written by a program: elements and text, attributes that mean nothing here,
//! and no element of a name within one of the same name.

/// The contents of every element `name`, in order, as they stand.
pub(crate) fn elements<'x>(xml: &'x str, name: &'x str) -> impl Iterator<Item = &'x str> {
    let mut rest = xml;
    std::iter::from_fn(move || {
        let start = after_opening(rest, name)?;
        let (content, after) = match start {
            Opened::Empty(after) => ("", after),
            Opened::Filled(after) => {
                let end = format!("</{name}>");
                let (content, after) = after.split_once(&end)?;
                (content, after)
            }
        };
        rest = after;
        Some(content)
    })
}

/// The text of the first element `name`, its entities resolved; `None` where there is none.
pub(crate) fn text(xml: &str, name: &str) -> Option<String> {
    elements(xml, name).next().map(unescape)
}

/// `text` as it stands in XML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

enum Opened<'x> {
    /// `<name/>`, and what follows it.
    Empty(&'x str),
    /// `<name>`, and what follows it.
    Filled(&'x str),
}

/// The next opening of an element `name` in `xml`.
fn after_opening<'x>(xml: &'x str, name: &str) -> Option<Opened<'x>> {
    let mut rest = xml;
    loop {
        let (_, after) = rest.split_once('<')?;
        rest = after;
        let Some(after) = rest.strip_prefix(name) else {
            continue;
        };
        if !after.starts_with(['>', '/', ' ', '\t', '\r', '\n']) {
            continue;
        }
        let (attributes, after) = after.split_once('>')?;
        return Some(match attributes.ends_with('/') {
            true => Opened::Empty(after),
            false => Opened::Filled(after),
        });
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        match after.split_once(';').and_then(|(entity, after)| {
            let character = character(entity)?;
            Some((character, after))
        }) {
            Some((character, after)) => {
                plain.push(character);
                rest = after;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{elements, escape, text, unescape};

    const LIST: &str = r#"<?xml version="1.0"?><ListBucketResult xmlns="x"><Name>b</Name>
        <Contents><Key>a</Key><Size>1</Size></Contents><Contents ><Key>b&amp;c</Key></Contents>
        <IsTruncated>true</IsTruncated><Prefix/><Empty></Empty></ListBucketResult>"#;

    #[test]
    fn elements_are_found_by_name() {
        let contents: Vec<_> = elements(LIST, "Contents").collect();
        assert_eq!(
            contents,
            ["<Key>a</Key><Size>1</Size>", "<Key>b&amp;c</Key>"]
        );
        for (name, expected) in [
            ("Key", Some("a")),
            ("IsTruncated", Some("true")),
            ("Prefix", Some("")),
            ("Empty", Some("")),
            ("Content", None),
            ("Siz", None),
        ] {
            assert_eq!(text(LIST, name).as_deref(), expected, "{name}");
        }
        let key = elements(LIST, "Contents")
            .last()
            .and_then(|one| text(one, "Key"));
        assert_eq!(key.as_deref(), Some("b&c"));
    }

    #[test]
    fn what_is_broken_off_is_not_there() {
        for xml in ["", "<", "<Key", "<Key>a", "<Key>a</Ke", "Key", "</Key>"] {
            assert_eq!(text(xml, "Key"), None, "{xml}");
        }
    }

    #[test]
    fn entities_are_resolved_and_nothing_else() {
        for (xml, expected) in [
            ("a&amp;b&lt;&gt;&quot;&apos;", "a&b<>\"'"),
            ("&#34;&#x22;&#X22;", "\"\"\""),
            ("&unknown; & &#xD800; &#;", "&unknown; & &#xD800; &#;"),
            ("&amp;lt;", "&lt;"),
        ] {
            assert_eq!(unescape(xml), expected);
        }
        assert_eq!(unescape(&escape("<a&\"b\">")), "<a&\"b\">");
    }
}
