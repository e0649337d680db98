//! An admin takes up again what has failed.

use edge::StatusCode;
use registry::{State, record::Status};
use testkit::{
    fake::{Mode, Reply, Rule},
    memory::{Operation, request},
    package::Package,
};

use crate::world::{
    ADMIN_TOKEN, World, admin, answer, assert_done, assert_whole, journal, resume_until_finished,
    served,
};

const RETRY: &str = "/webhooks/deliveries/d-1/retry";

#[test]
fn a_failed_delivery_is_taken_up_where_it_failed() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    let gone = Mode::Answer(Reply::new(404));
    let assets = "/repos/author/maps/releases/assets/*";
    world.github.script(Rule::on("GET", assets, gone));
    assert_eq!(world.publish("d-1", "v1.0.0").state, State::Failed);
    world.github.behave();
    let (status, said) = admin(&world.host, "POST", RETRY, "");
    assert_eq!(
        (status, &said["state"]),
        (StatusCode::ACCEPTED, &"received".into())
    );
    world.host.run(world.host.run_deferred()).unwrap();
    let journal = journal(&world.host, "d-1").unwrap();
    assert_done(&journal);
    assert!(
        journal
            .steps
            .iter()
            .any(|step| step.detail.contains("an admin"))
    );
    assert_whole(&world.host, "maps");
    let left = world.host.keys();
    assert!(!left.iter().any(|key| key.starts_with("open/")), "{left:?}");
    let (status, said) = admin(&world.host, "POST", RETRY, "");
    assert_eq!(status, StatusCode::CONFLICT, "{said}");
    assert_eq!(world.discord.messages().len(), 1);
}

#[test]
fn what_the_process_did_not_come_to_is_left_to_the_tick() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    let gone = Mode::Answer(Reply::new(404));
    let assets = "/repos/author/maps/releases/assets/*";
    world.github.script(Rule::on("GET", assets, gone));
    world.publish("d-1", "v1.0.0");
    world.github.behave();
    admin(&world.host, "POST", RETRY, "");
    world.host.drop_deferred();
    let restarted = world.host.peer();
    assert_done(&resume_until_finished(&restarted, "d-1").unwrap());
    assert_eq!(
        served(&restarted, "maps", "stable").as_deref(),
        Some("1.0.0")
    );
}

#[test]
fn announcements_that_were_given_up_are_sent_and_confirmed_ones_are_not() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    let refused = Mode::Answer(Reply::new(404));
    world.discord.script(Rule::on("POST", "*", refused));
    let first = world.publish("d-1", "v1.0.0");
    assert_eq!(first.announcements.discord.status, Status::Failed);
    world.discord.behave();
    let (status, said) = admin(&world.host, "POST", RETRY, "");
    assert_eq!(
        (status, &said["state"]),
        (StatusCode::ACCEPTED, &"published".into())
    );
    world.host.run(world.host.run_deferred()).unwrap();
    let journal = journal(&world.host, "d-1").unwrap();
    assert_done(&journal);
    assert_eq!(journal.announcements.discord.status, Status::Confirmed);
    assert_eq!(world.discord.messages().len(), 1);
    assert_eq!(world.foundry.releases().len(), 1);
}

#[test]
fn what_cannot_be_retried_is_refused_in_words() {
    let world = World::new();
    let (status, said) = admin(&world.host, "POST", RETRY, "");
    assert_eq!(status, StatusCode::NOT_FOUND, "{said}");
    let unauthorized = request("POST", RETRY).build();
    assert_eq!(
        answer(&world.host, unauthorized).0,
        StatusCode::UNAUTHORIZED
    );
    let put = request("PUT", "/admin/v1/packages/maps/releases/1.0.0")
        .header("authorization", &format!("Bearer {ADMIN_TOKEN}"))
        .body(b"no archive at all".to_vec())
        .build();
    let (_, refused) = answer(&world.host, put);
    let delivery = refused["delivery"].as_str().unwrap();
    let path = format!("/webhooks/deliveries/{delivery}/retry");
    let (status, said) = admin(&world.host, "POST", &path, "");
    assert_eq!(status, StatusCode::CONFLICT, "{said}");
    assert!(
        said["detail"].as_str().unwrap().contains("upload it again"),
        "{said}"
    );
}

#[test]
fn a_store_that_is_slow_to_list_leaves_time_to_work() {
    let world = World::new();
    world.release("v1.0.0", &Package::module("maps", "1.0.0"));
    world.deliver_to(&world.host, "d-1", "v1.0.0").unwrap();
    world.host.drop_deferred();
    let slow = world.host.peer();
    let clock = world.host.peer();
    slow.inject(move |point| {
        if point.operation == Operation::List {
            clock.advance(std::time::Duration::from_secs(30));
        }
        None
    });
    slow.run(edge::tick::<webhook::Webhook, _>(&slow)).unwrap();
    assert_done(&journal(&world.host, "d-1").unwrap());
}
