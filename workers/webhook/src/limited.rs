//! Bodies that must not be longer than allowed, whatever they announce.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use edge::{Body, BodyError, Bytes};
use futures_util::{Stream, StreamExt};

/// `body`, which fails as soon as more than `limit` bytes have come.
pub fn limited(body: Body, limit: u64) -> Body {
    let length = body.length();
    let stream = Limited {
        body,
        limit,
        received: 0,
    };
    Body::stream(stream, length)
}

struct Limited {
    body: Body,
    limit: u64,
    received: u64,
}

impl Stream for Limited {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = self.body.poll_next_unpin(context);
        if let Poll::Ready(Some(Ok(bytes))) = &item {
            self.received += bytes.len() as u64;
            if self.received > self.limit {
                let limit = self.limit;
                self.body = Body::Empty;
                return Poll::Ready(Some(Err(BodyError::TooLarge { limit })));
            }
        }
        item
    }
}
