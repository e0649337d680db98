//! The contract suite notices implementations that are wrong in the ways that implementations are
//! wrong. A case that cannot fail would be worse than none.

use std::time::Duration;

use edge::{
    Body, BodyError, Clock, Objects, Timestamp,
    objects::{Condition, Get, Got, ObjectError, ObjectMeta, Page, Put, Written},
    range::ByteRange,
};
use testkit::{contract, memory::MemoryHost};

/// Ways of being wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    IgnoresAbsent,
    IgnoresEtag,
    ChecksThenWrites,
    KeepsEtag,
    RangeIsInclusive,
    ClampsRanges,
    IgnoresUnless,
    StoresBrokenBodies,
    HidesTheBodysError,
    IgnoresChecksum,
    DropsMetadata,
    ListsLikePatterns,
    ListsWithoutCase,
    RepeatsPages,
    NeverExpires,
    ForgetsBodyLength,
    TakesAnyKey,
}

#[derive(Clone)]
struct Flawed {
    host: MemoryHost,
    flaw: Option<Flaw>,
}

impl Flawed {
    fn is(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn meta(&self, mut meta: ObjectMeta) -> ObjectMeta {
        if self.is(Flaw::KeepsEtag) {
            meta.etag = "always-the-same".into();
        }
        if self.is(Flaw::DropsMetadata) {
            meta.content_type = None;
        }
        meta
    }
}

impl Clock for Flawed {
    fn now(&self) -> Timestamp {
        self.host.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.host.sleep(duration).await;
    }
}

impl Objects for Flawed {
    async fn object_get(&self, key: &str, mut get: Get) -> Result<Got, ObjectError> {
        if self.is(Flaw::TakesAnyKey) && key.len() > edge::objects::MAX_KEY {
            return Ok(Got::Missing);
        }
        if self.is(Flaw::IgnoresUnless) {
            get.unless_etag = None;
        }
        if let (Some(Flaw::RangeIsInclusive), Some(ByteRange::From { length, .. })) =
            (self.flaw, &mut get.range)
        {
            *length = length.map(|length| length.saturating_add(1));
        }
        let range = get.range;
        match self.host.object_get(key, get.clone()).await {
            Ok(Got::Found(mut object)) => {
                object.meta = self.meta(object.meta);
                if self.is(Flaw::ForgetsBodyLength) {
                    object.body = Body::stream(object.body, None);
                }
                Ok(Got::Found(object))
            }
            Err(ObjectError::RangeNotSatisfiable { .. })
                if self.is(Flaw::ClampsRanges) && range.is_some() =>
            {
                get.range = None;
                self.host.object_get(key, get).await
            }
            other => other,
        }
    }

    async fn object_head(&self, key: &str) -> Result<Option<ObjectMeta>, ObjectError> {
        let head = self.host.object_head(key).await?;
        Ok(head.map(|meta| self.meta(meta)))
    }

    async fn object_put(
        &self,
        key: &str,
        body: Body,
        mut put: Put,
    ) -> Result<Written, ObjectError> {
        let mut body = body;
        match (self.flaw, &put.condition) {
            (Some(Flaw::IgnoresAbsent), Condition::Absent)
            | (Some(Flaw::IgnoresEtag | Flaw::KeepsEtag), Condition::Etag(_)) => {
                put.condition = Condition::Always;
            }
            (Some(Flaw::ChecksThenWrites), condition) => {
                let there = self.host.object_head(key).await?.map(|meta| meta.etag);
                let holds = match condition {
                    Condition::Always => true,
                    Condition::Absent => there.is_none(),
                    Condition::Etag(etag) => there.as_ref() == Some(etag),
                };
                if !holds {
                    return Ok(Written::Refused);
                }
                put.condition = Condition::Always;
            }
            (Some(Flaw::StoresBrokenBodies), _) => {
                let mut bytes = Vec::new();
                while let Some(Ok(piece)) = body.next().await {
                    bytes.extend_from_slice(&piece);
                }
                body = bytes.into();
            }
            (Some(Flaw::IgnoresChecksum), _) => put.sha256 = None,
            (Some(Flaw::NeverExpires), _) => put.expires = None,
            _ => {}
        }
        match self.host.object_put(key, body, put).await {
            Ok(Written::Stored(meta)) => Ok(Written::Stored(self.meta(meta))),
            Err(ObjectError::Body(BodyError::Failed(_))) if self.is(Flaw::HidesTheBodysError) => {
                let error = BodyError::Failed("the stream failed".into());
                Err(ObjectError::Body(error))
            }
            other => other,
        }
    }

