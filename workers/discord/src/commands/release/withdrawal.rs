//! `/release yank`, `/release restore` and `/release retry`.

use registry::{DeliveryId, Journal, Key, store, text};

use super::{Subject, shown};
use crate::{
    Host, Locale,
    confirm::{self, Question, Wish},
    context::Context,
    failure::Failure,
    interaction::Options,
    message::markdown,
};

/// Longest reason that is kept, in characters, as in the admin API.
const LONGEST_REASON: usize = 500;

/// `/release yank`.
///
/// # Errors
/// [`Failure`].
pub fn yank(subject: &Subject, options: &Options, locale: Locale) -> Result<Question, Failure> {
    let release = subject.release(options, locale)?;
    let (id, version) = (&subject.id, shown(&release.version));
    if release.yanked {
        return Err(Failure::Said(say!(
            locale,
            "{version} is withdrawn already.",
            "{version} ist schon zurückgezogen.",
            version
        )));
    }
    let reason = text::plain(options.text("reason").unwrap_or_default(), LONGEST_REASON);
    if reason.is_empty() {
        return Err(Failure::Said(say!(
            locale,
            "Users are shown the reason, so there has to be one.",
            "Die Nutzer bekommen den Grund zu sehen, also muss es einen geben."
        )));
    }
    let shown_reason = markdown::escape(&reason);
    let question = say!(
        locale,
        "Withdraw this release?",
        "Dieses Release zurückziehen?"
    );
    let detail = say!(
        locale,
        "{version} of `{id}` can no longer be installed, and channels fall back to an earlier release.\n\nReason: {shown_reason}",
        "{version} von `{id}` kann nicht mehr installiert werden, und Kanäle fallen auf ein früheres Release zurück.\n\nGrund: {shown_reason}",
        version,
        id,
        shown_reason
    );
    let wish = Wish::Yank {
        id: id.clone(),
        seen: subject.channels.revision,
        version: release.version.clone(),
        reason,
    };
    Ok(Question {
        wish,
        title: question,
        detail,
    })
}

/// `/release restore`.
///
/// # Errors
/// [`Failure`].
pub fn restore(subject: &Subject, options: &Options, locale: Locale) -> Result<Question, Failure> {
    let release = subject.release(options, locale)?;
    let (id, version) = (&subject.id, shown(&release.version));
    if !release.yanked {
        return Err(Failure::Said(say!(
            locale,
            "{version} is not withdrawn.",
            "{version} ist nicht zurückgezogen.",
            version
        )));
    }
    let question = say!(
        locale,
        "Restore this release?",
        "Dieses Release wiederherstellen?"
    );
    let detail = say!(
        locale,
        "{version} of `{id}` can be installed again, and channels that were set to it serve it.",
        "{version} von `{id}` kann wieder installiert werden, und Kanäle, die darauf standen, liefern es.",
        version,
        id
    );
    let wish = Wish::Restore {
        id: id.clone(),
        seen: subject.channels.revision,
        version: release.version.clone(),
    };
    Ok(Question {
        wish,
        title: question,
        detail,
    })
}

/// `/release retry`.
///
/// # Errors
/// [`Failure`].
pub async fn retry<H: Host>(
    host: &H,
    context: &Context,
    options: &Options,
) -> Result<Question, Failure> {
    let locale = context.locale();
    let delivery = delivery(options, context)?;
    let journal = store::read::<Journal, _>(host, &Key::Delivery(&delivery)).await?;
    let mut journal = match journal {
        Some(journal) => journal.record,
        None => {
            let missing = store::RetryError::NoDelivery(delivery);
            return Err(confirm::not_retried(missing, locale));
        }
    };
    let seen = journal.updated_at;
    // Tried on a copy, so that nobody is asked what cannot be done.
    if let Err(refusal) = journal.reopen(host.now(), "") {
        return Err(confirm::not_retried(refusal.into(), locale));
    }
    let question = say!(locale, "Take it up again?", "Wieder aufnehmen?");
    let repository = markdown::escape(journal.repository.as_str());
    let tag = markdown::escape(&journal.source.tag);
    let error = journal.error.as_ref().map(|error| error.message.as_str());
    let error = markdown::escape(&text::excerpt(error.unwrap_or_default(), 1000));
    let detail = say!(
        locale,
        "Delivery `{delivery}` of {repository} {tag} goes on where it failed.\n\n{error}",
        "Die Lieferung `{delivery}` von {repository} {tag} geht weiter, wo sie gescheitert ist.\n\n{error}",
        delivery,
        repository,
        tag,
        error
    );
    let wish = Wish::Retry { delivery, seen };
    Ok(Question {
        wish,
        title: question,
        detail,
    })
}

/// The delivery in the option `delivery`.
///
/// # Errors
/// [`Failure::Said`].
pub fn delivery(options: &Options, context: &Context) -> Result<DeliveryId, Failure> {
    let text = options.text("delivery").unwrap_or_default();
    DeliveryId::parse(text).map_err(|_| {
        Failure::Said(say!(
            context.locale(),
            "That is no delivery's id. GitHub shows it as `X-GitHub-Delivery` in the webhook's recent deliveries.",
            "Das ist keine ID einer Lieferung. GitHub zeigt sie als `X-GitHub-Delivery` bei den letzten Lieferungen des Webhooks."
        ))
    })
}
