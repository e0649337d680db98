//! Bodies that are checked as they pass.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use edge::{Body, BodyError, Bytes, objects::ObjectError};
use futures_util::{Stream, StreamExt};
use sha2::{Digest, Sha256};

/// Why a body must not be stored; to be asked when the exchange is over.
pub(crate) type Verdict = Rc<RefCell<Option<ObjectError>>>;

/// `body` on its way into the bucket, of exactly `length` bytes and with the digest `sha256` where
/// that is given. Its last piece is held back until all of it is right, so that a bucket never has
/// the whole of a body that is wrong.
pub(crate) fn outgoing(body: Body, length: u64, sha256: Option<[u8; 32]>) -> (Body, Verdict) {
    let verdict = Verdict::default();
    let stream = Outgoing {
        body,
        length,
        received: 0,
        digest: sha256.map(|expected| (Sha256::new(), expected)),
        held: None,
        verdict: Rc::clone(&verdict),
        ended: false,
    };
    (Body::stream(stream, Some(length)), verdict)
}

struct Outgoing {
    body: Body,
    length: u64,
    received: u64,
    digest: Option<(Sha256, [u8; 32])>,
    held: Option<Bytes>,
    verdict: Verdict,
    ended: bool,
}

impl Outgoing {
    fn take_in(&mut self, piece: &Bytes) -> Result<(), ObjectError> {
        self.received += piece.len() as u64;
        if let Some((digest, _)) = &mut self.digest {
            digest.update(piece);
        }
        match self.received > self.length {
            true => Err(self.wrong_length()),
            false => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<(), ObjectError> {
        if self.received != self.length {
            return Err(self.wrong_length());
        }
        let is_right = self
            .digest
            .take()
            .is_none_or(|(digest, expected)| digest.finalize()[..] == expected);
        match is_right {
            true => Ok(()),
            false => Err(ObjectError::Checksum),
        }
    }

    fn wrong_length(&self) -> ObjectError {
        ObjectError::Body(BodyError::Length {
            expected: self.length,
            received: self.received,
        })
    }

    fn fail(&mut self, error: ObjectError) -> Poll<Option<Result<Bytes, BodyError>>> {
        self.ended = true;
        self.body = Body::Empty;
        let shown = BodyError::Failed(error.to_string());
        self.verdict.replace(Some(error));
        Poll::Ready(Some(Err(shown)))
    }
}

impl Stream for Outgoing {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.ended {
            let piece = match self.body.poll_next_unpin(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(piece) => piece,
            };
            match piece {
                Some(Ok(piece)) if piece.is_empty() => {}
                Some(Ok(piece)) => {
                    if let Err(error) = self.take_in(&piece) {
                        return self.fail(error);
                    }
                    if let Some(before) = self.held.replace(piece) {
                        return Poll::Ready(Some(Ok(before)));
                    }
                }
                Some(Err(error)) => return self.fail(error.into()),
                None => {
                    if let Err(error) = self.finish() {
                        return self.fail(error);
                    }
                    self.ended = true;
                }
            }
        }
        Poll::Ready(
            self.held
                .take()
                .filter(|_| self.verdict.borrow().is_none())
                .map(Ok),
        )
    }
}

/// `body` as it comes from the bucket, of exactly `length` bytes: some platforms end a body that
/// was cut off as if it were whole.
pub(crate) fn incoming(body: Body, length: u64) -> Body {
    let stream = Incoming {
        body,
        length,
        received: 0,
        ended: false,
    };
    Body::stream(stream, Some(length))
}

struct Incoming {
    body: Body,
    length: u64,
    received: u64,
    ended: bool,
}

impl Stream for Incoming {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let piece = match self.body.poll_next_unpin(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(piece) => piece,
        };
        if let Some(Ok(piece)) = &piece {
            self.received += piece.len() as u64;
        }
        let is_wrong = match piece {
            Some(Ok(_)) => self.received > self.length,
            None => self.received != self.length,
            Some(Err(_)) => false,
        };
        self.ended = is_wrong || !matches!(piece, Some(Ok(_)));
        if is_wrong {
            return Poll::Ready(Some(Err(BodyError::Length {
                expected: self.length,
                received: self.received,
            })));
        }
        Poll::Ready(piece)
    }
}
