//! Who may make admin calls, and who may publish.

use edge::{
    Config, HeaderValue, Problem, Request, StatusCode,
    config::{self, name},
    header,
};
use registry::{Actor, PackageId};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{input, tokens};
use crate::Host;

/// Lets `request` pass where it carries `Authorization: Bearer <ADMIN_TOKEN>`.
///
/// Tokens are compared by their digests, so that the time taken tells nothing of length or content.
///
/// # Errors
/// `401` without the token or with a wrong one; `403` where no token is configured, so that a
/// forgotten secret closes the door; `503` where the platform cannot say.
pub async fn check<C: Config>(config: &C, request: &Request) -> Result<(), Problem> {
    let Some(expected) = config::optional(config, name::ADMIN_TOKEN).await? else {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "admin-disabled",
            "Administration is switched off",
            "this server has no ADMIN_TOKEN; its operator sets one to allow admin calls",
        ));
    };
    let given = request.header(header::AUTHORIZATION);
    let given = given.as_deref().and_then(bearer).unwrap_or_default();
    let same = digest(given).ct_eq(&digest(expected.trim()));
    if bool::from(same) && !given.is_empty() {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "Unauthorized",
        "this call needs the header `Authorization: Bearer <ADMIN_TOKEN>`",
    ))
}

/// Lets `request` pass where it comes from an admin or carries a publish token of the package `id`.
///
/// # Errors
/// Those of [`check`]; `401` for a token that is unknown, revoked or another package's.
pub async fn publisher<H: Host>(host: &H, request: &Request, id: &str) -> Result<Actor, Problem> {
    let given = request.header(header::AUTHORIZATION);
    let given = given.as_deref().and_then(bearer).unwrap_or_default();
    if !given.starts_with(tokens::PREFIX) {
        check(host, request).await?;
        return Ok(Actor::Admin);
    }
    let found = match PackageId::parse(id) {
        Ok(id) => tokens::find(host, &id, given).await,
        Err(_) => Ok(None),
    };
    match found.map_err(|error| input::store_failed(host, &error))? {
        Some(token) => Ok(Actor::Token { name: token.name }),
        None => Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Unauthorized",
            "this publish token is unknown, revoked, or another package's",
        )),
    }
}

/// `401` answers say how to authenticate, which is `how` (RFC 9110, section 11.6.1).
pub fn challenge(mut response: edge::Response, how: &'static str) -> edge::Response {
    if response.status == StatusCode::UNAUTHORIZED {
        let value = HeaderValue::from_static(how);
        response.headers.push((header::WWW_AUTHENTICATE, value));
    }
    response
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
