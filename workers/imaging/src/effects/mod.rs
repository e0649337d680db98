//! What is done to a picture that is held as a whole.

mod blur;
mod mask;
pub(crate) mod trim;

pub(crate) use blur::{blur, sharpen};
pub(crate) use mask::mask;
