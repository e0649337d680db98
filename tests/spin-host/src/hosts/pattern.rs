//! One pattern of `allowed_outbound_hosts`.

use std::ops::Range;

use ip_network::IpNetwork;
use url::Host;

/// A malformed pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("allowed_outbound_hosts {pattern:?}: {problem}")]
pub struct PatternError {
    pattern: String,
    problem: String,
}

impl PatternError {
    /// An error about `pattern`.
    pub(super) fn new(pattern: &str, problem: impl Into<String>) -> Self {
        Self {
            pattern: pattern.to_owned(),
            problem: problem.into(),
        }
    }
}

/// One parsed pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// `None` allows every scheme.
    scheme: Option<String>,
    host: HostPattern,
    /// `None` allows every port.
    ports: Option<Range<u32>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum HostPattern {
    Any,
    /// Ends with this, which begins with a dot.
    Below(String),
    /// The application itself, in a request without a host.
    Own,
    Network(IpNetwork),
    Exact(Host),
}

impl Pattern {
    /// Parses one pattern whose variables are filled in.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn parse(source: &str) -> Result<Self, PatternError> {
        parse(source.trim()).map_err(|problem| PatternError::new(source, problem))
    }

    /// Whether a URL of these parts is allowed; `port` is `None` for the scheme's own.
    pub fn allows(&self, scheme: &str, host: &Host, port: Option<u16>) -> bool {
        self.scheme
            .as_deref()
            .is_none_or(|allowed| allowed == scheme)
            && self.host.allows(host)
            && self.allows_port(scheme, port)
    }

    /// Whether a request to the application itself is allowed.
    pub fn allows_self(&self) -> bool {
        matches!(self.scheme.as_deref(), None | Some("http" | "https"))
            && matches!(self.host, HostPattern::Any | HostPattern::Own)
    }

    fn allows_port(&self, scheme: &str, port: Option<u16>) -> bool {
        self.ports.as_ref().is_none_or(|ports| {
            port.or_else(|| well_known_port(scheme))
                .is_some_and(|port| ports.contains(&u32::from(port)))
        })
    }
}

impl HostPattern {
    fn allows(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Below(suffix), Host::Domain(name)) => name.ends_with(suffix),
            (Self::Network(network), Host::Ipv4(address)) => network.contains(*address),
            (Self::Network(network), Host::Ipv6(address)) => network.contains(*address),
            (Self::Exact(exact), host) => exact == host,
            (Self::Below(_) | Self::Own | Self::Network(_), _) => false,
        }
    }
}

fn parse(source: &str) -> Result<Pattern, String> {
    let (scheme, rest) = source
        .split_once("://")
        .ok_or("has no scheme (http:// or *://)")?;
    let (host, port) = split_port(rest)?;
    Ok(Pattern {
        ports: parse_ports(port, scheme)?,
        scheme: parse_scheme(scheme)?,
        host: parse_host(host)?,
    })
}

/// Splits at the last colon, unless the whole is an address with colons of its own.
fn split_port(rest: &str) -> Result<(&str, &str), String> {
    match rest.rsplit_once(':') {
        None => Ok((rest, "")),
        Some((host, "")) => Ok((host, "")),
        Some(_) if parse_host(rest).is_ok() => Ok((rest, "")),
        Some((host, tail)) => match tail.split_once('/') {
            None => Ok((host, tail)),
            Some((port, "")) => Ok((host, port)),
            Some(_) => Err("must not have a path".to_owned()),
        },
    }
}

fn parse_scheme(scheme: &str) -> Result<Option<String>, String> {
    match scheme {
        "*" => Ok(None),
        _ if scheme.chars().all(char::is_alphabetic) => Ok(Some(scheme.to_owned())),
        _ => Err(format!("scheme {scheme:?} is not alphabetic")),
    }
}

fn parse_host(source: &str) -> Result<HostPattern, String> {
    let source = source.trim();
    match source {
        "*" => return Ok(HostPattern::Any),
        "self" | "self.alt" => return Ok(HostPattern::Own),
        _ => {}
    }
    if source.starts_with('{') {
        return Err("lists of hosts are not supported".to_owned());
    }
    if let Ok(network) = IpNetwork::from_str_truncate(source) {
        return Ok(HostPattern::Network(network));
    }
    let host = source.strip_suffix('/').unwrap_or(source);
    if host.contains('/') {
        return Err("must not have a path".to_owned());
    }
    let suffix = host.strip_prefix("*.");
    if suffix.unwrap_or(host).contains('*') {
        return Err("a wildcard may only be the whole first label".to_owned());
    }
    match (suffix, Host::parse(suffix.unwrap_or(host))) {
        (_, Err(error)) => Err(format!("host {host:?}: {error}")),
        (None, Ok(exact)) => Ok(HostPattern::Exact(exact)),
        (Some(_), Ok(Host::Domain(domain))) => Ok(HostPattern::Below(format!(".{domain}"))),
        (Some(_), Ok(_)) => Err("a wildcard needs a domain after it".to_owned()),
    }
}

fn parse_ports(port: &str, scheme: &str) -> Result<Option<Range<u32>>, String> {
    let number = |text: &str| {
        text.parse::<u16>()
            .map(u32::from)
            .map_err(|_| format!("port {port:?} is not a number"))
    };
    match port.split_once("..") {
        _ if port == "*" => Ok(None),
        _ if port.is_empty() => {
            let known = well_known_port(scheme)
                .ok_or_else(|| format!("no port, and {scheme:?} has no well-known one"))?;
            Ok(Some(u32::from(known)..u32::from(known) + 1))
        }
        Some((from, to)) => Ok(Some(number(from)?..number(to)?)),
        None => number(port).map(|port| Some(port..port + 1)),
    }
}

fn well_known_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        "postgres" => Some(5432),
        "mysql" => Some(3306),
        "redis" => Some(6379),
        "mqtt" => Some(1883),
        _ => None,
    }
}
