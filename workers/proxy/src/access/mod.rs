//! Who may use the proxy: everybody, or whoever has a token or an address that was signed.

mod signature;
mod tokens;

use edge::{HeaderValue, Problem, Request, Response, StatusCode, Timestamp, header};

pub use signature::{Keys, Signature};
pub use tokens::Tokens;

use crate::{address::Address, settings::Settings};

/// What a request may do, and with it who may keep its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody may ask for this.
    Everybody,
    /// Whoever asks has shown who they are: nobody else may be given their answer.
    Bearer,
    /// The address itself is the credential, until then.
    Address {
        /// When it expires.
        until: Timestamp,
    },
}

/// Lets `address` pass where neither tokens nor keys are configured, or where the credential that
/// came with it (in path, query, or the header `Authorization: Bearer`) is one of the tokens or a
/// signature of exactly this address that has not expired.
///
/// # Errors
/// `401`, which says what is needed.
pub fn check(
    settings: &Settings,
    request: &Request,
    address: &Address,
    now: Timestamp,
) -> Result<Access, Problem> {
    if settings.tokens.is_empty() && settings.keys.is_empty() {
        return Ok(Access::Everybody);
    }
    let header = request.header(header::AUTHORIZATION);
    let given = match &address.credential {
        Some(credential) => Some(credential.as_str()),
        None => header.as_deref().and_then(bearer),
    };
    let Some(given) = given else {
        return Err(refused("this proxy asks for an access token", settings));
    };
    if settings.tokens.contains(given) {
        return Ok(Access::Bearer);
    }
    match settings.keys.verify(given, address, now) {
        Some(Signature::Valid { until }) if address.credential.is_some() => {
            Ok(Access::Address { until })
        }
        Some(Signature::Valid { .. }) => Ok(Access::Bearer),
        Some(Signature::Expired) => Err(refused("the signature has expired", settings)),
        None => Err(refused(
            "the access token is not one of this proxy's",
            settings,
        )),
    }
}

fn refused(what: &str, settings: &Settings) -> Problem {
    let mut detail = what.to_owned();
    if !settings.tokens.is_empty() {
        detail.push_str(
            "; it belongs into the path (`/proxy/t/<token>/<URL>`), the query (`access_token=`) or \
             the header `Authorization: Bearer`",
        );
    } else {
        detail.push_str("; addresses of this proxy are signed by its operator");
    }
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "Unauthorized",
        detail,
    )
}

/// `401` answers say how to authenticate (RFC 9110, section 11.6.1).
pub fn challenge(response: Response) -> Response {
    match response.status {
        StatusCode::UNAUTHORIZED => response.with(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"image proxy\""),
        ),
        _ => response,
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
