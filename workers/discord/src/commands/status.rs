//! `/status`: which functions answer, where, and in which version.

use std::{cell::RefCell, time::Duration};

use edge::{
    Config, FetchRequest, Method, StatusCode, Timestamp, Url,
    config::{self, ConfigError, name},
    outbound::{self, AllowedHosts, Bounds},
};
use futures_util::{StreamExt, stream};

use crate::{
    Host, Json, Locale,
    context::Context,
    later::deliver::headers,
    message::{Color, Embed, Message, markdown},
};

/// The functions that have a health check. The website has none on Cloudflare, which serves its
/// files itself.
pub const FUNCTIONS: [&str; 5] = ["manifest", "webhook", "proxy", "discord", "site"];

/// Time for one answer. All of them together have less than [`crate::later`] leaves.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How many are asked at once. A Worker has six connections
/// (<https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections>).
const AT_ONCE: usize = 5;

/// How long what was heard is told again, in milliseconds: anybody may ask, as often as they like.
const KEPT: i64 = 15_000;

/// Largest health answer that is read, in bytes.
const MAX_ANSWER: u64 = 16 << 10;

/// Most deployments that are asked.
const MOST_ORIGINS: usize = 8;

/// A deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// What the operator calls it; empty for the one of `PUBLIC_URL`.
    name: String,
    origin: Url,
}

/// How a function is.
#[derive(Debug, Clone)]
enum Health {
    Up {
        version: String,
        runtime: String,
        milliseconds: i64,
    },
    /// It answers that something it depends on does not.
    Ill(String),
    /// It is not deployed there.
    Absent,
    Silent,
}

/// What was heard a moment ago. It is this instance's own: where there are several, or one ends early,
/// somebody is asked again.
struct Heard {
    at: Timestamp,
    deployments: Vec<Deployment>,
    healths: Vec<Health>,
}

thread_local! {
    static HEARD: RefCell<Option<Heard>> = const { RefCell::new(None) };
}

/// How every function of every deployment is, as it was heard at most a moment ago.
async fn healths<H: Host>(host: &H, deployments: &[Deployment]) -> Vec<Health> {
    let is_fresh = |heard: &Heard| {
        let age = host.now().milliseconds() - heard.at.milliseconds();
        (0..KEPT).contains(&age) && heard.deployments == deployments
    };
    let kept = HEARD.with_borrow(|heard| {
        let heard = heard.as_ref().filter(|heard| is_fresh(heard))?;
        Some(heard.healths.clone())
    });
    if let Some(healths) = kept {
        return healths;
    }
    let asked = deployments.iter().flat_map(|deployment| {
        FUNCTIONS.map(|function| health(host, &deployment.origin, function))
    });
    let asked = stream::iter(asked).buffered(AT_ONCE);
    let healths: Vec<Health> = asked.collect().await;
    HEARD.set(Some(Heard {
        at: host.now(),
        deployments: deployments.to_vec(),
        healths: healths.clone(),
    }));
    healths
}

/// The message of `/status`: all functions of all deployments are asked, a few at once.
pub async fn message<H: Host>(host: &H, deployments: &[Deployment], locale: Locale) -> Message {
    let all = healths(host, deployments).await;
    let (color, title) = if all.chunks(FUNCTIONS.len()).all(is_well) {
        (
            Color::STABLE,
            say!(locale, "Everything is up", "Alles läuft"),
        )
    } else {
        (
            Color::BAD,
            say!(locale, "Something is down", "Etwas läuft nicht"),
        )
    };
    let mut embed = Embed::new(color, &title);
    for (deployment, healths) in deployments.iter().zip(all.chunks(FUNCTIONS.len())) {
        let lines: Vec<String> = FUNCTIONS
            .iter()
            .zip(healths)
            .filter_map(|(function, health)| line(function, health, locale))
            .collect();
        let text = match lines.as_slice() {
            [] => say!(locale, "Nothing is deployed here.", "Hier läuft nichts."),
            lines => lines.join("\n"),
        };
        embed = embed.field(&heading(deployment, healths), &text, false);
    }
    Message::new(embed)
}

