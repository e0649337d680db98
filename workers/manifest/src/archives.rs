//! Archives: of one version as its own channel serves it, and as other tracks do.

use std::ops::Range;

use archive::replace_manifest;
use edge::{
    Body, Bytes, HeaderName, HeaderValue, Problem, Request, Response, StatusCode, conditional,
    header,
    objects::{Get, Got},
    range,
};
use registry::{
    CachePolicy, Digest, Key, PackageId, ReleaseRecord, Track, Version, store::StoreError,
};

use sha2::{Digest as _, Sha256, digest::common::hazmat::SerializableState};

use crate::{
    Host,
    lookup::{self, failed, lost},
    manifests::{lasting, manifest_for, serving},
    reply::etag,
};

const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");
const DIGEST: HeaderName = HeaderName::from_static("digest");

/// Largest tail of an archive, in bytes: manifest, central directory and end records.
const MAX_TAIL: u64 = 32 << 20;

/// The archive that a track serves now, for URLs that name no version.
///
/// # Errors
/// As [`of_version`], and those of the track.
pub async fn of_track<H: Host>(
    host: &H,
    request: &Request,
    id: &PackageId,
    track: &Track,
) -> Result<Response, Problem> {
    let channels = lookup::channels(host, id).await?;
    let version = serving(&channels, track)?.version.clone();
    of_version(host, request, id, &version, Some(track), CachePolicy::Brief).await
}

/// The archive of one version: for `track`, or for the release's own channel.
///
/// # Errors
/// `404` for an unknown package or version, `410` for a withdrawn one, `416` for a range beyond the
/// end.
pub async fn of_version<H: Host>(
    host: &H,
    request: &Request,
    id: &PackageId,
    version: &Version,
    track: Option<&Track>,
    cache: CachePolicy,
) -> Result<Response, Problem> {
    let release = lookup::release(host, id, version).await?;
    let manifest = match track {
        Some(track) if *track != Track::Channel(release.channel.clone()) => {
            Some(manifest_of(host, &release, track).await?)
        }
        _ => None,
    };
    let file = Archive::new(&release, manifest);
    let serves = release.replaced.as_ref().map(|it| it.edition.as_str());
    let asked = request.query_value("edition");
    // What was replaced once may be replaced again.
    let cache = match lasting(&release) {
        _ if !is_edition(asked.as_deref(), serves) => CachePolicy::Private,
        CachePolicy::Immutable => cache,
        brief => brief,
    };
    let response = serve(host, request, &file).await?;
    let name = format!("attachment; filename=\"{id}-{version}.zip\"");
    Ok(response
        .with_text(header::CONTENT_DISPOSITION, &name)
        .with_text(header::ETAG, &file.etag)
        .with(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"))
        .with(
            header::CACHE_CONTROL,
            HeaderValue::from_static(cache.header()),
        ))
}

/// Whether what is served is the edition that the URL asks for, if it names one. Where the record is
/// older than the URL, nobody is to keep other files under it.
fn is_edition(asked: Option<&str>, serves: Option<&str>) -> bool {
    asked.is_none() || asked == serves
}

/// The manifest of `release` for a track that is not its own channel.
async fn manifest_of<H: Host>(
    host: &H,
    release: &ReleaseRecord,
    track: &Track,
) -> Result<Bytes, Problem> {
    let channels = lookup::channels(host, &release.id).await?;
    if !channels.has(track) {
        // Says what is wrong with the track.
        serving(&channels, track)?;
    }
    match channels.find(&release.version) {
        Some(summary) => manifest_for(host, &channels, summary, track).await,
        None => Err(lookup::no_package(&release.id)),
    }
}

/// An archive as it is served: the stored one, or its beginning with a tail of its own, in which
/// only the manifest (the last entry, stored uncompressed) differs. Its size and entity tag follow
/// from the manifest alone, so that the tail is made only where more than those is asked for.
struct Archive<'r> {
    release: &'r ReleaseRecord,
    manifest: Option<Bytes>,
    etag: String,
    size: u64,
}

impl<'r> Archive<'r> {
    fn new(release: &'r ReleaseRecord, manifest: Option<Bytes>) -> Self {
        let packed = &release.packed;
        let whole = packed.sha256.hex();
        let (etag, size) = match &manifest {
            None => (format!("\"{whole}\""), packed.size),
            Some(manifest) => (
                format!("\"{}-{}\"", &whole[..32], etag(manifest).trim_matches('"')),
                (packed.size + manifest.len() as u64).saturating_sub(packed.manifest_size),
            ),
        };
        Self {
            release,
            manifest,
            etag,
            size,
        }
    }

    /// How many bytes are the stored archive's.
    fn shared(&self) -> u64 {
        match self.manifest {
            None => self.release.packed.size,
            Some(_) => self.release.packed.tail_offset,
        }
    }

