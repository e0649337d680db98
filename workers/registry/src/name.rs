//! What all validated names have in common: one error, one set of trait implementations.

/// Longest piece of a refused name that is repeated in an error, in characters.
const SHOWN: usize = 80;

/// A text that is not the name it is used as. Caller's fault; the message says the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a valid {what}: {rule}")]
pub struct NameError {
    /// What the text should have been, such as "package id".
    pub what: &'static str,
    /// The refused text, cut to 80 characters.
    pub given: String,
    /// What would be right.
    pub rule: &'static str,
}

impl NameError {
    /// An error about `given`, which should have been a `what` by `rule`.
    pub(crate) fn new(what: &'static str, given: &str, rule: &'static str) -> Self {
        let given = given.chars().take(SHOWN).collect();
        Self { what, given, rule }
    }
}

/// Whether `text` has 1 to `longest` bytes, begins with a letter or digit of ASCII and otherwise
/// holds only those and the characters of `others`.
pub(crate) fn is_plain(text: &str, longest: usize, others: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || others.contains(c);
    (1..=longest).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(allowed)
}

/// Gives a newtype over `String` with a `parse(&str) -> Result<Self, NameError>` the traits that
/// every name has: text in, text out, serialised as that text.
macro_rules! text_traits {
    ($name:ident) => {
        impl $name {
            /// The text of the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::NameError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::NameError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

pub(crate) use text_traits;
