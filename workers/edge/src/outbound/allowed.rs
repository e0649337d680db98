//! Lists of hosts that may be asked, as operators write them.

use url::{Host, Url};

use super::address;

/// One entry of a list: `host`, `host:port` or `*.host`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    name: String,
    port: Option<u16>,
    subdomains: bool,
}

impl HostPattern {
    /// Reads an entry; `None` where it is none of the three forms.
    pub fn parse(entry: &str) -> Option<Self> {
        let entry = entry.trim().to_ascii_lowercase();
        let (subdomains, rest) = match entry.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, entry.as_str()),
        };
        // The URL parser decides what a host is, so that entries and requests compare alike.
        let url = Url::parse(&format!("http://{rest}/")).ok()?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !rest.contains('*');
        // `http://host:80/` loses its port in parsing, so the entry's own text tells.
        let port = match rest.rsplit_once(':') {
            Some((_, port)) if !rest.ends_with(']') => Some(port.parse().ok()?),
            _ => None,
        };
        let domain = matches!(url.host(), Some(Host::Domain(_)));
        (bare && (domain || !subdomains)).then(|| Self {
            name: url.host_str().unwrap_or_default().to_owned(),
            port,
            subdomains,
        })
    }

    fn allows(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else {
            return false;
        };
        let named = if self.subdomains {
            host.strip_suffix(&self.name)
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
        } else {
            host == self.name
        };
        let port = match self.port {
            // An entry with a port is the operator's word for exactly that one, encrypted or not.
            Some(port) => url.port_or_known_default() == Some(port),
            None => url.scheme() == "https" && url.port().is_none(),
        };
        named && port && matches!(url.scheme(), "http" | "https")
    }
}

/// A list of hosts. The empty list allows nothing.
///
/// `host` and `*.host` allow `https` on its own port only. `host:port` allows exactly that port,
/// with either scheme, and is the only way to allow an address on a private network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowedHosts {
    patterns: Vec<HostPattern>,
    /// Whether every host of the public internet is allowed besides.
    public: bool,
}

impl AllowedHosts {
    /// Reads a comma-separated list; `None` where an entry is malformed.
    pub fn parse(list: &str) -> Option<Self> {
        let patterns = entries(list).map(HostPattern::parse);
        Some(Self {
            patterns: patterns.collect::<Option<_>>()?,
            public: false,
        })
    }

    /// The same for a list whose entries may also be `*`, which stands for every host of the public
    /// internet, by `https` on its own port (see [`address::may_be_public`]).
    pub fn parse_open(list: &str) -> Option<Self> {
        let named = entries(list).filter(|entry| *entry != "*");
        Some(Self {
            patterns: named.map(HostPattern::parse).collect::<Option<_>>()?,
            public: entries(list).any(|entry| entry == "*"),
        })
    }

    /// Whether `url` may be asked.
    pub fn allow(&self, url: &Url) -> bool {
        let public = || url.scheme() == "https" && url.port().is_none();
        self.patterns.iter().any(|pattern| pattern.allows(url))
            || self.public && public() && address::may_be_public(url)
    }
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::AllowedHosts;

    #[test]
    fn lists_allow_what_they_name_and_nothing_else() {
        for (list, url, expected) in [
            ("", "https://a.example/", false),
            ("a.example", "https://a.example/x?y", true),
            ("A.Example", "https://a.example/", true),
            ("a.example", "http://a.example/", false),
            ("a.example", "https://a.example:8443/", false),
            ("a.example", "https://b.a.example/", false),
            ("a.example", "https://a.example.evil.example/", false),
            ("a.example", "https://a.example./", false),
            ("*.a.example", "https://b.a.example/", true),
            ("*.a.example", "https://a.example/", false),
            ("*.a.example", "https://evila.example/", false),
            ("127.0.0.1:80", "http://127.0.0.1/", true),
            ("127.0.0.1:9000", "http://127.0.0.1:9000/", true),
            ("127.0.0.1:9000", "http://127.0.0.1:9001/", false),
            ("127.0.0.1:9000", "http://2130706433:9000/", true),
            ("[::1]:9000", "http://[::1]:9000/", true),
            ("x, a.example", "https://a.example/", true),
            ("a.example", "ftp://a.example/", false),
        ] {
            let hosts = AllowedHosts::parse(list).expect(list);
            let url = Url::parse(url).expect(url);
            assert_eq!(hosts.allow(&url), expected, "{list} {url}");
        }
    }

    #[test]
    fn open_lists_allow_the_public_internet_too() {
        for (list, url, expected) in [
            ("*", "https://a.example/", true),
            ("*", "http://a.example/", false),
            ("*", "https://a.example:8443/", false),
            ("*", "https://127.0.0.1/", false),
            ("*", "https://2130706433/", false),
            ("*", "https://10.0.0.1.nip.io/", false),
            ("*, 127.0.0.1:9000", "http://127.0.0.1:9000/", true),
            ("*.a.example", "https://b.example/", false),
        ] {
            let hosts = AllowedHosts::parse_open(list).expect(list);
            let url = Url::parse(url).expect(url);
            assert_eq!(hosts.allow(&url), expected, "{list} {url}");
        }
        assert_eq!(AllowedHosts::parse("*"), None);
    }

    #[test]
    fn malformed_entries_are_refused() {
        for list in [
            "https://a.example",
            "a.example/path",
            "a.example:port",
            "user@a.example",
            "*.127.0.0.1",
            "a.*.example",
            "a b",
        ] {
            assert_eq!(AllowedHosts::parse(list), None, "{list}");
        }
    }
}
