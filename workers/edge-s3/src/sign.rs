//! Signature Version 4 in headers
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>).
//!
//! Written here because the crates that sign bring a calendar, an XML parser and a second URL
//! encoder along; SHA-256 is linked anyway.

use edge::{FetchRequest, HeaderName, HeaderValue, Timestamp, Url, header, outbound::host_of};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::Settings;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const CONTENT: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// In place of the digest of a body that is read as it is sent.
pub(crate) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Signs `request`, whose body has the SHA-256 `payload` (hexadecimal, or [`UNSIGNED`]), at `now`.
/// Every header that it has, and its host, are signed.
pub(crate) fn sign(request: &mut FetchRequest, settings: &Settings, payload: &str, now: Timestamp) {
    let time = basic(now);
    set(request, DATE, &time);
    set(request, CONTENT, payload);
    let (names, headers) = canonical_headers(request);
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{names}\n{payload}",
        request.method,
        request.url.path(),
        canonical_query(&request.url),
    );
    let day = time.split_once('T').map_or("", |(day, _)| day);
    let scope = format!("{day}/{}/s3/aws4_request", settings.region);
    let digest = hex(&Sha256::digest(canonical));
    let text = format!("{ALGORITHM}\n{time}\n{scope}\n{digest}");
    let mut key = format!("AWS4{}", settings.secret_access_key).into_bytes();
    for part in [day, &settings.region, "s3", "aws4_request"] {
        key = mac(&key, part);
    }
    let signature = hex(&mac(&key, &text));
    let id = &settings.access_key_id;
    let value = format!(
        "{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"
    );
    set(request, header::AUTHORIZATION, &value);
}

/// `2026-11-22T10:00:00.000Z` as `20261122T100000Z`.
fn basic(time: Timestamp) -> String {
    let text = time.to_string();
    let seconds = text.split_once('.').map_or("", |(seconds, _)| seconds);
    let mut basic: String = seconds
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    basic.push('Z');
    basic
}

fn set(request: &mut FetchRequest, name: HeaderName, value: &str) {
    // A value of another form can only be an access key id of another form, which no server knows.
    if let Ok(value) = HeaderValue::from_str(value) {
        request.headers.push((name, value));
    }
}

/// The names of the signed headers, and their lines.
fn canonical_headers(request: &FetchRequest) -> (String, String) {
    let host = host_of(&request.url);
    let mut headers: Vec<(&str, &str)> = vec![("host", &host)];
    for (name, value) in &request.headers {
        // There are ten at most, for which a sort from the library would be a large one.
        let place = headers.iter().position(|(other, _)| *other > name.as_str());
        let value = value.to_str().unwrap_or_default().trim();
        headers.insert(place.unwrap_or(headers.len()), (name.as_str(), value));
    }
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    (names.join(";"), lines)
}

/// The query, which is encoded and in order, and in which every name has its `=`.
fn canonical_query(url: &Url) -> &str {
    url.query().unwrap_or_default()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length will do, so this never fails.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// `bytes` in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digit = |half: u8| DIGITS[usize::from(half & 15)];
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}

#[cfg(test)]
mod tests {
    use edge::{FetchRequest, HeaderName, HeaderValue, Method, Timestamp, Url, header};

    use super::{UNSIGNED, sign};
    use crate::Settings;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn signature(method: Method, url: &str, headers: &[(&str, &str)], payload: &str) -> String {
        let settings = Settings {
            bucket: Url::parse("https://examplebucket.s3.amazonaws.com").expect("a URL"),
            region: "us-east-1".to_owned(),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
        };
        let mut request = FetchRequest {
            method,
            url: Url::parse(url).expect("a URL"),
            headers: headers
                .iter()
                .map(|(name, value)| {
                    let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
                    (name, HeaderValue::from_str(value).expect("a value"))
                })
                .collect(),
            body: edge::Bytes::new(),
        };
        let now = Timestamp::parse("2013-05-24T00:00:00Z").expect("a time");
        sign(&mut request, &settings, payload, now);
        let (_, value) = request
            .headers
            .iter()
            .find(|(name, _)| *name == header::AUTHORIZATION)
            .expect("it is signed");
        let text = value.to_str().expect("text");
        text.rsplit_once('=').expect("a signature").1.to_owned()
    }

    /// The examples of AWS's own documentation.
    #[test]
    fn signatures_are_those_of_the_documentation() {
        let host = "https://examplebucket.s3.amazonaws.com";
        for (method, target, headers, payload, expected) in [
            (
                Method::GET,
                "/test.txt",
                &[("range", "bytes=0-9")][..],
                EMPTY,
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            ),
            (
                Method::PUT,
                "/test%24file.text",
                &[
                    ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                    ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ],
                "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            ),
            (
                Method::GET,
                "/?lifecycle=",
                &[],
                EMPTY,
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
            ),
            (
                Method::GET,
                "/?max-keys=2&prefix=J",
                &[],
                EMPTY,
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            ),
        ] {
            let found = signature(method, &format!("{host}{target}"), headers, payload);
            assert_eq!(found, expected, "{target}");
        }
    }

    #[test]
    fn another_body_has_another_signature() {
        let url = "https://examplebucket.s3.amazonaws.com/a";
        assert_ne!(
            signature(Method::PUT, url, &[], EMPTY),
            signature(Method::PUT, url, &[], UNSIGNED)
        );
    }
}
