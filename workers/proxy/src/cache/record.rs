//! What is known of an address.

use edge::Timestamp;
use registry::Digest;
use serde::{Deserialize, Serialize};

use crate::{limits, refusal::Refusal};

/// What is known of an address, from one fetch to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What was found.
    pub found: Found,
    /// When it was fetched, or confirmed by its source.
    pub confirmed: Timestamp,
    /// Until when it is served without asking the source.
    pub fresh_until: Timestamp,
    /// Until when its source is left alone after it failed; the image is served meanwhile.
    #[serde(default)]
    pub failing_until: Option<Timestamp>,
    /// What asks the source whether it still has this image.
    #[serde(default)]
    pub validators: Validators,
}

/// What an address has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// An image.
    Image(Image),
    /// A reason why there is none.
    Nothing(Refusal),
}

/// An image in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// What its key is made of: the digest of its bytes, or a name of its own that is never given again
    /// where they passed through.
    pub version: Digest,
    /// The digest of its bytes, SHA-256.
    #[serde(default)]
    pub digest: Option<Digest>,
    /// Its media type.
    pub kind: String,
    /// Its length, in bytes.
    pub length: u64,
    /// What names the content of the source that it was made from, where it is not the source itself.
    #[serde(default)]
    pub made_from: Option<Digest>,
    /// When its bytes were written.
    pub written: Timestamp,
}

impl Image {
    /// What names its content: its digest, where that is known.
    pub fn content(&self) -> Digest {
        self.digest.unwrap_or(self.version)
    }
}

/// What a source said of its image (RFC 9110, section 8.8).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Validators {
    /// Its `ETag`, as it came.
    #[serde(default)]
    pub etag: Option<String>,
    /// Its `Last-Modified`, as it came.
    #[serde(default)]
    pub modified: Option<String>,
}

impl Validators {
    /// Whether there are none, so that only the bytes tell.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.modified.is_none()
    }
}

/// What may be done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// It is served.
    Fresh,
    /// It is served, and its source asked afterwards.
    Stale,
    /// It is served although its source failed a moment ago, which is said.
    Failing,
    /// Its source is asked first; it is served where that fails.
    Old,
    /// It says nothing any more.
    Expired,
}

impl Record {
    /// What may be done with it at the moment.
    pub fn age(&self, now: Timestamp) -> Age {
        if now < self.fresh_until {
            return Age::Fresh;
        }
        if matches!(self.found, Found::Nothing(_)) {
            return Age::Expired;
        }
        if now >= self.expires() {
            return Age::Expired;
        }
        if self.failing_until.is_some_and(|until| now < until) {
            return Age::Failing;
        }
        match now < seconds_later(self.fresh_until, limits::STALE_WHILE_REVALIDATE) {
            true => Age::Stale,
            false => Age::Old,
        }
    }

    /// When it ceases to be of use.
    pub fn expires(&self) -> Timestamp {
        match self.found {
            Found::Image(_) => seconds_later(self.fresh_until, limits::STALE_IF_ERROR),
            Found::Nothing(_) => self.fresh_until,
        }
    }

    /// Its image, if it has one.
    pub fn image(&self) -> Option<&Image> {
        match &self.found {
            Found::Image(image) => Some(image),
            Found::Nothing(_) => None,
        }
    }
}

/// The point `seconds` after `time`.
pub fn seconds_later(time: Timestamp, seconds: u64) -> Timestamp {
    time.plus(i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use edge::Timestamp;
    use registry::Digest;

    use super::{Age, Found, Image, Record, Validators};
    use crate::{
        limits::{STALE_IF_ERROR, STALE_WHILE_REVALIDATE},
        refusal::{Reason, Refusal},
    };

    fn at(seconds: u64) -> Timestamp {
        super::seconds_later(Timestamp::default(), seconds)
    }

    fn record(found: Found) -> Record {
        Record {
            found,
            confirmed: at(0),
            fresh_until: at(100),
            failing_until: None,
            validators: Validators::default(),
        }
    }

    #[test]
    fn images_age_through_all_windows() {
        let mut image = record(Found::Image(Image {
            version: Digest::new([1; 32]),
            digest: None,
            kind: "image/png".into(),
            length: 1,
            made_from: None,
            written: at(0),
        }));
        for (now, expected) in [
            (0, Age::Fresh),
            (99, Age::Fresh),
            (100, Age::Stale),
            (100 + STALE_WHILE_REVALIDATE - 1, Age::Stale),
            (100 + STALE_WHILE_REVALIDATE, Age::Old),
            (100 + STALE_IF_ERROR - 1, Age::Old),
            (100 + STALE_IF_ERROR, Age::Expired),
        ] {
            assert_eq!(image.age(at(now)), expected, "{now}");
        }
        image.failing_until = Some(at(200));
        for (now, expected) in [(99, Age::Fresh), (150, Age::Failing), (200, Age::Stale)] {
            assert_eq!(image.age(at(now)), expected, "{now}");
        }
        let text = serde_json::to_string(&image).expect("JSON");
        assert_eq!(serde_json::from_str::<Record>(&text).ok(), Some(image));
    }

    #[test]
    fn refusals_are_forgotten_when_their_time_is_over() {
        let refusal = Refusal::new(Reason::SourceNotFound, "nothing");
        let nothing = record(Found::Nothing(refusal));
        assert_eq!(nothing.age(at(99)), Age::Fresh);
        assert_eq!(nothing.age(at(100)), Age::Expired);
        assert_eq!(nothing.expires(), at(100));
    }
}
