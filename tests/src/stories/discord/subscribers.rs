//! `/subscribe`: a channel's webhook is checked, kept, told of releases and forgotten.

use anyhow::{Result, ensure};
use serde_json::json;
use testkit::{
    fake::{Mode, Rule, discord, discord::Webhook},
    package::Package,
    payload::interaction::{GUILD, Interaction},
};

use super::{by_moderator, by_operator};
use crate::{interactions::Heard, publish::Journal, suite::Case, world::World};

/// A role that may be mentioned.
const ROLE: &str = "1309430000000000005";

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "discord: a channel subscribes, is told once of each release, and unsubscribes",
            subscribed,
        ),
        Case::new("discord: only a channel's own webhook is taken", others),
        Case::new(
            "discord: a subscription that fails delays no other, and one that is gone ends",
            failing,
        ),
    ]
}

fn publish(world: &World, name: &str, version: &str) -> Result<Journal> {
    let package = Package::module(&world.id(name), version);
    let release = world.release(&format!("acme/{name}"), &format!("v{version}"));
    release.asset("module.zip", package.zip()).publish()
}

/// A webhook of a channel that no other case has; its token is a secret.
fn webhook(world: &World, number: u64) -> Webhook {
    let channel = (1_309_440_000_000_000_000 + world.run % 1_000_000 * 1_000 + number).to_string();
    let webhook = world.fakes.discord().add_webhook(&channel, GUILD);
    world
        .transcript
        .keep_secret("a channel's webhook", &webhook.token);
    webhook
}

/// Calls `/subscribe`, and fills the form in with `url`.
fn subscribe(world: &World, id: &str, channel: &str, role: &str, url: &str) -> Result<Heard> {
    let mut command = Interaction::command("subscribe")
        .option("package", id)
        .mention("channel", 7, channel);
    if !role.is_empty() {
        command = command.mention("role", 8, role);
    }
    let form = world.interact(by_moderator(command))?;
    ensure!(form.answer["type"] == 9, "{}", form.answer);
    let name = form.answer["data"]["custom_id"]
        .as_str()
        .unwrap_or_default();
    let submit = by_moderator(Interaction::modal(name, &[("webhook", url)]));
    let heard = world.interact(submit)?;
    ensure!(heard.is_private(), "everybody sees {}", heard.answer);
    Ok(heard)
}

fn says(heard: &Heard, words: &str) -> Result<()> {
    ensure!(
        heard.text().contains(words),
        "{words:?} is not in {}",
        heard.text()
    );
    Ok(())
}

fn subscribed(world: &World) -> Result<()> {
    let fake = world.fakes.discord();
    let id = world.id("subscribed");
    publish(world, "subscribed", "1.0.0")?;
    let webhook = webhook(world, 1);
    let url = fake.url_of(&webhook);
    says(
        &subscribe(world, &id, &webhook.channel, ROLE, &url)?,
        "Subscribed",
    )?;
    let journal = publish(world, "subscribed", "1.1.0")?;
    let told = &journal.0["announcements"]["subscribers"][0];
    ensure!(told["channel"] == webhook.channel.as_str(), "{told}");
    ensure!(told["announcement"]["status"] == "confirmed", "{told}");
    let messages = fake.messages_in(&webhook.channel);
    let [message] = messages.as_slice() else {
        anyhow::bail!("{} messages", messages.len());
    };
    let mentions = json!({ "parse": [], "roles": [ROLE] });
    ensure!(message["allowed_mentions"] == mentions, "{message}");
    ensure!(message["content"] == format!("<@&{ROLE}>"), "{message}");
    ensure!(message.to_string().contains("1.1.0"), "{message}");

    let leave = || {
        let command = Interaction::command("unsubscribe").option("package", id.as_str());
        world.interact(by_moderator(command.mention(
            "channel",
            7,
            &webhook.channel,
        )))
    };
    // A moderator of another server has no say here.
    let stranger = Interaction::command("unsubscribe")
        .option("package", id.as_str())
        .mention("channel", 7, &webhook.channel);
    let stranger = by_moderator(stranger).guild("1309410000000000009");
    says(&world.interact(stranger)?, "were not announced")?;
    says(&leave()?, "no longer announced")?;
    says(&leave()?, "were not announced")?;
    publish(world, "subscribed", "1.2.0")?;
    ensure!(fake.messages_in(&webhook.channel).len() == 1);
    Ok(())
}

