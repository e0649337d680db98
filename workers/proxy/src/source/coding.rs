//! Content codings (RFC 9110, section 8.4): none is asked for, and some sites send gzip all the same.
//! Workers undo it before anybody sees it, so whether there is one is told by the bytes.

use std::{
    collections::VecDeque,
    io::Write,
    pin::Pin,
    task::{Context, Poll, ready},
};

use edge::{Body, BodyError, Bytes, Headers, header};
use flate2::write::GzDecoder;
use futures_util::{Stream, StreamExt};

/// Bytes that are unpacked at once: deflate makes at most 1032 times as many of them.
const STEP: usize = 1024;

/// The coding that the headers name, if any.
pub fn named(headers: &Headers) -> Option<String> {
    let coding = headers.get(header::CONTENT_ENCODING)?;
    let coding = coding.trim().to_ascii_lowercase();
    (!coding.is_empty() && coding != "identity").then_some(coding)
}

/// Whether a body that begins with `head` is packed with gzip (RFC 1952, section 2.3.1).
pub fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(b"\x1f\x8b")
}

/// What `body` is packed of: at most `limit` bytes, in pieces of little more than a MiB.
pub fn unpacked(body: Body, limit: u64) -> Body {
    let unpacking = Unpacking {
        body,
        packed: Bytes::new(),
        decoder: Some(GzDecoder::new(Vec::new())),
        ready: VecDeque::new(),
        left: limit,
        limit,
    };
    Body::stream(unpacking, None)
}

struct Unpacking {
    body: Body,
    /// What has come and is not unpacked yet.
    packed: Bytes,
    /// None where the end has been reached.
    decoder: Option<GzDecoder<Vec<u8>>>,
    ready: VecDeque<Bytes>,
    left: u64,
    limit: u64,
}

impl Unpacking {
    /// Unpacks the next few bytes.
    fn step(&mut self) -> Result<(), BodyError> {
        let Some(decoder) = &mut self.decoder else {
            return Ok(());
        };
        let mut step = self.packed.split_to(self.packed.len().min(STEP));
        while !step.is_empty() {
            let taken = decoder.write(&step).map_err(damaged)?;
            if taken == 0 {
                // What follows the end does not matter.
                return self.finish();
            }
            step = step.slice(taken..);
        }
        let made = std::mem::take(decoder.get_mut());
        self.make(made)
    }

    /// The last bytes, once they have turned out to be all of them.
    fn finish(&mut self) -> Result<(), BodyError> {
        let Some(mut decoder) = self.decoder.take() else {
            return Ok(());
        };
        self.packed = Bytes::new();
        decoder.try_finish().map_err(damaged)?;
        let made = std::mem::take(decoder.get_mut());
        self.make(made)
    }

    fn make(&mut self, made: Vec<u8>) -> Result<(), BodyError> {
        let limit = self.limit;
        let left = self.left.checked_sub(made.len() as u64);
        self.left = left.ok_or(BodyError::TooLarge { limit })?;
        if !made.is_empty() {
            self.ready.push_back(made.into());
        }
        Ok(())
    }
}

fn damaged(_: std::io::Error) -> BodyError {
    BodyError::Failed("what gzip packed is damaged or cut short".to_owned())
}

impl Stream for Unpacking {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(piece)));
            }
            if self.decoder.is_none() {
                return Poll::Ready(None);
            }
            let stepped = if self.packed.is_empty() {
                match ready!(self.body.poll_next_unpin(context)) {
                    Some(Ok(packed)) => {
                        self.packed = packed;
                        Ok(())
                    }
                    Some(Err(error)) => Err(error),
                    None => self.finish(),
                }
            } else {
                self.step()
            };
            if let Err(error) = stepped {
                (self.decoder, self.body) = (None, Body::Empty);
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use edge::{Body, BodyError};
    use flate2::{Compression, write::GzEncoder};
    use futures_util::{FutureExt, stream};

    use super::unpacked;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("packed");
        encoder.finish().expect("packed")
    }

    fn unpack(packed: &[u8], piece: usize, limit: u64) -> Result<Vec<u8>, BodyError> {
        let pieces: Vec<_> = packed
            .chunks(piece)
            .map(|piece| Ok(piece.to_vec().into()))
            .collect();
        let mut body = unpacked(Body::stream(stream::iter(pieces), None), limit);
        let mut whole = Vec::new();
        while let Some(piece) = body.next().now_or_never().expect("at once") {
            let piece = piece?;
            assert!(piece.len() <= 1100 << 10, "a piece of {}", piece.len());
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }

    #[test]
    fn what_was_packed_comes_out_within_its_bounds() {
        let bytes: Vec<u8> = (0..300_000_u32)
            .map(|n| (n.wrapping_mul(n) >> 7) as u8)
            .collect();
        let gzip = packed(&bytes);
        for piece in [1, 1000, 1 << 20] {
            assert!(unpack(&gzip, piece, 300_000).as_ref() == Ok(&bytes));
            let longer = [&gzip[..], b"appended"].concat();
            assert!(unpack(&longer, piece, 300_000).as_ref() == Ok(&bytes));
            let limit = BodyError::TooLarge { limit: 299_999 };
            assert_eq!(unpack(&gzip, piece, 299_999), Err(limit));
        }
        for length in [5, 1000, gzip.len() - 1] {
            assert!(unpack(&gzip[..length], 999, 300_000).is_err(), "{length}");
        }
        let mut other = gzip.clone();
        other[gzip.len() / 2] ^= 1;
        assert!(unpack(&other, 999, 300_000).is_err());
    }

    #[test]
    fn a_bomb_is_unpacked_in_small_steps_up_to_the_limit() {
        let bomb = packed(&vec![0; 64 << 20]);
        let limit = BodyError::TooLarge { limit: 9 << 20 };
        assert_eq!(unpack(&bomb, bomb.len(), 9 << 20), Err(limit));
    }
}
