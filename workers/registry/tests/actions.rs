//! Who did what to a package.

use std::error::Error;

use edge::Timestamp;
use registry::{
    Actor, Channel, DeliveryId, Generation, Record, Repository, Snowflake, Version,
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
fn every_kind_is_read_as_it_was_written() -> Outcome {
    let version = Version::parse("1.0.0")?;
    let name = "ci".to_owned();
    let deeds = [
        promote("beta", "1.0.0", None)?,
        promote("beta", "1.1.0", Some("1.0.0"))?,
        Deed::SetCore {
            generation: Generation::parse("12")?,
            version: Some(version.clone()),
        },
        Deed::SetCore {
            generation: Generation::parse("12")?,
            version: None,
        },
        yank("1.0.0", "broken")?,
        restore("1.0.0")?,
        Deed::Replace {
            version,
            edition: "abc".to_owned(),
        },
        Deed::Retry {
            delivery: DeliveryId::parse("d-1")?,
        },
        Deed::EndSubscriptions {
            place: Snowflake::parse("7")?,
        },
        Deed::CreateToken { name: name.clone() },
        Deed::RevokeToken { name: name.clone() },
    ];
    let actors = [
        Actor::Admin,
        Actor::discord("42", "Mira"),
        Actor::Token { name },
        Actor::Author {
            repository: Repository::parse("acme/maps")?,
        },
    ];
    let mut actions = Actions::default();
    for (number, (deed, by)) in deeds.into_iter().zip(actors.iter().cycle()).enumerate() {
        let action = at(i64::try_from(number)? * 100, deed);
        actions.push(Action {
            by: by.clone(),
            ..action
        });
    }
    let read = Actions::decode(&actions.encode())?;
    assert_eq!(read, actions);
    // Of each kind what it cannot be without is asked for.
    let written = String::from_utf8(actions.encode())?;
    for (there, gone) in [
        (r#""kind":"retry""#, r#""kind":"sell""#),
        (r#""delivery":"d-1""#, r#""parcel":"d-1""#),
        (r#""channel":"beta""#, r#""canal":"beta""#),
        (r#""repository":"acme/maps""#, r#""origin":"acme/maps""#),
    ] {
        let damaged = written.replace(there, gone);
        assert_ne!(damaged, written, "{there}");
        assert!(Actions::decode(damaged.as_bytes()).is_err(), "{gone}");
    }
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
