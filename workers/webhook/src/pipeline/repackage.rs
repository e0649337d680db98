//! The served archive: the staged one with its manifest replaced, streamed from store to store.

use std::{
    cell::Cell,
    collections::VecDeque,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use archive::{Copier, Piece, Plan};
use edge::{
    Body, BodyError, Bytes, Objects,
    objects::{Condition, ObjectMeta, Put, Written},
};
use futures_util::{Stream, StreamExt};
use registry::{DeliveryId, Digest, DigestState, Key, record::Staged};

use super::staged;
use crate::{
    failure::StepError,
    hashing::{Tally, marked},
};

/// Most bytes that are unpacked of an archive that GitHub's own digest has vouched for. Inflating is
/// what takes most of the processor's time by far, which Workers bound; stored contents and the
/// checksum cost less than the digest does.
const ALWAYS_VERIFIED: u64 = 64 << 20;

/// A stored archive.
#[derive(Debug, Clone)]
pub struct Packed {
    /// Size, in bytes.
    pub size: u64,
    /// SHA-256 of the whole.
    pub sha256: Digest,
    /// Where the manifest's local header begins.
    pub tail_offset: u64,
    /// SHA-256 of what lies before it.
    pub before_tail: Option<DigestState>,
}

/// Streams the archive that `plan` describes to `key`, unless it is there already. Contents are
/// unpacked on the way, to see that they are what their headers promise; only those of a large archive
/// that GitHub's digest has vouched for are taken as their author made them.
///
/// The output is a function of the staged bytes and of the plan, and `key` is named after both, so
/// what is there already is what would be written; its length is checked all the same.
///
/// # Errors
/// [`StepError`].
pub async fn store<H: Objects>(
    host: &H,
    delivery: &DeliveryId,
    source: &Staged,
    plan: Plan,
    key: &Key<'_>,
) -> Result<Packed, StepError> {
    let (size, tail_offset) = (plan.len(), plan.tail_offset());
    let input = staged::open(host, delivery, source, plan.source()).await?;
    let fault = Fault::default();
    let copier = match source.vouched && plan.inflated_bytes() > ALWAYS_VERIFIED {
        true => plan.copier(),
        false => plan.copier().verifying(),
    };
    let stream = Repackaged::new(input, copier, fault.clone());
    let (body, tally) = marked(Body::stream(stream, Some(size)), tail_offset);
    let put = Put {
        condition: Condition::Absent,
        content_type: Some(key.content_type()),
        cache_control: Some(key.cache().header()),
        ..Put::default()
    };
    let written = host.object_put(&key.path(), body, put).await;
    if let Some(error) = fault.take() {
        return Err(staged::refusal(source, &error));
    }
    let tally = match written.map_err(in_words)? {
        Written::Stored(meta) => {
            expect_size(&meta, size)?;
            tally
        }
        Written::Refused => digest_of_stored(host, key, size, tail_offset).await?,
    };
    Ok(Packed {
        size,
        sha256: tally.digest(),
        tail_offset,
        before_tail: tally.at_mark(),
    })
}

fn in_words(error: edge::objects::ObjectError) -> StepError {
    match error {
        edge::objects::ObjectError::Body(error) => StepError::body("the staged archive", &error),
        other => other.into(),
    }
}

fn expect_size(meta: &ObjectMeta, size: u64) -> Result<(), StepError> {
    if meta.size == size {
        return Ok(());
    }
    let message = format!("the store holds {} bytes of {size}", meta.size);
    Err(StepError::transient("store", message))
}

async fn digest_of_stored<H: Objects>(
    host: &H,
    key: &Key<'_>,
    size: u64,
    mark: u64,
) -> Result<Tally, StepError> {
    let got = host
        .object_get(&key.path(), edge::objects::Get::default())
        .await?;
    let Some(object) = got.found() else {
        return Err(StepError::transient(
            "store",
            "an archive vanished from the store",
        ));
    };
    expect_size(&object.meta, size)?;
    let (mut body, tally) = marked(object.body, mark);
    while let Some(piece) = body.next().await {
        piece.map_err(|error| StepError::body("the stored archive", &error))?;
    }
    Ok(tally)
}

/// Why the archive itself is refused, where that is the reason why its stream broke off.
type Fault = Rc<Cell<Option<archive::Error>>>;

/// The output of a [`Copier`] that is fed from a body.
struct Repackaged {
    input: Body,
    copier: Option<Copier>,
    ready: VecDeque<Bytes>,
    fault: Fault,
}

impl Repackaged {
    fn new(input: Body, copier: Copier, fault: Fault) -> Self {
        Self {
            fault,
            input,
            copier: Some(copier),
            ready: VecDeque::new(),
        }
    }

    fn feed(&mut self, chunk: &Bytes) -> Result<(), BodyError> {
        let Some(copier) = &mut self.copier else {
            return Ok(());
        };
        let pieces = copier
            .push(chunk)
            .map_err(|error| broken_off(&self.fault, error))?;
        for piece in pieces {
            self.ready.push_back(match piece {
                Piece::Literal(bytes) => bytes.into(),
                // A view of the chunk: nothing is copied.
                Piece::Copy(range) => chunk.slice(range),
            });
        }
        Ok(())
    }

    fn finish(&mut self) -> Option<Result<Bytes, BodyError>> {
        let tail = self.copier.take()?.finish();
        // Only what was read too short ends here; that is the store's fault, not the archive's.
        Some(
            tail.map(Bytes::from)
                .map_err(|error| BodyError::Failed(error.to_string())),
        )
    }
}

fn broken_off(fault: &Fault, error: archive::Error) -> BodyError {
    let text = error.to_string();
    fault.set(Some(error));
    BodyError::Failed(text)
}

impl Stream for Repackaged {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(bytes)));
            }
            if self.copier.is_none() {
                return Poll::Ready(None);
            }
            match self.input.poll_next_unpin(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(self.finish()),
                Poll::Ready(Some(Err(error))) => {
                    self.copier = None;
                    return Poll::Ready(Some(Err(error)));
                }
                Poll::Ready(Some(Ok(chunk))) => {
                    if let Err(error) = self.feed(&chunk) {
                        self.copier = None;
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
        }
    }
}
