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

use crate::{
    Host,
    lookup::{self, failed, lost},
    manifests::{manifest_for, serving},
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
    let file = match track {
        Some(track) if *track != Track::Channel(release.channel.clone()) => {
            with_tail(host, &release, track).await?
        }
        _ => Archive {
            etag: format!("\"{}\"", release.packed.sha256.hex()),
            digest: Some(release.packed.sha256),
            shared: release.packed.size,
            tail: Bytes::new(),
        },
    };
    let key = Key::Archive(id, version, &release.packed.artifact);
    let response = serve(host, request, &key, &file).await?;
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

/// An archive as it is served: the beginning of the stored one, and a tail of its own.
struct Archive {
    etag: String,
    /// SHA-256 of the whole, where it is known.
    digest: Option<Digest>,
    /// How many bytes are the stored archive's.
    shared: u64,
    tail: Bytes,
}

impl Archive {
    fn size(&self) -> u64 {
        self.shared + self.tail.len() as u64
    }
}

/// The archive of `release` for a track that is not its own channel: only the manifest, which is
/// its last entry, and what follows it differ.
async fn with_tail<H: Host>(
    host: &H,
    release: &ReleaseRecord,
    track: &Track,
) -> Result<Archive, Problem> {
    let channels = lookup::channels(host, &release.id).await?;
    let Some(summary) = channels.find(&release.version) else {
        return Err(lookup::no_package(&release.id));
    };
    let known = channels.has(track);
    if !known {
        // Says what is wrong with the track.
        serving(&channels, track)?;
    }
    let manifest = manifest_for(host, &channels, summary, track).await?;
    let key = Key::Archive(&release.id, &release.version, &release.packed.artifact);
    let offset = release.packed.tail_offset;
    let stored = read(host, &key, offset..release.packed.size).await?;
    let stored = stored.bytes(MAX_TAIL).await;
    let stored = stored.map_err(|error| failed(host, &StoreError::Objects(error.into())))?;
    let tail = replace_manifest(&stored, offset, &manifest).map_err(|_| lost(host, &key))?;
    let (whole, own) = (release.packed.sha256.hex(), etag(&tail));
    Ok(Archive {
        etag: format!("\"{}-{}\"", &whole[..32], own.trim_matches('"')),
        digest: None,
        shared: offset,
        tail: tail.into(),
    })
}

async fn serve<H: Host>(
    host: &H,
    request: &Request,
    key: &Key<'_>,
    file: &Archive,
) -> Result<Response, Problem> {
    if conditional::unchanged(request, &file.etag) {
        return Ok(Response::new(StatusCode::NOT_MODIFIED));
    }
    let size = file.size();
    let asked = request
        .header(header::RANGE)
        .filter(|_| conditional::range_applies(request, &file.etag))
        .and_then(|header| range::parse(&header));
    let (status, part) = match asked.map(|asked| asked.resolve(size)) {
        None => (StatusCode::OK, 0..size),
        Some(Some(part)) => (StatusCode::PARTIAL_CONTENT, part),
        Some(None) => return Ok(beyond_end(size)),
    };
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
        let range = format!("bytes {}-{}/{size}", part.start, part.end - 1);
        response = response.with_text(header::CONTENT_RANGE, &range);
    }
    if let Some(digest) = &file.digest {
        response = response
            .with_text(REPR_DIGEST, &digest.repr_digest())
            .with_text(DIGEST, &format!("sha-256={}", digest.base64()));
    }
    Ok(response.with_body(body(host, key, file, part).await?))
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
    key: &Key<'_>,
    file: &Archive,
    part: Range<u64>,
) -> Result<Body, Problem> {
    let shared = part.start.min(file.shared)..part.end.min(file.shared);
    let tail = part.start.max(file.shared) - file.shared..part.end.max(file.shared) - file.shared;
    let in_tail = |offset: u64| {
        usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(file.tail.len())
    };
    let tail = file.tail.slice(in_tail(tail.start)..in_tail(tail.end));
    if shared.is_empty() {
        return Ok(tail.into());
    }
    let whole = shared.clone() == (0..file.shared) && file.tail.is_empty();
    let shared = if whole {
        open(host, key, Get::default()).await?
    } else {
        read(host, key, shared).await?
    };
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
