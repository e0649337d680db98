//! Who did what to a package.

use std::error::Error;

use edge::Timestamp;
use registry::{
    Actor, Channel, Record, Version,
    record::{Action, Actions, Deed, MOST_ACTIONS},
};

type Outcome = Result<(), Box<dyn Error>>;

fn promote(channel: &str, version: &str, from: Option<&str>) -> Result<Deed, Box<dyn Error>> {
    Ok(Deed::Promote {
        channel: Channel::parse(channel)?,
        from: from.map(Version::parse).transpose()?,
        version: Version::parse(version)?,
    })
}

fn yank(version: &str, reason: &str) -> Result<Deed, Box<dyn Error>> {
    Ok(Deed::Yank {
        version: Version::parse(version)?,
        reason: reason.to_owned(),
    })
}

fn restore(version: &str) -> Result<Deed, Box<dyn Error>> {
    let version = Version::parse(version)?;
    Ok(Deed::Restore { version })
}

fn by_admin(deed: Deed) -> Action {
    at(0, deed)
}

fn at(seconds: i64, deed: Deed) -> Action {
    Action {
        at: Timestamp::from_milliseconds(seconds * 1000),
        by: Actor::Admin,
        deed,
    }
}

#[test]
fn the_last_word_on_a_thing_counts() -> Outcome {
    let mut actions = Actions::default();
    for deed in [
        promote("stable", "1.0.0", None)?,
        promote("beta", "2.0.0", None)?,
        yank("1.1.0", "first")?,
        restore("1.2.0")?,
    ] {
        actions.push(by_admin(deed));
    }
    for (deed, expected) in [
        (promote("stable", "1.0.0", Some("0.9.0"))?, true),
        (promote("stable", "2.0.0", None)?, false),
        (promote("beta", "2.0.0", None)?, true),
        (promote("alpha", "2.0.0", None)?, false),
        (yank("1.1.0", "second")?, true),
        (restore("1.1.0")?, false),
        (restore("1.2.0")?, true),
        (yank("1.2.0", "first")?, false),
        (yank("1.3.0", "first")?, false),
    ] {
        assert_eq!(
            actions.ends_with(&Actor::Admin, &deed),
            expected,
            "{deed:?}"
        );
    }
    actions.push(by_admin(restore("1.1.0")?));
    assert!(!actions.ends_with(&Actor::Admin, &yank("1.1.0", "first")?));
    Ok(())
}

#[test]
fn what_somebody_does_twice_in_a_moment_is_one_thing() -> Outcome {
    let mut actions = Actions::default();
    let by_mira = |action| Action {
        by: Actor::discord("42", "Mira"),
        ..action
    };
    for (action, count) in [
        (at(0, promote("stable", "1.0.0", None)?), 1),
        (at(1, promote("stable", "1.0.0", Some("0.9.0"))?), 1),
        (by_mira(at(2, promote("stable", "1.0.0", None)?)), 2),
        (by_mira(at(3, promote("stable", "1.1.0", None)?)), 3),
        (by_mira(at(63, promote("stable", "1.1.0", None)?)), 4),
    ] {
        actions.push(action);
        assert_eq!(actions.actions.len(), count);
    }
    let first = actions.actions.first().map(|action| action.deed.clone());
    assert_eq!(first, Some(promote("stable", "1.0.0", Some("0.9.0"))?));
    Ok(())
}

#[test]
fn the_newest_are_kept_and_read_again() -> Outcome {
    let mut actions = Actions::default();
    for number in 0..MOST_ACTIONS + 5 {
        actions.push(by_admin(yank(&format!("1.{number}"), "broken")?));
    }
    assert_eq!(actions.actions.len(), MOST_ACTIONS);
    let first = actions.actions.first().map(|action| action.deed.clone());
    assert_eq!(first, Some(yank("1.5", "broken")?));
    actions.push(Action {
        by: Actor::discord("42", "Mira\u{202e}\n<b>"),
        ..by_admin(promote("beta", "1.5", Some("1.4"))?)
    });
    assert_eq!(Actions::decode(&actions.encode())?, actions);
    let last = actions.actions.last().map(|action| action.by.to_string());
    assert_eq!(last.as_deref(), Some("Mira (42 on Discord)"));
    Ok(())
}
