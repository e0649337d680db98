//! Images that pass through as they are.
//!
//! A small one is collected, so that it is checked whole and named by its content before anything of
//! it is sent. A large one streams to the client, and beside that into the store; what is wrong at
//! its end breaks both off.

use std::{pin::pin, rc::Rc};

use edge::{
    Body, BodyError, Bytes, Response,
    relay::{Relayed, Sum, Watch},
};
use futures_util::future::{Either, select};
use registry::Digest;
use sha2::Digest as _;

use crate::{
    Host,
    cache::{self, Found, Image, Lease, Record, Room, Validators, seconds_later},
    limits,
    refusal::{Reason, Refusal},
    reply::{Picture, Served},
    routes::Ask,
    serve::{self, Job},
    source::{self, Answer, Arrived, Collected, Ending},
};

/// Seconds for which an image's bytes are surely still in the store: well below their lifetime.
const SURELY_KEPT: u64 = 15 * 24 * 60 * 60;

/// Fetches the source and answers with it.
///
/// # Errors
/// Why there is no image.
pub async fn produce<H: Host>(host: &H, ask: &Rc<Ask>, mut job: Job) -> Result<Response, Refusal> {
    loop {
        let known = known(host, job.old.as_ref());
        let answer = source::fetch(host, &ask.settings, &ask.plan.source, known).await;
        match answer {
            // Asked for anew, it goes the way of what is not kept.
            Ok(Answer::Unchanged(freshness)) if !freshness.storable => {
                job.old = None;
                cache::forget(host, &job.key).await;
            }
            Ok(Answer::Unchanged(freshness)) => {
                let renewed = job
                    .old
                    .take()
                    .map(|old| renewed(host, old, freshness.seconds));
                let Some(renewed) = renewed else { continue };
                if let Some(response) = serve::respond(host, ask, &renewed, Served::Confirmed).await
                {
                    cache::write(host, &job.key, &renewed).await;
                    return Ok(response);
                }
                // Its bytes are gone, so it is asked for without a condition.
            }
            Ok(Answer::Arrived(arrived)) => return arrive(host, ask, job, arrived).await,
            Err(refusal) => return serve::failed(host, ask, job, refusal).await,
        }
    }
}

/// What the source may be asked with: the validators of an image that is still in the store.
pub fn known<'r, H: Host>(host: &H, old: Option<&'r Record>) -> Option<&'r Validators> {
    let old = old?;
    let is_kept = host.now() < seconds_later(old.image()?.written, SURELY_KEPT);
    (is_kept && !old.validators.is_empty()).then_some(&old.validators)
}

/// A record that its source has confirmed.
pub fn renewed<H: Host>(host: &H, old: Record, seconds: u64) -> Record {
    let now = host.now();
    Record {
        confirmed: now,
        fresh_until: seconds_later(now, seconds),
        failing_until: None,
        ..old
    }
}

async fn arrive<H: Host>(
    host: &H,
    ask: &Rc<Ask>,
    mut job: Job,
    mut arrived: Arrived,
) -> Result<Response, Refusal> {
    if !arrived.freshness.storable && job.old.take().is_some() {
        cache::forget(host, &job.key).await;
    }
    let body = std::mem::take(&mut arrived.body);
    let collected = match source::collect_some(body, limits::COLLECTED_BYTES).await {
        Ok(Collected::More(body)) => return Ok(streamed(host, ask, job, &arrived, body)),
        Ok(Collected::Whole(bytes)) => checked(&arrived, &bytes).map(|()| bytes),
        Err(refusal) => Err(refusal),
    };
    match collected {
        Ok(bytes) => Ok(whole(host, ask, job, &arrived, bytes)),
        Err(refusal) => serve::failed(host, ask, job, refusal).await,
    }
}

/// The record of an image that has just come, and is named so. Length and digest are not known yet
/// where it streams.
pub fn record<H: Host>(
    host: &H,
    arrived: &Arrived,
    version: Digest,
    bytes: Option<&Bytes>,
) -> Record {
    let now = host.now();
    Record {
        found: Found::Image(Image {
            version,
            digest: bytes.map(|_| version),
            kind: arrived.format.media_type().to_owned(),
            length: bytes.map_or(0, |bytes| bytes.len() as u64),
            made_from: None,
            written: now,
        }),
        confirmed: now,
        fresh_until: seconds_later(now, arrived.freshness.seconds),
        failing_until: None,
        validators: arrived.validators.clone(),
    }
}

