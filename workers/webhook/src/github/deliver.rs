//! `POST /webhooks/github`.
//!
//! 1. A signature must be there → `401`; the body is read, at most 25 MB → `413`, in 15 seconds →
//!    `408`, and within the memory that all deliveries share → `503`.
//! 2. The signature is checked over the raw bytes → `401`.
//! 3. The headers say which event and which delivery → `400`.
//! 4. The body is read as JSON → `400`.
//! 5. A ping is answered; other events and actions are ignored → `200`, and so is what happens to a
//!    release that was never published here ([`FOLLOWED`]).
//! 6. The repository must be allowed → `403`.
//! 7. The delivery is journalled → `202`, or `200` where it was before; the work goes on after the
//!    response.

use edge::{
    BodyError, Problem, Request, Response, StatusCode,
    config::{self, ConfigError, name},
    header,
};
use registry::{
    DeliveryId, Journal, Key, Repository,
    record::{Described, Heard, ReleaseSource, Said, Withdrawn},
    store::{self, StoreError},
    text,
};
use serde::de::IgnoredAny;
use serde_json::json;

use super::{
    allowed::AllowedRepositories,
    event::ReleaseEvent,
    intake::{self, Intake, Unread},
    signature::Signature,
};
use crate::{
    Host,
    admin::input,
    pipeline::{
        self,
        upstream::{FOLLOWED, taken_back},
    },
};

/// Longest word of a payload that an answer repeats, in characters.
const LONGEST_WORD: usize = 64;

/// GitHub's own limit of a payload, in bytes.
const MAX_PAYLOAD: u64 = 25_000_000;

/// Receives a delivery.
pub async fn receive<H: Host>(host: &H, request: Request) -> Result<Response, Problem> {
    let secret = config::required(host, name::GITHUB_WEBHOOK_SECRET).await?;
    let header = |name: &str| request.header(name).unwrap_or_default();
    let (event, delivery) = (header("x-github-event"), header("x-github-delivery"));
    let media = header("content-type");
    let announced = header("content-length").trim().parse();
    // Whoever cannot even write a signature has no body read for it.
    let signature = Signature::parse(&header("x-hub-signature-256")).ok_or_else(bad_signature)?;
    if announced.is_ok_and(|length: u64| length > MAX_PAYLOAD) {
        return Err(unreadable(BodyError::TooLarge { limit: MAX_PAYLOAD }));
    }
    let intake = match Intake::read(host, request.body, MAX_PAYLOAD).await {
        Ok(intake) => intake,
        Err(Unread::Busy) => return Ok(busy()),
        Err(Unread::Slow) => return Err(slow()),
        Err(Unread::Body(error)) => return Err(unreadable(error)),
    };
    let body = &intake.bytes;
    if !signature.is_of(&secret, body) {
        return Err(bad_signature());
    }
    let delivery = DeliveryId::parse(&delivery)
        .map_err(|error| Problem::bad_request(format!("X-GitHub-Delivery: {error}")))?;
    check_json(body, &media)?;
    if event == "ping" {
        return Ok(Response::json(StatusCode::OK, &json!({ "status": "pong" })));
    }
    if event != "release" {
        let event = text::excerpt(&event, LONGEST_WORD);
        return Ok(ignored(format!("event `{event}` publishes nothing")));
    }
    let release: ReleaseEvent = serde_json::from_slice(body).map_err(|_| {
        Problem::bad_request("the body is not the payload of a `release` event as GitHub sends it")
    })?;
    drop(intake);
    if let Some(reason) = nothing_to_do(host, &release).await? {
        return Ok(ignored(reason));
    }
    let repository = allowed_repository(host, &release.repository.full_name).await?;
    accept(host, delivery, repository, release).await
}

/// Why nothing is done about a `release` event, if so.
async fn nothing_to_do<H: Host>(host: &H, event: &ReleaseEvent) -> Result<Option<String>, Problem> {
    let action = event.action.as_str();
    if action == "published" && !event.release.draft {
        return Ok(None);
    }
    let shown = text::excerpt(action, LONGEST_WORD);
    if !FOLLOWED.contains(&action) {
        return Ok(Some(format!(
            "action `{shown}` of a release changes nothing here"
        )));
    }
    let Ok(repository) = Repository::parse(&event.repository.full_name) else {
        return Ok(Some(
            "the repository has a name that no repository has".to_owned(),
        ));
    };
    // Whoever is still publishing it was heard of: the delivery waits for that.
    let source = store::source(host, &repository, event.release.id).await;
    let source = source.map_err(|error| input::store_failed(host, &error))?;
    Ok(source
        .is_none()
        .then(|| format!("action `{shown}` changes nothing: the release was not published here")))
}

fn unreadable(error: BodyError) -> Problem {
    match error {
        BodyError::TooLarge { limit } => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "Too large",
            format!("a delivery has at most {limit} bytes"),
        ),
        _ => Problem::bad_request("the body broke off"),
    }
}

fn slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "slow",
        "Too slow",
        "the body did not come in time; press \"Redeliver\" in the webhook's recent deliveries",
    )
}

fn busy() -> Response {
    let problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "busy",
        "Busy",
        "too many deliveries are being read; try again in a moment",
    );
    Response::from(problem).with_text(header::RETRY_AFTER, intake::RETRY_AFTER)
}

