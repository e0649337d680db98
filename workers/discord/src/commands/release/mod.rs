//! `/release`: looking after releases. Each asks before anything is changed.

mod channels;
pub mod status;
pub mod subscribers;
mod told;
mod withdrawal;

use registry::{Channel, ChannelsRecord, PackageId, ReleaseSummary, Version};

use super::{look, package};
use crate::{
    Host, Locale, confirm::Question, context::Context, failure::Failure, interaction::Options,
    message::markdown, table::Handler,
};

/// The question that a command is answered with; one read of the store.
///
/// # Errors
/// [`Failure`], also where what is asked for cannot be done.
pub async fn question<H: Host>(
    host: &H,
    context: &Context,
    handler: Handler,
    options: &Options,
) -> Result<Question, Failure> {
    let locale = context.locale();
    if handler == Handler::ReleaseRetry {
        return withdrawal::retry(host, context, options).await;
    }
    let subject = Subject::read(host, context, options).await?;
    match handler {
        Handler::ReleaseRollback => channels::rollback(&subject, options, locale),
        Handler::ReleaseYank => withdrawal::yank(&subject, options, locale),
        Handler::ReleaseRestore => withdrawal::restore(&subject, options, locale),
        _ => channels::promote(&subject, options, locale),
    }
}

/// A package that something is to be done with, by one read of the store.
struct Subject {
    id: PackageId,
    channels: ChannelsRecord,
}

impl Subject {
    async fn read<H: Host>(
        host: &H,
        context: &Context,
        options: &Options,
    ) -> Result<Self, Failure> {
        let id = look::named(options, context.locale())?;
        let channels = look::channels(host, &id, context.locale()).await?;
        Ok(Self { id, channels })
    }

    /// The release that is named in the option `version`, if it is.
    fn named(&self, options: &Options, locale: Locale) -> Result<Option<&ReleaseSummary>, Failure> {
        let Some(text) = options.text("version") else {
            return Ok(None);
        };
        let version = package::version_of(text, locale)?;
        let release = self.channels.find(&version);
        release
            .map(Some)
            .ok_or_else(|| package::no_version(text, locale))
    }

    /// The release that is named in the option `version`.
    fn release(&self, options: &Options, locale: Locale) -> Result<&ReleaseSummary, Failure> {
        let named = self.named(options, locale)?;
        named.ok_or_else(|| package::no_version("", locale))
    }

    /// What the channel serves, in words.
    fn now_serves(&self, channel: &Channel, locale: Locale) -> String {
        match self.channels.served(channel) {
            Some(release) => {
                let version = shown(&release.version);
                say!(
                    locale,
                    "Now it serves {version}.",
                    "Jetzt liefert er {version}.",
                    version
                )
            }
            None => say!(locale, "Now it serves nothing.", "Jetzt liefert er nichts."),
        }
    }
}

/// A version, in bold.
fn shown(version: &Version) -> String {
    format!("**{}**", markdown::escape(version.as_str()))
}
