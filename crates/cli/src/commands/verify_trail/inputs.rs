//! The keys and the signatures that a proof needs: from files, or from AWS.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gardefou_finding::{Coverage, Failure, FailureReason, KeySource, Timestamp, Untrusted};
use gardefou_host::{Archive, companion, read_bytes};
use gardefou_trail::proof::{Metadata, PublicKeys, Survey, UserMetadata};

use crate::commands::Error;

/// The file of public keys that is found by itself.
pub(crate) const KEYS_FILE: &str = "list-public-keys.json";

/// The file of S3 metadata that is found by itself.
pub(crate) const METADATA_FILE: &str = "s3-metadata.json";

/// Largest file of public keys, in bytes.
const MAX_KEYS: u64 = 8 << 20;

/// Largest file of metadata, in bytes: some half a million digests.
const MAX_METADATA: u64 = 512 << 20;

/// Seconds around the digests in which their keys may have been valid.
const KEY_MARGIN: i64 = 24 * 60 * 60;

/// Keys from the files named, else from the one with the archive.
pub(crate) fn local_keys(named: &[PathBuf], root: &Path) -> Result<(PublicKeys, KeySource), Error> {
    if !named.is_empty() {
        return Ok((keys_of(named)?, KeySource::Named));
    }
    match companion(root, KEYS_FILE) {
        Some(found) => Ok((keys_of(&[found])?, KeySource::BesideArchive)),
        None => Err(Error::Usage(format!(
            "no public keys: name a file with --public-keys, or lay one with the archive as \
             {KEYS_FILE}; `aws cloudtrail list-public-keys --start-time T --end-time T` writes it"
        ))),
    }
}

fn keys_of(files: &[PathBuf]) -> Result<PublicKeys, Error> {
    let mut keys = PublicKeys::default();
    for file in files {
        let bytes = read_bytes(file, MAX_KEYS).map_err(|error| Error::file(file, error))?;
        keys.add(&bytes).map_err(|error| bad_file(file, &error))?;
    }
    Ok(keys)
}

/// Keys from CloudTrail itself, of every region that has digests here.
pub(crate) fn keys_from_aws(archive: &Archive, survey: &Survey<'_>) -> Result<PublicKeys, Error> {
    let mut keys = PublicKeys::default();
    let Some((first, last)) = survey.times() else {
        return Ok(keys);
    };
    let moved = |time: Timestamp, by| Timestamp::from_seconds(time.seconds() + by).unwrap_or(time);
    let (from, to) = (moved(first, -KEY_MARGIN), moved(last, KEY_MARGIN));
    for region in survey.regions() {
        let refused = |why: String| {
            Error::Usage(format!(
                "CloudTrail in {region} gives no public keys: {why}"
            ))
        };
        let pages = archive.public_keys(region, from, to);
        for page in pages.map_err(|error| refused(error.to_string()))? {
            keys.add(&page)
                .map_err(|error| refused(error.to_string()))?;
        }
    }
    Ok(keys)
}

/// Metadata from the file named, else from the one with the archive, else none.
pub(crate) fn local_metadata(named: Option<&PathBuf>, root: &Path) -> Result<Metadata, Error> {
    let Some(file) = named.cloned().or_else(|| companion(root, METADATA_FILE)) else {
        return Ok(Metadata::default());
    };
    let bytes = read_bytes(&file, MAX_METADATA).map_err(|error| Error::file(&file, error))?;
    Metadata::parse(&bytes).map_err(|error| bad_file(&file, &error))
}

/// Metadata of every digest from S3, by the digest's name, and what S3 did not
/// give.
pub(crate) fn metadata_from_s3(
    archive: &Archive,
    survey: &Survey<'_>,
    names: &[String],
) -> (BTreeMap<String, UserMetadata>, Coverage) {
    let mut found = BTreeMap::new();
    let mut coverage = Coverage::default();
    let answers = archive.user_metadata(survey.digests());
    for (file, answer) in survey.digests().iter().zip(answers) {
        let index = usize::try_from(*file).unwrap_or(usize::MAX);
        let name = names.get(index).cloned().unwrap_or_default();
        match answer {
            Ok(metadata) => {
                found.insert(name, UserMetadata::of(&metadata));
            }
            Err(error) => coverage.fail(Failure {
                source: Untrusted::new(name),
                offset: None,
                reason: FailureReason::Unreadable,
                detail: Some(Untrusted::new(format!("metadata: {error}"))),
            }),
        }
    }
    (found, coverage)
}

fn bad_file(file: &Path, error: &impl ToString) -> Error {
    Error::Usage(format!(
        "`{}`: {}",
        file.to_string_lossy(),
        error.to_string()
    ))
}
