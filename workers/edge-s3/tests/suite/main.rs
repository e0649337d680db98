//! The bucket's port against a fake that speaks the real protocol, signatures checked by AWS's own
//! code.

mod bucket;
mod configuration;
mod contract;
mod failures;
mod layout;
