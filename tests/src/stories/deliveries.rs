//! What GitHub is answered, and when.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use testkit::{
    fake::{Mode, Rule},
    package::Package,
    payload, sign,
};

use crate::{suite::Case, world::World};

/// GitHub's own limit of a payload, in bytes.
const MOST: usize = 25_000_000;

/// How long an answer to GitHub may take; GitHub itself gives up after ten seconds.
const PROMPT: Duration = Duration::from_secs(5);

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "deliveries: a signature of other bytes, or by another key, is 401 and leaves nothing",
            forged,
        ),
        Case::new(
            "deliveries: the signature comes before who may publish",
            unsigned_stranger,
        ),
        Case::new("deliveries: 25 MB are read, a byte more is 413", sizes),
        Case::new("deliveries: a ping is answered", ping),
        Case::new(
            "deliveries: other events and actions are ignored, with a reason",
            ignored,
        ),
        Case::new(
            "deliveries: a repository that is not listed is 403",
            strangers,
        ),
        Case::new(
            "deliveries: a repository that is listed by its name may publish",
            listed,
        ),
        Case::new(
            "deliveries: the answer does not wait for GitHub's files",
            prompt,
        ),
        Case::new("deliveries: a redelivery is a duplicate", redelivery),
        Case::new(
            "deliveries: several at once are one release, announced once",
            at_once,
        ),
        Case::new(
            "deliveries: another delivery of the same release changes nothing",
            again,
        ),
        Case::new("deliveries: the journal tells every step", journal),
    ]
}

fn forged(world: &World) -> Result<()> {
    let id = world.id("forged");
    let package = Package::module(&id, "1.0.0");
    let delivery = world
        .release("acme/forged", "v1.0.0")
        .source(package.zip())
        .make();
    let payload = delivery.payload("published");
    let secret = world.target.variable("GITHUB_WEBHOOK_SECRET");
    let right = sign::github(secret.as_bytes(), &payload);
    world
        .transcript
        .keep_secret("a signature", right.trim_start_matches("sha256="));
    let mut cut = right.clone();
    cut.pop();
    let signatures = [
        sign::github(b"another key", &payload),
        sign::github(b"", &payload),
        sign::github(secret.as_bytes(), &[&payload[..], b" "].concat()),
        right.replace("sha256=", "sha1="),
        right.replace("sha256=", ""),
        cut,
        format!("{right}0"),
    ];
    for signature in signatures {
        let mut headers = payload::headers("release", &delivery.id, &payload, None);
        headers.push(("x-hub-signature-256".into(), signature.clone()));
        let ask = world.ask("POST", "/webhooks/github").headers(headers);
        let answer = ask.body(&payload).send()?;
        ensure!(answer.status == 401, "{signature}: {}", answer.describe());
    }
    let path = format!("/webhooks/deliveries/{}", delivery.id);
    world.admin("GET", &path, "")?.expect(404)?;
    world
        .get(format!("/packages/{id}/module.json"))
        .send()?
        .expect(404)?;
    Ok(())
}

fn unsigned_stranger(world: &World) -> Result<()> {
    let delivery = world.release("mallory/evil", "v1.0.0").make();
    let payload = delivery.payload("published");
    let headers = payload::headers("release", &delivery.id, &payload, None);
    let ask = world.ask("POST", "/webhooks/github").headers(headers);
    ask.body(&payload).send()?.expect(401)?;
    Ok(())
}

fn sizes(world: &World) -> Result<()> {
    let secret = world.target.variable("GITHUB_WEBHOOK_SECRET").to_owned();
    let headers = |body: &[u8]| payload::headers("ping", "case-size", body, Some(&secret));
    let most = vec![b' '; MOST];
    let ask = || world.ask("POST", "/webhooks/github");
    // Read to the end, found to be signed, and only then found to be no JSON.
    ask()
        .headers(headers(&most))
        .body(&most)
        .send()?
        .expect(400)?;
    ask()
        .headers(headers(&most))
        .chunked(&most)
        .send()?
        .expect(400)?;
    let more = vec![b' '; MOST + 1];
    let answer = ask()
        .headers(headers(&more))
        .body(&more)
        .send()?
        .expect(413)?;
    ensure!(answer.header("content-type")? == "application/problem+json");
    ask()
        .headers(headers(&more))
        .chunked(&more)
        .send()?
        .expect(413)?;
    Ok(())
}

fn ping(world: &World) -> Result<()> {
    let body = payload::ping("acme/anything").to_string();
    let delivery = world.unique("delivery");
    let answer = world
        .deliver("ping", &delivery, body.as_bytes())?
        .expect(200)?;
    ensure!(answer.json()? == serde_json::json!({ "status": "pong" }));
    Ok(())
}

fn ignored(world: &World) -> Result<()> {
    let release = world.release("acme/ignored", "v1.0.0").make();
    let mut deliveries = vec![
        ("push", payload::other("push", "acme/ignored")),
        ("star", payload::other("star", "acme/ignored")),
    ];
    for action in [
        "created",
        "edited",
        "deleted",
        "unpublished",
        "prereleased",
        "released",
    ] {
        let github = world.fakes.github();
        let event = github.event(&release.repository, &release.tag, action);
        deliveries.push(("release", event));
    }
    for (event, payload) in deliveries {
        let delivery = world.unique("delivery");
        let body = payload.to_string();
        let answer = world
            .deliver(event, &delivery, body.as_bytes())?
            .expect(200)?;
        let said = answer.json()?;
        let name = format!("{event} {}", payload["action"]);
        ensure!(said["status"] == "ignored", "{name}: {said}");
        ensure!(
            said["reason"]
                .as_str()
                .is_some_and(|reason| !reason.is_empty()),
            "{name}: {said}"
        );
        let path = format!("/webhooks/deliveries/{delivery}");
        world.admin("GET", &path, "")?.expect(404)?;
    }
    Ok(())
}

