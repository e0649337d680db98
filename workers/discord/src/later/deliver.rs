//! What becomes of the place that was kept for a message.

use std::time::Duration;

use edge::{
    Clock, Config, ConfigError, Fetch, FetchRequest, HeaderValue, Method, StatusCode, Timestamp,
    Url,
    config::{self, name},
    header,
    outbound::{self, AllowedHosts, Answer, Bounds, OutboundError, seconds},
};
use registry::{DISCORD_API, Snowflake};

use crate::{Json, VERSION, interaction::ReplyTo, message::Message};

/// How often it is tried.
const ATTEMPTS: u32 = 6;

/// How often it is tried again after Discord says that it knows of nothing to change: what comes
/// after the response can overtake it.
const OVERTAKEN: u32 = 3;

/// Time for one answer.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// Largest answer that is read, in bytes.
const MAX_ANSWER: u64 = 64 << 10;

/// Why a message did not get to its place. Without the token.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// `DISCORD_API_URL` is malformed.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Discord did not take it.
    #[error("Discord answered {status} after {attempts} attempts")]
    Refused {
        /// With this.
        status: u16,
        /// After so many attempts.
        attempts: u32,
    },
    /// Discord did not answer.
    #[error("{}, after {attempts} attempts", cause.discreet())]
    NoAnswer {
        /// What happened instead.
        cause: OutboundError,
        /// After so many attempts.
        attempts: u32,
    },
}

/// What is done about the place that was kept for a message.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// The message is put there.
    Replace(&'a Message),
    /// It is taken away.
    Withdraw,
    /// The message comes below, where there is no such place any more.
    Follow(&'a Message),
}

/// What to do after an attempt.
enum Next {
    Done,
    GiveUp(Lost),
    Again(Duration, Lost),
}

/// Takes `step`. What changes a place can be repeated, and a note that follows twice does no harm: limits,
/// failures and silence are waited out, but not beyond `until`.
///
/// # Errors
/// [`Lost`].
pub async fn deliver<H>(
    host: &H,
    reply: &ReplyTo,
    step: Step<'_>,
    until: Timestamp,
) -> Result<(), Lost>
where
    H: Fetch + Clock + Config + Clone + 'static,
{
    let request = request(host, reply, step).await?;
    let mut attempt = 1;
    loop {
        // What is under way when the token expires, or the platform stops everything, is lost.
        let left = until.milliseconds() - host.now().milliseconds();
        let time = TIMEOUT.min(Duration::from_millis(u64::try_from(left).unwrap_or(0)));
        let lost = match next(host, request.clone(), attempt, time).await {
            Next::Done => return Ok(()),
            Next::GiveUp(lost) => return Err(lost),
            Next::Again(pause, lost) => {
                let milliseconds = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
                if attempt < ATTEMPTS && host.now().plus(milliseconds) < until {
                    host.sleep(pause).await;
                    attempt += 1;
                    continue;
                }
                lost
            }
        };
        return Err(lost);
    }
}

async fn request<C: Config>(
    config: &C,
    reply: &ReplyTo,
    step: Step<'_>,
) -> Result<FetchRequest, ConfigError> {
    let application = match &reply.application {
        Some(application) => application.clone(),
        None => own_application(config).await?,
    };
    let (method, message) = match step {
        Step::Replace(message) => (Method::PATCH, Some(message.to_edit())),
        Step::Withdraw => (Method::DELETE, None),
        Step::Follow(message) => (Method::POST, Some(message.to_json())),
    };
    let mut url = api(config).await?;
    if let Ok(mut path) = url.path_segments_mut() {
        let path = path.pop_if_empty();
        path.extend(["webhooks", application.as_str(), &reply.token]);
        if !matches!(step, Step::Follow(_)) {
            path.extend(["messages", "@original"]);
        }
    }
    let mut headers = headers(config).await?;
    let body = message.and_then(|message| serde_json::to_vec(&message).ok());
    if body.is_some() {
        let json = HeaderValue::from_static("application/json");
        headers.push((header::CONTENT_TYPE, json));
    }
    Ok(FetchRequest {
        method,
        url,
        headers,
        body: body.unwrap_or_default().into(),
    })
}

async fn own_application<C: Config>(config: &C) -> Result<Snowflake, ConfigError> {
    let name = name::DISCORD_APPLICATION_ID;
    let id = config::required(config, name).await?;
    Snowflake::parse(&id).map_err(|_| ConfigError::Malformed {
        name,
        expected: "the id of the application, a number",
    })
}

/// Where Discord's API is.
///
/// # Errors
/// [`ConfigError`] about `DISCORD_API_URL`.
pub async fn api<C: Config>(config: &C) -> Result<Url, ConfigError> {
    config::base_url(config, name::DISCORD_API_URL, Some(DISCORD_API)).await
}

/// What every request to Discord's API carries; it wants to know whose it is. No type of a body: Discord
/// refuses a request that names one and has none.
/// <https://docs.discord.com/developers/reference#user-agent>
///
/// # Errors
/// [`ConfigError`] where the platform cannot say what `PUBLIC_URL` is.
pub async fn headers<C: Config>(
    config: &C,
) -> Result<Vec<(header::HeaderName, HeaderValue)>, ConfigError> {
    let ours = config::optional(config, name::PUBLIC_URL).await?;
    let agent = format!("DiscordBot ({}, {VERSION})", ours.unwrap_or_default());
    let agent = HeaderValue::from_str(&agent);
    Ok(vec![(
        header::USER_AGENT,
        agent.unwrap_or(HeaderValue::from_static("DiscordBot")),
    )])
}

/// The bounds of a request to Discord's API that may take `time`.
pub fn bounds(hosts: &AllowedHosts, time: Duration) -> Bounds<'_> {
    Bounds {
        redirect_hosts: hosts,
        redirects: 0,
        head: time,
        total: time,
        bytes: MAX_ANSWER,
    }
}

async fn next<H>(host: &H, request: FetchRequest, attempts: u32, time: Duration) -> Next
where
    H: Fetch + Clock + Clone + 'static,
{
    // 0.5 s, 1 s, 2 s, 4 s, 8 s.
    let pause = Duration::from_millis(500 << (attempts - 1).min(4));
    let hosts = AllowedHosts::default();
    let answer = match outbound::send(host, request, bounds(&hosts, time)).await {
        Ok(answer) => answer,
        Err(cause @ OutboundError::Fetch(edge::FetchError::Forbidden { .. })) => {
            return Next::GiveUp(Lost::NoAnswer { cause, attempts });
        }
        Err(cause) => return Next::Again(pause, Lost::NoAnswer { cause, attempts }),
    };
    let status = answer.status;
    let lost = Lost::Refused {
        status: status.as_u16(),
        attempts,
    };
    match status {
        _ if status.is_success() => Next::Done,
        StatusCode::TOO_MANY_REQUESTS => {
            Next::Again(retry_after(answer).await.unwrap_or(pause), lost)
        }
        StatusCode::NOT_FOUND if attempts <= OVERTAKEN => Next::Again(pause, lost),
        _ if status.is_server_error() => Next::Again(pause, lost),
        _ => Next::GiveUp(lost),
    }
}

/// How long Discord asks to be left alone; its body is exact where its header is rounded.
async fn retry_after(answer: Answer) -> Option<Duration> {
    let header = answer.headers.get(header::RETRY_AFTER);
    let body = answer.body.bytes(MAX_ANSWER).await.ok();
    let body = body.and_then(|body| Json::read(&body)).unwrap_or_default();
    let exact = body["retry_after"].as_number().and_then(seconds);
    exact.or_else(|| seconds(&header?))
}
