//! What is wrong with some JSON.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

/// What is wrong with some JSON, and before which byte. Of what was read it repeats names only, but
/// what a type's own reader says of a value it says as it is, with whatever that repeats.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}, before byte {place}")]
pub struct JsonError {
    what: String,
    place: usize,
}

impl JsonError {
    pub(super) fn new(what: &str, place: usize) -> Self {
        Self {
            what: what.to_owned(),
            place,
        }
    }

    /// The same at a place, where it knows none.
    pub(super) fn at(mut self, place: usize) -> Self {
        if self.place == 0 {
            self.place = place;
        }
        self
    }
}

/// The words are fewer than serde's, which would bring along how every type, fractions too, is
/// written.
impl de::Error for JsonError {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self::new(&what.to_string(), 0)
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new("a value of another type than it should be", 0)
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new("a value that it cannot have", 0)
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::new("a list of another length than it should have", 0)
    }

    fn unknown_variant(name: &str, _: &'static [&'static str]) -> Self {
        Self::new(&["`", name, "` is not known"].concat(), 0)
    }

    fn unknown_field(name: &str, _: &'static [&'static str]) -> Self {
        Self::new(&["`", name, "` is not known"].concat(), 0)
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(&["`", name, "` is missing"].concat(), 0)
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::new(&["`", name, "` is there twice"].concat(), 0)
    }
}
