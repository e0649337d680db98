//! Path and query in their parts.

use super::AddressError;
use crate::{options::Options, percent};

/// A path of the proxy.
pub struct Target<'p> {
    /// Between `t/` and the next slash.
    token: Option<&'p str>,
    /// Between `o/` and the next slash.
    options: Option<&'p str>,
    /// What follows: the source, or nothing.
    pub rest: &'p str,
}

impl Target<'_> {
    /// Whether the source stands in the path as it is, so that a query would be its own.
    pub fn is_raw(&self) -> bool {
        self.rest.contains('/')
    }
}

/// Splits `path`; `None` where it is none of the proxy's.
pub fn split(path: &str) -> Option<Target<'_>> {
    if matches!(path, "/proxy" | "/dl") {
        return split("/proxy/");
    }
    let mut rest = path
        .strip_prefix("/proxy/")
        .or_else(|| path.strip_prefix("/dl/"))?;
    let token = segment(&mut rest, "t/");
    let options = segment(&mut rest, "o/");
    Some(Target {
        token,
        options,
        rest,
    })
}

/// Takes `mark` and the segment after it off the beginning of `rest`.
fn segment<'p>(rest: &mut &'p str, mark: &str) -> Option<&'p str> {
    let after = rest.strip_prefix(mark)?;
    let (segment, left) = after.split_once('/').unwrap_or((after, ""));
    *rest = left;
    Some(segment)
}

/// What path and query say besides where the source is.
#[derive(Default)]
pub struct Parts {
    pub options: Options,
    pub credential: Option<String>,
    /// The value of `url`.
    pub source: Option<String>,
}

impl Parts {
    /// Takes token and options of the path.
    pub fn take_path(&mut self, target: &Target<'_>) -> Result<(), AddressError> {
        if let Some(token) = target.token {
            self.take_credential(token)?;
        }
        for pair in target.options.unwrap_or_default().split(',') {
            if !pair.is_empty() {
                let (name, value) = split_pair(pair);
                self.options.set(&name, &value)?;
            }
        }
        Ok(())
    }

    /// Takes the query of an address whose source is encoded.
    pub fn take_query(&mut self, query: &str) -> Result<(), AddressError> {
        for pair in query.split('&').filter(|pair| !is_noise(pair)) {
            let (name, value) = split_pair(pair);
            match name.as_str() {
                "url" if self.source.is_some() => {
                    return Err(AddressError::Source("is there twice"));
                }
                "url" => self.source = Some(value),
                "access_token" | "token" => self.take_decoded_credential(value)?,
                _ => self.options.set(&name, &value)?,
            }
        }
        Ok(())
    }

    /// The query of a source that stands in the path as it is, without what clients add. An
    /// `access_token` is always ours: sent on, it would be told to a stranger.
    pub fn take_raw_query(&mut self, query: &str) -> String {
        let mut own = Vec::new();
        for pair in query.split('&').filter(|pair| !is_noise(pair)) {
            match split_pair(pair) {
                (name, token) if name == "access_token" && pair.contains('=') => {
                    self.credential.get_or_insert(token);
                }
                _ => own.push(pair),
            }
        }
        own.join("&")
    }

    fn take_credential(&mut self, encoded: &str) -> Result<(), AddressError> {
        self.take_decoded_credential(percent::decode(encoded).unwrap_or_default())
    }

    fn take_decoded_credential(&mut self, credential: String) -> Result<(), AddressError> {
        match &self.credential {
            Some(other) if *other != credential => Err(AddressError::Credentials),
            _ => {
                self.credential = Some(credential);
                Ok(())
            }
        }
    }
}

/// `query` without the tokens in it that are `ours`, whichever way they are written; `None` where
/// there are none.
pub fn without(query: &str, ours: impl Fn(&str) -> bool) -> Option<String> {
    let is_foreign = |pair: &&str| {
        let (name, value) = split_pair(pair);
        !(matches!(name.as_str(), "token" | "access_token") && ours(&value))
    };
    let kept: Vec<&str> = query.split('&').filter(is_foreign).collect();
    (kept.len() < query.split('&').count()).then(|| kept.join("&"))
}

/// What clients add so that a cache does not answer: nothing, digits (Tokenizer's milliseconds),
/// or `cors-retry=` (Foundry's textures).
fn is_noise(pair: &str) -> bool {
    pair.bytes().all(|byte| byte.is_ascii_digit()) || pair.starts_with("cors-retry=")
}

/// Name and value, decoded; a name alone has the value `true`.
fn split_pair(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, "true"));
    let decoded = |text: &str| percent::decode(text).unwrap_or_else(|| text.to_owned());
    (decoded(name), decoded(value))
}
