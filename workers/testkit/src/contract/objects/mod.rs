//! The cases of the object store.

pub mod conditions;
pub mod expiry;
pub mod facts;
pub mod keys;
pub mod listing;
pub mod racing;
pub mod reading;
pub mod refusal;
pub mod writing;
