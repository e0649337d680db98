//! Lists by prefix.

use edge::{
    Method,
    objects::{ObjectError, Page},
};
use futures_util::{StreamExt, stream};
use percent_encoding::percent_decode_str;

use crate::{
    Host, S3,
    address::in_query,
    exchange::{Ask, unavailable},
    facts, read, xml,
};

/// Most objects of one page. The list of a bucket tells no expiry, so that each object on the page
/// is asked for; and what is listed here are marks of work to do, of which there are few.
const PAGE: usize = 100;

/// Requests for facts at one time.
const AT_ONCE: usize = 8;

/// See [`edge::Objects::object_list`]. The cursor is the last key of the page before.
pub(crate) async fn list<H: Host>(
    s3: &S3<H>,
    prefix: &str,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page, ObjectError> {
    let limit = limit.clamp(1, PAGE);
    let mut query = format!(
        "encoding-type=url&list-type=2&max-keys={limit}&prefix={}",
        in_query(prefix)
    );
    if let Some(cursor) = cursor {
        query.push_str(&format!("&start-after={}", in_query(cursor)));
    }
    let ask = Ask {
        key: None,
        query,
        ..Ask::new(Method::GET, "")
    };
    let response = s3.ask(ask).await?;
    if !response.status.is_success() {
        return Err(unavailable(s3.refusal(response).await));
    }
    let text = s3.text(response).await?;
    let keys = keys(&text)?;
    let more = xml::text(&text, "IsTruncated").as_deref() == Some("true");
    let cursor = keys.last().filter(|_| more).cloned();
    let now = s3.host.now();
    let mut found = stream::iter(&keys)
        .map(|key| read::head(s3, key))
        .buffered(AT_ONCE);
    let mut objects = Vec::with_capacity(keys.len());
    while let Some(meta) = found.next().await {
        // What was deleted meanwhile is not there.
        objects.extend(meta?.filter(|meta| !facts::expired(meta, now)));
    }
    drop(found);
    Ok(Page { objects, cursor })
}

/// The keys in a page, which stand there as in a form.
fn keys(text: &str) -> Result<Vec<String>, ObjectError> {
    if xml::text(text, "IsTruncated").is_none() {
        return Err(unavailable("the bucket's answer is no list".to_owned()));
    }
    let key = |contents| {
        let key = xml::text(contents, "Key")?.replace('+', " ");
        let key = percent_decode_str(&key).decode_utf8().ok()?;
        Some(key.into_owned())
    };
    xml::elements(text, "Contents")
        .map(key)
        .collect::<Option<_>>()
        .ok_or_else(|| unavailable("the bucket lists something without a key".to_owned()))
}
