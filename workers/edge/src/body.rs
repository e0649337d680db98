//! Bodies: bytes, or a stream that the platform may be able to pass on without reading it.

use std::{
    any::Any,
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};

/// Why a body could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More bytes came than the reader allows.
    #[error("the body is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The body ended before, or went on after, its announced length.
    #[error("the body has {received} bytes where {expected} were announced")]
    Length {
        /// Announced length, in bytes.
        expected: u64,
        /// Bytes that came.
        received: u64,
    },
    /// The time allowed for the whole exchange ran out.
    #[error("the body did not arrive within {milliseconds} ms")]
    Deadline {
        /// The time allowed, in milliseconds.
        milliseconds: u64,
    },
    /// The connection or the store failed; the text is for the log, not for callers.
    #[error("the body could not be read: {0}")]
    Failed(String),
}

/// A stream of a platform's own, kept whole until somebody reads it.
///
/// An adapter that gets its own stream back unread (through [`HostStream::into_any`]) can hand it
/// on natively, so that a download never enters the function's memory.
pub trait HostStream: Stream<Item = Result<Bytes, BodyError>> + Unpin + 'static {
    /// Length in bytes, where the platform knows it.
    fn length(&self) -> Option<u64>;

    /// The stream itself, for the adapter that made it.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;

    /// Whether [`HostStream::into_any`] leads to a stream of this type, still unread.
    fn as_any(&self) -> &dyn Any;

    /// The stream that the pieces come out of, as they are: this one, unless it only looks at those
    /// of another. An adapter finds its own by it, and passes on what it holds itself.
    fn source(&self) -> &dyn Any {
        self.as_any()
    }
}

/// A stream made of ordinary Rust code, for bodies that are computed.
pub struct ByteStream<S> {
    stream: S,
    length: Option<u64>,
}

impl<S> ByteStream<S>
where
    S: Stream<Item = Result<Bytes, BodyError>> + Unpin + 'static,
{
    /// A stream whose length in bytes is `length`, where that is known beforehand.
    pub fn new(stream: S, length: Option<u64>) -> Self {
        Self { stream, length }
    }
}

impl<S: Stream + Unpin> Stream for ByteStream<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.stream.poll_next_unpin(context)
    }
}

impl<S> HostStream for ByteStream<S>
where
    S: Stream<Item = Result<Bytes, BodyError>> + Unpin + 'static,
{
    fn length(&self) -> Option<u64> {
        self.length
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The body of a request, a response, an outbound exchange or a stored object.
#[derive(Default)]
pub enum Body {
    /// No body at all.
    #[default]
    Empty,
    /// A body held in memory.
    Bytes(Bytes),
    /// A body that is read as it comes.
    Stream(Box<dyn HostStream>),
    /// Several bodies, one after the other.
    Chain(VecDeque<Body>),
}

impl Body {
    /// A body read from `stream`, of `length` bytes where that is known.
    pub fn stream<S>(stream: S, length: Option<u64>) -> Self
    where
        S: Stream<Item = Result<Bytes, BodyError>> + Unpin + 'static,
    {
        Self::Stream(Box::new(ByteStream::new(stream, length)))
    }

    /// `parts` one after the other.
    pub fn chain(parts: impl IntoIterator<Item = Body>) -> Self {
        Self::Chain(parts.into_iter().collect())
    }

    /// Length in bytes, where it is known without reading.
    pub fn length(&self) -> Option<u64> {
        match self {
            Self::Empty => Some(0),
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::Stream(stream) => stream.length(),
            Self::Chain(parts) => parts.iter().map(Body::length).sum(),
        }
    }

    /// The stream that the last piece came out of, as it was ([`HostStream::source`]), if one.
    pub fn source(&self) -> Option<&dyn Any> {
        match self {
            Self::Empty | Self::Bytes(_) => None,
            Self::Stream(stream) => Some(stream.source()),
            Self::Chain(parts) => parts.front()?.source(),
        }
    }

    /// The next piece of the body, in order; `None` at its end.
    ///
    /// # Errors
    /// What the underlying stream says; the body must not be read further after an error.
    pub async fn next(&mut self) -> Option<Result<Bytes, BodyError>> {
        StreamExt::next(self).await
    }

    /// The whole body in memory, at most `limit` bytes of it.
    ///
    /// # Errors
    /// [`BodyError::TooLarge`] as soon as more than `limit` bytes are known or seen, or what the
    /// underlying stream says.
    pub async fn bytes(mut self, limit: u64) -> Result<Bytes, BodyError> {
        if self.length().is_some_and(|length| length > limit) {
            return Err(BodyError::TooLarge { limit });
        }
        if let Self::Bytes(bytes) = self {
            return Ok(bytes);
        }
        let mut whole = BytesMut::new();
        while let Some(piece) = self.next().await {
            let piece = piece?;
            if (whole.len() + piece.len()) as u64 > limit {
                return Err(BodyError::TooLarge { limit });
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// The whole body in memory, which must have exactly `length` bytes.
    ///
    /// # Errors
    /// [`BodyError::Length`], or what the underlying stream says.
    pub async fn exactly(mut self, length: u64) -> Result<Bytes, BodyError> {
        if let Self::Bytes(bytes) = &self
            && bytes.len() as u64 == length
        {
            return Ok(bytes.clone());
        }
        let mut whole = BytesMut::new();
        while let Some(piece) = self.next().await {
            whole.extend_from_slice(&piece?);
            if whole.len() as u64 > length {
                break;
            }
        }
        let received = whole.len() as u64;
        if received == length {
            Ok(whole.freeze())
        } else {
            Err(BodyError::Length {
                expected: length,
                received,
            })
        }
    }
}

impl Stream for Body {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Bytes(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = Self::Empty;
                Poll::Ready((!bytes.is_empty()).then_some(Ok(bytes)))
            }
            Self::Stream(stream) => stream.poll_next_unpin(context),
            Self::Chain(parts) => loop {
                let Some(first) = parts.front_mut() else {
                    return Poll::Ready(None);
                };
                match first.poll_next_unpin(context) {
                    Poll::Ready(None) => drop(parts.pop_front()),
                    other => return other,
                }
            },
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::Bytes(text.into())
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Self::Bytes(Bytes::from_static(text.as_bytes()))
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Body({:?} bytes)", self.length())
    }
}
