//! Deliveries that nobody has signed take a bounded part of the memory.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use edge::{Body, BodyError, Bytes, Response, StatusCode, header};
use futures_util::{
    Stream,
    future::{join, join_all},
};
use testkit::{memory::request, payload, sign};
use webhook::Webhook;

use crate::world::{REPOSITORY, World};

/// A body of which so many bytes come, and then nothing for ever.
struct Hanging(usize);

impl Stream for Hanging {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = self.0.min(1 << 16);
        self.0 -= piece;
        match piece {
            0 => Poll::Pending,
            piece => Poll::Ready(Some(Ok(vec![b' '; piece].into()))),
        }
    }
}

async fn send(world: &World, body: Body, signature: &str) -> Response {
    let request = request("POST", "/webhooks/github")
        .header("x-github-event", "release")
        .header("x-github-delivery", "d-1")
        .header("x-hub-signature-256", signature)
        .body(body)
        .build();
    edge::serve::<Webhook, _>(&world.host, request).await
}

/// A signature in form only.
const WRONG: &str = "sha256=0000000000000000000000000000000000000000000000000000000000000000";

#[test]
fn what_strangers_send_leaves_room_for_a_delivery() {
    let world = World::new();
    let announced = Some(25_000_000);
    let hanging = (0..4).map(|_| send(&world, Body::stream(Hanging(300_000), announced), WRONG));
    let body = payload::Release::new(REPOSITORY, "v1.0.0")
        .event("created")
        .to_string();
    let right = sign::github(sign::TEST_KEY.as_bytes(), body.as_bytes());
    let ordinary = async {
        // After the others have begun.
        edge::Clock::sleep(&world.host, std::time::Duration::from_secs(1)).await;
        send(&world, body.clone().into(), &right).await
    };
    let (strangers, ordinary) = world.host.run(join(join_all(hanging), ordinary)).unwrap();
    assert_eq!(ordinary.status, StatusCode::OK);
    let statuses: Vec<StatusCode> = strangers.iter().map(|answer| answer.status).collect();
    let busy = statuses
        .iter()
        .filter(|status| **status == StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(busy.count(), 3, "{statuses:?}");
    let slow = statuses
        .iter()
        .filter(|status| **status == StatusCode::REQUEST_TIMEOUT);
    assert_eq!(slow.count(), 1, "{statuses:?}");
    let refused = strangers
        .iter()
        .find(|answer| answer.status == StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.unwrap().header(&header::RETRY_AFTER).unwrap(), "15");
    // Their room is given back.
    let after = send(&world, vec![b' '; 20_000_000].into(), WRONG);
    let after = world.host.run(after).unwrap();
    assert_eq!(after.status, StatusCode::UNAUTHORIZED);
}

#[test]
fn many_small_ones_are_bounded_too() {
    let world = World::new();
    let hanging = (0..400).map(|_| send(&world, Body::stream(Hanging(200_000), None), WRONG));
    let answers = world.host.run(join_all(hanging)).unwrap();
    let read = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::REQUEST_TIMEOUT);
    assert!((200..=280).contains(&read.count()));
}

#[test]
fn one_without_a_length_takes_at_most_twice_what_has_come() {
    let world = World::new();
    let hanging = (0..150).map(|_| send(&world, Body::stream(Hanging(300_000), None), WRONG));
    let answers = world.host.run(join_all(hanging)).unwrap();
    let read = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::REQUEST_TIMEOUT);
    let read = read.count();
    // Room that is doubled is copied once per byte; room for each piece, once per piece.
    assert!((60..=122).contains(&read), "{read}");
}
