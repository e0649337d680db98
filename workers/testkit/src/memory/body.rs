//! Bodies that come in pieces, slowly, and with faults.

use std::time::Duration;

use edge::{Body, BodyError, Bytes, Clock};
use futures_util::stream;

use super::{
    MemoryHost,
    faults::{Fault, Operation, Point},
};

/// A body on its way to the function.
pub(super) struct Incoming {
    pub operation: Operation,
    pub name: String,
    /// What is left, in order.
    pub pieces: Box<dyn Iterator<Item = Bytes>>,
    /// The length that is told beforehand.
    pub length: Option<u64>,
    /// How many pieces come before a fault in the middle.
    pub half: usize,
    /// Wait between pieces.
    pub pause: Duration,
    /// Whether it ends with an error instead of an end.
    pub broken: bool,
}

/// Where the reader of a body is.
enum Progress {
    Unread(Incoming),
    Reading {
        rest: Incoming,
        /// What goes wrong after how many more pieces.
        fault: Option<(usize, Fault, Point)>,
    },
    Ended,
}

impl MemoryHost {
    /// A body for the function to read. Its point is passed when it is read first.
    pub(super) fn incoming(&self, incoming: Incoming) -> Body {
        let length = incoming.length;
        let host = self.clone();
        let pieces = stream::unfold(Progress::Unread(incoming), move |progress| {
            let host = host.clone();
            async move { host.next_piece(progress).await }
        });
        Body::stream(Box::pin(pieces), length)
    }

    async fn next_piece(&self, progress: Progress) -> Option<(Result<Bytes, BodyError>, Progress)> {
        let (mut rest, fault) = match progress {
            Progress::Unread(rest) => {
                let (point, fault) = self.reach(rest.operation, &rest.name).await;
                let fault = fault.map(|fault| match fault {
                    Fault::Before | Fault::CrashBefore => (0, fault, point),
                    Fault::After | Fault::CrashAfter => (rest.half, fault, point),
                });
                (rest, fault)
            }
            Progress::Reading { rest, fault } => (rest, fault),
            Progress::Ended => return None,
        };
        let fault = match fault {
            Some((0, Fault::CrashBefore | Fault::CrashAfter, point)) => {
                return self.crash(point).await;
            }
            Some((0, _, point)) => {
                let error = BodyError::Failed(format!("fault in the middle of {point:?}"));
                return Some((Err(error), Progress::Ended));
            }
            fault => fault.map(|(pieces, fault, point)| (pieces - 1, fault, point)),
        };
        if !rest.pause.is_zero() {
            self.sleep(rest.pause).await;
        }
        match rest.pieces.next() {
            Some(piece) => Some((Ok(piece), Progress::Reading { rest, fault })),
            None if rest.broken => {
                let error = BodyError::Failed(format!("the connection to {} broke", rest.name));
                Some((Err(error), Progress::Ended))
            }
            None => None,
        }
    }
}