/// Whether a deployment is well: something is deployed there, and all of that is up.
fn is_well(healths: &[Health]) -> bool {
    let up = |health: &Health| matches!(health, Health::Up { .. });
    let fine = |health: &Health| up(health) || matches!(health, Health::Absent);
    healths.iter().any(up) && healths.iter().all(fine)
}

/// The deployment of `PUBLIC_URL`, and those of `STATUS_ORIGINS`.
///
/// # Errors
/// [`ConfigError`] where either is malformed.
pub async fn deployments<C: Config>(
    config: &C,
    context: &Context,
) -> Result<Vec<Deployment>, ConfigError> {
    let malformed = |name, expected| ConfigError::Malformed { name, expected };
    let own = Url::parse(context.public.as_str())
        .map_err(|_| malformed(name::PUBLIC_URL, "an origin such as https://a.example"))?;
    let mut deployments = vec![Deployment {
        name: String::new(),
        origin: own,
    }];
    let list = config::optional(config, name::STATUS_ORIGINS).await?;
    for entry in list.unwrap_or_default().split(',').map(str::trim) {
        if entry.is_empty() {
            continue;
        }
        let deployment = entry.split_once('=').and_then(|(name, origin)| {
            let origin = registry::PublicUrl::parse(origin).ok()?;
            Some(Deployment {
                name: name.trim().to_owned(),
                origin: Url::parse(origin.as_str()).ok()?,
            })
        });
        deployments.push(deployment.ok_or(malformed(
            name::STATUS_ORIGINS,
            "a comma-separated list of `name=https://host`",
        ))?);
    }
    deployments.truncate(MOST_ORIGINS);
    Ok(deployments)
}

async fn health<H: Host>(host: &H, origin: &Url, function: &str) -> Health {
    let mut url = origin.clone();
    url.set_path(&format!("/health/{function}"));
    let request = FetchRequest {
        method: Method::GET,
        url,
        headers: headers(host).await.unwrap_or_default(),
        body: edge::Bytes::new(),
    };
    let bounds = Bounds {
        redirect_hosts: &AllowedHosts::default(),
        redirects: 0,
        head: TIMEOUT,
        total: TIMEOUT,
        bytes: MAX_ANSWER,
    };
    let started = host.now();
    let Ok(answer) = outbound::send(host, request, bounds).await else {
        return Health::Silent;
    };
    let status = answer.status;
    let body = answer.body.bytes(MAX_ANSWER).await.unwrap_or_default();
    let facts = Json::read(&body).unwrap_or_default();
    let word = |name: &str| facts[name].as_str().unwrap_or_default().to_owned();
    match status {
        StatusCode::OK if word("function") == function => Health::Up {
            version: word("version"),
            runtime: word("runtime"),
            milliseconds: host.now().milliseconds() - started.milliseconds(),
        },
        StatusCode::SERVICE_UNAVAILABLE => Health::Ill(word("dependency")),
        // The website answers for whatever is not deployed.
        StatusCode::OK | StatusCode::NOT_FOUND => Health::Absent,
        _ => Health::Silent,
    }
}

/// What a deployment is called: by its operator, and by the platform that it runs on.
fn heading(deployment: &Deployment, healths: &[Health]) -> String {
    let runtime = healths.iter().find_map(|health| match health {
        Health::Up { runtime, .. } => Some(runtime.as_str()),
        _ => None,
    });
    let host = deployment.origin.host_str().unwrap_or_default();
    let words = [deployment.name.as_str(), runtime.unwrap_or_default(), host];
    let words: Vec<String> = words
        .into_iter()
        .filter(|word| !word.is_empty())
        .map(markdown::escape)
        .collect();
    words.join(" · ")
}

fn line(function: &str, health: &Health, locale: Locale) -> Option<String> {
    Some(match health {
        Health::Up {
            version,
            milliseconds,
            ..
        } => format!(
            "🟢 `{function}` {} · {milliseconds} ms",
            markdown::escape(version)
        ),
        Health::Ill(dependency) => {
            let dependency = markdown::code(dependency);
            let text = say!(
                locale,
                "{dependency} does not answer",
                "{dependency} antwortet nicht",
                dependency
            );
            format!("🟠 `{function}` · {text}")
        }
        Health::Silent => {
            let text = say!(locale, "no answer", "keine Antwort");
            format!("🔴 `{function}` · {text}")
        }
        Health::Absent => return None,
    })
}
