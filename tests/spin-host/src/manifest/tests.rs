use std::path::Path;

use super::Manifest;

/// A manifest with `extra` appended.
fn manifest(extra: &str) -> String {
    format!(
        r#"
spin_manifest_version = 2

[application]
name = "app"
version = "1.0.0"

[variables]
public_url = {{ default = "http://localhost" }}
admin_token = {{ required = true, secret = true }}

[[trigger.http]]
route = "/packages/..."
component = "manifest"

[component.manifest]
source = "target/manifest.wasm"
sqlite_databases = ["default"]
allowed_outbound_hosts = ["{{{{ public_url }}}}", "https://*.example.com"]
[component.manifest.variables]
public_url = "{{{{ public_url }}}}"
[component.manifest.build]
command = "cargo xtask build"
{extra}"#
    )
}

fn check_refused(extra: &str, expected: &str) {
    match Manifest::parse(&manifest(extra), Path::new("")) {
        Ok(_) => panic!("{extra:?} was accepted"),
        Err(error) => {
            assert!(
                error.to_string().contains(expected),
                "{extra:?} gave {error}"
            );
        }
    }
}

#[test]
fn reads_an_application() -> Result<(), super::ManifestError> {
    let read = Manifest::parse(&manifest(""), Path::new("/app"))?;
    let component = &read.components["manifest"];
    assert_eq!(read.name, "app");
    assert_eq!(read.routes[0].pattern, "/packages/...");
    assert_eq!(component.source, Path::new("/app/target/manifest.wasm"));
    assert_eq!(component.databases, ["default"]);
    assert_eq!(
        component.allowed_outbound_hosts[0].to_string(),
        "{{ public_url }}"
    );
    assert_eq!(
        read.variables["public_url"].default.as_deref(),
        Some("http://localhost")
    );
    assert!(read.variables["admin_token"].secret);
    Ok(())
}

#[test]
fn refuses_what_spin_refuses() {
    for (extra, expected) in [
        ("[nonsense]", "unknown field `nonsense`"),
        (
            "[component.b]\nsource='b'\nallowed_hosts=[]",
            "unknown field `allowed_hosts`",
        ),
        (
            "[component.b]\nsource='b'\nallowed_outbound_hosts=['{{ x }}']",
            "unknown variable \"x\"",
        ),
        (
            "[component.b]\nsource='b'\nallowed_outbound_hosts=['{{ x']",
            "unmatched",
        ),
        (
            "[component.b]\nsource='b'\n[component.b.variables]\nUPPER='x'",
            "invalid character 'U'",
        ),
        (
            "[[trigger.http]]\nroute='/x'\ncomponent='nobody'",
            "no component \"nobody\"",
        ),
        (
            "[variables.both]\nrequired=true\ndefault='x'",
            "either `required = true` or a `default`",
        ),
        (
            "[variables.neither]\nsecret=true",
            "either `required = true` or a `default`",
        ),
    ] {
        check_refused(extra, expected);
    }
    let old = manifest("").replace("version = 2", "version = 1");
    assert!(Manifest::parse(&old, Path::new("")).is_err());
}

#[test]
fn refuses_what_it_would_have_to_ignore() {
    for (extra, expected) in [
        (
            "[component.b]\nsource='b'\nkey_value_stores=['default']",
            "not offered",
        ),
        (
            "[component.b]\nsource='b'\nsqlite_databases=['other']",
            "database \"other\"",
        ),
        (
            "[component.b]\nsource={url='https://x', digest='y'}",
            "string",
        ),
        ("[component.b]\nsource='b'\nfiles=['static/*']", "files"),
        (
            "[[trigger.redis]]\nchannel='x'\ncomponent='manifest'",
            "unknown field `redis`",
        ),
        (
            "[[trigger.http]]\nroute='/x'\ncomponent='manifest'\nexecutor={type='wagi'}",
            "executors",
        ),
    ] {
        check_refused(extra, expected);
    }
}

#[test]
fn selects_components_and_their_routes() -> Result<(), super::ManifestError> {
    let two = manifest("[component.b]\nsource='b'\n[[trigger.http]]\nroute='/b'\ncomponent='b'");
    let mut read = Manifest::parse(&two, Path::new(""))?;
    assert!(read.select(&["nobody".to_owned()]).is_err());
    read.select(&["b".to_owned()])?;
    assert_eq!(read.components.keys().collect::<Vec<_>>(), ["b"]);
    assert_eq!(read.routes.len(), 1);
    Ok(())
}
