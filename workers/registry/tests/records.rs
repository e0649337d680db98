//! Records: how a journal moves, what is remembered of a package, what older and newer versions
//! of vtta-edge make of each other's records.

use edge::Timestamp;
use registry::{
    Catalogue, CatalogueEntry, ChannelsRecord, DeliveryId, Failure, Finding, Findings, IdClaim,
    Journal, Manifest, Ownership, PackageId, PackageRecord, PackageType, Record, RecordError,
    ReopenError, Repository, Severity, State,
    record::{MAX_ATTEMPTS, ReleaseSource, Staged, StagedFrom},
    text,
};
use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const SECOND: i64 = 1000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_milliseconds(seconds * SECOND)
}

fn journal() -> Result<Journal, Box<dyn std::error::Error>> {
    Ok(Journal::new(
        DeliveryId::parse("72d3162e-cc78-11e3-81ab-4c9367dc0958")?,
        Repository::parse("holt/lantern")?,
        "release",
        "published",
        ReleaseSource {
            tag: "v1.0.0".to_owned(),
            ..ReleaseSource::default()
        },
        at(0),
    ))
}

fn package(manifest: &Value) -> Result<PackageRecord, Box<dyn std::error::Error>> {
    Ok(PackageRecord::new(
        PackageId::parse("lantern")?,
        PackageType::Module,
        Repository::parse("holt/lantern")?,
        &Manifest::parse(&serde_json::to_vec(manifest)?)?,
        at(1),
    ))
}

#[test]
fn a_delivery_goes_through_every_state_in_order() -> Outcome {
    let mut journal = journal()?;
    let path = [
        State::Fetched,
        State::Packaged,
        State::Published,
        State::Announced,
        State::Done,
    ];
    for (index, state) in path.into_iter().enumerate() {
        for wrong in path.into_iter().filter(|other| *other != state) {
            assert!(journal.advance(wrong, at(1), "").is_err(), "{wrong}");
        }
        assert!(journal.is_due(at(1)));
        journal.advance(state, at(1), "did it")?;
        assert_eq!(journal.state, state);
        assert_eq!(journal.steps.len(), index + 2);
    }
    assert!(journal.state.is_finished() && !journal.is_due(at(1)));
    Ok(())
}

#[test]
fn failures_are_retried_with_growing_pauses_and_then_given_up() -> Outcome {
    let mut journal = journal()?;
    journal.advance(State::Fetched, at(0), "")?;
    let mut now = at(0);
    let mut pauses = Vec::new();
    while journal.retry_later(now, Failure::new("upstream", "it did not answer"), None) {
        let next = journal.next_attempt_at.unwrap_or_default();
        assert!(!journal.is_due(now) && journal.is_due(next));
        pauses.push((next.milliseconds() - now.milliseconds()) / SECOND);
        now = next;
    }
    assert_eq!(pauses, [15, 60, 300, 900, 3600, 10_800, 21_600]);
    assert_eq!(pauses.len() + 1, usize::try_from(MAX_ATTEMPTS)?);
    assert_eq!(journal.state, State::Failed);
    assert!(!journal.is_due(now.plus(i64::MAX / 2)));
    let message = journal.error.as_ref().map(|error| error.message.as_str());
    assert_eq!(message, Some("it did not answer"));
    // An admin takes it up where it failed.
    journal.worker = "whoever worked on it".to_owned();
    journal.reopen(now, "an admin")?;
    assert!(journal.worker.is_empty(), "nobody works on it yet");
    assert_eq!(journal.state, State::Fetched);
    assert!(journal.is_due(now) && journal.attempts == 0);
    let last = journal.steps.last().map(|step| step.detail.as_str());
    assert_eq!(last, Some("taken up again by an admin"));
    let state = State::Fetched;
    assert_eq!(
        journal.reopen(now, "an admin"),
        Err(ReopenError::NotFailed { state })
    );
    Ok(())
}

