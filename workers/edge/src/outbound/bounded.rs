//! A body that ends with an error when it is too long, too slow, or not as long as announced.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{Stream, StreamExt};

use crate::{Body, BodyError, Bytes, Clock};

/// The bounds of a body.
pub(super) struct Limits {
    /// Its announced length, in bytes.
    pub announced: Option<u64>,
    /// Most bytes.
    pub bytes: u64,
    /// Time left for it.
    pub left: Duration,
    /// Time that the whole exchange had, for the message.
    pub total: Duration,
}

/// `body` within `limits`.
pub(super) fn bounded<H>(host: &H, body: Body, limits: Limits) -> Body
where
    H: Clock + Clone + 'static,
{
    let clock = host.clone();
    let left = limits.left;
    let length = limits.announced;
    let stream = Bounded {
        body,
        limits,
        received: 0,
        ended: false,
        deadline: Box::pin(async move { clock.sleep(left).await }),
    };
    Body::stream(stream, length)
}

struct Bounded {
    body: Body,
    limits: Limits,
    received: u64,
    ended: bool,
    deadline: Pin<Box<dyn Future<Output = ()>>>,
}

impl Bounded {
    fn check(
        &mut self,
        piece: Option<Result<Bytes, BodyError>>,
    ) -> Option<Result<Bytes, BodyError>> {
        match piece {
            Some(Ok(bytes)) => {
                self.received += bytes.len() as u64;
                match self.limits.announced {
                    Some(expected) if self.received > expected => Some(self.wrong_length(expected)),
                    _ if self.received > self.limits.bytes => Some(Err(BodyError::TooLarge {
                        limit: self.limits.bytes,
                    })),
                    _ => Some(Ok(bytes)),
                }
            }
            None => match self.limits.announced {
                Some(expected) if self.received != expected => Some(self.wrong_length(expected)),
                _ => None,
            },
            failed => failed,
        }
    }

    fn wrong_length(&self, expected: u64) -> Result<Bytes, BodyError> {
        Err(BodyError::Length {
            expected,
            received: self.received,
        })
    }
}

impl Stream for Bounded {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let item = match self.body.poll_next_unpin(context) {
            Poll::Ready(piece) => self.check(piece),
            Poll::Pending if self.deadline.as_mut().poll(context).is_ready() => {
                Some(Err(BodyError::Deadline {
                    milliseconds: super::milliseconds(self.limits.total),
                }))
            }
            Poll::Pending => return Poll::Pending,
        };
        if !matches!(item, Some(Ok(_))) {
            self.ended = true;
            // Letting go of the stream ends the exchange on platforms that can end it.
            self.body = Body::Empty;
        }
        Poll::Ready(item)
    }
}
