//! The port that passes one body on to two readers: a client, and the store beside it.
//!
//! What the store has not read yet is held, and not much more than [`AHEAD`] bytes of it: the client
//! waits for a store that is slower. The client's reading drives both; where it goes away, or the
//! whole turns out to be unsound, the store gets an error in place of the end.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use futures_util::{Stream, StreamExt};
use sha2::{Digest, Sha256};

use crate::{Body, BodyError, Bytes};

/// Bytes that the client may be ahead of the store.
pub const AHEAD: usize = 1 << 20;

/// Sees every piece on its way, and says at the end whether the whole is sound.
pub trait Watch: Unpin + 'static {
    /// The next piece.
    fn piece(&mut self, piece: &[u8]);

    /// The end has come.
    ///
    /// # Errors
    /// What is wrong with the whole: both readers get it in place of the end.
    fn end(&mut self) -> Result<(), BodyError>;
}

/// SHA-256 of a body, once it has come to its end.
pub type Sum = Rc<Cell<Option<[u8; 32]>>>;

/// One body as two.
pub struct Relayed {
    /// For the client.
    pub client: Body,
    /// For the store.
    pub stored: Body,
    /// SHA-256 of the whole: there before the store's comes to its end.
    pub digest: Sum,
}

/// Passing a body on to two readers. A platform that can do so natively, and digest natively, does.
pub trait Relay {
    /// `body` for two, whole where `watch` finds it so.
    fn relay(&self, body: Body, watch: impl Watch) -> Relayed {
        tee(body, watch)
    }
}

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

/// `body` for two by ordinary Rust code.
pub fn tee(body: Body, watch: impl Watch) -> Relayed {
    let between = Rc::new(RefCell::new(Between::default()));
    let digest = Rc::new(Cell::new(None));
    let length = body.length();
    let client = Client {
        body,
        watch,
        hasher: Sha256::new(),
        digest: Rc::clone(&digest),
        between: Rc::clone(&between),
    };
    Relayed {
        client: Body::stream(client, length),
        stored: Body::stream(Store(between), length),
        digest,
    }
}

struct Client<W> {
    body: Body,
    watch: W,
    hasher: Sha256,
    digest: Sum,
    between: Rc<RefCell<Between>>,
}

impl<W: Watch> Stream for Client<W> {
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
                this.watch.piece(&piece);
                this.hasher.update(&piece);
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
                let end = this.watch.end();
                if end.is_ok() {
                    let digest = this.hasher.finalize_reset();
                    this.digest.set(Some(digest.into()));
                }
                between.end = Some(end.clone());
                end.err().map(Err)
            }
        };
        between.wake_store();
        Poll::Ready(item)
    }
}

impl<W> Drop for Client<W> {
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
    use futures_util::{FutureExt, stream};
    use sha2::{Digest, Sha256};

    use super::{AHEAD, Relayed, Watch, tee};
    use crate::{Body, BodyError, Bytes};

    struct Fine;

    impl Watch for Fine {
        fn piece(&mut self, _: &[u8]) {}
        fn end(&mut self) -> Result<(), BodyError> {
            Ok(())
        }
    }

    struct Broken;

    impl Watch for Broken {
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

    fn two(body: Body, watch: impl Watch) -> (Body, Body) {
        let Relayed { client, stored, .. } = tee(body, watch);
        (client, stored)
    }

    /// What is there without waiting.
    fn now(body: &mut Body) -> Option<Option<Result<usize, BodyError>>> {
        let next = body.next().now_or_never()?;
        Some(next.map(|piece| piece.map(|piece| piece.len())))
    }

    #[test]
    fn both_read_the_whole() {
        let Relayed {
            mut client,
            stored: mut store,
            digest,
        } = tee(pieces(&[3, 4]), Fine);
        assert_eq!((client.length(), store.length()), (Some(7), Some(7)));
        assert_eq!(now(&mut store), None);
        for expected in [Some(Ok(3)), Some(Ok(4)), None] {
            assert_eq!(now(&mut client), Some(expected.clone()));
        }
        for expected in [Some(Ok(3)), Some(Ok(4)), None] {
            assert_eq!(now(&mut store), Some(expected.clone()));
        }
        assert_eq!(digest.get(), Some(Sha256::digest([1; 7]).into()));
    }

    #[test]
    fn the_client_waits_for_a_store_that_is_far_behind() {
        let (mut client, mut store) = two(pieces(&[AHEAD + 1, 5]), Fine);
        assert_eq!(now(&mut client), Some(Some(Ok(AHEAD + 1))));
        assert_eq!(now(&mut client), None);
        assert_eq!(now(&mut store), Some(Some(Ok(AHEAD + 1))));
        assert_eq!(now(&mut client), Some(Some(Ok(5))));
    }

    #[test]
    fn a_store_that_gives_up_holds_nobody_up() {
        let (mut client, store) = two(pieces(&[AHEAD + 1, 5]), Fine);
        assert_eq!(now(&mut client), Some(Some(Ok(AHEAD + 1))));
        drop(store);
        assert_eq!(now(&mut client), Some(Some(Ok(5))));
        assert_eq!(now(&mut client), Some(None));
    }

    #[test]
    fn nothing_unsound_is_stored() {
        let (mut client, mut store) = two(pieces(&[3]), Broken);
        assert_eq!(now(&mut client), Some(Some(Ok(3))));
        assert!(matches!(now(&mut client), Some(Some(Err(_)))));
        assert_eq!(now(&mut store), Some(Some(Ok(3))));
        assert!(matches!(now(&mut store), Some(Some(Err(_)))));

        let (mut client, mut store) = two(pieces(&[3, 4]), Fine);
        assert_eq!(now(&mut client), Some(Some(Ok(3))));
        drop(client);
        assert_eq!(now(&mut store), Some(Some(Ok(3))));
        assert!(matches!(now(&mut store), Some(Some(Err(_)))));
    }
}