#[test]
fn a_pause_that_was_asked_for_is_kept() -> Outcome {
    let mut journal = journal()?;
    journal.retry_later(at(0), Failure::new("limit", "429"), Some(90 * SECOND));
    assert_eq!(journal.next_attempt_at, Some(at(90)));
    journal.advance(State::Fetched, at(91), "")?;
    assert_eq!((journal.attempts, &journal.error), (0, &None));
    Ok(())
}

#[test]
fn a_delivery_that_is_worked_on_is_left_alone_until_the_worker_is_dead() -> Outcome {
    let mut journal = journal()?;
    journal.occupy(at(0), 60 * SECOND);
    assert!(!journal.is_due(at(59)) && journal.is_due(at(60)));
    journal.release();
    assert!(journal.is_due(at(1)));
    Ok(())
}

#[test]
fn steps_are_bounded_and_keep_the_first() -> Outcome {
    let mut journal = journal()?;
    for count in 0..200 {
        journal.note(at(count), "x".repeat(5000));
    }
    assert!(journal.steps.len() <= 60);
    assert_eq!(journal.steps[0].detail, "verified");
    assert!(journal.steps.iter().all(|step| step.detail.len() < 1100));
    Ok(())
}

#[test]
fn a_refusal_tells_the_author_what_to_do() {
    let finding = |code, field: &str| {
        Finding::new(Severity::Error, code, "module.json", field, "it is wrong")
    };
    let fields = ["version", "id", "url", "title", "readme"];
    let findings: Findings = fields
        .map(|field| finding("x", field))
        .into_iter()
        .collect();
    let failure = Failure::refused(findings);
    assert_eq!(failure.code, "lint");
    assert_eq!(
        failure.message,
        "the release was not published: module.json, version: it is wrong; module.json, id: it is \
         wrong; module.json, url: it is wrong (and 2 more)"
    );
}

#[test]
fn records_are_read_as_they_were_written() -> Outcome {
    let mut journal = journal()?;
    journal.staged = Some(Staged {
        from: StagedFrom::Asset {
            name: "module.zip".to_owned(),
        },
        size: 300_000_000_000,
        sha256: None,
        etag: "abc".to_owned(),
        vouched: true,
    });
    journal.source.set_notes(&"note ".repeat(2000));
    assert!(journal.source.notes.chars().count() <= 4000);
    journal.retry_later(at(5), Failure::refused(Findings::default()), None);
    assert_eq!(Journal::decode(&journal.encode())?, journal);

    let package = package(&json!({"title": "Lantern"}))?;
    assert_eq!(PackageRecord::decode(&package.encode())?, package);
    Ok(())
}

#[test]
fn records_of_other_versions_are_read_or_refused() -> Outcome {
    let old = br#"{"delivery": "d-1", "repository": "a/b", "state": "packaged"}"#;
    let journal = Journal::decode(old)?;
    assert_eq!((journal.state, journal.attempts), (State::Packaged, 0));

    let future = br#"{"schema": 1, "id": "m", "repository": "a/b", "stars": 5, "title": "M"}"#;
    assert_eq!(PackageRecord::decode(future)?.title, "M");

    let later = br#"{"schema": 2, "id": "m", "repository": "a/b"}"#;
    let refused = PackageRecord::decode(later);
    assert!(matches!(
        refused,
        Err(RecordError::TooNew { schema: 2, .. })
    ));
    for broken in [
        &b""[..],
        b"{}",
        b"{\"id\": \"../x\", \"repository\": \"a/b\"}",
    ] {
        let refused = PackageRecord::decode(broken);
        assert!(matches!(refused, Err(RecordError::Malformed { .. })));
    }
    Ok(())
}

