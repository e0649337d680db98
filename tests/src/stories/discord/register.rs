//! `cargo xtask discord register`, as an operator calls it.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use testkit::fake::{Mode, Reply, Rule, discord};

use crate::{settings, suite::Case, world::World};

/// The bot's token, which is configured nowhere.
const TOKEN: &str = "test-only-bot-token.7d1c.5b20";

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![Case::new(
        "discord: commands are registered as they are, and only where they differ",
        registered,
    )]
}

/// What the command printed, and whether it ended well.
struct Printed {
    text: String,
    well: bool,
}

fn register(world: &World, token: &str, application: &str, words: &[&str]) -> Result<Printed> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let output = cargo
        .args(["run", "--quiet", "--locked", "--package", "xtask", "--"])
        .args(["discord", "register"])
        .args(words)
        .current_dir(settings::root())
        .env("DISCORD_BOT_TOKEN", token)
        .env("DISCORD_APPLICATION_ID", application)
        .env("DISCORD_API_URL", world.fakes.discord().api_url())
        .output()
        .context("cargo cannot be started")?;
    let text = [output.stdout, output.stderr].concat();
    world.transcript.saw("what registering printed", &text);
    Ok(Printed {
        text: String::from_utf8_lossy(&text).into_owned(),
        well: output.status.success(),
    })
}

fn says(printed: &Printed, well: bool, words: &[&str]) -> Result<()> {
    ensure!(printed.well == well, "{}", printed.text);
    for word in words {
        ensure!(
            printed.text.contains(word),
            "{word:?} is not in {}",
            printed.text
        );
    }
    Ok(())
}

fn registered(world: &World) -> Result<()> {
    let fake = world.fakes.discord();
    // An application of its own, for the fake may have been told before.
    let application = (1_309_450_000_000_000_000 + world.run).to_string();
    let guild = "1309410000000000000";
    world.transcript.keep_secret("DISCORD_BOT_TOKEN", TOKEN);
    fake.application(&application, TOKEN);
    let run = |words: &[&str]| register(world, TOKEN, &application, words);

    says(
        &run(&["--dry-run"])?,
        true,
        &["+ package", "+ subscribe", "dry run"],
    )?;
    ensure!(
        fake.commands(&application, None).is_empty(),
        "a dry run put them"
    );
    // Discord's limits and failures are waited out.
    for mode in [
        Mode::Answer(discord::limited(0.2, false)),
        Mode::Answer(Reply::new(503)),
    ] {
        fake.script(Rule::on("PUT", "/api/v10/applications/*", mode).times(1));
    }
    says(&run(&[])?, true, &["+ package", "Registered everywhere"])?;
    let commands = fake.commands(&application, None);
    let names: Vec<&str> = commands
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    ensure!(
        names.contains(&"status") && names.contains(&"release"),
        "{names:?}"
    );
    let puts = || {
        let puts = fake
            .requests()
            .into_iter()
            .filter(|asked| asked.method == "PUT");
        puts.filter(|asked| asked.path.contains(&application))
            .count()
    };
    let before = puts();
    says(&run(&[])?, true, &["= package", "nothing to do"])?;
    ensure!(puts() == before, "the same commands were put again");
    says(&run(&["--guild", guild])?, true, &["+ package", guild])?;
    ensure!(!fake.commands(&application, Some(guild)).is_empty());

    let wrong = register(world, "wrong", &application, &[])?;
    says(&wrong, false, &["DISCORD_BOT_TOKEN"])?;
    let missing = register(world, "", &application, &[])?;
    says(&missing, false, &["DISCORD_BOT_TOKEN is not set"])?;
    let none = register(world, TOKEN, "not-an-id", &[])?;
    says(&none, false, &["DISCORD_APPLICATION_ID"])
}
