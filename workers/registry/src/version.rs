//! The version of a release.

use std::cmp::Ordering;

use edge::FromJson;
use serde::Serialize;

use crate::{
    name::{NameError, is_plain, text_traits},
    newer::is_newer,
    numbering,
};

/// Longest version, in bytes.
const LONGEST: usize = 64;

/// A version as Foundry reads it: text, without a leading `v`, fit to be part of a path.
///
/// Foundry takes any text. Here it must begin with a letter or digit of ASCII and hold only those
/// and `.`, `-`, `_`, `+`, `~`, at most 64 characters, without `..` and not ending in a dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, FromJson)]
#[serde(try_from = "String", into = "String")]
pub struct Version(String);

text_traits!(Version);

impl Version {
    /// Reads a version.
    ///
    /// # Errors
    /// [`NameError`] where `text` breaks the rules of [`Version`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if Self::without_prefix(text).is_some() {
            let rule = "it must not begin with `v`; to Foundry `2.0.3` is not newer than `v2.0.2`";
            return Err(NameError::new("version", text, rule));
        }
        if is_plain(text, LONGEST, ".-_+~") && !text.contains("..") && !text.ends_with('.') {
            return Ok(Self(text.to_owned()));
        }
        let rule = "1 to 64 letters, digits, `.`, `-`, `_`, `+` and `~`, beginning with a letter \
                    or digit, without `..` and not ending in a dot";
        Err(NameError::new("version", text, rule))
    }

    /// The version that a tag names: `v1.2.3`, `V1.2.3`, `v.1.2.3` and `1.2.3` all name `1.2.3`.
    ///
    /// `None` where nothing that begins with a digit is left, as in `latest` or `release-3`: such
    /// a tag says nothing about the version.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let tag = tag.strip_prefix("refs/tags/").unwrap_or(tag);
        let text = Self::without_prefix(tag).unwrap_or(tag);
        let begins_with_digit = text.starts_with(|c: char| c.is_ascii_digit());
        begins_with_digit.then(|| Self::parse(text).ok())?
    }

    /// What follows a `v` (or `v.`) that stands before a digit; `None` where there is none.
    pub fn without_prefix(text: &str) -> Option<&str> {
        let rest = text.strip_prefix(['v', 'V'])?;
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        rest.starts_with(|c: char| c.is_ascii_digit())
            .then_some(rest)
    }

    /// Whether an installed server takes this version for an update of `installed`; see
    /// [`is_newer`].
    pub fn is_newer_than(&self, installed: &Self) -> bool {
        is_newer(&self.0, &installed.0)
    }

    /// Whether the name alone says that this is not a finished release, as in `1.3.0-beta.1`,
    /// `4.0.0-beta3` or `2.0.0-rc1`, but not `1.12.7.1`, `0.0a` or `2023-04-08`.
    pub fn is_prerelease(&self) -> bool {
        numbering::is_prerelease(&self.0)
    }

    /// The order in which people read versions: `2.0.0-beta.2` < `2.0.0-beta.10` < `2.0.0`.
    ///
    /// Total, unlike Foundry's rule; used to say which of several releases is the newest, never
    /// to predict what a server will do.
    pub fn precedence(&self, other: &Self) -> Ordering {
        numbering::precedence(&self.0, &other.0)
    }

    /// The version without what makes it a prerelease: `2.0.0` for `2.0.0-beta.1`.
    pub fn finished(&self) -> Option<Self> {
        let core = numbering::core(&self.0);
        (self.is_prerelease() && !core.is_empty()).then(|| Self::parse(core).ok())?
    }

    /// A name for this release that Foundry does take for newer than `served`, as near to the
    /// wanted one as can be: `2.0.1` for `2.0.0` after `2.0.0-beta.1`.
    pub fn renamed_after(&self, served: &Self) -> Option<Self> {
        if self.is_newer_than(served) {
            return Some(self.clone());
        }
        numbering::bumped(&self.0, &served.0)
            .into_iter()
            .filter_map(|text| Self::parse(&text).ok())
            .find(|version| version.is_newer_than(served))
    }
}