fn others(world: &World) -> Result<()> {
    let fake = world.fakes.discord();
    let id = world.id("choosy");
    publish(world, "choosy", "1.0.0")?;
    let own = webhook(world, 11);
    let elsewhere = webhook(world, 12);
    let foreign = fake.add_webhook(&own.channel, "1309410000000000009");
    for (url, words) in [
        (fake.url_of(&elsewhere), "another channel"),
        (fake.url_of(&foreign), "another channel"),
        (format!("{}x", fake.url_of(&own)), "does not know"),
        (
            "https://evil.example/api/webhooks/1/x".to_owned(),
            "not the URL",
        ),
        ("hello".to_owned(), "not the URL"),
    ] {
        says(&subscribe(world, &id, &own.channel, "", &url)?, words)?;
    }
    fake.script(Rule::on("GET", own.path(), Mode::Dropped).times(1));
    let v10 = own.path().replace("/api/", "/api/v10/");
    fake.script(Rule::on("GET", v10, Mode::Dropped).times(1));
    let heard = subscribe(world, &id, &own.channel, "", &fake.url_of(&own))?;
    says(&heard, "does not say just now")?;
    let journal = publish(world, "choosy", "1.1.0")?;
    let subscribers = &journal.0["announcements"]["subscribers"];
    ensure!(
        subscribers.as_array().is_none_or(Vec::is_empty),
        "{subscribers}"
    );
    Ok(())
}

fn failing(world: &World) -> Result<()> {
    let fake = world.fakes.discord();
    let id = world.id("robust");
    publish(world, "robust", "1.0.0")?;
    let webhooks: Vec<Webhook> = (21..27).map(|number| webhook(world, number)).collect();
    for webhook in &webhooks {
        let url = fake.url_of(webhook);
        says(
            &subscribe(world, &id, &webhook.channel, "", &url)?,
            "Subscribed",
        )?;
    }
    let path = |index: usize| webhooks[index].path().replace("/api/", "/api/v10/");
    fake.remove_webhooks(&webhooks[0].channel);
    fake.script(Rule::on("POST", path(1), Mode::AnswerLost).times(1));
    let limited = Mode::Answer(discord::limited(1.5, false));
    fake.script(Rule::on("POST", path(2), limited).times(1));
    let journal = publish(world, "robust", "1.1.0")?;
    let told = journal.0["announcements"]["subscribers"].clone();
    for (index, (status, messages)) in [
        ("failed", 0),
        ("unconfirmed", 1),
        ("confirmed", 1),
        ("confirmed", 1),
        ("confirmed", 1),
        ("confirmed", 1),
    ]
    .into_iter()
    .enumerate()
    {
        let told = &told[index];
        ensure!(told["announcement"]["status"] == status, "{index}: {told}");
        let count = fake.messages_in(&webhooks[index].channel).len();
        ensure!(count == messages, "{index}: {count} messages");
    }
    ensure!(told[0].to_string().contains("ended"), "{told}");
    let journal = publish(world, "robust", "1.2.0")?;
    let left = journal.0["announcements"]["subscribers"]
        .as_array()
        .map(Vec::len);
    ensure!(left == Some(5), "{left:?} are left");
    // An operator ends all that are left of the server.
    let end = by_operator(Interaction::command("release subscribers"))
        .option("package", id.as_str())
        .option("end", GUILD);
    let asked = world.interact(end)?;
    says(&asked, "5 subscribed")?;
    let button = asked.button("Yes")?;
    says(
        &world.interact(by_operator(Interaction::button(&button)))?,
        "Done",
    )?;
    let list = by_operator(Interaction::command("release subscribers"));
    let list = world.interact(list.option("package", id.as_str()))?;
    ensure!(list.is_private(), "everybody sees {}", list.answer);
    says(&list, "No channel has subscribed")
}
