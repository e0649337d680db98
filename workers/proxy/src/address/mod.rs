//! Addresses that the proxy answers: what is wanted, of whom, and who asks.
//!
//! Every form is read by [`Address::parse`], and [`Address::canonical`] is the one way to write it:
//! signatures and cache keys are made of that.

mod source;
mod target;
#[cfg(test)]
mod tests;

use edge::Url;

use crate::{
    options::{OptionError, Options},
    percent::encode,
};

/// Longest address, in bytes of path and query.
pub const MAX_ADDRESS: usize = 8192;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The image at its own site, without a fragment.
    pub source: Url,
    /// What is to be done to it; a preset is only named here.
    pub options: Options,
    /// An access token or a signature that was in the path or the query.
    pub credential: Option<String>,
}

/// Why an address cannot be read. Texts are for the caller and repeat nothing but option names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No path of the proxy.
    #[error("no image is at this path; the proxy answers {FORMS}")]
    Unknown,
    /// Path and query are longer than [`MAX_ADDRESS`].
    #[error("path and query may have {MAX_ADDRESS} bytes together")]
    TooLong,
    /// There is no source URL. Some clients cut the query off.
    #[error(
        "the URL of the image is missing; if the client drops queries, put it into the path: {FORMS}"
    )]
    NoSource,
    /// The source is not a URL that can be asked.
    #[error("the URL of the image {0}")]
    Source(&'static str),
    /// An option is unknown, malformed, or contradicts another.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// Two credentials that differ.
    #[error("the access token is there twice, with different values")]
    Credentials,
}

/// The forms of addresses, for messages.
const FORMS: &str = "`/proxy?url=<encoded URL>&<options>`, `/proxy/<URL>` and \
    `/proxy/t/<token>/o/<options>/<URL>`";

impl Address {
    /// Reads path and query as they came, percent-encoded.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn parse(path: &str, query: &str) -> Result<Self, AddressError> {
        if path.len() + query.len() > MAX_ADDRESS {
            return Err(AddressError::TooLong);
        }
        let target = target::split(path).ok_or(AddressError::Unknown)?;
        let mut parts = target::Parts::default();
        parts.take_path(&target)?;
        let source = if target.is_raw() {
            // Everything behind the `?` is the source's own, but for what clients add.
            let query = parts.take_raw_query(query);
            source::raw(target.rest, &query)?
        } else {
            parts.take_query(query)?;
            match (target.rest, parts.source.take()) {
                ("", Some(url)) => source::checked(&url)?,
                ("", None) => return Err(AddressError::NoSource),
                (encoded, None) => source::encoded(encoded)?,
                (_, Some(_)) => return Err(AddressError::Source("is there twice")),
            }
        };
        Ok(Self {
            source,
            options: parts.options,
            credential: parts.credential,
        })
    }

    /// Takes what `is_ours`, a token of this proxy, out of the source's query: sent on, it would be
    /// told to a stranger.
    pub fn withhold(&mut self, is_ours: impl Fn(&str) -> bool) {
        let query = self.source.query();
        if let Some(kept) = query.and_then(|query| target::without(query, is_ours)) {
            let kept = Some(kept.as_str()).filter(|kept| !kept.is_empty());
            self.source.set_query(kept);
        }
    }

    /// The one way to write it, without the credential: `/proxy/<encoded URL>`, or
    /// `/proxy/o/<options>/<encoded URL>` with the options in their order.
    pub fn canonical(&self) -> String {
        let source = encode(self.source.as_str());
        let options = self.options.canonical();
        if options.is_empty() {
            format!("/proxy/{source}")
        } else {
            format!("/proxy/o/{options}/{source}")
        }
    }
}
