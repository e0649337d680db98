//! Bodies that are digested on their way.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use edge::{Body, BodyError, Bytes};
use futures_util::{Stream, StreamExt};
use registry::{Digest, DigestState};
use sha2::{Digest as _, Sha256, digest::common::hazmat::SerializableState};

/// The digest of a body, complete once the body has been read to its end.
#[derive(Clone, Default)]
pub struct Tally(Rc<RefCell<Count>>);

#[derive(Default)]
struct Count {
    digest: Sha256,
    bytes: u64,
    /// After how many bytes the digest's state is kept.
    mark: Option<u64>,
    kept: Option<DigestState>,
}

impl Tally {
    /// SHA-256 of what has been read.
    pub fn digest(&self) -> Digest {
        Digest::new(self.0.borrow().digest.clone().finalize().into())
    }

    /// How many bytes have been read.
    pub fn bytes(&self) -> u64 {
        self.0.borrow().bytes
    }

    /// Where the digest stood at the mark of [`marked`], once the body has been read so far.
    pub fn at_mark(&self) -> Option<DigestState> {
        self.0.borrow().kept
    }

    fn add(&self, bytes: &[u8]) {
        let mut count = self.0.borrow_mut();
        let until_mark = count.mark.and_then(|mark| mark.checked_sub(count.bytes));
        let until_mark = until_mark.and_then(|left| usize::try_from(left).ok());
        match until_mark.and_then(|left| bytes.split_at_checked(left)) {
            Some((before, after)) if count.kept.is_none() => {
                count.digest.update(before);
                count.kept = Some(DigestState::new(count.digest.serialize().into()));
                count.digest.update(after);
            }
            _ => count.digest.update(bytes),
        }
        count.bytes += bytes.len() as u64;
    }
}

/// As [`tallied`], and the digest's state after `mark` bytes is kept.
pub fn marked(body: Body, mark: u64) -> (Body, Tally) {
    let (body, tally) = tallied(body);
    tally.0.borrow_mut().mark = Some(mark);
    (body, tally)
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
