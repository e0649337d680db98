//! Cases that tell a story, and the order of all.

use anyhow::Result;

use crate::{shelf, suite::Case, table};

/// All cases: the shelf first, for the others read what is on it; what looks at everything that was
/// seen last.
///
/// # Errors
/// Where a file of cases is malformed.
pub fn all() -> Result<Vec<Case>> {
    let mut cases = vec![shelf::fill()];
    cases.extend(table::cases()?);
    Ok(cases)
}
