//! Reads `_headers`, the file by which Workers' static assets are told their headers. The build
//! script includes this module; the function itself only meets what came of it.
//!
//! Read is the part of the format that the website uses: comments, paths with or without a final
//! `*`, and headers to set. The rest (placeholders, `! Header`, absolute addresses) is refused, so
//! that no line can mean something on Workers and nothing here.

use thiserror::Error;

/// One path of the file with its headers, names in lower case.
#[derive(Debug, PartialEq, Eq)]
pub struct ParsedRule {
    /// The path, where a final `*` stands for anything.
    pub pattern: String,
    /// The headers in their order.
    pub headers: Vec<(String, String)>,
}

/// A line that cannot be taken over; `line` counts from 1.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RuleError {
    /// An indented line before any path.
    #[error("_headers line {line}: a header stands before the first path")]
    HeaderWithoutPath {
        /// Where.
        line: usize,
    },
    /// A header line without `:`, or one that takes a header away.
    #[error("_headers line {line}: expected `Name: value`")]
    NotAHeader {
        /// Where.
        line: usize,
    },
    /// A path with placeholders, a host, or a `*` that is not its end.
    #[error("_headers line {line}: expected a path such as /site/style.css or /site/*")]
    NotAPath {
        /// Where.
        line: usize,
    },
}

/// The rules of the file `text`, in order.
///
/// # Errors
/// The first line that is not of the form above.
pub fn parse(text: &str) -> Result<Vec<ParsedRule>, RuleError> {
    let mut rules: Vec<ParsedRule> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let (line, content) = (number + 1, line.trim());
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if content.starts_with('/') {
            rules.push(ParsedRule {
                pattern: path(content).ok_or(RuleError::NotAPath { line })?,
                headers: Vec::new(),
            });
            continue;
        }
        let header = header(content).ok_or(RuleError::NotAHeader { line })?;
        let rule = rules
            .last_mut()
            .ok_or(RuleError::HeaderWithoutPath { line })?;
        rule.headers.push(header);
    }
    Ok(rules)
}

fn path(content: &str) -> Option<String> {
    let fixed = content.strip_suffix('*').unwrap_or(content);
    (!fixed.contains(['*', ':', ' '])).then(|| content.to_owned())
}

fn header(content: &str) -> Option<(String, String)> {
    let (name, value) = content.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    if value.starts_with("//") {
        return None; // an absolute address, not a header
    }
    let is_name = !name.is_empty() && !name.contains(['!', ' ', '/']);
    (is_name && !value.is_empty()).then(|| (name.to_ascii_lowercase(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{RuleError, parse};

    #[test]
    fn paths_with_their_headers() {
        let rules = parse("# why\n\n/*\n  X-One: 1\n  X-Two: a: b\n/site/*\n  X-Three: 3\n");
        let flat: Vec<_> = rules
            .into_iter()
            .flatten()
            .flat_map(|rule| {
                let pattern = rule.pattern;
                rule.headers
                    .into_iter()
                    .map(move |(name, value)| format!("{pattern} {name}={value}"))
            })
            .collect();
        assert_eq!(flat, ["/* x-one=1", "/* x-two=a: b", "/site/* x-three=3"]);
    }

    #[test]
    fn what_would_mean_something_else_is_refused() {
        for (text, error) in [
            ("  X-One: 1", RuleError::HeaderWithoutPath { line: 1 }),
            ("/*\n  ! X-One", RuleError::NotAHeader { line: 2 }),
            ("/*\n  X-One", RuleError::NotAHeader { line: 2 }),
            ("/*\n  X-One:", RuleError::NotAHeader { line: 2 }),
            ("/*\nhttps://host/*\n", RuleError::NotAHeader { line: 2 }),
            ("/a/:name\n", RuleError::NotAPath { line: 1 }),
            ("/a/*/b\n", RuleError::NotAPath { line: 1 }),
        ] {
            assert_eq!(parse(text), Err(error), "{text:?}");
        }
    }
}
