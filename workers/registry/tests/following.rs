//! What becomes of published releases: finished, taken back, replaced, set for one generation.

use edge::Timestamp;
use registry::{
    Channel, ChannelsRecord, Compatibility, Digest, Generation, PackageId, PackageType,
    PromoteError, ReleaseSummary, Track, Version,
};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const NOW: Timestamp = Timestamp::from_milliseconds(1);

/// A release on its own channel, for the generations `minimum` to `maximum` (0: no bound).
fn release(version: &str, prerelease: bool, bounds: (u16, u16)) -> ReleaseSummary {
    let version = Version::parse(version).expect("a version");
    let bound = |number: u16| (number > 0).then(|| number.to_string());
    ReleaseSummary {
        channel: Channel::of(&version, prerelease),
        version,
        also: Vec::new(),
        off: Vec::new(),
        prerelease,
        published_at: Timestamp::default(),
        artifact: Digest::new([0; 32]),
        edition: None,
        size: 1,
        notes_url: None,
        compatibility: Compatibility {
            minimum: bound(bounds.0),
            verified: None,
            maximum: bound(bounds.1),
        },
        yanked: false,
    }
}

fn channels(
    releases: &[(&str, bool, (u16, u16))],
) -> Result<ChannelsRecord, Box<dyn std::error::Error>> {
    let mut channels = ChannelsRecord::new(PackageId::parse("m")?, PackageType::Module);
    for (version, prerelease, bounds) in releases {
        channels.publish(release(version, *prerelease, *bounds), NOW);
    }
    Ok(channels)
}

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

fn serving(channels: &ChannelsRecord, track: &str) -> String {
    let track = Track::parse(track).expect("a track");
    let served = channels.serving(&track);
    served
        .map(|release| release.version.to_string())
        .unwrap_or_default()
}

#[test]
fn a_prerelease_is_finished_only_where_that_is_news() -> Outcome {
    for (versions, finished, changed, stable) in [
        (vec![("1.0.0", true)], "1.0.0", true, "1.0.0"),
        (
            vec![("1.0.0", false), ("1.1.0", true)],
            "1.1.0",
            true,
            "1.1.0",
        ),
        (
            // Only what stable falls back to, and what old generations are served.
            vec![("1.2.0", false), ("1.1.0", true)],
            "1.1.0",
            true,
            "1.2.0",
        ),
        (vec![("1.0.0", false)], "1.0.0", false, "1.0.0"),
        (vec![("1.0.0", false)], "9.0.0", false, "1.0.0"),
    ] {
        let releases: Vec<_> = versions.iter().map(|(v, p)| (*v, *p, (0, 0))).collect();
        let mut channels = channels(&releases)?;
        let revision = channels.revision;
        assert_eq!(
            channels.finish(&version(finished), NOW),
            changed,
            "{versions:?}"
        );
        assert_eq!(channels.revision > revision, changed, "{versions:?}");
        assert_eq!(serving(&channels, "stable"), stable, "{versions:?}");
        assert!(
            !channels.finish(&version(finished), NOW),
            "twice: {versions:?}"
        );
    }
    let mut older = channels(&[("1.2.0", false, (0, 0)), ("1.1.0", true, (0, 0))])?;
    older.finish(&version("1.1.0"), NOW);
    older.set_yanked(&version("1.2.0"), true);
    assert_eq!(serving(&older, "stable"), "1.1.0");
    let mut yanked = channels(&[("1.0.0", true, (0, 0))])?;
    yanked.set_yanked(&version("1.0.0"), true);
    assert!(!yanked.finish(&version("1.0.0"), NOW));
    Ok(())
}

