//! What is checked before anything of a release becomes visible.
//!
//! Names of archive entries, and that there is exactly one manifest, are the archive reader's to
//! check; everything that needs to be understood is checked here.

mod compatibility;
mod entries;
mod files;
mod finding;
mod identity;
mod place;
mod placeholders;
mod succession;
mod version;

use edge::Timestamp;

pub use entries::{EntryNames, Lookup};
pub use finding::{Finding, Findings, Severity};

use crate::{Channel, ChannelsRecord, Manifest, PackageId, PackageType, Repository, Version};

/// Who owns the id that a manifest names: the first repository to publish it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ownership {
    /// Nobody yet.
    Unclaimed,
    /// The repository that publishes now.
    Ours,
    /// Another repository.
    Other {
        /// The owner.
        repository: Repository,
    },
    /// Nobody owns this id, but one that differs from it only in case.
    Lookalike {
        /// That other id.
        id: PackageId,
        /// Its owner.
        repository: Repository,
    },
}

/// How the publisher called the release, besides the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announced<'a> {
    /// By the tag of a GitHub release.
    Tag(&'a str),
    /// By the URL of a direct publish.
    Path {
        /// The id in the URL.
        id: &'a PackageId,
        /// The version in the URL.
        version: &'a Version,
    },
}

/// Everything that a release is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// Its manifest, not yet rewritten.
    pub manifest: &'a Manifest,
    /// What the manifest's file name says the package is.
    pub kind: PackageType,
    /// What is in the archive, relative to the manifest's folder.
    pub entries: &'a EntryNames,
    /// What the archive's reader warns of: names that trouble some systems, in words.
    pub archive_warnings: &'a [String],
    /// How the publisher called it.
    pub announced: Announced<'a>,
    /// The channel that it is published on.
    pub channel: &'a Channel,
    /// When it was heard of: what was published since has overtaken it.
    pub heard: Timestamp,
    /// Who owns the id. What is given here matters only if the id is valid.
    pub ownership: &'a Ownership,
    /// What the package has published; `None` for the first release.
    pub published: Option<&'a ChannelsRecord>,
}

/// Judges a release. It may be published if [`Findings::has_errors`] is false.
pub fn lint(submission: &Submission<'_>) -> Findings {
    let mut report = Report {
        file: submission.kind.manifest_name(),
        findings: Findings::default(),
    };
    identity::check(submission, &mut report);
    version::check(submission, &mut report);
    succession::check(submission, &mut report);
    placeholders::check(submission.manifest, &mut report);
    compatibility::check(submission.manifest, &mut report);
    files::check(submission, &mut report);
    // Last, so that many of them crowd out nothing else.
    for warning in submission.archive_warnings {
        let finding = Finding::new(Severity::Warning, "archive.name", "archive", "", warning);
        report.findings.push(finding);
    }
    report.findings
}

/// Collects findings about one manifest.
struct Report {
    file: &'static str,
    findings: Findings,
}

impl Report {
    fn error(&mut self, code: &'static str, field: impl AsRef<str>, message: impl AsRef<str>) {
        let finding = Finding::new(Severity::Error, code, self.file, field, message);
        self.findings.push(finding);
    }

    fn warning(&mut self, code: &'static str, field: impl AsRef<str>, message: impl AsRef<str>) {
        let finding = Finding::new(Severity::Warning, code, self.file, field, message);
        self.findings.push(finding);
    }
}
