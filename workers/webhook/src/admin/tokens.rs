//! Publish tokens: each may publish one package, and nothing else.
//!
//! A token is `vtta_publish_` and 64 hexadecimal digits. It is shown when it is made; only its
//! SHA-256 is kept.

use edge::{Platform, Problem, Request, Response, StatusCode, log};
use registry::{
    Actor, Digest, Key, PackageId,
    record::{Deed, PublishToken, PublishTokens, TooManyTokens},
    store::{self, Change, StoreError, UpdateError},
    text,
};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

use super::{auth, deliveries::private, input};
use crate::Host;

/// What every token begins with, so that people and scanners know one when they see it.
pub const PREFIX: &str = "vtta_publish_";

/// Longest name of a token, in characters.
const LONGEST_NAME: usize = 60;

#[derive(Deserialize)]
struct Wanted {
    name: String,
}

/// `POST /admin/v1/packages/{id}/tokens` with `{"name":…}`: makes a token and shows it once.
///
/// # Errors
/// `400` for malformed names or bodies, `409` where the package has as many as it can have, and
/// those of [`auth::check`].
pub async fn create<H: Host>(host: &H, request: Request, id: &str) -> Result<Response, Problem> {
    auth::check(host, &request).await?;
    let id = PackageId::parse(id).map_err(input::bad_name)?;
    let Wanted { name } = input::json(request.body, r#"{"name":"release workflow"}"#).await?;
    let name = text::plain(&name, LONGEST_NAME);
    if name.is_empty() {
        return Err(Problem::bad_request(
            "the token needs a name, such as what uses it",
        ));
    }
    let secret = format!("{PREFIX}{}{}", hex(host), hex(host));
    let token = PublishToken {
        id: hex(host).chars().take(12).collect(),
        name,
        sha256: digest(&secret),
        created_at: host.now(),
        last_used_at: None,
    };
    let added = change(host, &id, |tokens| tokens.add(token.clone()).map(|()| true)).await;
    added.map_err(|error| match error {
        UpdateError::Store(error) => input::store_failed(host, &error),
        UpdateError::Refused(TooManyTokens) => Problem::new(
            StatusCode::CONFLICT,
            "too-many-tokens",
            "Too many tokens",
            TooManyTokens.to_string(),
        ),
    })?;
    let name = token.name.clone();
    note(host, &id, Deed::CreateToken { name }).await;
    let mut shown = facts(&token);
    shown["token"] = secret.into();
    Ok(private(Response::json(StatusCode::CREATED, &shown)))
}

/// `GET /admin/v1/packages/{id}/tokens`: the tokens, without what only their holders know.
///
/// # Errors
/// `400` for a malformed name, and those of [`auth::check`].
pub async fn list<H: Host>(host: &H, request: &Request, id: &str) -> Result<Response, Problem> {
    auth::check(host, request).await?;
    let id = PackageId::parse(id).map_err(input::bad_name)?;
    let tokens = read(host, &id).await;
    let tokens = tokens.map_err(|error| input::store_failed(host, &error))?;
    let shown: Vec<Value> = tokens.iter().map(facts).collect();
    Ok(private(Response::json(
        StatusCode::OK,
        &json!({ "tokens": shown }),
    )))
}

/// `DELETE /admin/v1/packages/{id}/tokens/{token}`: the token is worth nothing from now on.
///
/// # Errors
/// `400` for a malformed name, `404` for an unknown token, and those of [`auth::check`].
pub async fn revoke<H: Host>(
    host: &H,
    request: &Request,
    id: &str,
    token: &str,
) -> Result<Response, Problem> {
    auth::check(host, request).await?;
    let id = PackageId::parse(id).map_err(input::bad_name)?;
    let known = read(host, &id).await;
    let known = known.map_err(|error| input::store_failed(host, &error))?;
    let Some(named) = known.iter().find(|known| known.id == token) else {
        let detail = format!("`{id}` has no token of that id");
        return Err(Problem::not_found(detail));
    };
    let revoked = change(host, &id, |tokens| Ok(tokens.revoke(token))).await;
    revoked.map_err(|error: UpdateError<TooManyTokens>| match error {
        UpdateError::Store(error) => input::store_failed(host, &error),
        UpdateError::Refused(_) => Problem::internal(),
    })?;
    let name = named.name.clone();
    note(host, &id, Deed::RevokeToken { name }).await;
    Ok(private(Response::new(StatusCode::NO_CONTENT)))
}

/// Notes what was done. A failure is only logged: the token is made or revoked, and this answer is
/// the only one that can show it.
async fn note<H: Host>(host: &H, id: &PackageId, deed: Deed) {
    let noted = store::note_action(host, id, &Actor::Admin, deed.clone(), true).await;
    if let Err(error) = noted {
        let members = json!({ "package": id, "deed": deed, "cause": error.to_string() });
        log::event(host, host.now(), "action-not-noted", members);
    }
}

/// The token of the package `id` whose text is `secret`; its use is noted.
///
/// # Errors
/// [`StoreError`] where the tokens cannot be read.
pub async fn find<H: Host>(
    host: &H,
    id: &PackageId,
    secret: &str,
) -> Result<Option<PublishToken>, StoreError> {
    let given = digest(secret);
    let tokens = read(host, id).await?;
    // Every token is compared, and every comparison takes the same time.
    let found = tokens.into_iter().fold(None, |found, token| {
        let same = token.sha256.bytes().ct_eq(given.bytes());
        if bool::from(same) { Some(token) } else { found }
    });
    if let Some(token) = &found {
        note_use(host, id, token).await;
    }
    Ok(found)
}

async fn note_use<H: Host>(host: &H, id: &PackageId, token: &PublishToken) {
    let now = host.now();
    let noted: Result<(), UpdateError<TooManyTokens>> =
        change(host, id, |tokens| Ok(tokens.used(&token.id, now))).await;
    if let Err(error) = noted {
        // The upload does not wait for it.
        let members = json!({ "package": id, "cause": error.to_string() });
        log::event(host, now, "token-use-not-noted", members);
    }
}

async fn read<H: Host>(host: &H, id: &PackageId) -> Result<Vec<PublishToken>, StoreError> {
    let tokens = store::read::<PublishTokens, _>(host, &Key::Tokens(id)).await?;
    Ok(tokens.map_or_else(Vec::new, |tokens| tokens.record.tokens))
}

/// Changes the package's tokens; `change` tells whether it did anything.
async fn change<H: Host>(
    host: &H,
    id: &PackageId,
    mut change: impl FnMut(&mut PublishTokens) -> Result<bool, TooManyTokens>,
) -> Result<(), UpdateError<TooManyTokens>> {
    let key = Key::Tokens(id);
    store::update(host, &key, |tokens: Option<&PublishTokens>| {
        let mut tokens = tokens
            .cloned()
            .unwrap_or_else(|| PublishTokens::new(id.clone()));
        Ok(if change(&mut tokens)? {
            Change::Write(tokens)
        } else {
            Change::Keep
        })
    })
    .await
    .map(drop)
}

fn facts(token: &PublishToken) -> Value {
    json!({
        "id": token.id,
        "name": token.name,
        "created_at": token.created_at,
        "last_used_at": token.last_used_at,
    })
}

fn digest(secret: &str) -> Digest {
    Digest::new(Sha256::digest(secret.as_bytes()).into())
}

/// 128 random bits.
fn hex<P: Platform>(platform: &P) -> String {
    let bytes = platform.random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
