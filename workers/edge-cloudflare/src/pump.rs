//! Writes a body into one of the platform's streams: its native parts without their passing
//! through wasm, the rest piece by piece as fast as the other end takes it.

use std::collections::VecDeque;

use edge::{Body, BodyError, Clock, log};
use serde_json::json;
use wasm_bindgen::JsValue;
use worker::web_sys::ReadableStream;

use crate::{
    glue::{Sink, settled, text_of},
    host::Host,
    stream::NativeStream,
};

/// Why a body was not written to its end.
pub(crate) enum PumpError {
    /// The body itself failed.
    Body(BodyError),
    /// The other end does not take any more, or not as much.
    Refused(String),
}

impl From<JsValue> for PumpError {
    fn from(thrown: JsValue) -> Self {
        Self::Refused(text_of(&thrown))
    }
}

/// A stream being made for the platform. Unless it is completed, whoever reads it gets an error
/// and never a clean end.
pub(crate) struct Pipe {
    sink: Sink,
    length: Option<u64>,
    /// Bytes so far; unknown after a native part of unknown length.
    written: Option<u64>,
    completed: bool,
}

impl Pipe {
    /// A stream of exactly `length` bytes, or of any number.
    pub fn new(length: Option<u64>) -> Result<Self, JsValue> {
        let sink = Sink::new(length.map(|length| length as f64))?;
        Ok(Self {
            sink,
            length,
            written: Some(0),
            completed: false,
        })
    }

    /// The end that the platform reads.
    pub fn readable(&self) -> ReadableStream {
        self.sink.readable()
    }

    /// Writes `body` and the end; a failure breaks the stream.
    pub async fn complete(mut self, body: Body) -> Result<(), PumpError> {
        let mut parts = VecDeque::from([body]);
        while let Some(part) = parts.pop_front() {
            match part {
                Body::Empty => {}
                Body::Bytes(bytes) => self.write(&bytes).await?,
                Body::Stream(stream) => {
                    let length = stream.length();
                    match NativeStream::unwrap(stream) {
                        Ok(stream) => self.pipe(&stream, length).await?,
                        Err(stream) => self.write_all(Body::Stream(stream)).await?,
                    }
                }
                Body::Chain(chain) => {
                    for part in chain.into_iter().rev() {
                        parts.push_front(part);
                    }
                }
            }
        }
        match (self.length, self.written) {
            (Some(expected), Some(written)) if written < expected => Err(self.misses(written)),
            _ => {
                settled(self.sink.close()).await?;
                self.completed = true;
                Ok(())
            }
        }
    }

    async fn write_all(&mut self, mut body: Body) -> Result<(), PumpError> {
        while let Some(piece) = body.next().await {
            self.write(&piece.map_err(PumpError::Body)?).await?;
        }
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), PumpError> {
        self.count(Some(bytes.len() as u64))?;
        settled(self.sink.write(bytes)).await?;
        Ok(())
    }

    async fn pipe(
        &mut self,
        stream: &ReadableStream,
        length: Option<u64>,
    ) -> Result<(), PumpError> {
        self.count(length)?;
        settled(self.sink.pipe(stream)).await?;
        Ok(())
    }

    fn count(&mut self, bytes: Option<u64>) -> Result<(), PumpError> {
        self.written = self
            .written
            .zip(bytes)
            .map(|(written, more)| written + more);
        match (self.length, self.written) {
            (Some(expected), Some(written)) if written > expected => Err(self.misses(written)),
            _ => Ok(()),
        }
    }

    fn misses(&self, received: u64) -> PumpError {
        PumpError::Body(BodyError::Length {
            expected: self.length.unwrap_or(received),
            received,
        })
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        if !self.completed {
            // Nothing is left to be done where even this fails.
            let _ = self.sink.abort();
        }
    }
}

/// The platform's own stream of `body`: the very one that it holds, unread, or one that is written
/// to in the background.
pub(crate) fn native(host: &Host, body: Body) -> Result<ReadableStream, JsValue> {
    let body = match alone(body) {
        Ok(stream) => return Ok(stream),
        Err(body) => body,
    };
    let pipe = Pipe::new(body.length())?;
    let readable = pipe.readable();
    let teller = host.clone();
    host.keep_alive(async move {
        // The reader learns of a failure by the broken stream; one who went away is none.
        if let Err(PumpError::Body(error)) = pipe.complete(body).await {
            let members = json!({ "cause": error.to_string() });
            log::event(&teller, teller.now(), "response body broke off", members);
        }
    });
    Ok(readable)
}

/// The platform's own stream where it is all that `body` holds; else `body` again.
pub(crate) fn alone(body: Body) -> Result<ReadableStream, Body> {
    match body {
        Body::Stream(stream) => NativeStream::unwrap(stream).map_err(Body::Stream),
        Body::Chain(mut parts) if parts.len() == 1 => match parts.pop_front() {
            Some(part) => alone(part),
            None => Err(Body::Empty),
        },
        other => Err(other),
    }
}
