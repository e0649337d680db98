//! `/release promote` and `/release rollback`.

use registry::{Channel, ReleaseSummary};

use super::{super::look, Subject, shown};
use crate::{
    Locale,
    confirm::{Question, Wish},
    failure::Failure,
    interaction::Options,
    message::markdown,
};

/// `/release promote`.
///
/// # Errors
/// [`Failure`].
pub fn promote(subject: &Subject, options: &Options, locale: Locale) -> Result<Question, Failure> {
    let channel = channel(options, locale)?;
    let release = subject.release(options, locale)?;
    ask(subject, channel, release, locale)
}

/// `/release rollback`: to the version that is named, else to the one before what the channel serves.
///
/// # Errors
/// [`Failure`].
pub fn rollback(subject: &Subject, options: &Options, locale: Locale) -> Result<Question, Failure> {
    let channel = channel(options, locale)?;
    if !subject.channels.channels.contains_key(&channel) {
        return Err(look::no_channel(
            channel.as_str(),
            &subject.channels,
            locale,
        ));
    }
    let earlier = |release: &&ReleaseSummary| is_earlier(subject, &channel, release);
    let release = match subject.named(options, locale)? {
        Some(named) if earlier(&named) => named,
        Some(_) => {
            return Err(Failure::Said(say!(
                locale,
                "That release is not earlier than what `{channel}` serves; `/release promote` sets the channel to it.",
                "Dieses Release ist nicht früher als das, was `{channel}` liefert; `/release promote` stellt den Kanal darauf.",
                channel
            )));
        }
        None => {
            let mut releases = subject.channels.releases.iter();
            let before = releases
                .find(|release| !release.yanked && release.is_on(&channel) && earlier(release));
            before.ok_or_else(|| nothing_before(&channel, locale))?
        }
    };
    ask(subject, channel.clone(), release, locale)
}

fn nothing_before(channel: &Channel, locale: Locale) -> Failure {
    Failure::Said(say!(
        locale,
        "There is no release before what `{channel}` serves.",
        "Vor dem, was `{channel}` liefert, gibt es kein Release.",
        channel
    ))
}

fn is_earlier(subject: &Subject, channel: &Channel, release: &ReleaseSummary) -> bool {
    let served = subject.channels.served(channel);
    served.is_some_and(|served| release.version.precedence(&served.version).is_lt())
}

/// The channel in the option `channel`, which need not exist yet; `stable` where none is named.
fn channel(options: &Options, locale: Locale) -> Result<Channel, Failure> {
    let Some(text) = options.text("channel") else {
        return Ok(Channel::stable());
    };
    Channel::parse(text).map_err(|_| {
        let given = markdown::code(&registry::text::excerpt(text, 80));
        Failure::Said(say!(
            locale,
            "{given} is no channel: its name begins with a small letter and has up to 32 small letters, digits and hyphens, such as `beta`.",
            "{given} ist kein Kanal: sein Name beginnt mit einem kleinen Buchstaben und hat bis zu 32 kleine Buchstaben, Ziffern und Bindestriche, etwa `beta`.",
            given
        ))
    })
}

fn ask(
    subject: &Subject,
    channel: Channel,
    release: &ReleaseSummary,
    locale: Locale,
) -> Result<Question, Failure> {
    let version = shown(&release.version);
    if release.yanked {
        return Err(Failure::Said(say!(
            locale,
            "{version} is withdrawn. `/release restore` takes that back.",
            "{version} ist zurückgezogen. `/release restore` macht das rückgängig.",
            version
        )));
    }
    let head = subject.channels.channels.get(&channel);
    if head.is_some_and(|head| head.version == release.version) {
        return Err(Failure::Said(say!(
            locale,
            "`{channel}` serves {version} already.",
            "`{channel}` liefert schon {version}.",
            channel,
            version
        )));
    }
    let question = say!(
        locale,
        "Let {channel} serve it?",
        "Soll {channel} es liefern?",
        channel
    );
    let (id, now) = (&subject.id, subject.now_serves(&channel, locale));
    let detail = say!(
        locale,
        "Channel `{channel}` of `{id}` will serve {version}. {now}",
        "Der Kanal `{channel}` von `{id}` wird {version} liefern. {now}",
        channel,
        id,
        version,
        now
    );
    let wish = Wish::Promote {
        id: subject.id.clone(),
        seen: subject.channels.revision,
        version: release.version.clone(),
        channel,
    };
    Ok(Question {
        wish,
        title: question,
        detail,
    })
}
