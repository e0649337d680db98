//! `/status`: which functions answer, where, and in which version.

use std::time::Duration;

use edge::{
    Config, FetchRequest, Method, StatusCode, Url,
    config::{self, ConfigError, name},
    outbound::{self, AllowedHosts, Bounds},
};
use futures_util::future::join_all;

use crate::{
    Host, Json, Locale,
    context::Context,
    failure::Failure,
    later::deliver::headers,
    message::{Color, Embed, Message, markdown},
};

/// The functions that have a health check. The website has none on Cloudflare, which serves its
/// files itself.
pub const FUNCTIONS: [&str; 5] = ["manifest", "webhook", "proxy", "discord", "site"];

/// Time for one answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Largest health answer that is read, in bytes.
const MAX_ANSWER: u64 = 16 << 10;

/// Most deployments that are asked.
const MOST_ORIGINS: usize = 8;

/// A deployment.
struct Deployment {
    /// What the operator calls it; empty for the one of `PUBLIC_URL`.
    name: String,
    origin: Url,
}

/// How a function is.
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

/// The message of `/status`: all functions of all deployments are asked at once.
///
/// # Errors
/// [`Failure::Config`] where `STATUS_ORIGINS` is malformed.
pub async fn message<H: Host>(host: &H, context: &Context) -> Result<Message, Failure> {
    let locale = context.locale();
    let deployments = deployments(host, context).await?;
    let asked = deployments.iter().flat_map(|deployment| {
        FUNCTIONS.map(|function| async move { health(host, &deployment.origin, function).await })
    });
    let all = join_all(asked).await;
    let is_well = |health: &Health| matches!(health, Health::Up { .. } | Health::Absent);
    let (color, title) = if all.iter().all(is_well) {
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
    Ok(Message::new(embed))
}

/// The deployment of `PUBLIC_URL`, and those of `STATUS_ORIGINS`.
async fn deployments<C: Config>(
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
