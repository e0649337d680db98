//! What the checks found, in words that the author can act on.

use std::borrow::Cow;

use edge::FromJson;
use serde::Serialize;

use crate::text;

/// Longest name of a field that is kept, in characters. An author may nest names without end.
const LONGEST_FIELD: usize = 200;

/// Longest message that is kept, in characters: messages repeat what the author wrote.
const LONGEST_MESSAGE: usize = 600;

/// Whether a finding stops a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The release is not published.
    Error,
    /// The release is published; somebody should know.
    Warning,
}

/// One thing that is wrong, where it is, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Finding {
    /// Whether it stops the release.
    pub severity: Severity,
    /// Stable name of the rule, such as `version.prefixed`; never changes its meaning.
    pub code: Cow<'static, str>,
    /// The file, as named in the package; `archive` where the names in the archive are meant.
    pub file: String,
    /// The field in that file, such as `packs[2].path`; empty where the whole file is meant.
    #[serde(default)]
    pub field: String,
    /// What is wrong and what would be right, for people.
    pub message: String,
}

impl Finding {
    /// A finding. Of its file and field at most 200 characters are kept, of its message 600.
    pub fn new(
        severity: Severity,
        code: &'static str,
        file: impl AsRef<str>,
        field: impl AsRef<str>,
        message: impl AsRef<str>,
    ) -> Self {
        Self {
            severity,
            code: Cow::Borrowed(code),
            file: text::excerpt(file.as_ref(), LONGEST_FIELD),
            field: text::excerpt(field.as_ref(), LONGEST_FIELD),
            message: text::excerpt(message.as_ref(), LONGEST_MESSAGE),
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.file)?;
        if !self.field.is_empty() {
            write!(formatter, ", {}", self.field)?;
        }
        write!(formatter, ": {}", self.message)
    }
}

/// Most findings that are kept of one release; an archive that lacks a thousand files is
/// described well enough by the first of them.
const MOST: usize = 100;

/// All findings about one release, in the order in which they were found; at most 100 are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, FromJson)]
#[serde(transparent)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Adds a finding. Of more than 100 only errors are kept, and only while there is none yet.
    pub fn push(&mut self, finding: Finding) {
        let first_error = finding.severity == Severity::Error && !self.has_errors();
        if self.0.len() < MOST || first_error {
            self.0.push(finding);
        }
    }

    /// Whether the release must not be published.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All findings.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// The findings that stop the release.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.of(Severity::Error)
    }

    /// The findings that do not stop the release.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.of(Severity::Warning)
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.0
            .iter()
            .filter(move |finding| finding.severity == severity)
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        let mut all = Self::default();
        for finding in findings {
            all.push(finding);
        }
        all
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
