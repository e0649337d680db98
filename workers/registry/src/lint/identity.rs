//! Whose package this is.

use super::{Announced, Ownership, Report, Submission};
use crate::{PackageId, text};

pub(super) fn check(submission: &Submission<'_>, report: &mut Report) {
    let manifest = submission.manifest;
    let field = if manifest.is_legacy() { "name" } else { "id" };
    match manifest.package_id() {
        None => report.error(
            "id.missing",
            "id",
            "there is no `id`; add the package's id, which is also the name of its folder",
        ),
        Some(Err(error)) => report.error("id.invalid", field, error.to_string()),
        Some(Ok(id)) => {
            check_announced(&id, field, submission, report);
            check_owner(&id, field, submission.ownership, report);
        }
    }
    check_type(submission, report);
    check_old_name(submission, report);
    if manifest
        .text("title")
        .is_none_or(|title| text::name(title).is_empty())
    {
        report.error(
            "title.missing",
            "title",
            "there is no `title`; Foundry refuses a package without one",
        );
    }
    if manifest
        .fields()
        .get("protected")
        .is_some_and(|p| p == true)
    {
        report.warning(
            "protected",
            "protected",
            "`protected` packages are installed with a licence from foundryvtt.com only; remove it \
             if everybody may install this one",
        );
    }
}

fn check_announced(id: &PackageId, field: &str, submission: &Submission<'_>, report: &mut Report) {
    if let Announced::Path { id: announced, .. } = submission.announced
        && announced != id
    {
        let message =
            format!("the package is published as `{announced}`, its manifest says `{id}`");
        report.error("id.unexpected", field, message);
    }
}

fn check_owner(id: &PackageId, field: &str, ownership: &Ownership, report: &mut Report) {
    match ownership {
        Ownership::Unclaimed | Ownership::Ours => {}
        Ownership::Other { repository } => {
            let message = format!(
                "`{id}` belongs to {repository}, which published it first; choose another id, or \
                 have an admin transfer it"
            );
            report.error("id.taken", field, message);
        }
        Ownership::Lookalike {
            id: other,
            repository,
        } => {
            let message = format!(
                "`{id}` differs only in case from `{other}` of {repository}; both would be one \
                 folder on Windows and macOS, so choose another id"
            );
            report.error("id.case", field, message);
        }
    }
}

/// What installed servers poll, and where they installed it, follows from the type.
fn check_type(submission: &Submission<'_>, report: &mut Report) {
    let Some(published) = submission.published else {
        return;
    };
    let (known, kind) = (published.kind, submission.kind);
    if known != kind {
        let message = format!(
            "`{}` is published as a {known}, with a `{}`, but this release is a {kind}; servers that \
             have it installed would never be offered it, so give the {kind} an id of its own",
            published.id,
            known.manifest_name()
        );
        report.error("type.changed", "", message);
    }
}

/// Version 9 and before read `name`, later ones `id`: where both are ids they must agree.
fn check_old_name(submission: &Submission<'_>, report: &mut Report) {
    let (Some(id), Some(name)) = (
        submission.manifest.text("id"),
        submission.manifest.text("name"),
    ) else {
        return;
    };
    if id != name && PackageId::parse(name).is_ok() {
        let id = text::excerpt(id, 80);
        let message = format!(
            "`name` is `{name}` but `id` is `{id}`; Foundry 9 and before read `name` as the id, so \
             make them the same or remove `name`"
        );
        report.warning("id.name", "name", message);
    }
}
