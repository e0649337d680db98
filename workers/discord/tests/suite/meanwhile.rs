//! What happens between a question and its answer.

use std::cell::Cell;

use edge::Clock;
use registry::{DeliveryId, Journal, Key, PackageId, Record, Version};
use testkit::{
    memory::{Fault, Operation},
    payload::interaction::Interaction,
};

use crate::{
    operators::{asked, promote},
    world::{Release, World, operator, press, texts},
};

/// What was asked about is what is changed: where it is otherwise by then, nothing is done.
#[test]
fn what_others_changed_meanwhile_is_left_alone() {
    let of_maps = |path: &str| operator(path).option("package", "maps");
    let yank = |reason: &str| {
        let called = of_maps("release yank").option("version", "1.1.0");
        called.option("reason", reason)
    };
    let restore = || of_maps("release restore").option("version", "1.1.0");
    let retry = || operator("release retry").option("delivery", "f-1");
    // What was done before, what is asked, what others do before it is confirmed, and what stable
    // serves then.
    let cases: &[(&[Interaction], Interaction, &[Interaction], &str)] = &[
        (&[], promote("1.1.0"), &[promote("1.0.0")], "1.0.0"),
        (
            &[],
            of_maps("release rollback"),
            &[promote("1.3.0-beta.1")],
            "1.3.0-beta.1",
        ),
        (&[], yank("mine"), &[promote("1.1.0")], "1.1.0"),
        (
            &[yank("first")],
            restore(),
            &[restore(), yank("second")],
            "1.2.0",
        ),
    ];
    for (before, called, others, served) in cases {
        let world = World::new();
        let confirm = |called: &Interaction| {
            let (_, button) = asked(&world, called);
            world.host.advance(std::time::Duration::from_millis(5));
            texts(&world.later(&press(&button)))
        };
        before.iter().for_each(|called| drop(confirm(called)));
        let (_, button) = asked(&world, called);
        for other in *others {
            assert!(confirm(other).contains("Done"), "{other:?}");
        }
        let noted = world.actions("maps");
        for (locale, expected) in [
            ("en-US", "Others have changed this"),
            ("de", "hat sich geändert"),
        ] {
            let said = texts(&world.later(&press(&button).locale(locale)));
            assert!(said.contains(expected), "{called:?}: {said}");
        }
        assert_eq!(world.served("maps", "stable").as_deref(), Some(*served));
        assert_eq!(world.actions("maps"), noted);
    }
    // A new release is a change, too.
    let world = World::new();
    let (_, button) = asked(&world, &promote("1.1.0"));
    world.publish(&Release::of("maps", "1.4.0"));
    let said = texts(&world.later(&press(&button)));
    assert!(said.contains("Others have changed this"), "{said}");
    assert_eq!(world.served("maps", "stable").as_deref(), Some("1.4.0"));

    // A delivery that failed anew for another reason.
    let world = World::new();
    world.failed_delivery("f-1");
    let (_, button) = asked(&world, &retry());
    world.host.advance(std::time::Duration::from_secs(1));
    let id = DeliveryId::parse("f-1").unwrap();
    let key = Key::Delivery(&id);
    let bytes = world.host.bytes(&key.path()).unwrap();
    let mut journal = Journal::decode(&bytes).unwrap();
    journal.reopen(world.host.now(), "somebody").unwrap();
    journal.fail(
        world.host.now(),
        registry::Failure::new("fetch", "something else"),
    );
    world.host.place(&key.path(), journal.encode());
    let said = texts(&world.later(&press(&button)));
    assert!(said.contains("Others have changed this"), "{said}");
    assert_eq!(
        Journal::decode(&world.host.bytes(&key.path()).unwrap()).unwrap(),
        journal
    );
}

/// A release that was there when it was to be restored, and is withdrawn again at that moment.
#[test]
fn a_withdrawal_that_nobody_saw_is_not_taken_back() {
    let world = World::new();
    let of_maps = |path: &str| {
        let called = operator(path).option("package", "maps");
        called.option("version", "1.1.0")
    };
    let confirm = |called: &Interaction| {
        let (_, button) = asked(&world, called);
        texts(&world.later(&press(&button)))
    };
    let release = Key::Release(
        &PackageId::parse("maps").unwrap(),
        &Version::parse("1.1.0").unwrap(),
    )
    .path();
    confirm(&of_maps("release yank").option("reason", "broken"));
    let withdrawn = world.host.bytes(&release).unwrap();
    let (_, button) = asked(&world, &of_maps("release restore"));
    assert!(confirm(&of_maps("release restore")).contains("Done"));
    // Its record is read to see what was meant, and once more to change it.
    let (peer, reads, key) = (world.host.peer(), Cell::new(0), release.clone());
    let again = withdrawn.clone();
    world.host.inject(move |point| {
        if point.operation == Operation::Get && point.name == key {
            reads.set(reads.get() + 1);
            if reads.get() == 2 {
                peer.place(&key, again.clone());
            }
        }
        None
    });
    let said = texts(&world.later(&press(&button)));
    assert!(said.contains("Others have changed this"), "{said}");
    assert_eq!(world.host.bytes(&release), Some(withdrawn));
}

/// The catalogue is for lists; that it cannot be refreshed does not make anybody's deed unknown.
#[test]
fn a_deed_is_noted_whatever_becomes_of_the_catalogue() {
    let yank = operator("release yank")
        .option("package", "maps")
        .option("version", "1.2.0")
        .option("reason", "broken");
    for called in [promote("1.1.0"), yank] {
        let world = World::new();
        let (_, button) = asked(&world, &called);
        world.answer(&press(&button));
        world.host.inject(|point| {
            let is_it = point.operation == Operation::Put && point.name.contains("catalogue.json");
            is_it.then_some(Fault::Before)
        });
        world.host.block_on(world.host.run_deferred());
        world.host.heal();
        assert_eq!(world.served("maps", "stable").as_deref(), Some("1.1.0"));
        assert_eq!(world.actions("maps").actions.len(), 1);
    }
}
