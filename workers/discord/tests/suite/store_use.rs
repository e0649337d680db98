//! How often an answer uses the store before it is given: Discord waits three seconds, and a store may
//! take most of one for every use.

use discord::table::{Body, COMMANDS, Handler, Kind, Opt};
use testkit::{
    memory::Operation,
    payload::interaction::{GUILD, Interaction},
};

use crate::{
    operators::promote,
    world::{MANAGE_GUILD, Release, World, buttons, operator, press},
};

/// Most reads before an answer.
const READS: usize = 2;

/// Reads and writes of the store before an answer is given, and whether it is a direct one.
fn used(world: &World, interaction: &Interaction) -> (usize, usize, bool) {
    let before = world.host.points().len();
    let answer = world.answer(interaction);
    let points = world.host.points().split_off(before);
    let count = |kinds: &[Operation]| {
        let those = points.iter();
        those
            .filter(|point| kinds.contains(&point.operation))
            .count()
    };
    assert_eq!(count(&[Operation::Fetch]), 0, "{answer}");
    world.host.drop_deferred();
    (
        count(&[Operation::Get, Operation::Head, Operation::List]),
        count(&[Operation::Put, Operation::Delete]),
        answer["type"] != 5 && answer["type"] != 6,
    )
}

/// A world in which everything can be asked for; its key for buttons has been made.
pub fn world() -> World {
    let world = World::new();
    world.publish_many("many", 1_000);
    world.failed_delivery("broken");
    let message = world.message(&yank("1.1.0", "broken"));
    world.later(&press(&buttons(&message)[0]));
    world
}

fn yank(version: &str, reason: &str) -> Interaction {
    let called = operator("release yank").option("package", "maps");
    called.option("version", version).option("reason", reason)
}

/// A call of a command with something in each of its options.
pub fn call(path: &str, handler: Handler, options: &[Opt]) -> Interaction {
    options.iter().fold(operator(path), |call, option| {
        let version = match handler {
            Handler::ReleaseRestore => "1.1.0",
            _ => "1.0.0",
        };
        match (option.name, option.kind) {
            ("package", _) => call.option("package", "maps"),
            ("version", _) => call.option("version", version),
            ("channel", Kind::Completed(..)) => call.option("channel", "stable"),
            ("image", _) => call.option("image", "https://images.example/a.png"),
            ("delivery", _) => call.option("delivery", "broken"),
            ("end", _) => call.option("end", GUILD),
            (name, Kind::Number(..)) => call.option(name, 12),
            (name, Kind::Text(_) | Kind::Completed(..)) => call.option(name, "text"),
            (name, kind) => call.mention(name, kind.number(), "77"),
        }
    })
}

/// Every command of the table, as a path with what does it and what can be filled in.
pub fn commands() -> Vec<(String, Handler, &'static [Opt])> {
    COMMANDS
        .iter()
        .flat_map(|command| match command.body {
            Body::Does(handler, options) => vec![(command.name.to_owned(), handler, options)],
            Body::Has(subcommands) => subcommands
                .iter()
                .map(|one| {
                    let path = format!("{} {}", command.name, one.name);
                    (path, one.handler, one.options)
                })
                .collect(),
        })
        .collect()
}

#[test]
fn every_command_is_answered_after_two_reads_and_no_write() {
    let world = world();
    let mut direct = 0;
    for (path, handler, options) in commands() {
        let required: Vec<Opt> = options.iter().filter(|one| one.required).copied().collect();
        for options in [options, &required] {
            let called = call(&path, handler, options);
            let (reads, writes, is_direct) = used(&world, &called);
            assert!(reads <= READS, "/{path}: {reads} reads");
            assert_eq!(writes, 0, "/{path}");
            direct += usize::from(is_direct && reads > 0);
        }
    }
    assert!(direct >= 10, "{direct} direct answers that read the store");
}

#[test]
fn every_option_is_completed_after_one_read() {
    let world = world();
    let mut read = 0;
    for (path, handler, options) in commands() {
        for option in options {
            if !matches!(option.kind, Kind::Completed(..)) {
                continue;
            }
            let others: Vec<Opt> = options
                .iter()
                .filter(|one| one.name == "package")
                .copied()
                .collect();
            let typing = match option.name {
                "package" => operator(&path).typing("package", "ma"),
                name => call(&path, handler, &others).typing(name, "1"),
            };
            let (reads, writes, is_direct) = used(&world, &typing);
            assert_eq!(
                (reads, writes, is_direct),
                (1, 0, true),
                "/{path} {}",
                option.name
            );
            read += 1;
        }
    }
    assert!(read >= 10, "{read}");
}

#[test]
fn every_button_and_form_is_answered_after_two_reads_and_no_write() {
    let world = world();
    let short = buttons(&world.message(&promote("1.0.0")));
    let long = buttons(&world.later(&yank("1.0.0", &"reason ".repeat(60))));
    let pages = Interaction::command("package versions").option("package", "many");
    let pages = buttons(&world.message(&pages));
    let form = operator("subscribe").option("package", "maps");
    let form = world.answer(&form)["data"]["custom_id"].clone();
    let url = "https://discord.com/api/webhooks/1/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let form = Interaction::modal(form.as_str().unwrap_or_default(), &[("url", url)]);
    for (what, interaction) in [
        ("yes", press(&short[0])),
        ("no", press(&short[1])),
        ("yes to what is long", press(&long[0])),
        ("no to what is long", press(&long[1])),
        ("a page", press(&pages[0])),
        (
            "a button of somebody else's",
            press("c:ffffffff:AAAAAAAAAAAAAAAAAAAAAA:n"),
        ),
        ("an unknown button", press("zzz")),
        ("a form", form.member(&[], MANAGE_GUILD)),
    ] {
        let (reads, writes, _) = used(&world, &interaction);
        assert!(reads <= READS, "{what}: {reads} reads");
        assert_eq!(writes, 0, "{what}");
    }
}

/// The key is made once in the life of a store: the one write that an answer waits for.
#[test]
fn the_first_question_makes_the_key_and_no_later_one() {
    let world = World::empty();
    world.publish(&Release::of("maps", "1.0.0"));
    world.publish(&Release::of("maps", "1.1.0"));
    assert_eq!(used(&world, &promote("1.0.0")), (2, 1, true));
    assert_eq!(used(&world, &promote("1.0.0")), (2, 0, true));
}

/// What a button has no room for takes one use of the store more, so its question comes later.
#[test]
fn a_question_that_is_too_long_for_its_button_comes_later() {
    let world = world();
    let (reads, writes, is_direct) = used(&world, &yank("1.0.0", &"reason ".repeat(60)));
    assert_eq!((reads, writes, is_direct), (1, 0, false));
}
