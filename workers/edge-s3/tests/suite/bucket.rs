//! The bucket that cases work with.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4::SigningParams,
};
use edge::{Timestamp, config::name};
use edge_s3::{S3, Settings};
use testkit::{
    fake::{Asked, Bucket},
    memory::MemoryHost,
};

pub const ORIGIN: &str = "https://account.r2.test";
pub const ID: &str = "test-only-access-key-id";
pub const KEY: &str = "test-only-secret-access-key-5f1c";

/// A platform that is configured with a bucket, and the bucket, empty.
pub fn configured() -> (MemoryHost, Bucket) {
    let host = MemoryHost::new();
    host.set(name::STORE_ENDPOINT, ORIGIN);
    host.set(name::STORE_BUCKET, "packages");
    host.set(name::STORE_ACCESS_KEY_ID, ID);
    host.set(name::STORE_SECRET_ACCESS_KEY, KEY);
    let bucket = Bucket::in_memory(&host, ORIGIN, "packages", verify);
    (host, bucket)
}

/// The bucket's port as `host` is configured.
pub fn port(host: &MemoryHost) -> S3<MemoryHost> {
    let settings = host.block_on(Settings::read(host));
    let settings = settings.expect("well configured").expect("configured");
    S3::new(host.clone(), settings)
}

/// Signs what was asked once more, by AWS's own code, and compares.
pub fn verify(asked: &Asked) -> Result<(), &'static str> {
    let authorization = asked.header("authorization").ok_or("AccessDenied")?;
    let (_, signature) = authorization.rsplit_once("Signature=").ok_or("Malformed")?;
    let credentials = Credentials::new(ID, KEY, None, None, "test");
    let identity = credentials.into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let time = date(asked.header("x-amz-date").ok_or("AccessDenied")?).ok_or("Malformed")?;
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region("auto")
        .name("s3")
        .time(UNIX_EPOCH + time)
        .settings(settings)
        .build()
        .map_err(|_| "Malformed")?
        .into();
    let body = match asked.header("x-amz-content-sha256") {
        Some("UNSIGNED-PAYLOAD") => SignableBody::UnsignedPayload,
        Some(digest) => SignableBody::Precomputed(digest.to_owned()),
        None => return Err("Malformed"),
    };
    // These it adds itself.
    let own = ["authorization", "x-amz-date", "x-amz-content-sha256"];
    let headers = asked.headers.iter();
    let headers = headers
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let query = match asked.query.as_str() {
        "" => String::new(),
        query => format!("?{query}"),
    };
    let uri = format!("{}{}{query}", asked.origin, asked.path);
    let request = SignableRequest::new(&asked.method, uri, headers, body);
    let signed = sign(request.map_err(|_| "Malformed")?, &parameters).map_err(|_| "Malformed")?;
    match signed.signature() == signature {
        true => Ok(()),
        false => Err("SignatureDoesNotMatch"),
    }
}

/// `20261122T100000Z` as time since 1970.
fn date(text: &str) -> Option<Duration> {
    let part = |range| text.get(range);
    let text = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(9..11)?,
        part(11..13)?,
        part(13..15)?,
    );
    let milliseconds = Timestamp::parse(&text)?.milliseconds();
    Some(Duration::from_millis(u64::try_from(milliseconds).ok()?))
}
