//! `allowed_outbound_hosts`, by the rules of Spin's `crates/outbound-networking-config`.
//!
//! A pattern is `<scheme>://<host>[:<port>]`. The scheme is a word or `*`. The host is
//! a name or address, `*.suffix` (any depth below, never the suffix itself), a network
//! such as `10.0.0.0/8`, `self`, or `*`. The port is a number, `a..b` (b excluded), or
//! `*`; without one it is the scheme's well-known port. Templates are resolved first;
//! one that becomes empty, `http://` or `https://` allows nothing and is no error.

mod pattern;

pub use pattern::{Pattern, PatternError};

use url::{Host, Url};

use crate::template::Template;
use crate::variables::Values;

/// The domain of Spin's component-to-component calls, which this host does not serve.
const CHAINING_SUFFIX: &str = "spin.internal";

/// What one component may reach.
#[derive(Debug, Default)]
pub struct AllowedHosts(Vec<Pattern>);

impl AllowedHosts {
    /// Resolves and parses a component's patterns.
    ///
    /// # Errors
    /// The first pattern that is malformed once its variables are filled in. Spin then
    /// refuses every request of that component.
    pub fn resolve(templates: &[Template], values: &Values) -> Result<Self, PatternError> {
        let mut patterns = Vec::new();
        for template in templates {
            let text = template
                .resolve(|name| values.get(name))
                .map_err(|error| PatternError::new(&template.to_string(), error.to_string()))?;
            patterns.extend(pattern(template, &text)?);
        }
        Ok(Self(patterns))
    }

    /// Checks the patterns as far as the default values go; Spin does it at start.
    ///
    /// # Errors
    /// The first pattern that is malformed.
    pub fn check(templates: &[Template], defaults: &Values) -> Result<(), PatternError> {
        for template in templates {
            if let Ok(text) = template.resolve(|name| defaults.get(name)) {
                pattern(template, &text)?;
            }
        }
        Ok(())
    }

    /// Whether a request to `target` (an absolute URL) may be sent.
    pub fn allows(&self, target: &str) -> bool {
        let Ok(url) = Url::parse(target) else {
            return false;
        };
        let Some(host) = url.host_str().and_then(|host| Host::parse(host).ok()) else {
            return false;
        };
        self.0
            .iter()
            .any(|pattern| pattern.allows(url.scheme(), &host, url.port()))
    }

    /// Whether a request without a host ("self") may be sent.
    pub fn allows_self(&self) -> bool {
        self.0.iter().any(Pattern::allows_self)
    }
}

/// The pattern that a template became; nothing for an optional one that is left empty.
fn pattern(template: &Template, text: &str) -> Result<Option<Pattern>, PatternError> {
    let empty = matches!(text, "" | "http://" | "https://");
    if empty && !template.is_literal() {
        return Ok(None);
    }
    Pattern::parse(text).map(Some)
}

/// Whether `host` names another component (`<id>.spin.internal`).
pub fn is_service_chaining(host: &str) -> bool {
    host.split_once('.')
        .is_some_and(|(_, rest)| rest == CHAINING_SUFFIX)
}

#[cfg(test)]
mod tests;
