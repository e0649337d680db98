//! Which bucket, where, and with which key.

use edge::{
    Config, ConfigError, Url,
    config::{self, name},
};

/// R2's only region.
const REGION: &str = "auto";

/// A bucket, and the key that opens it. Its text form holds no secret.
pub struct Settings {
    /// The endpoint and the bucket's name: the URL that keys are appended to.
    pub(crate) bucket: Url,
    pub(crate) region: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
}

impl Settings {
    /// Reads `STORE_ENDPOINT`, `STORE_BUCKET`, `STORE_REGION` (`auto` where it is not set),
    /// `STORE_ACCESS_KEY_ID` and `STORE_SECRET_ACCESS_KEY`; `None` where none of them but the region
    /// is set: then the store is elsewhere.
    ///
    /// # Errors
    /// [`ConfigError`] naming the variable that is missing or malformed.
    pub async fn read<C: Config>(config: &C) -> Result<Option<Self>, ConfigError> {
        let endpoint = config::optional(config, name::STORE_ENDPOINT).await?;
        let bucket = config::optional(config, name::STORE_BUCKET).await?;
        let id = config::optional(config, name::STORE_ACCESS_KEY_ID).await?;
        let key = config::optional(config, name::STORE_SECRET_ACCESS_KEY).await?;
        if endpoint.is_none() && bucket.is_none() && id.is_none() && key.is_none() {
            return Ok(None);
        }
        let missing = |name| ConfigError::Missing { name };
        endpoint.ok_or(missing(name::STORE_ENDPOINT))?;
        let bucket = bucket.ok_or(missing(name::STORE_BUCKET))?;
        let access_key_id = id.ok_or(missing(name::STORE_ACCESS_KEY_ID))?;
        let secret_access_key = key.ok_or(missing(name::STORE_SECRET_ACCESS_KEY))?;
        let endpoint = config::base_url(config, name::STORE_ENDPOINT, None).await?;
        let region = config::optional(config, name::STORE_REGION).await?;
        Ok(Some(Self {
            bucket: in_endpoint(endpoint, &bucket).ok_or(ConfigError::Malformed {
                name: name::STORE_BUCKET,
                expected: "the name of a bucket: 3 to 63 lower-case letters, digits, dots and dashes",
            })?,
            region: region.unwrap_or_else(|| REGION.to_owned()),
            access_key_id,
            secret_access_key,
        }))
    }
}

/// The URL of `bucket`, in the path: the only form that every endpoint knows.
fn in_endpoint(mut endpoint: Url, bucket: &str) -> Option<Url> {
    let is_name = (3..=63).contains(&bucket.len())
        && !bucket.starts_with('.')
        && bucket
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'));
    if !is_name {
        return None;
    }
    let path = format!("{}/{bucket}", endpoint.path().trim_end_matches('/'));
    endpoint.set_path(&path);
    Some(endpoint)
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Settings({})", self.bucket)
    }
}

#[cfg(test)]
mod tests {
    use edge::Url;

    use super::in_endpoint;

    #[test]
    fn the_bucket_stands_in_the_path() {
        for (endpoint, bucket, expected) in [
            ("https://a.example", "pack", Some("https://a.example/pack")),
            (
                "http://127.0.0.1:8787/cdn-cgi/local/r2/s3",
                "vtta-edge",
                Some("http://127.0.0.1:8787/cdn-cgi/local/r2/s3/vtta-edge"),
            ),
            ("https://a.example", "no", None),
            ("https://a.example", "...", None),
            ("https://a.example", "Upper", None),
            ("https://a.example", "a/b/c", None),
            ("https://a.example", "a?bc", None),
        ] {
            let endpoint = Url::parse(endpoint).expect(endpoint);
            let found = in_endpoint(endpoint, bucket).map(String::from);
            assert_eq!(found.as_deref(), expected, "{bucket}");
        }
    }
}
