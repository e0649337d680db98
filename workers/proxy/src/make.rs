//! Images that are worked on, or described.

use std::rc::Rc;

use edge::{Body, Bytes, Response, clock::timeout};
use imaging::{Info, Limits};
use registry::Digest;
use serde_json::json;
use sha2::Digest as _;

use crate::{
    Host,
    cache::{self, Age, Found, Image, Lease, Record, Room, Validators, seconds_later},
    limits,
    pass::{self, Held},
    plan::{Output, Work},
    refusal::{Reason, Refusal},
    reply::{Picture, Served},
    routes::Ask,
    serve::{self, Job},
    source::{self, Answer, Arrived},
};

/// Gets the source, works on it and answers with the result.
///
/// # Errors
/// Why there is no image.
pub async fn produce<H: Host>(host: &H, ask: &Rc<Ask>, mut job: Job) -> Result<Response, Refusal> {
    let source = match obtain(host, ask).await {
        Ok(source) => source,
        Err(refusal) => return serve::failed(host, ask, job, refusal).await,
    };
    if !source.storable && job.old.take().is_some() {
        cache::forget(host, &job.key).await;
    }
    // What was made of this very source is still right.
    let is_same = |old: &Record| {
        old.image()
            .is_some_and(|i| i.made_from == Some(source.version))
    };
    if let Some(old) = job.old.take_if(|old| is_same(old)) {
        let renewed = Record {
            fresh_until: source.fresh_until,
            failing_until: source.failing_until,
            confirmed: host.now(),
            ..old
        };
        let served = source.served(Served::Confirmed);
        if let Some(response) = serve::respond(host, ask, &renewed, served).await {
            cache::write(host, &job.key, &renewed).await;
            return Ok(response);
        }
    }
    match result(host, ask, &source).await {
        Ok((made, room)) => Ok(deliver(host, ask, job, &source, (made, room))),
        Err(refusal) => serve::failed(host, ask, job, refusal).await,
    }
}

/// A source to work on.
struct Source {
    /// What names its content.
    version: Digest,
    fresh_until: edge::Timestamp,
    /// Set where its site fails and this is an older copy.
    failing_until: Option<edge::Timestamp>,
    storable: bool,
    content: Content,
}

enum Content {
    Stored(Image),
    Here(Bytes, Rc<Room>),
}

impl Source {
    fn stored(record: &Record, image: &Image, failing_until: Option<edge::Timestamp>) -> Self {
        Self {
            version: image.content(),
            fresh_until: record.fresh_until,
            failing_until,
            storable: true,
            content: Content::Stored(image.clone()),
        }
    }

    fn served(&self, otherwise: Served) -> Served {
        match self.failing_until {
            Some(_) => Served::InError,
            None => otherwise,
        }
    }
}

/// The source, out of the cache or from its site.
async fn obtain<H: Host>(host: &H, ask: &Rc<Ask>) -> Result<Source, Refusal> {
    let key = ask.plan.source_key();
    let (mut waits, mut lease) = (0, None);
    loop {
        let record = cache::read(host, &key).await;
        if let Some(record) = &record {
            match (record.age(host.now()), &record.found) {
                (Age::Fresh, Found::Nothing(refusal)) => return Err(refusal.clone()),
                (Age::Fresh, Found::Image(image)) => {
                    return Ok(Source::stored(record, image, None));
                }
                (Age::Failing, Found::Image(image)) => {
                    return Ok(Source::stored(record, image, record.failing_until));
                }
                _ => {}
            }
        }
        if lease.is_some() || waits == serve::WAITS {
            return fetch(host, ask, key, record, lease).await;
        }
        lease = Lease::take_or_wait(host, key).await;
        waits += usize::from(lease.is_none());
    }
}

