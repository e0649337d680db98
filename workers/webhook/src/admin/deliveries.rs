//! Journals: looking at one, taking up again what has failed, resuming what was left lying.

use edge::{HeaderValue, Problem, Request, Response, StatusCode, header};
use registry::{
    Actor, DeliveryId, Journal, Key,
    store::{self, RetryError},
};
use serde_json::json;

use super::{auth, input};
use crate::{
    Host,
    pipeline::{self, resume::run_all},
};

/// `GET /webhooks/deliveries/{delivery}`: the journal as JSON.
///
/// # Errors
/// `400` for what is no delivery id, `404` for an unknown one, and those of [`auth::check`].
pub async fn show<H: Host>(
    host: &H,
    request: &Request,
    delivery: &str,
) -> Result<Response, Problem> {
    auth::check(host, request).await?;
    let delivery = DeliveryId::parse(delivery).map_err(input::bad_name)?;
    let journal = store::read::<Journal, _>(host, &Key::Delivery(&delivery)).await;
    match journal.map_err(|error| input::store_failed(host, &error))? {
        Some(journal) => Ok(private(Response::json(StatusCode::OK, &journal.record))),
        None => {
            let detail =
                format!("no delivery {delivery} is journalled; journals are kept for 90 days");
            Err(Problem::not_found(detail))
        }
    }
}

/// `POST /webhooks/deliveries/{delivery}/retry`: what has failed is taken up again, after the
/// response.
///
/// # Errors
/// `400` for what is no delivery id, `404` for an unknown one, `409` where nothing has failed or an
/// upload is no longer kept, and those of [`auth::check`].
pub async fn retry<H: Host>(
    host: &H,
    request: &Request,
    delivery: &str,
) -> Result<Response, Problem> {
    auth::check(host, request).await?;
    let delivery = DeliveryId::parse(delivery).map_err(input::bad_name)?;
    let journal = store::retry(host, &delivery, &Actor::Admin, None)
        .await
        .map_err(|error| not_retried(host, &error))?;
    let worker = host.clone();
    let answer = json!({ "status": "accepted", "delivery": delivery, "state": journal.state });
    host.defer(async move {
        pipeline::run_deferred(&worker, &delivery).await;
    });
    Ok(private(Response::json(StatusCode::ACCEPTED, &answer)))
}

fn not_retried<H: Host>(host: &H, error: &RetryError) -> Problem {
    match error {
        RetryError::Store(error) => input::store_failed(host, error),
        RetryError::NoDelivery(_) => Problem::not_found(error.to_string()),
        RetryError::Refused(_) | RetryError::Changed => Problem::new(
            StatusCode::CONFLICT,
            "not-retried",
            "Not retried",
            error.to_string(),
        ),
    }
}

/// `POST /webhooks/resume`: works on unfinished deliveries and answers what it did.
///
/// # Errors
/// `503` where the store does not answer, and those of [`auth::check`].
pub async fn resume<H: Host>(host: &H, request: &Request) -> Result<Response, Problem> {
    auth::check(host, request).await?;
    match run_all(host).await {
        Ok(resumed) => {
            let answer = json!({ "deliveries": resumed });
            Ok(private(Response::json(StatusCode::OK, &answer)))
        }
        Err(error) => Err(input::store_failed(host, &error.into())),
    }
}

/// Keeps an answer out of every cache.
pub(super) fn private(response: Response) -> Response {
    response.with(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}
