//! A body that ends with an error when it is too long, too slow, or not as long as announced.

use std::{
    any::Any,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{Stream, StreamExt};

use crate::{Body, BodyError, Bytes, Clock, HostStream};

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
    Body::Stream(Box::new(Bounded {
        body,
        limits,
        received: 0,
        ended: false,
        deadline: Box::pin(async move { clock.sleep(left).await }),
    }))
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
        // First, so that a body of which there is always a little more ends in time too.
        let item = if self.deadline.as_mut().poll(context).is_ready() {
            Some(Err(BodyError::Deadline {
                milliseconds: super::milliseconds(self.limits.total),
            }))
        } else {
            match self.body.poll_next_unpin(context) {
                Poll::Ready(piece) => self.check(piece),
                Poll::Pending => return Poll::Pending,
            }
        };
        if !matches!(item, Some(Ok(_))) {
            self.ended = true;
            // Letting go of the stream ends the exchange on platforms that can end it.
            self.body = Body::Empty;
        }
        Poll::Ready(item)
    }
}

impl HostStream for Bounded {
    /// What is left of it.
    fn length(&self) -> Option<u64> {
        let announced = self.limits.announced?;
        Some(announced.saturating_sub(self.received))
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn source(&self) -> &dyn Any {
        self.body.source().unwrap_or(self)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::{FutureExt, stream};

    use super::{Limits, bounded};
    use crate::{Body, BodyError, Bytes, Clock, Timestamp};

    /// A clock whose times are all over.
    #[derive(Clone)]
    struct Over;

    impl Clock for Over {
        fn now(&self) -> Timestamp {
            Timestamp::default()
        }

        async fn sleep(&self, _: Duration) {}
    }

    #[test]
    fn a_body_of_which_there_is_always_more_ends_in_time() {
        let endless = stream::repeat_with(|| Ok(Bytes::from_static(b"more")));
        let limits = Limits {
            announced: None,
            bytes: u64::MAX,
            left: Duration::from_secs(1),
            total: Duration::from_secs(1),
        };
        let mut body = bounded(&Over, Body::stream(endless, None), limits);
        let next = body.next().now_or_never().expect("at once");
        assert!(
            matches!(next, Some(Err(BodyError::Deadline { milliseconds: 1000 }))),
            "{next:?}"
        );
    }
}
