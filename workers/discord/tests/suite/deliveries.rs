//! `/release status`.

use registry::{
    DeliveryId, Journal, Key, Record, Snowflake,
    record::{Announcement, Status, Subscriber},
};

use crate::world::{World, operator, texts};

#[test]
fn how_deliveries_are_is_told() {
    let world = World::new();
    world.failed_delivery("f-1");
    for (called, expected) in [
        (
            operator("release status").option("delivery", "f-1"),
            "GitHub said \\*no\\*",
        ),
        (
            operator("release status").option("delivery", "f-1"),
            "author/maps v2.0.0 · failed",
        ),
        (
            operator("release status")
                .option("delivery", "f-1")
                .locale("de"),
            "gescheitert",
        ),
        (
            operator("release status").option("delivery", "absent"),
            "No delivery `absent`",
        ),
        (
            operator("release status").option("package", "maps"),
            "v1.2.0 · done",
        ),
        (
            operator("release status").option("package", "absent"),
            "no package `absent`",
        ),
    ] {
        assert_eq!(world.answer(&called)["data"]["flags"], 64);
        world.host.drop_deferred();
        let said = texts(&world.later(&called));
        assert!(said.contains(expected), "no {expected:?} in\n{said}");
    }
    // Whoever subscribed is told of, too.
    let id = DeliveryId::parse("f-1").unwrap();
    let key = Key::Delivery(&id);
    let mut journal = Journal::decode(&world.host.bytes(&key.path()).unwrap()).unwrap();
    let subscriber = |channel: &str, status, detail: &str| {
        let mut announcement = Announcement::default();
        announcement.end(status, detail);
        Subscriber {
            channel: Snowflake::parse(channel).unwrap(),
            announcement,
            gone: false,
            made: None,
        }
    };
    journal.announcements.subscribers = Some(vec![
        subscriber("1", Status::Confirmed, ""),
        subscriber("2", Status::Confirmed, ""),
        subscriber("3", Status::Failed, "discord.com answered 403"),
    ]);
    world.host.place(&key.path(), journal.encode());
    let status = operator("release status").option("delivery", "f-1");
    for (locale, expected) in [
        (
            "en-US",
            "Subscribers: 2 confirmed, 1 given up\n<#3>: given up \\(discord.com",
        ),
        (
            "de",
            "Abonnenten: 2 bestätigt, 1 aufgegeben\n<#3>: aufgegeben",
        ),
    ] {
        let said = texts(&world.later(&status.clone().locale(locale)));
        let said = said.replace("given up (", "given up \\(");
        assert!(said.contains(expected), "no {expected:?} in\n{said}");
    }
    let neither = world.message(&operator("release status"));
    assert!(texts(&neither).contains("Name a delivery or a package"));
}
