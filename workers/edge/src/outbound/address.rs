//! Which addresses are of the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Networks that are not of the public internet, by the IANA special-purpose registries
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>).
const NOT_PUBLIC_V4: &[([u8; 4], u8)] = &[
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    // Shared by carriers (RFC 6598).
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    // Link-local, where clouds answer with credentials.
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    // Relays of 6to4 (RFC 7526).
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    // Multicast, reserved, broadcast.
    ([224, 0, 0, 0], 3),
];

/// Names that lead to this machine or to its neighbours, or to whatever address the name spells
/// out. The last ones are public services that resolve `10.0.0.1.nip.io` to `10.0.0.1`.
const NOT_PUBLIC_NAMES: &[&str] = &[
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "home.arpa",
    "in-addr.arpa",
    "ip6.arpa",
    "onion",
    "test",
    "invalid",
    "nip.io",
    "sslip.io",
    "xip.io",
    "localtest.me",
    "lvh.me",
    "vcap.me",
    "lacolhost.com",
    "traefik.me",
    "backname.io",
    "1u.ms",
    "rbndr.us",
];

/// Whether the host of `url` may be of the public internet, as far as its text tells. What a name
/// resolves to only the platform knows: Workers reach nothing private, Spin has `block_networks`.
pub fn may_be_public(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_public(IpAddr::V6(address)),
        Some(Host::Domain(name)) => is_public_name(name),
        None => false,
    }
}

/// Whether `name` has a dot in it, none at its end, and is not one of the names above or below one.
fn is_public_name(name: &str) -> bool {
    let below = |suffix: &str| {
        name.strip_suffix(suffix)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    name.contains('.') && !name.ends_with('.') && !NOT_PUBLIC_NAMES.iter().any(|name| below(name))
}

/// Whether `address` is of the public internet: not private, loopback, link-local, shared,
/// reserved or multicast, and no way around that through an IPv4 address within an IPv6 one.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let address = u32::from(address);
    NOT_PUBLIC_V4.iter().all(|(network, length)| {
        let network = u32::from(Ipv4Addr::from(*network));
        (address ^ network) >> (32 - u32::from(*length)) != 0
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // Global unicast is 2000::/3; everything else is refused, NAT64 of both kinds (64:ff9b::/96 and
    // 64:ff9b:1::/48) and IPv4-mapped addresses among it.
    if segments[0] & 0xe000 != 0x2000 {
        return false;
    }
    match segments {
        // IETF protocols, Teredo (2001::/32), ORCHID, documentation.
        [0x2001, second, ..] => second >= 0x0200 && second != 0x0db8,
        // 6to4 (RFC 3056).
        [0x2002, ..] => false,
        // Documentation (RFC 9637).
        [0x3fff, second, ..] => second >= 0x1000,
        // ISATAP: the interface identifier ends with an IPv4 address (RFC 5214).
        [_, _, _, _, 0x0000 | 0x0200, 0x5efe, _, _] => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::may_be_public;

    #[test]
    fn only_the_public_internet_is_public() {
        for (host, expected) in [
            ("example.com", true),
            ("a.b.example.com", true),
            ("1.1.1.1", true),
            ("172.15.0.1", true),
            ("172.32.0.1", true),
            ("100.63.0.1", true),
            ("100.128.0.1", true),
            ("198.20.0.1", true),
            ("223.255.255.255", true),
            ("[2606:4700::1111]", true),
            ("[2001:4860::8888]", true),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("127.0.0.1", false),
            ("127.1", false),
            ("2130706433", false),
            ("0x7f000001", false),
            ("0177.0.0.1", false),
            ("0x7f.1", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.168.1.1", false),
            ("192.0.0.8", false),
            ("198.18.0.1", false),
            ("224.0.0.1", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("[::]", false),
            ("[::1]", false),
            ("[::ffff:127.0.0.1]", false),
            ("[::ffff:8.8.8.8]", false),
            ("[::127.0.0.1]", false),
            ("[64:ff9b::7f00:1]", false),
            ("[64:ff9b:1::a00:1]", false),
            ("[2001::1]", false),
            ("[2001:db8::1]", false),
            ("[2002:7f00:1::]", false),
            ("[3fff::1]", false),
            ("[fc00::1]", false),
            ("[fd12:3456::1]", false),
            ("[fe80::1]", false),
            ("[fec0::1]", false),
            ("[ff02::1]", false),
            ("[2606:4700::5efe:a00:1]", false),
            ("[2606:4700::200:5efe:a00:1]", false),
            ("localhost", false),
            ("a.localhost", false),
            ("router", false),
            ("printer.local", false),
            ("metadata.google.internal", false),
            ("10.0.0.1.nip.io", false),
            ("app.127-0-0-1.sslip.io", false),
            ("localtest.me", false),
            ("notlocaltest.me", true),
            ("example.com.", false),
        ] {
            let url = Url::parse(&format!("https://{host}/")).expect(host);
            assert_eq!(may_be_public(&url), expected, "{host}");
        }
    }
}