/// Answers with an image that is there as a whole.
fn whole<H: Host>(host: &H, ask: &Rc<Ask>, job: Job, arrived: &Arrived, bytes: Bytes) -> Response {
    let version = Digest::new(sha2::Sha256::digest(&bytes).into());
    let record = record(host, arrived, version, Some(&bytes));
    let picture = picture(ask, arrived, &version, &record);
    let response = match picture.is_known(&ask.request) {
        true => picture.unchanged(host.now()),
        false => picture.whole(bytes.clone().into(), host.now()),
    };
    if arrived.freshness.storable {
        let held = Held::only(job.lease);
        store(host, ask, (job.key, held), (record, None), bytes.into());
    }
    response
}

/// The answer with an image that has just come.
fn picture<'a>(
    ask: &'a Ask,
    arrived: &'a Arrived,
    version: &'a Digest,
    record: &'a Record,
) -> Picture<'a> {
    Picture {
        plan: &ask.plan,
        access: ask.access,
        kind: arrived.format.media_type(),
        version,
        digest: record.image().and_then(|image| image.digest),
        fresh_until: record.fresh_until,
        storable: arrived.freshness.storable,
        served: Served::Miss,
    }
}

/// Checks an image that is there as a whole, as far as that goes without decoding it.
///
/// # Errors
/// [`Reason::Unprocessable`] where it is cut short or no image after all.
pub fn checked(arrived: &Arrived, bytes: &[u8]) -> Result<(), Refusal> {
    let mut ending = Ending::new(arrived.format);
    ending.piece(bytes);
    let cut_short = || {
        let name = arrived.format.name();
        let detail = format!("the {name} image is cut short at its own site");
        Refusal::new(Reason::Unprocessable, detail)
    };
    ending.check().map_err(|_| cut_short())?;
    match imaging::probe(bytes) {
        Err(imaging::Error::Truncated(_)) => Err(cut_short()),
        Err(error @ (imaging::Error::Damaged { .. } | imaging::Error::NotAnImage(_))) => {
            Err(Refusal::new(Reason::Unprocessable, error.to_string()))
        }
        // What cannot be worked on, or is too costly to, can still be looked at.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Answers with an image that streams. The digest of its bytes is not known before its end, so that it
/// is stored under a name of its own.
fn streamed<H: Host>(host: &H, ask: &Rc<Ask>, job: Job, arrived: &Arrived, body: Body) -> Response {
    let (now, random) = (host.now(), host.random());
    let version = ask.plan.new_version(now, &random);
    let record = record(host, arrived, version, None);
    let answer = |body| picture(ask, arrived, &version, &record).whole(body, now);
    // Nobody reads the body.
    if ask.request.head {
        return answer(body);
    }
    let Relayed {
        client,
        stored,
        digest,
    } = host.relay(body, Walk(Ending::new(arrived.format)));
    let response = answer(client);
    if arrived.freshness.storable {
        let held = Held::only(job.lease);
        store(host, ask, (job.key, held), (record, Some(digest)), stored);
    }
    response
}

/// What is held until an image is in the store, or is not going to be.
pub struct Held {
    /// The right to work on it.
    pub lease: Option<Lease>,
    /// The memory that it takes.
    pub room: Option<Rc<Room>>,
}

impl Held {
    /// The right alone, where the image takes little memory.
    fn only(lease: Option<Lease>) -> Self {
        Self { lease, room: None }
    }
}

/// Stores an image and its record after, or beside, the answer; whoever waits for it goes on then.
/// The digest of one that streams is there when it has come to its end.
pub fn store<H: Host>(
    host: &H,
    ask: &Rc<Ask>,
    (key, held): (Digest, Held),
    (mut record, digest): (Record, Option<Sum>),
    body: Body,
) {
    let (later, ask) = (host.clone(), Rc::clone(ask));
    host.defer(async move {
        let Some(version) = record.image().map(|image| image.version) else {
            return;
        };
        let most = limits::PASSED_BYTES;
        let keeping = pin!(cache::keep(&later, &ask.settings, &version, body, most));
        let patience = pin!(later.sleep(limits::READER_PATIENCE));
        let Held { lease, room } = held;
        let (kept, lease) = match select(keeping, patience).await {
            Either::Left((kept, _)) => (kept, lease),
            Either::Right(((), keeping)) => {
                drop(lease);
                (keeping.await, None)
            }
        };
        drop(room);
        if let (Some(stored), Found::Image(image)) = (kept, &mut record.found) {
            image.length = stored.size;
            if let Some(digest) = digest.and_then(|digest| digest.get()) {
                image.digest = Some(Digest::new(digest));
                cache::name_by_content(&later, &ask.settings, image).await;
            }
            cache::write(&later, &key, &record).await;
        }
        drop(lease);
    });
}

/// Watches whether what passes is whole.
struct Walk(Ending);

impl Watch for Walk {
    fn piece(&mut self, piece: &[u8]) {
        self.0.piece(piece);
    }

    fn end(&mut self) -> Result<(), BodyError> {
        self.0.check()
    }
}
