//! What is configured, and what is missing.

use edge::{ConfigError, config::name};
use edge_s3::Settings;

use crate::bucket::configured;

#[test]
fn half_a_configuration_names_what_is_missing() {
    let all = [
        name::STORE_ENDPOINT,
        name::STORE_BUCKET,
        name::STORE_ACCESS_KEY_ID,
        name::STORE_SECRET_ACCESS_KEY,
    ];
    for missing in all {
        let (host, _bucket) = configured();
        host.unset(missing);
        let error = host.block_on(Settings::read(&host)).expect_err(missing);
        assert_eq!(error, ConfigError::Missing { name: missing });
        // An empty value is none, and alone none is a choice.
        let (host, _bucket) = configured();
        for other in all.into_iter().filter(|other| *other != missing) {
            host.set(other, "");
        }
        assert!(host.block_on(Settings::read(&host)).is_err(), "{missing}");
        host.set(missing, " \n");
        let settings = host.block_on(Settings::read(&host));
        assert!(matches!(settings, Ok(None)), "{settings:?}");
    }
}

#[test]
fn what_is_malformed_is_named() {
    for (name, value) in [
        (name::STORE_ENDPOINT, "account.r2.test"),
        (name::STORE_ENDPOINT, "https://id:key@account.r2.test"),
        (name::STORE_BUCKET, "Not a bucket"),
    ] {
        let (host, _bucket) = configured();
        host.set(name, value);
        match host.block_on(Settings::read(&host)) {
            Err(ConfigError::Malformed { name: found, .. }) => assert_eq!(found, name),
            other => panic!("{name}={value}: {other:?}"),
        }
    }
}