fn bad_signature() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "bad-signature",
        "Bad signature",
        "X-Hub-Signature-256 is missing or is not the HMAC-SHA256 of this body under the webhook's \
         secret",
    )
}

/// That the body is JSON, without holding what it says: most of it is never looked at.
fn check_json(body: &[u8], media: &str) -> Result<(), Problem> {
    let json = serde_json::from_slice::<IgnoredAny>(body);
    json.map(drop).map_err(|_| {
        if media.starts_with("application/x-www-form-urlencoded") {
            return Problem::bad_request(
                "the body is a form; set the webhook's content type to application/json in its \
                 settings on GitHub",
            );
        }
        Problem::bad_request("the body is not the JSON it should be")
    })
}

fn ignored(reason: String) -> Response {
    Response::json(
        StatusCode::OK,
        &json!({ "status": "ignored", "reason": reason }),
    )
}

async fn allowed_repository<H: Host>(host: &H, full_name: &str) -> Result<Repository, Problem> {
    // The empty list allows nobody, as it says.
    let list = config::optional(host, name::GITHUB_REPOSITORIES)
        .await?
        .unwrap_or_default();
    let allowed = AllowedRepositories::parse(&list).ok_or_else(|| {
        Problem::misconfigured(&ConfigError::Malformed {
            name: name::GITHUB_REPOSITORIES,
            expected: "a comma-separated list of `owner/name` or `owner/*`",
        })
    })?;
    let repository = Repository::parse(full_name)
        .map_err(|error| Problem::bad_request(format!("repository.full_name: {error}")))?;
    if allowed.allow(&repository) {
        return Ok(repository);
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "repository-not-allowed",
        "Repository not allowed",
        format!("{repository} may not publish here; the operator lists it in GITHUB_REPOSITORIES"),
    ))
}

async fn accept<H: Host>(
    host: &H,
    delivery: DeliveryId,
    repository: Repository,
    event: ReleaseEvent,
) -> Result<Response, Problem> {
    let key = Key::Delivery(&delivery);
    let unavailable = |error| input::store_failed(host, &error);
    if let Some(known) = store::read::<Journal, _>(host, &key)
        .await
        .map_err(unavailable)?
    {
        return Ok(duplicate(host, &known.record));
    }
    let action = event.action.clone();
    let source = source(event);
    let mut journal = Journal::new(
        delivery.clone(),
        repository,
        "release",
        action,
        source,
        host.now(),
    );
    journal.worker = pipeline::worker_name(host);
    // Before the journal: what happens to the release from now on is not to be lost.
    hear(host, &journal).await.map_err(unavailable)?;
    if !pipeline::open(host, &journal).await.map_err(unavailable)? {
        return Ok(duplicate(host, &journal));
    }
    go_on(host, delivery.clone());
    let answer = json!({ "status": "accepted", "delivery": delivery });
    Ok(Response::json(StatusCode::ACCEPTED, &answer))
}

/// Notes what is said of a release: that it is being published, for what happens to it on GitHub
/// meanwhile and later, and that, for whoever still publishes it or does so only later.
async fn hear<H: Host>(host: &H, journal: &Journal) -> Result<(), StoreError> {
    let Some(number) = journal.source.release_id else {
        return Ok(());
    };
    store::hear_of_source(host, &journal.repository, number, &said(journal)).await
}

fn said(journal: &Journal) -> Said {
    let (delivery, at) = (journal.delivery.clone(), journal.received_at);
    if journal.action == "published" {
        return Said::Published(Heard { delivery, at });
    }
    match taken_back(&journal.action) {
        Some(how) => Said::Withdrawn(Withdrawn {
            at,
            how: how.to_owned(),
        }),
        None => Said::Described(Described {
            delivery,
            at,
            prerelease: journal.source.prerelease,
            notes_url: journal.source.page.clone(),
        }),
    }
}

/// Answers a redelivery. GitHub shows the answer to whoever presses "Redeliver", so it says how the
/// first one went and what was warned of; one that was left lying is taken up again.
fn duplicate<H: Host>(host: &H, journal: &Journal) -> Response {
    if journal.is_due(host.now()) {
        go_on(host, journal.delivery.clone());
    }
    let mut answer = json!({
        "status": "duplicate", "delivery": journal.delivery, "state": journal.state,
    });
    if let Some(facts) = journal
        .package
        .as_ref()
        .filter(|facts| !facts.warnings.is_empty())
    {
        answer["warnings"] = json!(facts.warnings);
    }
    if let Some(error) = &journal.error {
        answer["error"] = json!({ "code": error.code, "message": error.message });
    }
    Response::json(StatusCode::OK, &answer)
}

fn go_on<H: Host>(host: &H, delivery: DeliveryId) {
    let worker = host.clone();
    host.defer(async move {
        pipeline::run_deferred(&worker, &delivery).await;
    });
}

fn source(event: ReleaseEvent) -> ReleaseSource {
    let release = event.release;
    let mut source = ReleaseSource {
        tag: release.tag_name,
        release_id: Some(release.id),
        name: text::name(&release.name.unwrap_or_default()),
        prerelease: release.prerelease,
        page: release.html_url.as_deref().and_then(text::web_url),
        ..ReleaseSource::default()
    };
    source.set_notes(&release.body.unwrap_or_default());
    source
}
