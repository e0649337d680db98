//! What a channel serves after publishing, promoting, rolling back, yanking and restoring.

use edge::Timestamp;
use registry::{
    Channel, ChannelsRecord, Compatibility, Digest, Generation, NameError, PackageId, PackageType,
    PromoteError, ReleaseSummary, Track, Version,
};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Something that is done to a package's channels.
enum Do {
    /// Publish the version on its own channel; versions with a hyphen are betas.
    Publish(&'static str),
    /// Set a channel to a version.
    Promote(&'static str, &'static str),
    Yank(&'static str),
    Restore(&'static str),
}

use Do::{Promote, Publish, Restore, Yank};

fn release(version: &str) -> Result<ReleaseSummary, NameError> {
    let version = Version::parse(version)?;
    Ok(ReleaseSummary {
        channel: Channel::of(&version, false),
        version,
        also: Vec::new(),
        off: Vec::new(),
        edition: None,
        prerelease: false,
        published_at: Timestamp::default(),
        artifact: Digest::new([0; 32]),
        size: 1,
        notes_url: None,
        compatibility: Compatibility::default(),
        yanked: false,
    })
}

fn after(steps: &[Do]) -> Result<ChannelsRecord, Box<dyn std::error::Error>> {
    let mut channels = ChannelsRecord::new(PackageId::parse("m")?, PackageType::Module);
    for (index, step) in steps.iter().enumerate() {
        let now = Timestamp::from_milliseconds(i64::try_from(index)?);
        let revision = channels.revision;
        let changed = match step {
            Publish(version) => channels.publish(release(version)?, now),
            Promote(channel, version) => {
                channels.promote(&Channel::parse(channel)?, &Version::parse(version)?, now)?
            }
            Yank(version) => channels.set_yanked(&Version::parse(version)?, true),
            Restore(version) => channels.set_yanked(&Version::parse(version)?, false),
        };
        assert_eq!(changed, channels.revision > revision, "step {index}");
    }
    Ok(channels)
}

/// Checks what `stable` and `beta` serve after `steps`; `""` is nothing.
fn check(steps: &[Do], stable: &str, beta: &str) -> Outcome {
    let channels = after(steps)?;
    let served = |channel: &Channel| {
        let release = channels.served(channel);
        release.map_or("", |release| release.version.as_str())
    };
    let context = format!("{channels:#?}");
    assert_eq!(served(&Channel::stable()), stable, "stable: {context}");
    assert_eq!(served(&Channel::beta()), beta, "beta: {context}");
    Ok(())
}

#[test]
fn publishing_moves_the_own_channel_only() -> Outcome {
    check(&[], "", "")?;
    check(&[Publish("1.0.0")], "1.0.0", "")?;
    check(&[Publish("1.0.0"), Publish("1.1.0")], "1.1.0", "")?;
    check(
        &[Publish("1.0.0"), Publish("1.1.0-beta.1")],
        "1.0.0",
        "1.1.0-beta.1",
    )?;
    // Late deliveries never move a channel backwards.
    check(&[Publish("1.2.0"), Publish("1.1.0")], "1.2.0", "")?;
    check(&[Publish("1.9.0"), Publish("1.10.0")], "1.10.0", "")
}

#[test]
fn order_of_arrival_does_not_matter() -> Outcome {
    let names = ["1.0.0", "1.2.0", "1.10.0", "1.11.0-beta.1"];
    for first in 0..4 {
        for second in 0..4 {
            let mut order: Vec<usize> = (0..4).collect();
            order.swap(0, first);
            order.swap(1, second);
            let steps: Vec<Do> = order.iter().map(|&index| Publish(names[index])).collect();
            check(&steps, "1.10.0", "1.11.0-beta.1")?;
        }
    }
    Ok(())
}

#[test]
fn beta_takes_the_stable_release_that_follows_it() -> Outcome {
    let beta = || Publish("2.0.0-beta.1");
    check(&[beta(), Publish("2.0.0")], "2.0.0", "2.0.0")?;
    check(&[beta(), Publish("2.0.1")], "2.0.1", "2.0.1")?;
    check(&[beta(), Publish("1.9.1")], "1.9.1", "2.0.0-beta.1")?;
    check(
        &[beta(), Publish("2.0.1"), Publish("2.1.0-beta.1")],
        "2.0.1",
        "2.1.0-beta.1",
    )
}

#[test]
fn a_withdrawn_release_gives_way_to_the_one_before() -> Outcome {
    let two = || [Publish("1.0.0"), Publish("1.1.0")];
    let with = |more: Vec<Do>| two().into_iter().chain(more).collect::<Vec<Do>>();
    check(&with(vec![Yank("1.1.0")]), "1.0.0", "")?;
    check(&with(vec![Yank("1.0.0")]), "1.1.0", "")?;
    check(&with(vec![Yank("1.1.0"), Yank("1.0.0")]), "", "")?;
    check(&with(vec![Yank("1.1.0"), Restore("1.1.0")]), "1.1.0", "")?;
    check(&with(vec![Yank("1.1.0"), Publish("1.1.1")]), "1.1.1", "")?;
    check(&with(vec![Yank("1.1.0"), Publish("1.0.1")]), "1.0.1", "")?;
    // What was published meanwhile stays.
    check(
        &with(vec![Yank("1.1.0"), Publish("1.1.1"), Restore("1.1.0")]),
        "1.1.1",
        "",
    )?;
    // Yanking what is not there is nothing.
    check(&with(vec![Yank("9.9.9")]), "1.1.0", "")
}

#[test]
fn beta_without_releases_of_its_own_serves_stable() -> Outcome {
    check(
        &[
            Publish("1.0.0"),
            Publish("1.1.0-beta.1"),
            Yank("1.1.0-beta.1"),
        ],
        "1.0.0",
        "1.0.0",
    )?;
    check(
        &[
            Publish("2.0.0-beta.1"),
            Publish("2.0.0-beta.2"),
            Publish("2.0.0"),
            Yank("2.0.0"),
        ],
        "",
        "2.0.0-beta.2",
    )
}

#[test]
fn rolling_back_holds() -> Outcome {
    let three = || [Publish("1.0.0"), Publish("1.1.0"), Publish("1.2.0")];
    let with = |more: Vec<Do>| three().into_iter().chain(more).collect::<Vec<Do>>();
    let back = || Promote("stable", "1.1.0");
    check(&with(vec![back()]), "1.1.0", "")?;
    // A repeated publish of the release that was rolled back changes nothing.
    check(&with(vec![back(), Publish("1.2.0")]), "1.1.0", "")?;
    // Nor does what was rolled back come back because of a yank.
    check(&with(vec![back(), Yank("1.1.0")]), "1.0.0", "")?;
    check(&with(vec![back(), Publish("1.2.1")]), "1.2.1", "")?;
    check(&with(vec![back(), Promote("stable", "1.2.0")]), "1.2.0", "")
}

#[test]
fn a_promoted_beta_is_served_on_both() -> Outcome {
    let beta = || [Publish("1.0.0"), Publish("2.0.0-beta.1")];
    let with = |more: Vec<Do>| beta().into_iter().chain(more).collect::<Vec<Do>>();
    let promoted = || Promote("stable", "2.0.0-beta.1");
    check(&with(vec![promoted()]), "2.0.0-beta.1", "2.0.0-beta.1")?;
    check(
        &with(vec![promoted(), Yank("2.0.0-beta.1")]),
        "1.0.0",
        "1.0.0",
    )
}

#[test]
fn only_releases_that_are_there_can_be_promoted() -> Outcome {
    let mut channels = after(&[Publish("1.0.0"), Publish("1.1.0"), Yank("1.1.0")])?;
    let before = channels.clone();
    let (unknown, yanked) = (Version::parse("2.0.0")?, Version::parse("1.1.0")?);
    for (version, error) in [
        (&unknown, PromoteError::Unknown(unknown.clone())),
        (&yanked, PromoteError::Yanked(yanked.clone())),
    ] {
        let result = channels.promote(&Channel::stable(), version, Timestamp::default());
        assert_eq!(result, Err(error));
    }
    assert_eq!(channels, before);
    Ok(())
}

#[test]
fn absent_and_emptied_tracks_differ() -> Outcome {
    let channels = after(&[Publish("1.0.0"), Yank("1.0.0")])?;
    for (track, has) in [("stable", true), ("beta", false), ("core-12", true)] {
        let track = Track::parse(track)?;
        assert!(channels.serving(&track).is_none(), "{track}");
        assert_eq!(channels.has(&track), has, "{track}");
    }
    Ok(())
}

#[test]
fn moves_are_remembered_but_bounded() -> Outcome {
    let mut steps = vec![Publish("1.0.0"), Publish("1.1.0")];
    for _ in 0..40 {
        steps.push(Promote("stable", "1.0.0"));
        steps.push(Promote("stable", "1.1.0"));
    }
    let channels = after(&steps)?;
    assert_eq!(channels.moves.len(), 50);
    let last = channels.moves.last().map(|last| last.to.as_str());
    assert_eq!(last, Some("1.1.0"));
    Ok(())
}

/// Minimum and maximum, and the generations 9 to 15 that they admit.
#[test]
fn compatibility_admits_generations_as_foundry_does() -> Outcome {
    for (minimum, maximum, admitted) in [
        ("", "", "9 10 11 12 13 14 15"),
        ("12", "", "12 13 14 15"),
        ("12.331", "", "12 13 14 15"),
        ("13.0", "", "13 14 15"),
        ("0.8.6", "", "9 10 11 12 13 14 15"),
        ("", "12", "9 10 11 12"),
        ("", "12.331", "9 10 11 12"),
        ("", "12.0", "9 10 11 12"),
        ("10", "12", "10 11 12"),
        ("11", "11", "11"),
        ("13", "12", ""),
        ("", "0.8.9", ""),
        ("", "11.x", "9 10 11"),
        ("any", "", ""),
    ] {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let compatibility = Compatibility {
            minimum: text(minimum),
            verified: None,
            maximum: text(maximum),
        };
        let found: Vec<String> = (9..=15)
            .filter_map(Generation::new)
            .filter(|generation| compatibility.admits(*generation))
            .map(|generation| generation.to_string())
            .collect();
        assert_eq!(found.join(" "), admitted, "{minimum:?} to {maximum:?}");
    }
    Ok(())
}

#[test]
fn each_generation_gets_the_newest_release_that_admits_it() -> Outcome {
    let mut channels = ChannelsRecord::new(PackageId::parse("m")?, PackageType::Module);
    for (version, minimum, maximum) in [
        ("1.0.0", "9", "10"),
        ("2.0.0", "10", "11"),
        ("2.1.0", "11", "12"),
        ("3.0.0", "12", ""),
        ("3.1.0-beta.1", "13", ""),
    ] {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut release = release(version)?;
        release.compatibility.minimum = text(minimum);
        release.compatibility.maximum = text(maximum);
        channels.publish(release, Timestamp::default());
    }
    let serves = |channels: &ChannelsRecord| {
        let served = (8..=13).filter_map(Generation::new).map(|generation| {
            let release = channels.for_core(generation);
            release.map_or("-", |release| release.version.as_str())
        });
        served.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(serves(&channels), "- 1.0.0 2.0.0 2.1.0 3.0.0 3.0.0");
    channels.set_yanked(&Version::parse("2.1.0")?, true);
    assert_eq!(serves(&channels), "- 1.0.0 2.0.0 2.0.0 3.0.0 3.0.0");
    channels.set_yanked(&Version::parse("2.1.0")?, false);
    // Rolled back to 2.1.0: 3.0.0 is served to nobody.
    channels.promote(
        &Channel::stable(),
        &Version::parse("2.1.0")?,
        Timestamp::default(),
    )?;
    assert_eq!(serves(&channels), "- 1.0.0 2.0.0 2.1.0 2.1.0 -");
    Ok(())
}
