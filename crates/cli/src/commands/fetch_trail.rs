//! `gardefou fetch-trail`: a copy of a bucket that can be proven later, offline.

use std::collections::BTreeMap;
use std::path::Path;

use gardefou_finding::{Coverage, ExitStatus, Untrusted};
use gardefou_host::{Archive, write_atomically};
use gardefou_trail::proof::{Period, Survey, UserMetadata, metadata_file};

use super::Error;
use super::verify_trail::{
    KEYS_FILE, METADATA_FILE, keys_from_aws, metadata_from_s3, names, scope,
};
use crate::args::FetchTrail;
use crate::messages::say;

/// Runs `gardefou fetch-trail`.
pub(crate) fn run(options: &FetchTrail) -> Result<ExitStatus, Error> {
    if !options.from.starts_with("s3://") {
        return Err(Error::Usage(
            "fetch-trail copies from s3://bucket/prefix".to_owned(),
        ));
    }
    let period = Period {
        since: options.since,
        until: options.until,
    };
    let archive = Archive::open(&[options.from.clone().into()], &scope(&period))?;
    let names = names(&archive);
    let survey = Survey::new(&names);
    // The keys first: without them nothing can be proven, and copying is long.
    let keys = keys_from_aws(&archive, &survey)?;
    let (metadata, mut coverage) = metadata_from_s3(&archive, &survey, &names);
    write(&options.to, KEYS_FILE, &keys.to_json())?;
    write(
        &options.to,
        METADATA_FILE,
        &metadata_file(&by_key(metadata)),
    )?;
    let saved = archive.save(&options.to);
    let (saved, failed) = saved.map_err(|error| Error::file(&options.to, error))?;
    coverage.merge(failed);
    coverage.merge(archive.coverage.clone());
    tell(saved, &coverage);
    Ok(if coverage.is_complete() {
        ExitStatus::Clean
    } else {
        ExitStatus::Incomplete
    })
}

/// The file has keys without their bucket.
fn by_key(metadata: BTreeMap<String, UserMetadata>) -> BTreeMap<String, UserMetadata> {
    let key = |url: String| {
        let rest = url
            .strip_prefix("s3://")
            .and_then(|rest| rest.split_once('/'));
        rest.map_or(url.clone(), |(_, key)| key.to_owned())
    };
    metadata
        .into_iter()
        .map(|(url, entry)| (key(url), entry))
        .collect()
}

fn write(directory: &Path, name: &str, text: &str) -> Result<(), Error> {
    let path = directory.join(name);
    write_atomically(&path, text.as_bytes()).map_err(|error| Error::file(&path, error))
}

fn tell(saved: u64, coverage: &Coverage) {
    say(&format!(
        "gardefou: {saved} objects copied, {} failed",
        coverage.failed_total()
    ));
    for failure in &coverage.failures {
        let detail = failure.detail.clone().unwrap_or_default();
        let name = Untrusted::escaped(&failure.source);
        say(&format!("gardefou: `{name}`: {}", detail.escaped()));
    }
}
