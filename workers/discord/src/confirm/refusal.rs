//! What the registry would not do, in the language of whoever asked.

use registry::{
    PromoteError, ReopenError,
    store::{AdministerError, RetryError},
};

use crate::{
    Locale,
    commands::{look, package, release::status},
    failure::Failure,
    message::markdown,
};

/// Why releases or channels were not changed.
pub fn refused(error: AdministerError, locale: Locale) -> Failure {
    let version = match error {
        AdministerError::Store(error) => return error.into(),
        AdministerError::NoPackage(id) => return look::no_package(id.as_str(), locale),
        AdministerError::Changed => return changed(locale),
        AdministerError::NoRelease(version)
        | AdministerError::Promote(PromoteError::Unknown(version)) => {
            return package::no_version(version.as_str(), locale);
        }
        AdministerError::Promote(PromoteError::Yanked(version)) => version,
        AdministerError::Promote(PromoteError::NotFor {
            version,
            generation,
        }) => {
            let version = markdown::escape(version.as_str());
            let generation = generation.to_string();
            return Failure::Said(say!(
                locale,
                "**{version}** is not for Foundry VTT {generation}.",
                "**{version}** ist nicht für Foundry VTT {generation}.",
                version,
                generation
            ));
        }
    };
    let version = markdown::escape(version.as_str());
    Failure::Said(say!(
        locale,
        "**{version}** is withdrawn. `/release restore` takes that back.",
        "**{version}** ist zurückgezogen. `/release restore` macht das rückgängig.",
        version
    ))
}

/// Why a delivery was not taken up again.
pub fn not_retried(error: RetryError, locale: Locale) -> Failure {
    Failure::Said(match error {
        RetryError::Store(error) => return error.into(),
        RetryError::Changed => return changed(locale),
        RetryError::NoDelivery(delivery) => return status::no_delivery(&delivery, locale),
        RetryError::Refused(ReopenError::NotFailed { state }) => {
            let state = status::state(state, locale);
            say!(
                locale,
                "The delivery is *{state}*; only what has failed is taken up again.",
                "Die Lieferung ist *{state}*; nur was gescheitert ist, wird wieder aufgenommen.",
                state
            )
        }
        RetryError::Refused(ReopenError::UploadGone) => say!(
            locale,
            "What was uploaded is not kept after a refusal. Upload it again.",
            "Was hochgeladen wurde, wird nach einer Ablehnung nicht aufbewahrt. Lade es noch einmal hoch."
        ),
    })
}

/// That something is not as it was shown when it was asked.
fn changed(locale: Locale) -> Failure {
    Failure::Said(say!(
        locale,
        "Others have changed this since you were asked, so nothing was done. Call the command again to see how it is now.",
        "Das hat sich geändert, seit du gefragt wurdest; deshalb ist nichts geschehen. Ruf den Befehl noch einmal auf, um zu sehen, wie es jetzt ist."
    ))
}
