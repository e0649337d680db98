//! Which versions of Foundry a release is for.

use edge::FromJson;
use serde::Serialize;

use crate::{Generation, newer::is_newer};

/// A build number above any that Foundry will have: stands for "the last build of a generation".
const LAST_BUILD: u32 = 999_999;

/// The `compatibility` of a manifest: versions of Foundry, each a generation (`12`) or a build of
/// one (`12.331`), as text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, FromJson)]
pub struct Compatibility {
    /// Foundry refuses to install the release below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<String>,
    /// The author has tried it up to this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<String>,
    /// Foundry refuses to install the release above this; a mere generation includes all of its
    /// builds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<String>,
}

impl Compatibility {
    /// Whether Foundry installs the release on at least one build of the generation, by Foundry's
    /// own rules (`BasePackage.testAvailability`). What is absent forbids nothing.
    pub fn admits(&self, generation: Generation) -> bool {
        let last_build = format!("{generation}.{LAST_BUILD}");
        let first_build = format!("{generation}.0");
        let above_minimum = self
            .minimum
            .as_deref()
            .is_none_or(|minimum| !is_newer(minimum, &last_build));
        let below_maximum =
            self.maximum
                .as_deref()
                .is_none_or(|maximum| match whole_generation(maximum) {
                    Some(last) => u64::from(generation.number()) <= last,
                    None => !is_newer(&first_build, maximum),
                });
        above_minimum && below_maximum
    }

    /// Whether nothing is said at all.
    pub fn is_empty(&self) -> bool {
        self.minimum.is_none() && self.verified.is_none() && self.maximum.is_none()
    }
}

/// The generation that a version of Foundry belongs to, if it begins with a number.
pub(crate) fn generation_of(version: &str) -> Option<u64> {
    let first = version.split('.').next().unwrap_or_default();
    let plain = !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| first.parse().ok())?
}

/// The generation, where the version names a whole one: `12` and, as JavaScript reads numbers,
/// `12.0`.
pub(crate) fn whole_generation(version: &str) -> Option<u64> {
    let (first, rest) = version.split_once('.').unwrap_or((version, ""));
    let whole = rest.bytes().all(|b| b == b'0');
    whole.then(|| generation_of(first))?
}
