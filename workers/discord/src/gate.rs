//! Who may come in: Discord, and nobody else.
//!
//! 1. `DISCORD_PUBLIC_KEY` is a key → `503`, never an open door.
//! 2. Signature and timestamp are there and well-formed, the timestamp within five minutes → `401`.
//! 3. The body is read, at most 256 KiB → `413`.
//! 4. The signature is that of timestamp and body → `401`.
//!
//! Only then is the body looked at. Discord sends requests with wrong signatures and removes an
//! endpoint that lets them pass:
//! <https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers>

use ed25519_dalek::{Signature, VerifyingKey};
use edge::{
    BodyError, Bytes, Clock, Config, HeaderValue, Problem, Request, Response, StatusCode,
    config::{self, ConfigError, name},
    header,
};

use crate::hex;

/// Largest interaction, in bytes.
pub const MAX_BODY: u64 = 256 << 10;

/// How far a timestamp may be from now, in milliseconds.
const WINDOW: i64 = 5 * 60 * 1000;

/// Longest timestamp that is looked at, in bytes.
const LONGEST_TIMESTAMP: usize = 20;

/// The key that Discord signs for.
///
/// # Errors
/// [`ConfigError`] where `DISCORD_PUBLIC_KEY` is not set or not the key of an application. A key of
/// small order, under which anybody can sign, is none.
pub async fn key<C: Config>(config: &C) -> Result<VerifyingKey, ConfigError> {
    let name = name::DISCORD_PUBLIC_KEY;
    let text = config::required(config, name).await?;
    hex::decode(&text)
        .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok())
        .filter(|key| !key.is_weak())
        .ok_or(ConfigError::Malformed {
            name,
            expected: "the public key of the application, 64 hexadecimal digits",
        })
}

/// Lets a request of Discord's pass; its body.
///
/// # Errors
/// As the steps above say.
pub async fn admit<H: Config + Clock>(host: &H, request: Request) -> Result<Bytes, Problem> {
    let key = key(host).await?;
    let header = |name: &str| request.header(name).unwrap_or_default();
    let signature = hex::decode(&header("x-signature-ed25519")).ok_or_else(unsigned)?;
    let signature = Signature::from_bytes(&signature);
    let timestamp = header("x-signature-timestamp");
    check_time(&timestamp, host.now().milliseconds())?;
    let announced: Option<u64> = header("content-length").trim().parse().ok();
    if announced.is_some_and(|length| length > MAX_BODY) {
        return Err(unreadable(&BodyError::TooLarge { limit: MAX_BODY }));
    }
    let body = request.body.bytes(MAX_BODY).await;
    let body = body.map_err(|error| unreadable(&error))?;
    let signed = [timestamp.as_bytes(), &body].concat();
    match key.verify_strict(&signed, &signature) {
        Ok(()) => Ok(body),
        Err(_) => Err(unsigned()),
    }
}

/// A `401` says how to authenticate (RFC 9110, section 11.6.1).
pub fn challenge(response: Response) -> Response {
    if response.status == StatusCode::UNAUTHORIZED {
        let how = HeaderValue::from_static("X-Signature-Ed25519 realm=\"vtta-edge\"");
        return response.with(header::WWW_AUTHENTICATE, how);
    }
    response
}

/// That `timestamp` is one (seconds since 1970) and not far from `now` (milliseconds since then), so
/// that what was signed once cannot be sent again for ever.
fn check_time(timestamp: &str, now: i64) -> Result<(), Problem> {
    let plain = (1..=LONGEST_TIMESTAMP).contains(&timestamp.len())
        && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: Option<i64> = plain.then(|| timestamp.parse().ok()).flatten();
    let sent = seconds.and_then(|seconds| seconds.checked_mul(1000));
    let sent = sent.ok_or_else(unsigned)?;
    if now.abs_diff(sent) > WINDOW.unsigned_abs() {
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "stale-signature",
            "Stale signature",
            "X-Signature-Timestamp is more than five minutes from now",
        ));
    }
    Ok(())
}

fn unsigned() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "bad-signature",
        "Bad signature",
        "X-Signature-Ed25519 is missing or is not the application's signature of \
         X-Signature-Timestamp and this body",
    )
}

fn unreadable(error: &BodyError) -> Problem {
    match error {
        BodyError::TooLarge { limit } => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "Too large",
            format!("an interaction has at most {limit} bytes"),
        ),
        _ => Problem::bad_request("the body broke off"),
    }
}
