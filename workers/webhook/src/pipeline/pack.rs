//! `fetched → packaged`: the release is judged, and its archive and manifest are stored. Nothing of
//! it is visible yet.

use archive::Plan;
use edge::{
    config::name,
    objects::{Condition, Put},
};
use registry::{
    Announced, Channel, ChannelsRecord, Digest, EntryNames, Failure, Findings, Generation, Journal,
    Key, Links, MAX_MANIFEST, Manifest, Ownership, PackageId, PackageType, Packed, PublicUrl,
    ReleaseRecord, State, Submission, Target, Track, Version, lint,
    record::{Direct, PackageFacts, Staged},
    store, text,
};
use sha2::{Digest as _, Sha256};

use super::{
    repackage,
    run::moved,
    staged::{self, Inspected, NotAPackage, refused},
};
use crate::{Host, failure::StepError};

/// Changes whenever the same input is packed to other bytes, so that artifacts' names tell.
const LAYOUT: &[u8] = b"vtta-edge artifact 1\n";

/// Length of what tells a replaced archive from the one before, in hexadecimal digits.
const EDITION: usize = 16;

/// Judges and packs what was fetched.
pub(super) async fn step<H: Host>(host: &H, mut journal: Journal) -> Result<Journal, StepError> {
    let Some(staged) = journal.staged.clone() else {
        return Err(Failure::new("journal", "nothing was fetched").into());
    };
    let inspected = match staged::inspect(host, &journal.delivery, &staged).await {
        Ok(inspected) => inspected,
        Err(NotAPackage::NoManifest(failure)) => return Err(failure.into()),
        Err(NotAPackage::Step(error)) => return Err(error),
    };
    let facts = pack(host, &journal, &staged, inspected).await?;
    let detail = format!(
        "{} {}, {} bytes",
        facts.id, facts.version, facts.packed.size
    );
    journal.package = Some(facts);
    moved(host, journal, State::Packaged, detail)
}

async fn pack<H: Host>(
    host: &H,
    journal: &Journal,
    staged: &Staged,
    inspected: Inspected,
) -> Result<PackageFacts, StepError> {
    let kind = package_type(&inspected)?;
    let mut manifest = Manifest::parse(&inspected.manifest_bytes)
        .map_err(|error| Failure::new("manifest", error.to_string()))?;
    let judged = judge(host, journal, &inspected, &manifest, kind).await?;
    let public = public_url(host).await?;
    let links = Links::new(&public, &judged.id, kind);
    let known = published_already(host, &judged).await?;
    let fetched = *fetched_digest(staged)?;
    if let Some(known) = known
        .as_ref()
        .filter(|known| known.packed.fetched == Some(fetched))
    {
        return Ok(as_published(known));
    }
    let same = |artifact: &Digest| {
        known
            .as_ref()
            .is_some_and(|known| known.packed.artifact == *artifact)
    };
    let mut edition = None;
    let mut bytes = served_manifest(&mut manifest, &judged, &links, None)?;
    let mut artifact = artifact(staged, &bytes)?;
    if judged.replaces && !same(&artifact) {
        edition = Some(edition_of(staged)?);
        bytes = served_manifest(&mut manifest, &judged, &links, edition.as_deref())?;
        artifact = self::artifact(staged, &bytes)?;
    }
    let findings = match same(&artifact) {
        true => Findings::default(),
        false if judged.findings.has_errors() => {
            return Err(Failure::refused(judged.findings).into());
        }
        false => judged.findings,
    };
    let plan = Plan::new(inspected.directory, &inspected.manifest, bytes.clone())
        .map_err(|error| refused(&error))?;
    let (id, version) = (&judged.id, &judged.version);
    let key = Key::Archive(id, version, &artifact);
    let archive = repackage::store(host, &journal.delivery, staged, plan, &key).await?;
    store_manifest(host, &Key::Manifest(id, version, &artifact), &bytes).await?;
    Ok(PackageFacts {
        kind,
        title: text::name(manifest.title().unwrap_or(id.as_str())),
        compatibility: manifest.compatibility(),
        packed: Packed {
            artifact,
            fetched: Some(fetched),
            size: archive.size,
            sha256: archive.sha256,
            tail_offset: archive.tail_offset,
            before_tail: archive.before_tail,
            manifest_size: bytes.len() as u64,
            manifest_sha256: Digest::new(Sha256::digest(&bytes).into()),
        },
        warnings: findings,
        edition,
        cores: judged.cores,
        id: judged.id,
        version: judged.version,
        channel: judged.channel,
    })
}

/// What is published already: nothing of it is made anew, and nothing is warned of again.
fn as_published(known: &ReleaseRecord) -> PackageFacts {
    PackageFacts {
        kind: known.kind,
        title: known.title.clone(),
        compatibility: known.compatibility.clone(),
        packed: known.packed,
        warnings: Findings::default(),
        edition: None,
        cores: Vec::new(),
        id: known.id.clone(),
        version: known.version.clone(),
        channel: known.channel.clone(),
    }
}

/// The manifest as the release's own channel serves it.
fn served_manifest(
    manifest: &mut Manifest,
    judged: &Judged,
    links: &Links<'_>,
    edition: Option<&str>,
) -> Result<Vec<u8>, StepError> {
    manifest.rewrite(&Target {
        links,
        version: &judged.version,
        channel: &judged.channel,
        track: &Track::Channel(judged.channel.clone()),
        edition,
    });
    let bytes = manifest.to_bytes();
    if bytes.len() > MAX_MANIFEST {
        let message = format!("the manifest is larger than {MAX_MANIFEST} bytes as it is served");
        return Err(Failure::new("manifest", message).into());
    }
    Ok(bytes)
}

