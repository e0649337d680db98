//! A badge for a README: <https://shields.io/badges/endpoint-badge>.

use edge::{Problem, Request, Response};
use registry::{Channel, PackageId};
use serde_json::json;

use super::json;
use crate::{Host, lookup};

/// `GET /api/v1/packages/{id}/badge`, for channel `stable` or `?channel=`.
///
/// # Errors
/// `404` for an unknown package or what is no channel's name, `503` where the store does not answer.
pub async fn badge<H: Host>(
    host: &H,
    request: &Request,
    id: &PackageId,
) -> Result<Response, Problem> {
    let channel = match request.query_value("channel") {
        None => Channel::stable(),
        Some(name) => {
            Channel::parse(&name).map_err(|error| Problem::bad_request(error.to_string()))?
        }
    };
    let channels = lookup::channels(host, id).await?;
    let (message, color) = match channels.served(&channel) {
        Some(release) if channel.is_stable() => (format!("v{}", release.version), "brightgreen"),
        Some(release) => (format!("v{}", release.version), "orange"),
        None => ("no release".to_owned(), "lightgrey"),
    };
    let label = if channel.is_stable() {
        id.to_string()
    } else {
        format!("{id} {channel}")
    };
    let badge = json!({
        "schemaVersion": 1, "label": label, "message": message, "color": color, "cacheSeconds": 300,
    });
    Ok(json(request, &badge))
}
