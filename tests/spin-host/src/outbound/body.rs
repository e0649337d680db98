//! A response's body with a time-out between its pieces.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};
use wasmtime_wasi_http::p3::bindings::http::types::ErrorCode;

/// Fails with `connection-read-timeout` when no piece comes in time.
pub(super) struct Timed {
    /// Gone, and with it the connection, once the time is out.
    incoming: Option<Incoming>,
    limit: Duration,
    deadline: Pin<Box<Sleep>>,
    waiting: bool,
}

impl Timed {
    pub(super) fn new(incoming: Incoming, limit: Duration) -> Self {
        Self {
            incoming: Some(incoming),
            limit,
            deadline: Box::pin(sleep(limit)),
            waiting: false,
        }
    }
}

impl Body for Timed {
    type Data = Bytes;
    type Error = ErrorCode;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ErrorCode>>> {
        let Some(incoming) = &mut self.incoming else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(frame) = Pin::new(incoming).poll_frame(context) {
            self.waiting = false;
            return Poll::Ready(frame.map(|frame| frame.map_err(request_error)));
        }
        if !self.waiting {
            self.waiting = true;
            let deadline = Instant::now() + self.limit;
            self.deadline.as_mut().reset(deadline);
        }
        ready!(self.deadline.as_mut().poll(context));
        self.incoming = None;
        Poll::Ready(Some(Err(ErrorCode::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming
            .as_ref()
            .map(Body::size_hint)
            .unwrap_or_default()
    }
}

/// The component's own error if its body failed, else a protocol error, as in Spin.
pub(super) fn request_error(error: hyper::Error) -> ErrorCode {
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<ErrorCode>());
    cause.cloned().unwrap_or(ErrorCode::HttpProtocolError)
}
