//! Where in a manifest something is, written out only when somebody asks.

use std::fmt;

/// Most characters of one name that are written out: a name may be as long as its manifest.
const SHOWN: usize = 100;

/// A place below a field of a manifest, such as `packs[2].path`. It costs nothing to go down; the
/// text is made by [`Place::to_string`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    above: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Item(usize),
}

impl<'a> Place<'a> {
    /// A field of the manifest itself.
    pub(super) fn of(field: &'a str) -> Self {
        let (above, step) = (None, Step::Member(field));
        Self { above, step }
    }

    /// A member of the object that is here.
    pub(super) fn member(&'a self, name: &'a str) -> Self {
        let (above, step) = (Some(self), Step::Member(name));
        Self { above, step }
    }

    /// An item of the list that is here.
    pub(super) fn item(&'a self, index: usize) -> Self {
        let (above, step) = (Some(self), Step::Item(index));
        Self { above, step }
    }

    /// The name of the member that this is; items of lists have none.
    pub(super) fn name(&self) -> Option<&'a str> {
        match self.step {
            Step::Member(name) => Some(name),
            Step::Item(_) => None,
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            above.fmt(formatter)?;
        }
        match self.step {
            Step::Item(index) => write!(formatter, "[{index}]"),
            Step::Member(name) => {
                let dot = if self.above.is_some() { "." } else { "" };
                write!(formatter, "{dot}{name:.SHOWN$}")
            }
        }
    }
}
