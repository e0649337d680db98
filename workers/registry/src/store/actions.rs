//! Noting who did what.

use std::convert::Infallible;

use edge::{Clock, Objects};

use super::{Change, StoreError, UpdateError, update};
use crate::{
    Key, PackageId,
    record::{Action, Actions, Actor, Deed},
};

/// Notes that `by` did `deed` to the package `id`.
///
/// What changed nothing (`changed` is false) is noted only where nobody is on record for it yet: so
/// pressing a button twice is noted once, and what could not be noted the first time is when it is
/// tried again.
///
/// # Errors
/// [`StoreError`].
pub async fn note_action<H: Objects + Clock>(
    host: &H,
    id: &PackageId,
    by: &Actor,
    deed: Deed,
    changed: bool,
) -> Result<(), StoreError> {
    let action = Action {
        at: host.now(),
        by: by.clone(),
        deed,
    };
    let noted = update(host, &Key::Actions(id), |known: Option<&Actions>| {
        let mut actions = known.cloned().unwrap_or_default();
        // A write that failed may have been stored all the same.
        let is_there = actions.actions.last() == Some(&action);
        if is_there || (!changed && actions.ends_with(by, &action.deed)) {
            return Ok::<_, Infallible>(Change::Keep);
        }
        actions.push(action.clone());
        Ok(Change::Write(actions))
    })
    .await;
    match noted {
        Ok(_) => Ok(()),
        Err(UpdateError::Store(error)) => Err(error),
        Err(UpdateError::Refused(never)) => match never {},
    }
}
