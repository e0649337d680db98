//! Messages that come from outside: requests to this component, answers of other servers.

use std::{
    any::Any,
    pin::Pin,
    task::{Context, Poll},
};

use edge::{Body, BodyError, Bytes, Headers, HostStream, Method};
use futures_util::{Stream, StreamExt, stream};
use spin_sdk::{
    wasip3::{
        http::types::{ErrorCode, Fields, Request, Response, Trailers},
        wit_future,
    },
    wit_bindgen::{FutureReader, StreamReader, StreamResult},
};

use crate::fields::Incoming;

/// Bytes asked for at once: more than the host's frames have, so that none is read in two.
const READ: usize = 64 * 1024;

/// The platform's `request` as the functions know it.
///
/// # Errors
/// A method that is no token.
pub fn request(request: Request) -> Result<edge::Request, ErrorCode> {
    let method = method(&request)?;
    let target = request.get_path_with_query().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let headers = request.get_headers();
    let body = match has_no_body(&method) {
        true => Body::Empty,
        false => match length(&headers) {
            Some(0) => Body::Empty,
            length => body(Message::Request(request), length),
        },
    };
    Ok(edge::Request {
        head: false,
        method,
        path: if path.is_empty() {
            "/".to_owned()
        } else {
            path
        },
        query,
        headers: Headers::new(Incoming(headers)),
        body,
    })
}

/// The body of another server's answer to a `method` request.
pub fn response_body(response: Response, headers: &Fields, method: &Method) -> Body {
    match length(headers) {
        Some(0) => Body::Empty,
        _ if *method == Method::HEAD => Body::Empty,
        length => body(Message::Response(response), length),
    }
}

fn method(request: &Request) -> Result<Method, ErrorCode> {
    use spin_sdk::wasip3::http::types::Method as Platform;
    Ok(match request.get_method() {
        Platform::Get => Method::GET,
        Platform::Head => Method::HEAD,
        Platform::Post => Method::POST,
        Platform::Put => Method::PUT,
        Platform::Delete => Method::DELETE,
        Platform::Connect => Method::CONNECT,
        Platform::Options => Method::OPTIONS,
        Platform::Trace => Method::TRACE,
        Platform::Patch => Method::PATCH,
        Platform::Other(name) => {
            Method::from_bytes(name.as_bytes()).map_err(|_| ErrorCode::HttpRequestMethodInvalid)?
        }
    })
}

/// Whether nobody reads a body of a request of this method.
fn has_no_body(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn length(headers: &Fields) -> Option<u64> {
    let values = headers.get("content-length");
    std::str::from_utf8(values.first()?)
        .ok()?
        .trim()
        .parse()
        .ok()
}

fn body(message: Message, length: Option<u64>) -> Body {
    // Fused: `unfold` itself panics when it is asked once more after its end.
    let pieces = stream::unfold(State::Unread(message), next)
        .fuse()
        .boxed_local();
    Body::Stream(Box::new(IncomingBody { pieces, length }))
}

/// A message whose body nobody has asked for yet.
enum Message {
    Request(Request),
    Response(Response),
}

type Pieces = StreamReader<u8>;
type Ending = FutureReader<Result<Option<Trailers>, ErrorCode>>;

enum State {
    Unread(Message),
    Reading(Pieces, Ending),
    Ended,
}

impl Message {
    fn open(self) -> (Pieces, Ending) {
        // What this component makes of the body is nothing the peer has to know: dropping the
        // writer says "received".
        let (_, received) = wit_future::new(|| Ok(()));
        match self {
            Self::Request(request) => Request::consume_body(request, received),
            Self::Response(response) => Response::consume_body(response, received),
        }
    }
}

/// The next piece of a body; an error where it broke off.
async fn next(state: State) -> Option<(Result<Bytes, BodyError>, State)> {
    let (mut pieces, ending) = match state {
        State::Unread(message) => message.open(),
        State::Reading(pieces, ending) => (pieces, ending),
        State::Ended => return None,
    };
    loop {
        let (result, piece) = pieces.read(Vec::with_capacity(READ)).await;
        match result {
            StreamResult::Complete(0) => {}
            StreamResult::Complete(_) => {
                return Some((Ok(piece.into()), State::Reading(pieces, ending)));
            }
            StreamResult::Dropped | StreamResult::Cancelled => break,
        }
    }
    // Only the ending tells a body that is whole from one whose connection broke.
    match ending.await {
        Ok(_) => None,
        Err(error) => Some((Err(BodyError::Failed(error.to_string())), State::Ended)),
    }
}

/// A body that the platform receives.
struct IncomingBody {
    pieces: stream::LocalBoxStream<'static, Result<Bytes, BodyError>>,
    length: Option<u64>,
}

impl Stream for IncomingBody {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.pieces.poll_next_unpin(context)
    }
}

impl HostStream for IncomingBody {
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

/// The headers of an answer, kept beside its body.
pub fn headers(fields: Fields) -> Headers {
    Headers::new(Incoming(fields))
}
