//! `received → fetched`: the package's archive is taken into the store.
//!
//! Assets are often uploaded by a workflow that the release itself starts, so what is not there yet
//! is waited for ([`super::patience`]) before the source archive of the tag is taken.

use edge::outbound::Answer;
use registry::{
    Failure, Journal, Key, State,
    record::{Staged, StagedFrom},
};

use super::{
    patience,
    run::moved,
    staged::{self, NotAPackage},
};
use crate::{
    Host,
    failure::StepError,
    github::{Asset, Client, client::archive_body},
};

/// Fetches a `.zip` asset that holds a manifest, else the source archive of the tag.
pub(super) async fn step<H: Host>(host: &H, mut journal: Journal) -> Result<Journal, StepError> {
    let client = Client::new(host).await?;
    let staged = match from_assets(host, &client, &journal).await? {
        Found::Package(staged) => staged,
        Found::Nothing { coming, refused } => {
            patience::check(host, &client, &journal, &coming).await?;
            if let Some(failure) = refused {
                return Err(failure.into());
            }
            from_source(host, &client, &journal).await?
        }
    };
    let detail = format!("{}, {} bytes", describe(&staged.from), staged.size);
    journal.staged = Some(staged);
    moved(host, journal, State::Fetched, detail)
}

fn describe(from: &StagedFrom) -> String {
    match from {
        StagedFrom::Asset { name } => format!("asset `{name}`"),
        StagedFrom::Source => "source archive of the tag".to_owned(),
        StagedFrom::Upload => "upload".to_owned(),
    }
}

/// What the release's assets are good for.
enum Found {
    /// One of them is a package.
    Package(Staged),
    /// None is, as far as they are uploaded.
    Nothing {
        /// These are still coming.
        coming: Vec<String>,
        /// Why the likeliest one was refused that looked like a package.
        refused: Option<Failure>,
    },
}

/// The first asset that is a package, the likeliest looked at first.
///
/// Archives without a manifest are passed over (a release may carry documentation or maps beside
/// it), and so are others that are refused as long as another asset is a package. Where none is, a
/// refused one is an error: publishing the source instead of the package that its author built
/// would be worse than publishing nothing. That holds too where another is awaited that never comes.
async fn from_assets<H: Host>(
    host: &H,
    client: &Client<'_, H>,
    journal: &Journal,
) -> Result<Found, StepError> {
    let Some(release) = journal.source.release_id else {
        return Ok(Found::Nothing {
            coming: Vec::new(),
            refused: None,
        });
    };
    let mut assets = client.assets(&journal.repository, release).await?;
    assets.retain(Asset::is_archive);
    let coming = assets.iter().filter(|asset| !asset.is_uploaded());
    let coming: Vec<String> = coming.map(|asset| asset.name.clone()).collect();
    assets.retain(Asset::is_uploaded);
    assets.sort_by_key(|asset| (!is_likely(asset, journal), asset.size));
    let mut refused = None;
    for asset in &assets {
        match from_asset(host, client, journal, asset).await {
            Ok(Some(staged)) => return Ok(Found::Package(staged)),
            Ok(None) => {}
            Err(StepError::Failed(failure)) => {
                refused.get_or_insert(failure);
            }
            Err(error) => return Err(error),
        }
    }
    match refused {
        Some(failure) if coming.is_empty() => Err(failure.into()),
        refused => Ok(Found::Nothing { coming, refused }),
    }
}

/// Whether an asset is named as packages usually are: `module.zip`, or after the repository.
fn is_likely(asset: &Asset, journal: &Journal) -> bool {
    let stem = asset.name.to_ascii_lowercase();
    let stem = stem.trim_end_matches(".zip");
    let (_, repository) = journal
        .repository
        .as_str()
        .split_once('/')
        .unwrap_or_default();
    let repository = repository.to_ascii_lowercase();
    matches!(stem, "module" | "system" | "world") || stem == repository
}

async fn from_asset<H: Host>(
    host: &H,
    client: &Client<'_, H>,
    journal: &Journal,
    asset: &Asset,
) -> Result<Option<Staged>, StepError> {
    let what = format!("the asset `{}`", asset.name);
    let answer = client
        .asset(&journal.repository, asset)
        .await
        .map_err(|error| in_doubt(error, asset))?;
    let from = StagedFrom::Asset {
        name: asset.name.clone(),
    };
    let mut staged = stage(host, journal, from, &what, answer)
        .await
        .map_err(|error| in_doubt(error, asset))?;
    match check_asset(&staged, asset, &what) {
        Ok(vouched) => staged.vouched = vouched,
        Err(error) => {
            // What is not deleted now expires.
            let _ = host
                .object_delete(&Key::Staged(&journal.delivery).path())
                .await;
            return Err(error);
        }
    }
    match staged::inspect(host, &journal.delivery, &staged).await {
        Ok(_) => Ok(Some(staged)),
        Err(NotAPackage::NoManifest(_)) => Ok(None),
        Err(NotAPackage::Step(StepError::Failed(failure))) => {
            let message = format!("{what}: {}", failure.message);
            Err(Failure::new(failure.code, message).into())
        }
        Err(NotAPackage::Step(error)) => Err(error),
    }
}

/// More bytes than GitHub said: the list and the bytes may be of different uploads, so both are
/// asked for again.
fn in_doubt(error: StepError, asset: &Asset) -> StepError {
    match error {
        StepError::Failed(failure)
            if failure.code == "too-large" && asset.most_bytes() == asset.size =>
        {
            StepError::transient("not-what-github-has", failure.message)
        }
        error => error,
    }
}

async fn from_source<H: Host>(
    host: &H,
    client: &Client<'_, H>,
    journal: &Journal,
) -> Result<Staged, StepError> {
    let tag = &journal.source.tag;
    let answer = client.source_archive(&journal.repository, tag).await?;
    let what = format!("the source archive of the tag `{tag}`");
    let staged = stage(host, journal, StagedFrom::Source, &what, answer).await?;
    // GitHub announces neither length nor digest of it, so its end has to tell.
    if staged::has_end(host, &journal.delivery, &staged).await? {
        return Ok(staged);
    }
    let message = format!(
        "{what} ended after {} bytes without its directory",
        staged.size
    );
    Err(StepError::transient("broken-off", message))
}

async fn stage<H: Host>(
    host: &H,
    journal: &Journal,
    from: StagedFrom,
    what: &str,
    answer: Answer,
) -> Result<Staged, StepError> {
    let body = archive_body(answer, what)?;
    staged::store(host, &journal.delivery, from, what, body).await
}

/// Compares what arrived with what GitHub says of the asset. Whether it says a digest that we know.
fn check_asset(staged: &Staged, asset: &Asset, what: &str) -> Result<bool, StepError> {
    let size = asset.size == 0 || asset.size == staged.size;
    let expected = asset.digest.as_deref();
    let expected = expected.and_then(|digest| digest.strip_prefix("sha256:"));
    let digest = expected
        .zip(staged.sha256.as_ref())
        .map(|(expected, found)| expected.eq_ignore_ascii_case(&found.hex()));
    if size && digest != Some(false) {
        return Ok(digest.is_some());
    }
    let expected = asset.digest.as_deref().unwrap_or("no digest");
    let message = format!(
        "{what} arrived as {} bytes, but GitHub says {} bytes and {expected}",
        staged.size, asset.size
    );
    Err(StepError::transient("not-what-github-has", message))
}
