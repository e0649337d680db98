//! Publishing without GitHub: the archive is the body of the request.

use edge::{Clock, Log, Problem, Request, Response, StatusCode, log};
use registry::{
    Actor, DeliveryId, IdClaim, Journal, Key, Links, PackageId, ReleaseRecord, Repository, State,
    Version, Yank,
    record::{Direct, PackageFacts, ReleaseSource, StagedFrom},
    store,
};
use serde_json::json;

use super::{auth, deliveries::private, input};
use crate::{Host, failure::StepError, github::client::MAX_ARCHIVE, limited::limited, pipeline};

/// `PUT /admin/v1/packages/{id}/releases/{version}`: the body, a zip archive, goes the same way as a
/// GitHub release, and is published within the request. With `?replace=true` an admin puts it in
/// the place of other files of that version.
///
/// # Errors
/// `400` for malformed names, `403` where a publish token would replace, `413` for more than 1 GiB, `422` with the journal's words for an
/// archive that is refused, `409` where that version is withdrawn, `503` where it has to be tried again, and those of
/// [`auth::publisher`].
pub async fn put<H: Host>(
    host: &H,
    request: Request,
    id: &str,
    version: &str,
) -> Result<Response, Problem> {
    let publisher = auth::publisher(host, &request, id).await?;
    let replace = replaces(&request, &publisher)?;
    let id = PackageId::parse(id).map_err(input::bad_name)?;
    let version = Version::parse(version).map_err(input::bad_name)?;
    let announced = request
        .header("content-length")
        .and_then(|length| length.parse().ok());
    let length = request.body.length().or(announced);
    if length.is_some_and(|length: u64| length > MAX_ARCHIVE) {
        return Err(too_large());
    }
    let direct = Direct {
        id,
        version,
        replace,
    };
    let journal = stage(host, request, direct, &publisher).await?;
    let delivery = journal.delivery.clone();
    pipeline::open(host, &journal)
        .await
        .map_err(|error| input::store_failed(host, &error))?;
    pipeline::run_until_published(host, &delivery).await;
    // Others are told after the response: the release does not wait for them.
    let (worker, rest) = (host.clone(), delivery.clone());
    host.defer(async move {
        pipeline::run_deferred(&worker, &rest).await;
    });
    let journal = store::read::<Journal, _>(host, &Key::Delivery(&delivery)).await;
    match journal.map_err(|error| input::store_failed(host, &error))? {
        Some(journal) => answer(host, &journal.record).await,
        None => Err(Problem::unavailable("objects")),
    }
}

/// Stages the body and makes its journal, which begins where there is nothing more to fetch.
async fn stage<H: Host>(
    host: &H,
    request: Request,
    direct: Direct,
    by: &Actor,
) -> Result<Journal, Problem> {
    let worker = pipeline::worker_name(host);
    let delivery = DeliveryId::parse(&format!("direct-{worker}")).map_err(input::bad_name)?;
    let body = limited(request.body, MAX_ARCHIVE);
    let what = "the uploaded archive";
    let staged = pipeline::store_staged(host, &delivery, StagedFrom::Upload, what, body)
        .await
        .map_err(|error| not_staged(host, error))?;
    let publisher = owner(host, &direct.id).await?;
    let source = ReleaseSource {
        direct: Some(direct),
        ..ReleaseSource::default()
    };
    let now = host.now();
    let mut journal = Journal::new(delivery, publisher, "direct", "published", source, now);
    journal.worker = worker;
    journal.staged = Some(staged);
    journal
        .advance(State::Fetched, now, format!("uploaded by {by}"))
        .map_err(|_| Problem::internal())?;
    Ok(journal)
}

/// Whether the upload may take the place of other files of its version.
fn replaces(request: &Request, publisher: &Actor) -> Result<bool, Problem> {
    match request.query_value("replace").as_deref() {
        None | Some("false") => Ok(false),
        Some("true") if *publisher == Actor::Admin => Ok(true),
        Some("true") => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "not-replaced",
            "Not replaced",
            "a publish token publishes new versions; only an admin replaces one",
        )),
        Some(_) => Err(Problem::bad_request("`replace` is `true` or `false`")),
    }
}

