//! The platform's own streams as bodies, and bodies as the platform's own streams.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use edge::{BodyError, HostStream};
use futures_util::Stream;
use wasm_bindgen::{JsCast, JsValue};
use worker::{
    js_sys::{Uint8Array, futures::JsFuture},
    web_sys::ReadableStream,
};

use crate::glue::{self, Source, text_of};

/// A `ReadableStream` of workerd's: a stored object, another server's answer, a request's body.
/// Dropping it before its end lets go of the connection behind it.
pub(crate) struct NativeStream {
    state: State,
    length: Option<u64>,
    received: u64,
    /// Whether pieces are lent, and the last one.
    lending: Cell<bool>,
    lent: RefCell<Option<Uint8Array>>,
}

enum State {
    Unread(ReadableStream),
    Reading {
        source: Source,
        piece: Option<Reading>,
    },
    Over,
}

/// A piece that is being read, and whether it is going to be lent.
struct Reading {
    read: JsFuture,
    lent: bool,
}

impl NativeStream {
    /// `stream`, which has `length` bytes where that is known.
    pub fn new(stream: ReadableStream, length: Option<u64>) -> Self {
        Self {
            state: State::Unread(stream),
            length,
            received: 0,
            lending: Cell::new(false),
            lent: RefCell::new(None),
        }
    }

    /// The last piece as the platform holds it, if it is lent, which it is from the next one on.
    pub fn lend(&self) -> Option<Uint8Array> {
        self.lending.set(true);
        self.lent.take()
    }

    /// The same, which is now known to have `length` bytes.
    pub fn of_length(mut self, length: u64) -> Self {
        self.length = Some(length);
        self
    }

    /// The platform's stream within `stream`, if it is one and still unread; else `stream` again.
    pub fn unwrap(stream: Box<dyn HostStream>) -> Result<ReadableStream, Box<dyn HostStream>> {
        let unread = |native: &Self| matches!(native.state, State::Unread(_));
        if !stream.as_any().downcast_ref().is_some_and(unread) {
            return Err(stream);
        }
        let native = stream.into_any().downcast::<Self>();
        match native.map(|mut native| std::mem::replace(&mut native.state, State::Over)) {
            Ok(State::Unread(stream)) => Ok(stream),
            // Just seen not to be.
            Ok(_) | Err(_) => Err(Box::new(edge::ByteStream::new(
                futures_util::stream::empty(),
                Some(0),
            ))),
        }
    }

    fn end(
        &mut self,
        item: Option<Result<Bytes, BodyError>>,
    ) -> Poll<Option<Result<Bytes, BodyError>>> {
        self.state = State::Over;
        Poll::Ready(item)
    }

    fn take(
        &mut self,
        read: Result<JsValue, JsValue>,
        lent: bool,
    ) -> Poll<Option<Result<Bytes, BodyError>>> {
        let piece = match read {
            Ok(value) => value,
            Err(thrown) => return self.end(Some(Err(BodyError::Failed(text_of(&thrown))))),
        };
        if piece.is_undefined() {
            let short = self.length.filter(|length| *length != self.received);
            return self.end(short.map(|expected| {
                Err(BodyError::Length {
                    expected,
                    received: self.received,
                })
            }));
        }
        let piece: Uint8Array = piece.unchecked_into();
        let bytes = Bytes::from(piece.to_vec());
        self.received += bytes.len() as u64;
        self.lent.replace(lent.then_some(piece));
        Poll::Ready(Some(Ok(bytes)))
    }
}

impl Stream for NativeStream {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let State::Unread(stream) = &self.state {
            match Source::new(stream) {
                Ok(source) => {
                    self.state = State::Reading {
                        source,
                        piece: None,
                    }
                }
                Err(thrown) => {
                    return self.end(Some(Err(BodyError::Failed(text_of(&thrown)))));
                }
            }
        }
        let lent = self.lending.get();
        let State::Reading { source, piece } = &mut self.state else {
            return Poll::Ready(None);
        };
        let reading = piece.get_or_insert_with(|| {
            let read = if lent { source.take() } else { source.read() };
            let read = JsFuture::from(read);
            Reading { read, lent }
        });
        let (lent, read) = (
            reading.lent,
            ready!(Pin::new(&mut reading.read).poll(context)),
        );
        *piece = None;
        self.take(read, lent)
    }
}

impl HostStream for NativeStream {
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

impl Drop for NativeStream {
    fn drop(&mut self) {
        match &self.state {
            State::Unread(stream) => glue::cancel_unread(stream),
            State::Reading { source, .. } => source.cancel(),
            State::Over => {}
        }
    }
}
