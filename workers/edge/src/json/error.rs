//! What is wrong with some JSON.

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

    /// That an enum has no variant `name`.
    pub fn unknown(name: &str) -> Self {
        Self::new(&["`", name, "` is not known"].concat(), 0)
    }
}