/// Whoever uploads publishes in the name of the package's owner, where it has one.
async fn owner<H: Host>(host: &H, id: &PackageId) -> Result<Repository, Problem> {
    let claim = store::read::<IdClaim, _>(host, &Key::IdClaim(id)).await;
    match claim.map_err(|error| input::store_failed(host, &error))? {
        Some(claim) => Ok(claim.record.repository),
        None => Ok(Repository::direct()),
    }
}

/// Why the body was not taken; what only the operator can mend is for the log.
fn not_staged<L: Log + Clock>(host: &L, error: StepError) -> Problem {
    let cause = match error {
        StepError::Failed(failure) if failure.code == "too-large" => return too_large(),
        StepError::Transient {
            code: "broken-off", ..
        } => return Problem::bad_request("the body broke off before its end"),
        StepError::Failed(failure) => failure.message,
        StepError::Transient { message, .. } => message,
        StepError::Resting(_)
        | StepError::Waiting(..)
        | StepError::StagingLost
        | StepError::Spoilt(_)
        | StepError::Overtaken => "storing an upload was put off".to_owned(),
    };
    log::event(host, host.now(), "not-staged", json!({ "cause": cause }));
    Problem::unavailable("objects")
}

fn too_large() -> Problem {
    let detail = format!("an archive has at most {MAX_ARCHIVE} bytes");
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "Too large",
        detail,
    )
}

async fn answer<H: Host>(host: &H, journal: &Journal) -> Result<Response, Problem> {
    let facts = match (&journal.state, &journal.package) {
        (State::Failed, Some(facts)) if journal.failed_in >= Some(State::Published) => facts,
        (State::Failed, _) => return Err(refused(journal)),
        (state, Some(facts)) if *state >= State::Published => facts,
        _ => {
            let detail = format!(
                "the release is not published yet; POST /webhooks/resume goes on with {}",
                journal.delivery
            );
            return Err(Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "unfinished",
                "Unfinished",
                detail,
            )
            .with("delivery", journal.delivery.as_str()));
        }
    };
    let public = pipeline::public_url(host)
        .await
        .map_err(|_| Problem::internal())?;
    let key = Key::Release(&facts.id, &facts.version);
    let release = store::read::<ReleaseRecord, _>(host, &key).await;
    let release = release.map_err(|error| input::store_failed(host, &error))?;
    if let Some(yank) = release.and_then(|release| release.record.yanked) {
        return Err(withdrawn(journal, facts, &yank));
    }
    let links = Links::new(&public, &facts.id, facts.kind);
    let answer = json!({
        "edition": facts.edition,
        "id": facts.id,
        "version": facts.version,
        "channel": facts.channel,
        "manifest": links.pinned_manifest(&facts.version),
        "download": links.archive(&facts.version),
        "sha256": facts.packed.sha256,
        "warnings": facts.warnings,
        "delivery": journal.delivery,
    });
    Ok(private(Response::json(StatusCode::CREATED, &answer)))
}

/// What was uploaded is there already, and nobody is served it.
fn withdrawn(journal: &Journal, facts: &PackageFacts, yank: &Yank) -> Problem {
    let detail = format!(
        "version {} was published before and is withdrawn ({}); POST …/releases/{}/restore brings it \
         back, or publish a new version",
        facts.version, yank.reason, facts.version
    );
    Problem::new(
        StatusCode::CONFLICT,
        "release-withdrawn",
        "Release withdrawn",
        detail,
    )
    .with("delivery", journal.delivery.as_str())
}

fn refused(journal: &Journal) -> Problem {
    let (detail, findings) = match &journal.error {
        Some(error) => (error.message.clone(), json!(error.findings)),
        None => ("the release was refused".to_owned(), json!([])),
    };
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "release-refused",
        "Release refused",
        detail,
    )
    .with("delivery", journal.delivery.as_str())
    .with("findings", findings)
}
