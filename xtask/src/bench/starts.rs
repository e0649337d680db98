//! todo
use super::Options;
use crate::repository::Repository;
use anyhow::Result;
/// todo
pub fn measure(_: &Repository, _: &Options) -> Result<()> {
    Ok(())
}
