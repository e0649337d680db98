//! Authors' names and notes in every script, and with everything that Discord could take for more than
//! text.

use anyhow::{Result, ensure};
use testkit::{package::Package, payload::interaction::Interaction};

use crate::{suite::Case, world::World};

/// Titles, and what must not come of them.
const TITLES: &[(&str, &[&str])] = &[
    ("Kartenbündel für Übermut", &[]),
    ("地図とトークン", &[]),
    ("مجموعة الخرائط", &[]),
    ("חבילת מפות", &[]),
    ("แผนที่ 🎲👩🏽‍🚀 ﷽", &[]),
    (
        "@everyone <@1309420000000000007> <@&1309430000000000001>",
        &["<@1309", "<@&1309"],
    ),
    (
        "**bold** _it_ ~~gone~~ ||spoiler|| `code` # head",
        &["**bold**", "||spoiler||", "`code`"],
    ),
    (
        "[click](https://evil.example/) <https://evil.example/>",
        &["[click](https"],
    ),
    ("turned \u{202e}gnp.exe", &["\u{202e}"]),
];

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![Case::new(
        "discord: names and notes are text, in every script",
        shown,
    )]
}

fn shown(world: &World) -> Result<()> {
    for (number, (title, forbidden)) in TITLES.iter().enumerate() {
        let name = format!("named-{number}");
        let id = world.id(&name);
        let package = Package::module(&id, "1.0.0")
            .field("title", *title)
            .field("description", format!("{title} {}", "x ".repeat(4_000)));
        let release = world
            .release(&format!("acme/{name}"), "v1.0.0")
            .notes(title);
        release.asset("module.zip", package.zip()).publish()?;
        let called = |path: &str| Interaction::command(path).option("package", id.as_str());
        for command in [
            called("package info"),
            called("package latest").locale("de"),
            called("package versions"),
            Interaction::autocomplete("package info", "package", &id),
        ] {
            let heard = world.interact(command)?;
            let said = heard.text();
            ensure!(said.contains(&id), "{id} is not in {said}");
            if heard.answer["type"] == 8 {
                // Choices are plain text wherever they are shown.
                continue;
            }
            for part in *forbidden {
                ensure!(!said.contains(part), "{part:?} is in {said}");
            }
        }
        // Notes are the author's Markdown, but they mention nobody.
        let changelog = world.interact(called("package changelog"))?;
        ensure!(
            !changelog.text().contains("\u{202e}"),
            "{}",
            changelog.text()
        );
    }
    Ok(())
}