#[test]
fn a_package_is_described_in_plain_and_harmless_words() -> Outcome {
    let long = "word ".repeat(300);
    let record = package(&json!({
        "title": "<b>Lantern</b> &amp; Co",
        "description": format!("<p onclick='x()'>Light<br>up, 2 < 3.</p><script>{long}"),
        "authors": [{"name": "A <i>B</i>"}, {"name": ""}, "C"],
        "url": "javascript:alert(1)",
    }))?;
    assert_eq!(record.title, "Lantern & Co");
    assert!(record.description.starts_with("Light up, 2 < 3. word"));
    assert!(record.description.chars().count() <= 500);
    assert_eq!(record.authors, ["A B", "C"]);
    assert_eq!(record.url, None);

    let mut record = package(&json!({"title": "A", "url": "https://x.example/m"}))?;
    assert_eq!(record.url.as_deref(), Some("https://x.example/m"));
    let later = Manifest::parse(br#"{"title": "B"}"#)?;
    assert!(record.describe(&later, at(9)) && !record.describe(&later, at(10)));
    assert_eq!((record.title.as_str(), record.updated_at), ("B", at(9)));
    assert_eq!(record.created_at, at(1));
    Ok(())
}

#[test]
fn what_is_kept_of_authors_texts_is_bounded() -> Outcome {
    let long = "ä".repeat(6_000);
    let record = package(&json!({
        "title": long, "description": long, "url": format!("https://x.example/{long}"),
        "authors": vec![json!({"name": long}); 60],
    }))?;
    assert!(record.encode().len() < 2 * (200 + 500 + 20 * 205) + 1000);
    assert_eq!(record.title, format!("{}…", "ä".repeat(199)));
    assert_eq!(text::name("<b>A</b>\n B"), "A B");
    assert_eq!(text::excerpt("äöü", 3), "äöü");
    assert_eq!(text::excerpt("äöüß", 3), "äö…");
    let failure = Failure::new("x", &*long);
    assert_eq!(failure.message.chars().count(), 2000);
    Ok(())
}

#[test]
fn links_of_authors_lead_to_the_web_only() {
    for (url, expected) in [
        ("https://x.example/a?b#c", true),
        ("HTTP://x.example", true),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("//x.example", false),
        ("https://x.example/\" onclick=\"", false),
        ("https://x.example/\nb", false),
    ] {
        assert_eq!(text::web_url(url).is_some(), expected, "{url}");
    }
}

#[test]
fn an_id_is_owned_whatever_its_case() -> Outcome {
    let (id, other) = (PackageId::parse("Lantern")?, PackageId::parse("lantern")?);
    let owner = Repository::parse("holt/lantern")?;
    let stranger = Repository::parse("mallory/lantern")?;
    let claim = IdClaim::new(id.clone(), owner.clone(), at(0));
    let same = Repository::parse("Holt/Lantern")?;
    assert_eq!(claim.ownership(&id, &same), Ownership::Ours);
    assert_eq!(
        claim.ownership(&id, &stranger),
        Ownership::Other {
            repository: owner.clone()
        }
    );
    assert_eq!(
        claim.ownership(&other, &stranger),
        Ownership::Lookalike {
            id,
            repository: owner
        }
    );
    Ok(())
}

#[test]
fn the_catalogue_keeps_the_latest_of_each_package_in_order() -> Outcome {
    let mut catalogue = Catalogue::default();
    let entry = |id: &str, revision: u64| -> Result<CatalogueEntry, Box<dyn std::error::Error>> {
        let mut package = package(&json!({"title": format!("{id} {revision}")}))?;
        package.id = PackageId::parse(id)?;
        let mut channels = ChannelsRecord::new(package.id.clone(), PackageType::Module);
        channels.revision = revision;
        Ok(CatalogueEntry::new(&package, &channels))
    };
    for (id, revision, changes) in [
        ("b", 2, true),
        ("C", 1, true),
        ("a", 1, true),
        ("b", 1, false),
        ("b", 2, false),
        ("b", 3, true),
    ] {
        assert_eq!(
            catalogue.put(entry(id, revision)?),
            changes,
            "{id} {revision}"
        );
    }
    let titles: Vec<&str> = catalogue
        .packages
        .iter()
        .map(|p| p.title.as_str())
        .collect();
    assert_eq!(titles, ["a 1", "b 3", "C 1"]);
    assert_eq!(Catalogue::decode(&catalogue.encode())?, catalogue);
    assert!(catalogue.get(&PackageId::parse("b")?).is_some());
    assert!(entry("a", 1)?.channels.is_empty());
    Ok(())
}
