use std::path::Path;

use super::{AllowedHosts, Pattern, is_service_chaining};
use crate::manifest::Manifest;
use crate::variables::Given;

fn check(pattern: &str, allowed: &[&str], refused: &[&str]) {
    let hosts = match Pattern::parse(pattern) {
        Ok(pattern) => AllowedHosts(vec![pattern]),
        Err(error) => panic!("{error}"),
    };
    for url in allowed {
        assert!(hosts.allows(url), "{pattern} refused {url}");
    }
    for url in refused {
        assert!(!hosts.allows(url), "{pattern} allowed {url}");
    }
}

#[test]
fn schemes_and_ports() {
    check(
        "https://api.github.com",
        &[
            "https://api.github.com/repos?x=1",
            "https://api.github.com:443/",
            "https://API.GitHub.com",
        ],
        &[
            "http://api.github.com/",
            "https://api.github.com:8443/",
            "https://github.com/",
            "nonsense",
        ],
    );
    check(
        "https://api.github.com/",
        &["https://api.github.com"],
        &["http://api.github.com"],
    );
    check(
        "http://a.test:8080/",
        &["http://a.test:8080/x"],
        &["http://a.test/x", "https://a.test:8080"],
    );
    check(
        "http://a.test:80..82",
        &["http://a.test", "http://a.test:81"],
        &["http://a.test:82"],
    );
    check(
        "*://a.test:*",
        &["http://a.test", "https://a.test:1", "redis://a.test:2"],
        &["http://b.test"],
    );
    check(
        "*://a.test:443",
        &["https://a.test", "http://a.test:443"],
        &["http://a.test"],
    );
}

#[test]
fn hosts() {
    check(
        "https://*.githubusercontent.com",
        &[
            "https://objects.githubusercontent.com/x",
            "https://a.b.githubusercontent.com",
        ],
        &[
            "https://githubusercontent.com",
            "https://evilgithubusercontent.com",
            "https://objects.githubusercontent.com.evil.test",
            "https://objects.githubusercontent.com@evil.test/",
        ],
    );
    check(
        "http://127.0.0.1:*",
        &["http://127.0.0.1:5", "http://user:x@127.0.0.1/"],
        &["http://127.0.0.2", "http://localhost"],
    );
    check(
        "http://10.0.0.0/8:80",
        &["http://10.1.2.3"],
        &["http://11.0.0.1", "http://10.test"],
    );
    check(
        "http://[::1]:8001",
        &["http://[::1]:8001/x"],
        &["http://[::1]", "http://[::2]:8001"],
    );
    check("http://[::1]", &["http://[::1]/x"], &["http://[::1]:8001"]);
    check("*://*:*", &["https://anything.test:1", "http://[::2]"], &[]);
    check("http://self", &[], &["http://self", "http://self.alt"]);
}

#[test]
fn refuses_malformed_patterns() {
    for pattern in [
        "",
        "*",
        ":",
        "?",
        "example.com",
        "example.com:80",
        "localhost:3001",
        "https://a.test/path",
        "https://a.test:443/path",
        "https://*.a.test/path",
        "https://a.*.test",
        "https://*.*.test",
        "https://*a.test",
        "https://*.10.0.0.1",
        "https://{a,b}.test",
        "ht-tp://a.test",
        "tcp://a.test",
        "https://a.test:many",
        "https://a.test:1..x",
        "https://a.test:70000",
        "*://127.0.0.0/24",
    ] {
        assert!(Pattern::parse(pattern).is_err(), "{pattern:?} was accepted");
    }
}

fn resolved(hosts: &str, given: &str) -> anyhow::Result<AllowedHosts> {
    let manifest = Manifest::parse(
        &format!(
            "spin_manifest_version = 2\napplication = {{ name = 'a' }}\ntrigger.http = []\n\
             [variables]\napi = {{ default = 'https://api.test' }}\nextra = {{ default = '' }}\n\
             [component.c]\nsource = 'c'\nallowed_outbound_hosts = {hosts}"
        ),
        Path::new(""),
    )?;
    let values = Given::parse(given)
        .map_err(anyhow::Error::msg)?
        .apply(&manifest)?;
    Ok(AllowedHosts::resolve(
        &manifest.components["c"].allowed_outbound_hosts,
        &values,
    )?)
}

#[test]
fn resolves_templates() -> anyhow::Result<()> {
    let hosts = resolved("['{{ api }}', '{{ extra }}', 'https://{{ extra }}']", "")?;
    assert!(hosts.allows("https://api.test/x") && !hosts.allows("https://other.test"));

    let hosts = resolved(
        "['{{ api }}', '{{ extra }}']",
        "API=http://127.0.0.1:9\nEXTRA=http://b.test",
    )?;
    assert!(hosts.allows("http://127.0.0.1:9/") && hosts.allows("http://b.test"));
    assert!(!hosts.allows("https://api.test/"));

    assert!(resolved("['{{ api }}']", "API=https://ghe.test/api/v3").is_err());
    assert!(resolved("['']", "").is_err());
    Ok(())
}

#[test]
fn self_and_chaining() -> anyhow::Result<()> {
    assert!(resolved("['http://self']", "")?.allows_self());
    assert!(resolved("['*://*:*']", "")?.allows_self());
    assert!(!resolved("['https://api.test']", "")?.allows_self());
    assert!(is_service_chaining("webhook.spin.internal"));
    assert!(!is_service_chaining("a.webhook.spin.internal"));
    assert!(!is_service_chaining("spin.internal"));
    Ok(())
}
