//! From a plan to an answer: out of the cache where that has it, else by one request for all who ask
//! for the same at once.

use std::rc::Rc;

use edge::{Response, StatusCode};
use registry::Digest;

use crate::{
    Host,
    cache::{self, Age, Found, Lease, Record, seconds_later},
    limits, make, nearby, pass,
    plan::Work,
    refusal::Refusal,
    reply::{Picture, Served},
    routes::Ask,
};

/// How often a request waits for another one before it does the work itself, beside it.
pub const WAITS: usize = 3;

/// Answers what is asked.
///
/// # Errors
/// Why there is no image.
pub async fn answer<H: Host>(host: &H, ask: &Rc<Ask>) -> Result<Response, Refusal> {
    let key = ask.plan.result_key();
    if let Some(near) = nearby::answer(host, ask, &key).await {
        return Ok(near);
    }
    let (mut waits, mut lease) = (0, None);
    loop {
        // Again with the lease: whoever had it before may just have finished.
        let record = cache::read(host, &key).await;
        if let Some(record) = &record
            && let Some(answer) = from_cache(host, ask, record).await
        {
            return answer;
        }
        if lease.is_some() || waits == WAITS {
            let job = Job {
                key,
                old: record,
                lease,
            };
            return produce(host, ask, job).await;
        }
        lease = Lease::take_or_wait(host, key).await;
        waits += usize::from(lease.is_none());
    }
}

/// Work on an address.
pub struct Job {
    /// What names it in the cache.
    pub key: Digest,
    /// What was known of it.
    pub old: Option<Record>,
    /// The right to work on it; it ends when the result is in the cache.
    pub lease: Option<Lease>,
}

async fn produce<H: Host>(host: &H, ask: &Rc<Ask>, job: Job) -> Result<Response, Refusal> {
    match ask.plan.work {
        Work::Pass => pass::produce(host, ask, job).await,
        Work::Describe | Work::Make(_) => make::produce(host, ask, job).await,
    }
}

/// The answer that a record gives at the moment, if it gives one.
async fn from_cache<H: Host>(
    host: &H,
    ask: &Rc<Ask>,
    record: &Record,
) -> Option<Result<Response, Refusal>> {
    if let (Age::Fresh, Found::Nothing(refusal)) = (record.age(host.now()), &record.found) {
        return Some(Err(refusal.clone()));
    }
    let served = match record.age(host.now()) {
        Age::Fresh => Served::Hit,
        Age::Stale => Served::Stale,
        Age::Failing => Served::InError,
        Age::Old | Age::Expired => return None,
    };
    let response = respond(host, ask, record, served).await?;
    match served {
        Served::Stale => refresh(host, ask, record.clone()),
        // Whoever has the image already does not need it nearer.
        Served::Hit if response.status == StatusCode::OK => {
            nearby::fill(host, &ask.plan.result_key(), record);
        }
        _ => {}
    }
    Some(Ok(response))
}

/// The image of a record: `304` where the client has it; `None` where its bytes are gone.
pub async fn respond<H: Host>(
    host: &H,
    ask: &Ask,
    record: &Record,
    served: Served,
) -> Option<Response> {
    let image = record.image()?;
    let picture = Picture::of(ask, record, image, served);
    if picture.is_known(&ask.request) {
        return Some(picture.unchanged(host.now()));
    }
    let body = cache::open(host, image).await?;
    Some(picture.whole(body, host.now()))
}

/// Does the work after the answer, so that the next one is fresh.
fn refresh<H: Host>(host: &H, ask: &Rc<Ask>, old: Record) {
    let key = ask.plan.result_key();
    let Some(lease) = Lease::take(host, key) else {
        return;
    };
    let (later, ask) = (host.clone(), Rc::clone(ask));
    host.defer(async move {
        let job = Job {
            key,
            old: Some(old),
            lease: Some(lease),
        };
        // A failure is in the record.
        if let Ok(mut response) = produce(&later, &ask, job).await {
            // What passes through is only stored while somebody reads it.
            while let Some(Ok(_)) = response.body.next().await {}
        }
    });
}

/// What is answered when the work failed: the old image, marked, where the failure may pass; else
/// the failure, which is remembered for a while.
pub async fn failed<H: Host>(
    host: &H,
    ask: &Ask,
    job: Job,
    refusal: Refusal,
) -> Result<Response, Refusal> {
    let now = host.now();
    let was_known = job.old.is_some();
    if let Some(old) = job.old.filter(|old| old.age(now) != Age::Expired)
        && refusal.may_pass()
    {
        let failing = Record {
            failing_until: Some(seconds_later(now, limits::FAILED)),
            ..old
        };
        if let Some(response) = respond(host, ask, &failing, Served::InError).await {
            cache::write(host, &job.key, &failing).await;
            return Ok(response);
        }
    }
    remember(host, &job.key, &refusal, was_known).await;
    Err(refusal)
}

/// Keeps a failure for as long as it is worth remembering: in place of what was known of the address,
/// if anything was.
pub async fn remember<H: Host>(host: &H, key: &Digest, refusal: &Refusal, was_known: bool) {
    if let Some(seconds) = refusal.remembered() {
        let now = host.now();
        let record = Record {
            found: Found::Nothing(refusal.clone()),
            confirmed: now,
            fresh_until: seconds_later(now, seconds),
            failing_until: None,
            validators: cache::Validators::default(),
        };
        match was_known {
            true => cache::write(host, key, &record).await,
            false => cache::remember(host, key, record).await,
        }
    }
}