/// Tells a replaced archive from the one before: the beginning of the digest of what was fetched.
fn edition_of(staged: &Staged) -> Result<String, StepError> {
    let digest = fetched_digest(staged)?;
    Ok(digest.hex().chars().take(EDITION).collect())
}

fn fetched_digest(staged: &Staged) -> Result<&Digest, StepError> {
    let digest = staged.sha256.as_ref();
    digest.ok_or_else(|| Failure::new("journal", "the fetched archive has no digest").into())
}

fn package_type(inspected: &Inspected) -> Result<PackageType, StepError> {
    let name = inspected.manifest.kind.file_name();
    PackageType::from_manifest_name(name).ok_or_else(|| {
        Failure::new("archive", format!("`{name}` is not the name of a manifest")).into()
    })
}

/// The configured `PUBLIC_URL`.
pub(crate) async fn public_url<H: Host>(host: &H) -> Result<PublicUrl, StepError> {
    let text = edge::config::required(host, name::PUBLIC_URL).await?;
    PublicUrl::parse(&text)
        .map_err(|error| StepError::transient("misconfigured", error.to_string()))
}

/// A submission that has an id and a version, and what is wrong with it.
struct Judged {
    id: PackageId,
    version: Version,
    channel: Channel,
    findings: Findings,
    replaces: bool,
    cores: Vec<Generation>,
}

async fn judge<H: Host>(
    host: &H,
    journal: &Journal,
    inspected: &Inspected,
    manifest: &Manifest,
    kind: PackageType,
) -> Result<Judged, StepError> {
    let id = manifest.id().and_then(|id| PackageId::parse(id).ok());
    let version = manifest.version().and_then(Result::ok);
    let replaced = match &journal.source.direct {
        Some(direct) if direct.replace => replaced(host, direct).await?,
        _ => None,
    };
    let channel = match (&replaced, &version) {
        // What is replaced stays where it is.
        (Some(known), _) => known.channel.clone(),
        (None, Some(version)) => Channel::of(version, journal.source.prerelease),
        (None, None) => Channel::stable(),
    };
    let (ownership, published) = match &id {
        Some(id) => (
            store::ownership(host, id, &journal.repository).await?,
            store::read::<ChannelsRecord, _>(host, &Key::Channels(id)).await?,
        ),
        None => (Ownership::Unclaimed, None),
    };
    let published = published.map(|published| match &replaced {
        Some(known) => published.record.without(&known.version),
        None => published.record,
    });
    let entries = entry_names(inspected);
    let findings = lint(&Submission {
        manifest,
        kind,
        entries: &entries,
        archive_warnings: &(inspected.directory.warnings().iter())
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        announced: match &journal.source.direct {
            Some(Direct { id, version, .. }) => Announced::Path { id, version },
            None => Announced::Tag(&journal.source.tag),
        },
        channel: &channel,
        heard: journal.received_at,
        ownership: &ownership,
        published: published.as_ref(),
    });
    match (id, version) {
        (Some(id), Some(version)) => Ok(Judged {
            cores: match &published {
                Some(published) => fixes(published, &version, &channel, manifest),
                None => Vec::new(),
            },
            id,
            version,
            channel,
            findings,
            replaces: replaced.is_some(),
        }),
        // Lint has said what is wrong with either.
        _ => Err(Failure::refused(findings).into()),
    }
}

/// The release that a direct publish replaces.
async fn replaced<H: Host>(host: &H, direct: &Direct) -> Result<Option<ReleaseRecord>, StepError> {
    let key = Key::Release(&direct.id, &direct.version);
    let release = store::read::<ReleaseRecord, _>(host, &key).await?;
    Ok(release.map(|release| release.record))
}

/// The generations that a release is for which does not become what its channel serves.
fn fixes(
    published: &ChannelsRecord,
    version: &Version,
    channel: &Channel,
    manifest: &Manifest,
) -> Vec<Generation> {
    match channel.is_stable() {
        true => published.fixes(version, &manifest.compatibility()),
        false => Vec::new(),
    }
}

/// Names of what is packed of the archive, relative to the manifest's folder.
fn entry_names(inspected: &Inspected) -> EntryNames {
    let folder = inspected.manifest.path("");
    let names = inspected.directory.entries().iter();
    let names = names.filter(|entry| !entry.is_link());
    EntryNames::new(names.filter_map(|entry| entry.name().strip_prefix(folder.as_str())))
}

/// Names what is packed: the same fetched bytes and the same manifest are always packed alike.
fn artifact(staged: &Staged, manifest: &[u8]) -> Result<Digest, StepError> {
    let mut digest = Sha256::new();
    digest.update(LAYOUT);
    digest.update(fetched_digest(staged)?.bytes());
    digest.update(manifest);
    Ok(Digest::new(digest.finalize().into()))
}

/// What was published under the version before; publishing that again changes nothing.
async fn published_already<H: Host>(
    host: &H,
    judged: &Judged,
) -> Result<Option<ReleaseRecord>, StepError> {
    let key = Key::Release(&judged.id, &judged.version);
    let release = store::read::<ReleaseRecord, _>(host, &key).await?;
    Ok(release.map(|release| release.record))
}

async fn store_manifest<H: Host>(host: &H, key: &Key<'_>, bytes: &[u8]) -> Result<(), StepError> {
    let put = Put {
        condition: Condition::Absent,
        content_type: Some(key.content_type()),
        cache_control: Some(key.cache().header()),
        sha256: Some(Sha256::digest(bytes).into()),
        ..Put::default()
    };
    // Refused means that it is there already; the key is named after the bytes.
    host.object_put(&key.path(), bytes.to_vec().into(), put)
        .await?;
    Ok(())
}