async fn fetch<H: Host>(
    host: &H,
    ask: &Rc<Ask>,
    key: Digest,
    mut old: Option<Record>,
    lease: Option<Lease>,
) -> Result<Source, Refusal> {
    let known = pass::known(host, old.as_ref());
    let mut answer = source::fetch(host, &ask.settings, &ask.plan.source, known).await;
    let is_kept = match &answer {
        Ok(Answer::Unchanged(freshness)) => freshness.storable,
        Ok(Answer::Arrived(arrived)) => arrived.freshness.storable,
        Err(_) => true,
    };
    if !is_kept && old.take().is_some() {
        cache::forget(host, &key).await;
        if matches!(answer, Ok(Answer::Unchanged(_))) {
            answer = source::fetch(host, &ask.settings, &ask.plan.source, None).await;
        }
    }
    match answer {
        Ok(Answer::Arrived(arrived)) => take_in(host, ask, key, lease, arrived).await,
        Ok(Answer::Unchanged(freshness)) => {
            let failed =
                || Refusal::new(Reason::SourceFailed, "the image's site contradicts itself");
            let record = pass::renewed(host, old.ok_or_else(failed)?, freshness.seconds);
            cache::write(host, &key, &record).await;
            let image = record.image().ok_or_else(failed)?;
            Ok(Source::stored(&record, image, None))
        }
        Err(refusal) => {
            let now = host.now();
            let was_known = old.is_some();
            if let Some(old) = old.filter(|old| old.age(now) != Age::Expired)
                && refusal.may_pass()
                && let Some(image) = old.image().cloned()
            {
                let until = Some(seconds_later(now, limits::FAILED));
                let failing = Record {
                    failing_until: until,
                    ..old
                };
                cache::write(host, &key, &failing).await;
                return Ok(Source::stored(&failing, &image, until));
            }
            serve::remember(host, &key, &refusal, was_known).await;
            Err(refusal)
        }
    }
}

/// A source that has just come, in memory, and on its way into the store.
async fn take_in<H: Host>(
    host: &H,
    ask: &Rc<Ask>,
    key: Digest,
    lease: Option<Lease>,
    mut arrived: Arrived,
) -> Result<Source, Refusal> {
    let body = std::mem::take(&mut arrived.body);
    let (bytes, room) = hold(host, body).await?;
    let room = Rc::new(room);
    pass::checked(&arrived, &bytes)?;
    let version = Digest::new(sha2::Sha256::digest(&bytes).into());
    let record = pass::record(host, &arrived, version, Some(&bytes));
    let fresh_until = record.fresh_until;
    let storable = arrived.freshness.storable;
    if storable {
        let held = Held {
            lease,
            room: Some(Rc::clone(&room)),
        };
        pass::store(host, ask, (key, held), (record, None), bytes.clone().into());
    }
    Ok(Source {
        version,
        fresh_until,
        failing_until: None,
        storable,
        content: Content::Here(bytes, room),
    })
}

/// The whole of a source in memory, once there is room for it.
async fn hold<H: Host>(host: &H, body: Body) -> Result<(Bytes, Room), Refusal> {
    let most = limits::WORKED_BYTES;
    let length = body.length().unwrap_or(most).min(most);
    let room = Room::take(host, length).await?;
    let collected = timeout(host, limits::HELD_TIME, source::collect(body, most)).await;
    let bytes = collected.unwrap_or_else(|| {
        let seconds = limits::HELD_TIME.as_secs();
        let detail = format!(
            "the image did not arrive within {seconds} s, which is the limit for those that are \
             worked on"
        );
        Err(Refusal::new(Reason::SourceTimeout, detail))
    })?;
    Ok((bytes, room))
}

/// A finished result.
struct Made {
    bytes: Bytes,
    kind: &'static str,
    version: Digest,
}

/// The result, and the room that it takes with its source.
async fn result<H: Host>(
    host: &H,
    ask: &Rc<Ask>,
    source: &Source,
) -> Result<(Made, Rc<Room>), Refusal> {
    let (bytes, room) = match &source.content {
        Content::Here(bytes, room) => (bytes.clone(), Rc::clone(room)),
        Content::Stored(image) => match cache::open(host, image).await {
            Some(body) => {
                let (bytes, room) = hold(host, body).await?;
                (bytes, Rc::new(room))
            }
            None => return again(host, ask).await,
        },
    };
    Ok((work(host, ask, source.version, bytes)?, room))
}