    async fn object_list(
        &self,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, ObjectError> {
        let matches = |key: &str| match self.flaw {
            Some(Flaw::ListsLikePatterns) => {
                key.len() >= prefix.len()
                    && prefix
                        .bytes()
                        .zip(key.bytes())
                        .all(|(pattern, byte)| pattern == b'_' || pattern == byte)
            }
            Some(Flaw::ListsWithoutCase) => key.to_lowercase().starts_with(&prefix.to_lowercase()),
            _ => key.starts_with(prefix),
        };
        if self.is(Flaw::ListsLikePatterns) || self.is(Flaw::ListsWithoutCase) {
            let keys = self.host.keys().into_iter().filter(|key| matches(key));
            let objects = keys.filter_map(|key| self.host.meta(&key)).collect();
            return Ok(Page {
                objects,
                cursor: None,
            });
        }
        let cursor = cursor.filter(|_| !self.is(Flaw::RepeatsPages));
        self.host.object_list(prefix, cursor, limit).await
    }

    async fn object_delete(&self, key: &str) -> Result<(), ObjectError> {
        self.host.object_delete(key).await
    }
}

/// What the case `name` says of an implementation with `flaw`.
fn outcome(flaw: Option<Flaw>, name: &str) -> Result<(), String> {
    let host = Flawed {
        host: MemoryHost::new(),
        flaw,
    };
    let cases = contract::objects::<Flawed>();
    let case = cases.iter().find(|case| case.name == name);
    let case = case.unwrap_or_else(|| panic!("there is no case {name}"));
    host.host.block_on((case.run)(&host))
}

#[test]
fn every_flaw_is_noticed_by_the_case_that_is_about_it() {
    for (flaw, case) in [
        (Flaw::IgnoresAbsent, "create_only"),
        (Flaw::IgnoresEtag, "stale_compare_and_swap"),
        (Flaw::ChecksThenWrites, "one_of_many_creators_wins"),
        (
            Flaw::ChecksThenWrites,
            "counting_by_compare_and_swap_loses_nothing",
        ),
        (Flaw::KeepsEtag, "overwrite_changes_etag"),
        (Flaw::RangeIsInclusive, "ranges"),
        (Flaw::ClampsRanges, "range_beyond_the_end"),
        (Flaw::IgnoresUnless, "unless_etag"),
        (Flaw::StoresBrokenBodies, "failing_body_stores_nothing"),
        (Flaw::StoresBrokenBodies, "short_body_stores_nothing"),
        (Flaw::StoresBrokenBodies, "long_body_stores_nothing"),
        (
            Flaw::HidesTheBodysError,
            "failing_large_body_stores_nothing",
        ),
        (Flaw::IgnoresChecksum, "wrong_checksum_stores_nothing"),
        (Flaw::DropsMetadata, "metadata_round_trip"),
        (Flaw::ListsLikePatterns, "prefixes_are_literal"),
        (Flaw::ListsWithoutCase, "keys_are_case_sensitive"),
        (Flaw::RepeatsPages, "pages"),
        (Flaw::NeverExpires, "expired_object_is_gone"),
        (Flaw::ForgetsBodyLength, "whole_object"),
        (Flaw::TakesAnyKey, "limits_of_keys"),
    ] {
        assert_eq!(outcome(None, case), Ok(()), "{case} fails without a flaw");
        let noticed = outcome(Some(flaw), case);
        assert!(noticed.is_err(), "{case} does not notice {flaw:?}");
    }
}
