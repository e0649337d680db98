//! One body read by two: a client, and the store beside it. What the slower one has not read yet is
//! held, and not more than [`AHEAD`] of it: the client waits for a store that is slower.

use std::{
    cell::RefCell,
    collections::VecDeque,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use edge::{Body, BodyError, Bytes};
use futures_util::{Stream, StreamExt};

/// Bytes that the client may be ahead of the store.
const AHEAD: usize = 1 << 20;

#[derive(Default)]
struct Between {
    pieces: VecDeque<Bytes>,
    held: usize,
    /// How the body ended; nothing where the client went away before.
    end: Option<Result<(), BodyError>>,
    /// Whether the store has gone.
    abandoned: bool,
    client: Option<Waker>,
    store: Option<Waker>,
}

impl Between {
    fn wake_client(&mut self) {
        if let Some(waker) = self.client.take() {
            waker.wake();
        }
    }

    fn wake_store(&mut self) {
        if let Some(waker) = self.store.take() {
            waker.wake();
        }
    }
}

/// Sees every piece on its way to the client, and says at the end whether the whole is sound.
pub trait Tap: Unpin + 'static {
    /// The next piece.
    fn piece(&mut self, piece: &[u8]);

    /// The end has come.
    ///
    /// # Errors
    /// What is wrong with the whole: both readers get it in place of the end.
    fn end(&mut self) -> Result<(), BodyError>;
}

/// `body` for two: the client's, and the store's. The client's drives both.
pub fn tee<T: Tap>(body: Body, tap: T) -> (Body, Body) {
    let between = Rc::new(RefCell::new(Between::default()));
    let length = body.length();
    let client = Client {
        body,
        tap,
        between: Rc::clone(&between),
    };
    (
        Body::stream(client, length),
        Body::stream(Store(between), length),
    )
}

struct Client<T> {
    body: Body,
    tap: T,
    between: Rc<RefCell<Between>>,
}

impl<T: Tap> Stream for Client<T> {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        {
            let mut between = this.between.borrow_mut();
            match &between.end {
                Some(Ok(())) => return Poll::Ready(None),
                Some(Err(_)) => return Poll::Ready(None),
                None => {}
            }
            if between.held > AHEAD && !between.abandoned {
                between.client = Some(context.waker().clone());
                return Poll::Pending;
            }
        }
        let Poll::Ready(next) = this.body.poll_next_unpin(context) else {
            return Poll::Pending;
        };
        let mut between = this.between.borrow_mut();
        let item = match next {
            Some(Ok(piece)) => {
                this.tap.piece(&piece);
                if !between.abandoned {
                    between.held += piece.len();
                    between.pieces.push_back(piece.clone());
                }
                Some(Ok(piece))
            }
            Some(Err(error)) => {
                between.end = Some(Err(error.clone()));
                Some(Err(error))
            }
            None => {
                let end = this.tap.end();
                between.end = Some(end.clone());
                end.err().map(Err)
            }
        };
        between.wake_store();
        Poll::Ready(item)
    }
}

impl<T> Drop for Client<T> {
    fn drop(&mut self) {
        let mut between = self.between.borrow_mut();
        if between.end.is_none() {
            let gone = BodyError::Failed("the client went away".to_owned());
            between.end = Some(Err(gone));
        }
        between.wake_store();
    }
}

struct Store(Rc<RefCell<Between>>);

impl Stream for Store {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut between = self.0.borrow_mut();
        if let Some(piece) = between.pieces.pop_front() {
            between.held -= piece.len();
            between.wake_client();
            return Poll::Ready(Some(Ok(piece)));
        }
        match &between.end {
            Some(Ok(())) => Poll::Ready(None),
            Some(Err(error)) => Poll::Ready(Some(Err(error.clone()))),
            None => {
                between.store = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let mut between = self.0.borrow_mut();
        between.abandoned = true;
        between.pieces.clear();
        between.held = 0;
        between.wake_client();
    }
}

#[cfg(test)]
mod tests {
    use edge::{Body, BodyError, Bytes};
    use futures_util::{FutureExt, stream};

    use super::{AHEAD, Tap, tee};

    struct Fine;

    impl Tap for Fine {
        fn piece(&mut self, _: &[u8]) {}
        fn end(&mut self) -> Result<(), BodyError> {
            Ok(())
        }
    }

    struct Broken;

    impl Tap for Broken {
        fn piece(&mut self, _: &[u8]) {}
        fn end(&mut self) -> Result<(), BodyError> {
            Err(BodyError::Failed("cut short".into()))
        }
    }

    fn pieces(sizes: &[usize]) -> Body {
        let pieces: Vec<_> = sizes
            .iter()
            .map(|size| Ok(Bytes::from(vec![1; *size])))
            .collect();
        Body::stream(
            stream::iter(pieces),
            Some(sizes.iter().sum::<usize>() as u64),
        )
    }

    /// What is there without waiting.
    fn now(body: &mut Body) -> Option<Option<Result<usize, BodyError>>> {
        let next = body.next().now_or_never()?;
        Some(next.map(|piece| piece.map(|piece| piece.len())))
    }

    #[test]
    fn both_read_the_whole() {
        let (mut client, mut store) = tee(pieces(&[3, 4]), Fine);
        assert_eq!((client.length(), store.length()), (Some(7), Some(7)));
        assert_eq!(now(&mut store), None);
        for expected in [Some(Ok(3)), Some(Ok(4)), None] {
            assert_eq!(now(&mut client), Some(expected.clone()));
        }
        for expected in [Some(Ok(3)), Some(Ok(4)), None] {
            assert_eq!(now(&mut store), Some(expected.clone()));
        }
    }

    #[test]
    fn the_client_waits_for_a_store_that_is_far_behind() {
        let (mut client, mut store) = tee(pieces(&[AHEAD + 1, 5]), Fine);
        assert_eq!(now(&mut client), Some(Some(Ok(AHEAD + 1))));
        assert_eq!(now(&mut client), None);
        assert_eq!(now(&mut store), Some(Some(Ok(AHEAD + 1))));
        assert_eq!(now(&mut client), Some(Some(Ok(5))));
    }

    #[test]
    fn a_store_that_gives_up_holds_nobody_up() {
        let (mut client, store) = tee(pieces(&[AHEAD + 1, 5]), Fine);
        assert_eq!(now(&mut client), Some(Some(Ok(AHEAD + 1))));
        drop(store);
        assert_eq!(now(&mut client), Some(Some(Ok(5))));
        assert_eq!(now(&mut client), Some(None));
    }

    #[test]
    fn nothing_unsound_is_stored() {
        let (mut client, mut store) = tee(pieces(&[3]), Broken);
        assert_eq!(now(&mut client), Some(Some(Ok(3))));
        assert!(matches!(now(&mut client), Some(Some(Err(_)))));
        assert_eq!(now(&mut store), Some(Some(Ok(3))));
        assert!(matches!(now(&mut store), Some(Some(Err(_)))));

        let (mut client, mut store) = tee(pieces(&[3, 4]), Fine);
        assert_eq!(now(&mut client), Some(Some(Ok(3))));
        drop(client);
        assert_eq!(now(&mut store), Some(Some(Ok(3))));
        assert!(matches!(now(&mut store), Some(Some(Err(_)))));
    }
}