/// The result of a source whose bytes the store has lost: fetched anew.
async fn again<H: Host>(host: &H, ask: &Rc<Ask>) -> Result<(Made, Rc<Room>), Refusal> {
    let key = ask.plan.source_key();
    let lease = Lease::take(host, key);
    let source = fetch(host, ask, key, None, lease).await?;
    match source.content {
        Content::Here(bytes, room) => Ok((work(host, ask, source.version, bytes)?, room)),
        Content::Stored(_) => Err(Refusal::new(Reason::Internal, "")),
    }
}

fn work<H: Host>(host: &H, ask: &Ask, version: Digest, bytes: Bytes) -> Result<Made, Refusal> {
    let info = imaging::probe(&bytes).map_err(|error| refusal(host, &error))?;
    let make = match &ask.plan.work {
        Work::Make(make) => make,
        Work::Describe | Work::Pass => return Ok(description(&info, bytes.len())),
    };
    match make.output(&info) {
        Output::AsItIs => Ok(Made {
            bytes,
            kind: info.format.media_type(),
            version,
        }),
        Output::Unwritable => Err(Refusal::new(
            Reason::Unprocessable,
            format!(
                "the image is {}; AVIF is passed through but not written: ask for webp, jpeg or \
                 png",
                info.format.name()
            ),
        )),
        Output::Written(target) => {
            let rendered = imaging::render(&bytes, &make.transform, target, &Limits::default())
                .map_err(|error| refusal(host, &error))?;
            Ok(made(rendered.bytes, rendered.format.media_type()))
        }
    }
}

fn made(bytes: Vec<u8>, kind: &'static str) -> Made {
    Made {
        version: Digest::new(sha2::Sha256::digest(&bytes).into()),
        bytes: bytes.into(),
        kind,
    }
}

/// What `format=json` answers.
fn description(info: &Info, bytes: usize) -> Made {
    let text = json!({
        "format": info.format.extension(),
        "type": info.format.media_type(),
        "bytes": bytes,
        "width": info.width,
        "height": info.height,
        "frames": info.frames,
        "alpha": info.alpha,
        "orientation": info.orientation.tag(),
    });
    made(text.to_string().into_bytes(), "application/json")
}

/// The answer with a result, which is stored after it.
fn deliver<H: Host>(
    host: &H,
    ask: &Rc<Ask>,
    job: Job,
    source: &Source,
    (made, room): (Made, Rc<Room>),
) -> Response {
    let now = host.now();
    let picture = Picture {
        plan: &ask.plan,
        access: ask.access,
        kind: made.kind,
        version: &made.version,
        digest: Some(made.version),
        fresh_until: source.fresh_until,
        storable: source.storable,
        served: source.served(Served::Miss),
    };
    let response = match picture.is_known(&ask.request) {
        true => picture.unchanged(now),
        false => picture.whole(made.bytes.clone().into(), now),
    };
    if source.storable {
        let record = Record {
            found: Found::Image(Image {
                version: made.version,
                digest: Some(made.version),
                kind: made.kind.to_owned(),
                length: made.bytes.len() as u64,
                made_from: Some(source.version),
                written: now,
            }),
            confirmed: now,
            fresh_until: source.fresh_until,
            failing_until: source.failing_until,
            validators: Validators::default(),
        };
        let held = Held {
            lease: job.lease,
            room: Some(room),
        };
        pass::store(
            host,
            ask,
            (job.key, held),
            (record, None),
            made.bytes.into(),
        );
    }
    response
}

fn refusal<H: Host>(host: &H, error: &imaging::Error) -> Refusal {
    use imaging::Error;
    let reason = match error {
        Error::NotAnImage(_) => Reason::NotAnImage,
        Error::Encode { .. } => {
            let members = json!({ "cause": error.to_string() });
            edge::log::event(host, host.now(), "an image could not be written", members);
            Reason::Internal
        }
        _ => Reason::Unprocessable,
    };
    Refusal::new(reason, error.to_string())
}
