//! A store that answers other bytes than were written.

use std::time::Duration;

use edge::{
    Objects,
    objects::{Get, Got, ObjectError},
};
use edge_cache::{Doubt, Near};
use testkit::memory::{MemoryHost, Odd, Operation};

const FRESH: Duration = Duration::from_secs(5);

#[test]
fn what_is_not_as_announced_is_not_put_near() {
    let host = MemoryHost::new();
    host.give_nearby();
    host.place("key", b"text".to_vec());
    let lying = Near::new(
        Odd {
            store: host.peer(),
            pause: Duration::ZERO,
            lies: true,
        },
        host.clone(),
        "here",
        FRESH,
        Doubt::default(),
    );
    let got = host.block_on(lying.object_get("key", Get::default()));
    assert!(matches!(got, Err(ObjectError::Checksum)), "{got:?}");
    host.block_on(host.run_deferred());
    let honest = host.peer();
    let near = Near::new(
        honest.clone(),
        host.clone(),
        "here",
        FRESH,
        Doubt::default(),
    );
    let got = host.block_on(near.object_get("key", Get::default()));
    assert!(matches!(got, Ok(Got::Found(_))), "{got:?}");
    let points = honest.points();
    let reads = points.iter().filter(|one| one.operation == Operation::Get);
    assert_eq!(reads.count(), 1, "nothing was near");
}
