//! Which package: its id, its type, the repository that owns it.

use edge::FromJson;
use serde::Serialize;

use crate::name::{NameError, text_traits};

/// Longest package id, in bytes. Foundry sets no limit; a folder name on every disk does.
const LONGEST_ID: usize = 64;

/// The id of a Foundry package, which is also the name of its folder.
///
/// Letters, digits, `-` and `_` of ASCII, at most 64 of them, and not a device name of Windows;
/// both rules are Foundry's own (`BasePackage.validateId`). Ids are case-sensitive in URLs, but
/// two ids that differ only in case would be one folder on Windows and macOS, so a claim on an id
/// is a claim on its [`PackageId::folded`] form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, FromJson)]
#[serde(try_from = "String", into = "String")]
pub struct PackageId(String);

text_traits!(PackageId);

impl PackageId {
    /// Reads an id.
    ///
    /// # Errors
    /// [`NameError`] where `text` breaks the rules of [`PackageId`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !(1..=LONGEST_ID).contains(&text.len()) || !text.chars().all(allowed) {
            let rule = "1 to 64 letters, digits, `-` and `_`";
            return Err(NameError::new("package id", text, rule));
        }
        if is_device_name(text) {
            let rule = "Windows keeps this name for a device, and Foundry refuses it";
            return Err(NameError::new("package id", text, rule));
        }
        Ok(Self(text.to_owned()))
    }

    /// The id in lower case: what is unique among all packages.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// Whether Windows reserves `name` (`con`, `com1`, …), in whatever case.
fn is_device_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if matches!(name.as_str(), "con" | "prn" | "aux" | "nul") {
        return true;
    }
    let number = name
        .strip_prefix("com")
        .or_else(|| name.strip_prefix("lpt"));
    number.is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
}

/// What kind of package: which of Foundry's folders it lives in and how its manifest is called.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, FromJson,
)]
#[serde(rename_all = "lowercase")]
pub enum PackageType {
    /// An add-on module, `module.json`.
    #[default]
    Module,
    /// A game system, `system.json`.
    System,
    /// A world, `world.json`.
    World,
}

impl PackageType {
    /// Every type.
    pub const ALL: [Self; 3] = [Self::Module, Self::System, Self::World];

    /// `module`, `system` or `world`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::System => "system",
            Self::World => "world",
        }
    }

    /// File name of the manifest. Old Foundry versions insist that manifest URLs end in it.
    pub const fn manifest_name(self) -> &'static str {
        match self {
            Self::Module => "module.json",
            Self::System => "system.json",
            Self::World => "world.json",
        }
    }

    /// Folder of Foundry's data that packages of this type are installed in.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Module => "modules",
            Self::System => "systems",
            Self::World => "worlds",
        }
    }

    /// The type whose manifest has this file name, in exactly this case.
    pub fn from_manifest_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.manifest_name() == name)
    }
}

impl std::fmt::Display for PackageType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A GitHub repository, `owner/name`, or another publisher written in the same form
/// (`admin/direct`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, FromJson)]
#[serde(try_from = "String", into = "String")]
pub struct Repository(String);

text_traits!(Repository);

impl Repository {
    /// Reads `owner/name`.
    ///
    /// # Errors
    /// [`NameError`] where `text` is not two names of letters, digits, `-`, `_` and `.`, of at
    /// most 39 and 100 characters (GitHub's limits), with one slash between.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let is_name = |name: &str, longest: usize| {
            (1..=longest).contains(&name.len())
                && name.chars().all(allowed)
                && name != "."
                && name != ".."
        };
        match text.split_once('/') {
            Some((owner, name)) if is_name(owner, 39) && is_name(name, 100) => {
                Ok(Self(text.to_owned()))
            }
            _ => {
                let rule = "it is written `owner/name`";
                Err(NameError::new("repository", text, rule))
            }
        }
    }

    /// Who publishes directly what no repository owns.
    pub fn direct() -> Self {
        Self("admin/direct".to_owned())
    }

    /// Whether this is [`Repository::direct`].
    pub fn is_direct(&self) -> bool {
        self.0 == "admin/direct"
    }

    /// The account or organisation.
    pub fn owner(&self) -> &str {
        self.0.split_once('/').map_or("", |(owner, _)| owner)
    }

    /// Whether both name the same repository; GitHub ignores case.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}
