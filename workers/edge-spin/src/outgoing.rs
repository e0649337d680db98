//! The function's answer as the platform's response.

use std::time::Duration;

use edge::{Body, HeaderValue, StatusCode, clock::timeout, header};
use spin_sdk::{
    wasip3::{
        http::types::{ErrorCode, Fields, Response, Trailers},
        spawn, wit_future, wit_stream,
    },
    wit_bindgen::{FutureWriter, StreamWriter},
};

use crate::{Host, fields};

/// Longest time that one piece of a streamed body (at most a chunk of 1 MiB) may take to be
/// taken by the client. A client that stalls for good would pin the instance and its memory.
const STALL: Duration = Duration::from_secs(600);

type Ending = FutureWriter<Result<Option<Trailers>, ErrorCode>>;

/// `response` as the platform's; its body is written by a task of its own.
///
/// # Errors
/// A header that the platform refuses.
pub fn response(mut response: edge::Response, is_head: bool) -> Result<Response, ErrorCode> {
    let body = std::mem::take(&mut response.body);
    let has_body = !is_head && may_have_body(response.status);
    if has_body && let Some(length) = body.length() {
        set_length(&mut response, length);
    }
    let headers = fields::outgoing(&response.headers)
        .map_err(|error| ErrorCode::InternalError(Some(format!("a header: {error}"))))?;
    let platform = match body {
        body if has_body && body.length() != Some(0) => streamed(headers, body),
        _ => empty(headers),
    };
    if response.status != StatusCode::OK {
        // It is one that `http` accepts, so the platform does.
        let _ = platform.set_status_code(response.status.as_u16());
    }
    Ok(platform)
}

/// Whether an answer of this status may have a body and a length (RFC 9110, section 8.6).
fn may_have_body(status: StatusCode) -> bool {
    !status.is_informational()
        && status != StatusCode::NO_CONTENT
        && status != StatusCode::NOT_MODIFIED
}

/// Sets `Content-Length`, unless the function set it itself.
fn set_length(response: &mut edge::Response, length: u64) {
    if response.header(&header::CONTENT_LENGTH).is_none() {
        let value = HeaderValue::from(length);
        response.headers.push((header::CONTENT_LENGTH, value));
    }
}

fn empty(headers: Fields) -> Response {
    // Dropping the writer ends the message.
    let (_, ending) = wit_future::new(|| Ok(None));
    Response::new(headers, None, ending).0
}

fn streamed(headers: Fields, body: Body) -> Response {
    let (pieces, contents) = wit_stream::new();
    // A writer that is dropped before its end must not look like a body that is complete.
    let (ending, trailers) = wit_future::new(|| Err(ErrorCode::InternalError(None)));
    let response = Response::new(headers, Some(contents), trailers).0;
    spawn(write(body, pieces, ending));
    response
}

/// Writes `body` piece by piece, each when the client has taken the one before, and says whether
/// it is whole: the platform cuts the connection of one that is not, so that the client notices.
async fn write(body: Body, mut pieces: StreamWriter<u8>, ending: Ending) {
    let end = match copy(body, &mut pieces).await {
        Ok(()) => Ok(None),
        Err(cause) => Err(ErrorCode::InternalError(Some(cause))),
    };
    drop(pieces);
    // A client that has gone does not read this any more.
    let _ = ending.write(end).await;
}

async fn copy(mut body: Body, pieces: &mut StreamWriter<u8>) -> Result<(), String> {
    let in_memory = matches!(body, Body::Bytes(_));
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| error.to_string())?;
        if piece.is_empty() {
            continue;
        }
        let writing = pieces.write_all(piece.into());
        // A body in memory is one piece that the platform takes at once: no timer for it.
        let unwritten = if in_memory {
            writing.await
        } else {
            timeout(&<Host>::new(), STALL, writing)
                .await
                .ok_or("the client took nothing for too long")?
        };
        if !unwritten.is_empty() {
            return Err("the client went away".to_owned());
        }
    }
    Ok(())
}
