//! Whether the Foundry versions that a manifest names make sense together.

use super::Report;
use crate::{
    Manifest,
    compatibility::{generation_of, whole_generation},
    newer::is_newer,
    text,
};

/// Longest version of Foundry that is taken, in characters: it is kept in the list of channels,
/// which every update check reads.
const LONGEST: usize = 32;

pub(super) fn check(manifest: &Manifest, report: &mut Report) {
    let compatibility = manifest.compatibility();
    if compatibility.is_empty() {
        let message = "nothing is said of Foundry versions, so Foundry shows the package as of \
                       unknown compatibility; add \"compatibility\": {\"minimum\": …, \"verified\": …}";
        report.warning("compatibility.missing", "compatibility", message);
        return;
    }
    let versions = [
        ("minimum", &compatibility.minimum),
        ("verified", &compatibility.verified),
        ("maximum", &compatibility.maximum),
    ];
    for (name, version) in versions {
        if let Some(version) = version {
            check_form(field(manifest, name), version, report);
        }
    }
    for ((low_name, low), (high_name, high)) in [
        (versions[0], versions[1]),
        (versions[1], versions[2]),
        (versions[0], versions[2]),
    ] {
        if let (Some(low), Some(high)) = (low, high)
            && exceeds(low, high)
        {
            let message = format!("{low_name} `{low}` is above {high_name} `{high}`");
            report.warning("compatibility.order", field(manifest, high_name), message);
        }
    }
}

fn check_form(field: String, version: &str, report: &mut Report) {
    let shown = text::excerpt(version, LONGEST);
    if version.chars().count() > LONGEST {
        let message = format!(
            "`{shown}` has more than {LONGEST} characters; write a generation such as \"12\" or a \
             build such as \"12.331\""
        );
        report.error("compatibility.too_long", field, message);
    } else if generation_of(version).is_none() {
        let message = format!(
            "`{shown}` is no version of Foundry; write a generation such as \"12\" or a build such \
             as \"12.331\""
        );
        report.warning("compatibility.form", field, message);
    }
}

/// The field that says so, in the terms of the manifest at hand.
fn field(manifest: &Manifest, name: &str) -> String {
    match name {
        _ if manifest.fields().contains_key("compatibility") => format!("compatibility.{name}"),
        "minimum" => "minimumCoreVersion".to_owned(),
        _ => "compatibleCoreVersion".to_owned(),
    }
}

/// Whether `low` is above `high`, a mere generation including all of its builds.
fn exceeds(low: &str, high: &str) -> bool {
    let (Some(low_generation), Some(high_generation)) = (generation_of(low), generation_of(high))
    else {
        return false;
    };
    match whole_generation(high) {
        Some(_) => low_generation > high_generation,
        None => is_newer(low, high),
    }
}