fn strangers(world: &World) -> Result<()> {
    for repository in ["mallory/evil", "acmes/evil", "example/two"] {
        let delivery = world.release(repository, "v1.0.0").make();
        let answer = delivery.send("published")?.expect(403)?;
        ensure!(answer.header("content-type")? == "application/problem+json");
        ensure!(
            answer.text().contains("GITHUB_REPOSITORIES"),
            "{}",
            answer.text()
        );
    }
    Ok(())
}

fn listed(world: &World) -> Result<()> {
    let id = world.id("listed");
    let package = Package::module(&id, "1.0.0");
    world
        .release("example/one", "v1.0.0")
        .asset("module.zip", package.zip())
        .publish()?;
    world
        .get(format!("/packages/{id}/module.json"))
        .send()?
        .expect(200)?;
    Ok(())
}

fn prompt(world: &World) -> Result<()> {
    let id = world.id("slow");
    let package = Package::module(&id, "1.0.0");
    let release = world
        .release("acme/slow", "v1.0.0")
        .asset("module.zip", package.zip());
    let slow = Mode::Slow(Duration::from_secs(8));
    let delivery = release.make();
    let path = "/repos/acme/slow/releases/*";
    world
        .fakes
        .github()
        .script(Rule::on("GET", path, slow).times(1));
    let started = Instant::now();
    delivery.send("published")?.expect(202)?;
    let answered = started.elapsed();
    ensure!(answered < PROMPT, "the answer took {answered:?}");
    let journal = world.finished(&delivery.id)?;
    ensure!(journal.state() == "done", "{}", journal.0);
    ensure!(
        started.elapsed() >= Duration::from_secs(8),
        "GitHub was not waited for"
    );
    Ok(())
}

fn redelivery(world: &World) -> Result<()> {
    let id = world.id("redelivered");
    let package = Package::module(&id, "1.0.0");
    let release = world
        .release("acme/redelivered", "v1.0.0")
        .asset("module.zip", package.zip());
    let delivery = release.make();
    let answer = delivery.send("published")?.expect(202)?.json()?;
    ensure!(answer["status"] == "accepted" && answer["delivery"] == delivery.id.as_str());
    // Before and after the work is done.
    let answer = delivery.send("published")?.expect(200)?.json()?;
    ensure!(answer["status"] == "duplicate", "{answer}");
    world.finished(&delivery.id)?;
    let answer = delivery.send("published")?.expect(200)?.json()?;
    ensure!(answer["status"] == "duplicate", "{answer}");
    super::announced_times(world, &id, 1)
}

fn at_once(world: &World) -> Result<()> {
    let id = world.id("raced");
    let package = Package::module(&id, "1.0.0");
    let release = world
        .release("acme/raced", "v1.0.0")
        .asset("module.zip", package.zip());
    let delivery = release.make();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let senders: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| delivery.send("published")))
            .collect();
        let answers = senders.into_iter().filter_map(|sender| sender.join().ok());
        answers
            .filter_map(|answer| answer.ok().map(|answer| answer.status))
            .collect()
    });
    let accepted = statuses.iter().filter(|status| **status == 202).count();
    let duplicates = statuses.iter().filter(|status| **status == 200).count();
    ensure!((accepted, duplicates) == (1, 5), "{statuses:?}");
    let journal = world.finished(&delivery.id)?;
    ensure!(journal.state() == "done", "{}", journal.0);
    super::announced_times(world, &id, 1)
}

fn again(world: &World) -> Result<()> {
    let id = world.id("again");
    let package = Package::module(&id, "1.0.0");
    let release = || {
        world
            .release("acme/again", "v1.0.0")
            .asset("module.zip", package.zip())
    };
    release().publish()?;
    let before = super::served(world, &id)?;
    // A webhook set up for the organization and for the repository tells of everything twice.
    release().publish()?;
    ensure!(
        super::served(world, &id)? == before,
        "what is served has changed"
    );
    super::announced_times(world, &id, 1)
}

fn journal(world: &World) -> Result<()> {
    let id = world.id("journalled");
    let package = Package::module(&id, "1.0.0");
    let release = world
        .release("acme/journalled", "v1.0.0")
        .asset("module.zip", package.zip());
    let journal = release.publish()?;
    let states = [
        "received",
        "fetched",
        "packaged",
        "published",
        "announced",
        "done",
    ];
    ensure!(journal.states() == states, "{:?}", journal.states());
    let steps = journal.0["steps"].as_array().cloned().unwrap_or_default();
    let mut last = String::new();
    for step in &steps {
        let at = step["at"].as_str().unwrap_or_default().to_owned();
        ensure!(at.ends_with('Z') && at >= last, "{step} after {last}");
        last = at;
    }
    ensure!(journal.error_code().is_empty(), "{}", journal.0);
    ensure!(journal.version()? == "1.0.0");
    Ok(())
}
