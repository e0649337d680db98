//! Whether installed servers will take the release for an update, by Foundry's own rule.

use super::{Report, Submission};
use crate::{Channel, ChannelsRecord, Version};

pub(super) fn check(submission: &Submission<'_>, report: &mut Report) {
    let Some(Ok(version)) = submission.manifest.version() else {
        return;
    };
    if let Some(published) = submission.published {
        check_served(&version, submission, published, report);
        check_stranded(&version, submission.channel, published, report);
    }
    check_future(&version, submission.channel, report);
}

/// The release must be newer than what its channel serves, or a fix for generations of Foundry that
/// this one is not for.
fn check_served(
    version: &Version,
    submission: &Submission<'_>,
    published: &ChannelsRecord,
    report: &mut Report,
) {
    let channel = submission.channel;
    if published.find(version).is_some() {
        let message = format!(
            "{version} is published already, and a version never changes; raise the version{}",
            suggestion(version, version)
        );
        report.error("version.exists", "version", message);
        return;
    }
    let Some(release) = published.served(channel) else {
        return;
    };
    let served = &release.version;
    if version.is_newer_than(served) {
        return;
    }
    let fixes = match channel.is_stable() {
        true => published.fixes(version, &submission.manifest.compatibility()),
        false => Vec::new(),
    };
    if let (Some(first), Some(last)) = (fixes.first(), fixes.last()) {
        let generations = match first == last {
            true => first.to_string(),
            false => format!("{first} to {last}"),
        };
        let message = format!(
            "{channel} goes on serving {served}; {version} is offered only to those who follow the \
             manifest for their generation of Foundry, {generations}"
        );
        report.warning("version.fixes_old", "version", message);
    } else if release.published_at >= submission.heard {
        let message = format!(
            "{served}, which channel {channel} goes on serving, was published while {version} was \
             still being made; {version} is listed, and installed by its own address only"
        );
        report.warning("version.overtaken", "version", message);
    } else {
        let message = format!(
            "to Foundry {version} is not newer than {served}, which channel {channel} serves, so no \
             server would ever be offered it{}",
            suggestion(version, served)
        );
        report.error("version.not_newer", "version", message);
    }
}

/// Whoever has a withdrawn release, or a beta that this release reads as the successor of, should
/// be offered it too.
fn check_stranded(
    version: &Version,
    channel: &Channel,
    published: &ChannelsRecord,
    report: &mut Report,
) {
    let served = published.served(channel).map(|release| &release.version);
    let beta = Channel::beta();
    let stranded = published.releases.iter().filter(|release| {
        let reads_as_newer = version.precedence(&release.version).is_gt();
        let here = release.is_on(channel) && (reads_as_newer || release.yanked);
        let on_beta = channel.is_stable() && release.is_on(&beta) && reads_as_newer;
        (here || on_beta)
            && Some(&release.version) != served
            && release.version != *version
            && !version.is_newer_than(&release.version)
    });
    if let Some(release) = stranded.max_by(|a, b| a.version.precedence(&b.version)) {
        let known = &release.version;
        let message = format!(
            "whoever has {known} installed will not be offered {version}: to Foundry it is not \
             newer{}",
            suggestion(version, known)
        );
        report.warning("version.strands", "version", message);
    }
}

/// A beta's final release has to have a name that Foundry calls newer.
fn check_future(version: &Version, channel: &Channel, report: &mut Report) {
    let Some(finished) = version.finished() else {
        return;
    };
    if channel.is_stable() || finished.is_newer_than(version) {
        return;
    }
    let message = format!(
        "to Foundry {finished} is not newer than {version}: whoever has this beta would never be \
         offered it{}",
        match finished.renamed_after(version) {
            Some(name) => format!("; when it is finished, call it {name}"),
            None => String::new(),
        }
    );
    report.warning("version.strands", "version", message);
}

fn suggestion(wanted: &Version, served: &Version) -> String {
    match wanted.renamed_after(served) {
        Some(name) => format!("; {name} would be"),
        None => String::new(),
    }
}