#[test]
fn what_leaves_stable_comes_back_to_where_it_was() -> Outcome {
    let all = [("1.0.0", false, (0, 0)), ("1.1.0", false, (0, 0))];
    let mut channels = channels(&all)?;
    assert!(channels.unfinish(&version("1.1.0"), NOW));
    assert!(!channels.unfinish(&version("1.1.0"), NOW), "twice");
    assert_eq!(serving(&channels, "stable"), "1.0.0");
    assert_eq!(serving(&channels, "beta"), "1.1.0");
    assert_eq!(serving(&channels, "core-12"), "1.0.0");
    assert!(channels.put_back(&version("1.1.0")));
    assert!(!channels.put_back(&version("1.1.0")), "twice");
    assert_eq!(serving(&channels, "stable"), "1.1.0");
    // An admin's word counts too.
    channels.unfinish(&version("1.1.0"), NOW);
    assert!(channels.promote(&Channel::stable(), &version("1.1.0"), NOW)?);
    assert_eq!(serving(&channels, "stable"), "1.1.0");
    // And what is published meanwhile stays.
    channels.unfinish(&version("1.1.0"), NOW);
    channels.publish(release("1.0.1", false, (0, 0)), NOW);
    assert_eq!(serving(&channels, "stable"), "1.0.1");
    channels.put_back(&version("1.1.0"));
    assert_eq!(serving(&channels, "stable"), "1.0.1");
    Ok(())
}

#[test]
fn renewing_keeps_the_place_and_the_withdrawal() -> Outcome {
    let mut channels = channels(&[("1.0.0", false, (0, 0))])?;
    channels.set_yanked(&version("1.0.0"), true);
    let mut renewed = release("1.0.0", true, (0, 0));
    renewed.edition = Some("abc".to_owned());
    assert!(channels.renew(renewed.clone()));
    assert!(!channels.renew(renewed), "twice");
    let known = channels.find(&version("1.0.0")).expect("it is there");
    assert!(known.yanked && known.channel.is_stable());
    assert_eq!(known.edition.as_deref(), Some("abc"));
    assert!(!channels.renew(release("2.0.0", false, (0, 0))));
    Ok(())
}

#[test]
fn a_fix_is_for_generations_that_the_newer_release_is_not_for() -> Outcome {
    let all = [("3.9.1", false, (11, 12)), ("4.1.0", false, (13, 0))];
    let channels = channels(&all)?;
    for (fix, bounds, expected) in [
        ("3.9.2", (11, 12), vec![11, 12]),
        ("3.9.2", (12, 0), vec![12]),
        ("3.9.2", (13, 0), vec![]),
        ("3.9.0", (11, 12), vec![]),
        ("3.9.0", (10, 12), vec![10]),
        ("4.2.0", (11, 12), vec![]),
    ] {
        let compatibility = release(fix, false, bounds).compatibility;
        let fixed = channels.fixes(&version(fix), &compatibility);
        let fixed: Vec<u16> = fixed.into_iter().map(Generation::number).collect();
        assert_eq!(fixed, expected, "{fix} for {bounds:?}");
    }
    Ok(())
}

#[test]
fn a_generation_is_set_within_what_is_for_it() -> Outcome {
    let all = [
        ("1.0.0", false, (11, 0)),
        ("1.1.0", false, (12, 0)),
        ("1.2.0-beta.1", false, (11, 0)),
    ];
    let mut channels = channels(&all)?;
    let core = |number| Generation::new(number).expect("a generation");
    let mut set = |number, text: &str| channels.set_core(core(number), Some(&version(text)), NOW);
    assert!(set(12, "1.0.0")?);
    assert!(!set(12, "1.0.0")?, "twice");
    for (number, text) in [(11, "1.1.0"), (12, "9.0.0"), (12, "1.2.0-beta.1")] {
        let refused = set(number, text);
        let not_for = matches!(refused, Err(PromoteError::NotFor { .. }));
        let unknown = matches!(refused, Err(PromoteError::Unknown(_)));
        assert!(
            if number == 11 { not_for } else { unknown },
            "{number} {text}"
        );
    }
    assert_eq!(serving(&channels, "core-12"), "1.0.0");
    assert_eq!(serving(&channels, "core-13"), "1.1.0");
    channels.publish(release("1.3.0", false, (13, 0)), NOW);
    assert_eq!(serving(&channels, "core-12"), "1.0.0");
    channels.publish(release("1.4.0", false, (12, 0)), NOW);
    assert_eq!(serving(&channels, "core-12"), "1.4.0");
    channels.set_core(core(12), Some(&version("1.1.0")), NOW)?;
    channels.set_yanked(&version("1.1.0"), true);
    assert_eq!(serving(&channels, "core-12"), "1.0.0");
    assert!(channels.set_core(core(12), None, NOW)?);
    assert!(!channels.set_core(core(12), None, NOW)?, "twice");
    assert_eq!(serving(&channels, "core-12"), "1.4.0");
    Ok(())
}
