//! What update checks were answered, remembered by the instance.
//!
//! An answer depends on what the package's channels serve and on nothing else that may change: it is
//! right for as long as that record has the entity tag that it was made from. So a check costs one
//! conditional read, from which no bytes come; where the platform has copies nearer than the store,
//! that is a look at them.

use std::{cell::Cell, rc::Rc, time::Duration};

use edge::{Problem, Remember, Timestamp};
use registry::{
    ChannelsRecord, Key, PackageId, PackageType, Track, Version,
    store::{self, Refreshed, Versioned},
};

use crate::{
    Host,
    lookup::{failed, no_package},
    manifests::{manifest_for, serving},
    reply::Document,
};

/// For how long an answer stands in for a record that cannot be read: as long as callers may keep one
/// (`max-age`). Where the platform has copies of the record, they go on for longer.
const REMEMBERED: Duration = Duration::from_secs(60);

/// The answer to an update check.
#[derive(Debug)]
pub struct Answer {
    /// Entity tag of the record that says what the channels serve.
    channels: String,
    /// When it was last right.
    confirmed: Cell<Timestamp>,
    /// The release that it is of.
    version: Version,
    /// The package's type.
    pub kind: PackageType,
    /// The track's manifest.
    pub document: Document,
}

/// What `track` of the package `id` answers.
///
/// # Errors
/// `404` for an unknown package or track, `410` where everything on the track is withdrawn, `503` where
/// the store does not answer and nothing is remembered that is not withdrawn by now.
pub async fn of_track<H: Host>(
    host: &H,
    id: &PackageId,
    track: &Track,
) -> Result<Rc<Answer>, Problem> {
    let name = format!("{id} {}", track.segment());
    let known = Remember::recall::<Answer>(host, &name);
    let etag = known.as_ref().map(|known| known.channels.as_str());
    let refreshed = store::refresh(host, &Key::Channels(id), etag).await;
    let now = host.now();
    let mut usable = known.clone().filter(|known| {
        let age = now.milliseconds() - known.confirmed.get().milliseconds();
        u128::try_from(age).is_ok_and(|age| age < REMEMBERED.as_millis())
    });
    let made = match refreshed.map_err(|error| failed(host, &error)) {
        Ok(Refreshed::Now(channels)) => {
            let known = known.clone();
            usable = known.filter(|known| is_there(&channels.record, &known.version));
            make(host, &channels, track, now).await
        }
        Ok(Refreshed::Missing) => Err(no_package(id)),
        Ok(Refreshed::Same) => match known {
            Some(known) => {
                known.confirmed.set(now);
                return Ok(known);
            }
            None => Err(Problem::internal()),
        },
        Err(problem) => Err(problem),
    };
    match (made, usable) {
        (Ok(answer), _) => {
            let size = answer.channels.len() + answer.document.size();
            let answer = Rc::new(answer);
            host.remember(name, Rc::clone(&answer), size);
            Ok(answer)
        }
        // What was right a while ago, and is not withdrawn as far as is known, is of more use than
        // none; the log says why.
        (Err(problem), Some(known)) if problem.status().is_server_error() => Ok(known),
        (Err(problem), _) => Err(problem),
    }
}

/// Whether `version` is there and not withdrawn.
fn is_there(channels: &ChannelsRecord, version: &Version) -> bool {
    let release = channels.find(version);
    release.is_some_and(|release| !release.yanked)
}

async fn make<H: Host>(
    host: &H,
    channels: &Versioned<ChannelsRecord>,
    track: &Track,
    now: Timestamp,
) -> Result<Answer, Problem> {
    let Versioned { record, etag } = channels;
    let release = serving(record, track)?;
    let bytes = manifest_for(host, record, release, track).await?;
    Ok(Answer {
        channels: etag.clone(),
        confirmed: Cell::new(now),
        version: release.version.clone(),
        kind: record.kind,
        document: Document::new(bytes),
    })
}
