//! Texts that keep Discord's limits by construction.

pub use registry::discord_text::length;

use registry::discord_text::clip;

/// A text of at most `MAX` characters, cut as [`clip`] does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// As much of `text` as fits.
    pub fn new(text: &str) -> Self {
        Self(clip(text, MAX))
    }

    /// The same, where at most `left` characters are left of what several texts share.
    pub(super) fn within(text: &str, left: usize) -> Self {
        Self(clip(text, MAX.min(left)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is left of it, where Discord wants something.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many characters it counts for.
    pub fn length(&self) -> usize {
        length(&self.0)
    }
}

impl<const MAX: usize> From<Text<MAX>> for serde_json::Value {
    fn from(text: Text<MAX>) -> Self {
        Self::String(text.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Text, length};

    proptest! {
        #[test]
        fn no_text_is_too_long(text in any::<String>()) {
            let clipped = Text::<7>::new(&text);
            prop_assert!(length(clipped.as_str()) <= 7);
            prop_assert!(clipped.as_str().chars().count() <= 7);
        }
    }
}
