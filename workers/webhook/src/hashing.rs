//! Bodies that are digested on their way.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use edge::{Body, BodyError, Bytes};
use futures_util::{Stream, StreamExt};
use registry::Digest;
use sha2::{Digest as _, Sha256};

/// The digest of a body, complete once the body has been read to its end.
#[derive(Clone, Default)]
pub struct Tally(Rc<RefCell<(Sha256, u64)>>);

impl Tally {
    /// SHA-256 of what has been read.
    pub fn digest(&self) -> Digest {
        Digest::new(self.0.borrow().0.clone().finalize().into())
    }

    /// How many bytes have been read.
    pub fn bytes(&self) -> u64 {
        self.0.borrow().1
    }

    fn add(&self, bytes: &[u8]) {
        let mut state = self.0.borrow_mut();
        state.0.update(bytes);
        state.1 += bytes.len() as u64;
    }
}

/// `body`, whose bytes are counted and digested into the tally as they are read.
pub fn tallied(body: Body) -> (Body, Tally) {
    let tally = Tally::default();
    let length = body.length();
    let stream = Tallied {
        body,
        tally: tally.clone(),
    };
    (Body::stream(stream, length), tally)
}

struct Tallied {
    body: Body,
    tally: Tally,
}

impl Stream for Tallied {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = self.body.poll_next_unpin(context);
        if let Poll::Ready(Some(Ok(bytes))) = &item {
            self.tally.add(bytes);
        }
        item
    }
}
