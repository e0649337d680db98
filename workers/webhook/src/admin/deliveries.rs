//! Journals: looking at one, resuming what was left lying.

use edge::{HeaderValue, Problem, Request, Response, StatusCode, header};
use registry::{DeliveryId, Journal, Key, store};
use serde_json::json;

use super::{auth, input};
use crate::{Host, pipeline::resume::run_all};

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