    fn key(&self) -> Key<'r> {
        let release = self.release;
        Key::Archive(&release.id, &release.version, &release.packed.artifact)
    }

    /// SHA-256 of the whole, as far as it can be told from its `tail`.
    fn digest(&self, tail: &[u8]) -> Option<Digest> {
        let packed = &self.release.packed;
        if self.manifest.is_none() {
            return Some(packed.sha256);
        }
        let state = (*packed.before_tail?.bytes()).into();
        let mut digest = Sha256::deserialize(&state).ok()?;
        digest.update(tail);
        Some(Digest::new(digest.finalize().into()))
    }

    /// What follows the stored archive's bytes.
    async fn tail<H: Host>(&self, host: &H) -> Result<Bytes, Problem> {
        let Some(manifest) = &self.manifest else {
            return Ok(Bytes::new());
        };
        let (key, packed) = (self.key(), &self.release.packed);
        let stored = read(host, &key, packed.tail_offset..packed.size).await?;
        let stored = stored.bytes(MAX_TAIL).await;
        let stored = stored.map_err(|error| failed(host, &StoreError::Objects(error.into())))?;
        match replace_manifest(&stored, packed.tail_offset, manifest) {
            Ok(tail) if packed.tail_offset + tail.len() as u64 == self.size => Ok(tail.into()),
            _ => Err(lost(host, &key)),
        }
    }
}

async fn serve<H: Host>(
    host: &H,
    request: &Request,
    file: &Archive<'_>,
) -> Result<Response, Problem> {
    if conditional::unchanged(request, &file.etag) {
        return Ok(Response::new(StatusCode::NOT_MODIFIED));
    }
    let asked = request
        .header(header::RANGE)
        .filter(|_| !request.head && conditional::range_applies(request, &file.etag))
        .and_then(|header| range::parse(&header));
    let (status, part) = match asked.map(|asked| asked.resolve(file.size)) {
        None => (StatusCode::OK, 0..file.size),
        Some(Some(part)) => (StatusCode::PARTIAL_CONTENT, part),
        Some(None) => return Ok(beyond_end(file.size)),
    };
    let tail = file.tail(host).await?;
    let mut response = Response::new(status)
        .with(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/zip"),
        )
        .with(
            header::CONTENT_LENGTH,
            HeaderValue::from(part.end - part.start),
        );
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {}-{}/{}", part.start, part.end - 1, file.size);
        response = response.with_text(header::CONTENT_RANGE, &range);
    }
    if let Some(digest) = file.digest(&tail) {
        response = response
            .with_text(REPR_DIGEST, &digest.repr_digest())
            .with_text(DIGEST, &format!("sha-256={}", digest.base64()));
    }
    if request.head {
        return Ok(response);
    }
    Ok(response.with_body(body(host, file, part, tail).await?))
}

fn beyond_end(size: u64) -> Response {
    let problem = Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "range-not-satisfiable",
        "Range not satisfiable",
        format!("the archive has {size} bytes"),
    );
    Response::from(problem).with_text(header::CONTENT_RANGE, &format!("bytes */{size}"))
}

/// The bytes `part` of the archive: from the store, from its own tail, or both.
async fn body<H: Host>(
    host: &H,
    file: &Archive<'_>,
    part: Range<u64>,
    tail: Bytes,
) -> Result<Body, Problem> {
    let (key, end) = (file.key(), file.shared());
    if file.manifest.is_none() && part == (0..end) {
        return open(host, &key, Get::default()).await;
    }
    let shared = part.start.min(end)..part.end.min(end);
    let tail = if part.end > end {
        let at = |offset: u64| {
            usize::try_from(offset)
                .unwrap_or(usize::MAX)
                .min(tail.len())
        };
        tail.slice(at(part.start.saturating_sub(end))..at(part.end - end))
    } else {
        Bytes::new()
    };
    if shared.is_empty() {
        return Ok(tail.into());
    }
    let shared = read(host, &key, shared).await?;
    Ok(if tail.is_empty() {
        shared
    } else {
        Body::chain([shared, tail.into()])
    })
}

async fn read<H: Host>(host: &H, key: &Key<'_>, range: Range<u64>) -> Result<Body, Problem> {
    open(host, key, Get::range(range)).await
}

async fn open<H: Host>(host: &H, key: &Key<'_>, get: Get) -> Result<Body, Problem> {
    let got = host.object_get(&key.path(), get).await;
    match got.map_err(|error| failed(host, &error.into()))? {
        Got::Found(object) => Ok(object.body),
        Got::Missing | Got::Unchanged(_) => Err(lost(host, key)),
    }
}

#[cfg(test)]
mod tests {
    use super::is_edition;

    #[test]
    fn other_files_are_not_kept_under_an_editions_url() {
        for (asked, serves, expected) in [
            (None, None, true),
            (None, Some("a1"), true),
            (Some("a1"), Some("a1"), true),
            (Some("a1"), None, false),
            (Some("a1"), Some("b2"), false),
            (Some(""), None, false),
        ] {
            assert_eq!(is_edition(asked, serves), expected, "{asked:?} {serves:?}");
        }
    }
}
