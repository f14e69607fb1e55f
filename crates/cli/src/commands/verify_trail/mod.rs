//! `gardefou verify-trail`: names → digests → logs → what is proven.

mod inputs;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use gardefou_finding::{
    Coverage, ExitStatus, KeySource, ProofSummary, Timestamp, TrailProof, Untrusted,
};
use gardefou_host::{
    Archive, Limits, ReadOptions, Scope, Selection, SourceError, Stream, Terminal, companion,
    print, showing,
};
use gardefou_report::{Options, render_proof};
use gardefou_trail::proof::{Judge, LogOutcomes, Metadata, Period, PublicKeys, Survey};

pub(crate) use inputs::{KEYS_FILE, METADATA_FILE, keys_from_aws, metadata_from_s3};
use inputs::{local_keys, local_metadata};

use super::{Error, colour, tool};
use crate::args::{ProofFormat, VerifyTrail};
use crate::messages::progress;
use crate::pipeline::{Digests, Logs};

/// The folder that CloudTrail's layout begins with.
const ROOT: &str = "AWSLogs";

/// Seconds by which files are listed beyond the period: a log belongs to the
/// digest of the hour in which it was delivered, give or take.
const MARGIN: i64 = 24 * 60 * 60;

/// Seconds after an hour in which its digest has come.
const DIGEST_DELAY: i64 = 2 * 60 * 60;

/// Runs `gardefou verify-trail`.
pub(crate) fn run(options: &VerifyTrail) -> Result<ExitStatus, Error> {
    if options
        .since
        .zip(options.until)
        .is_some_and(|(a, b)| a >= b)
    {
        return Err(Error::Usage("--since is not before --until".to_owned()));
    }
    let proof = verify(options)?;
    let terminal = Terminal::of(Stream::Out);
    let shown = Options {
        lang: options.lang,
        width: terminal.width.map_or(100, usize::from),
        colour: colour(options.color, &terminal),
        pretty: true,
    };
    let text = render_proof(&proof, options.format == ProofFormat::Json, &shown);
    print(Stream::Out, &text).map(drop).map_err(Error::output)?;
    Ok(proof.exit_status())
}

fn verify(options: &VerifyTrail) -> Result<TrailProof, Error> {
    let root = showing(Path::new(&options.path), ROOT);
    let remote = root.to_string_lossy().starts_with("s3://");
    let period = period(options, remote);
    let archive = match Archive::open(&[root.clone().into()], &scope(&period)) {
        // An empty place in S3 is what an attacker leaves, not a wrong use.
        Err(SourceError::NoObject { .. }) => Archive::default(),
        archive => archive?,
    };
    let terminal = Terminal::of(Stream::Err);
    let show = |at: &gardefou_host::Progress| progress(at, terminal.is_tty);
    let names = names(&archive);
    let survey = Survey::new(&names);
    let verifier = Verifier {
        archive: &archive,
        survey: &survey,
        options: ReadOptions {
            threads: options.threads,
            limits: Limits::default(),
            progress: (!options.quiet).then_some(&show),
        },
    };
    let inputs = if remote {
        remote_inputs(options, &root, &archive, &survey, &names)?
    } else {
        local_inputs(&options.public_keys, options.metadata.as_ref(), &root)?
    };
    Ok(verifier.verify(period, inputs))
}

/// What the digests among an investigation's files prove; `None` when there
/// are none. Whatever is wrong with keys or metadata is told, not an error: an
/// investigation does without them.
pub(crate) fn summary(
    paths: &[OsString],
    archive: &Archive,
    names: &[String],
    period: Period,
    options: &ReadOptions<'_>,
) -> Option<ProofSummary> {
    let survey = Survey::new(names);
    if survey.digests().is_empty() {
        return None;
    }
    let inputs = match summary_inputs(paths, archive, &survey, names) {
        Ok(inputs) => inputs,
        Err(error) => {
            return Some(ProofSummary {
                unverified: Some(Untrusted::new(error.lines().join("; "))),
                ..ProofSummary::default()
            });
        }
    };
    let verifier = Verifier {
        archive,
        survey: &survey,
        options: ReadOptions {
            progress: None,
            ..*options
        },
    };
    Some(verifier.verify(period, inputs).into())
}

/// Keys and metadata for an investigation: of S3 when all of it lies there,
/// else from the files with the first path that has keys.
fn summary_inputs(
    paths: &[OsString],
    archive: &Archive,
    survey: &Survey<'_>,
    names: &[String],
) -> Result<Inputs, Error> {
    if names.iter().all(|name| name.starts_with("s3://")) {
        return inputs_from_aws(archive, survey, names);
    }
    let with_keys = |path: &&OsString| companion(Path::new(path), KEYS_FILE).is_some();
    let path = paths.iter().find(with_keys).or_else(|| paths.first());
    local_inputs(
        &[],
        None,
        Path::new(path.map_or("", |path| path.to_str().unwrap_or(""))),
    )
}

/// The period asked for. In S3 digests go on arriving, so that it ends when
/// the last one must have come; a copy ends where it ends.
fn period(options: &VerifyTrail, remote: bool) -> Period {
    let due = || Timestamp::from_seconds(gardefou_host::now()?.seconds() - DIGEST_DELAY);
    Period {
        since: options.since,
        until: options.until.or_else(|| due().filter(|_| remote)),
    }
}

/// What a proof needs beside the archive.
struct Inputs {
    keys: PublicKeys,
    source: KeySource,
    metadata: Metadata,
    /// What of it could not be had.
    coverage: Coverage,
}

fn local_inputs(
    keys: &[PathBuf],
    metadata: Option<&PathBuf>,
    root: &Path,
) -> Result<Inputs, Error> {
    let (keys, source) = local_keys(keys, root)?;
    Ok(Inputs {
        keys,
        source,
        metadata: local_metadata(metadata, root)?,
        coverage: Coverage::default(),
    })
}

fn inputs_from_aws(
    archive: &Archive,
    survey: &Survey<'_>,
    names: &[String],
) -> Result<Inputs, Error> {
    let keys = keys_from_aws(archive, survey)?;
    let (metadata, coverage) = s3_metadata(archive, survey, names);
    Ok(Inputs {
        keys,
        source: KeySource::Api,
        metadata,
        coverage,
    })
}

/// What AWS tells, but for what the user named a file for.
fn remote_inputs(
    options: &VerifyTrail,
    root: &Path,
    archive: &Archive,
    survey: &Survey<'_>,
    names: &[String],
) -> Result<Inputs, Error> {
    let (keys, source) = if options.public_keys.is_empty() {
        (keys_from_aws(archive, survey)?, KeySource::Api)
    } else {
        local_keys(&options.public_keys, root)?
    };
    let (metadata, coverage) = match &options.metadata {
        Some(file) => (local_metadata(Some(file), root)?, Coverage::default()),
        None => s3_metadata(archive, survey, names),
    };
    Ok(Inputs {
        keys,
        source,
        metadata,
        coverage,
    })
}

fn s3_metadata(archive: &Archive, survey: &Survey<'_>, names: &[String]) -> (Metadata, Coverage) {
    let (found, coverage) = metadata_from_s3(archive, survey, names);
    let mut metadata = Metadata::default();
    for (name, entry) in &found {
        metadata.insert(name, entry);
    }
    (metadata, coverage)
}

/// What reads the archive for a proof.
struct Verifier<'a> {
    archive: &'a Archive,
    survey: &'a Survey<'a>,
    options: ReadOptions<'a>,
}

impl Verifier<'_> {
    fn verify(&self, period: Period, inputs: Inputs) -> TrailProof {
        let (keys, metadata) = (&inputs.keys, &inputs.metadata);
        let mut coverage = self.archive.coverage.clone();
        coverage.merge(inputs.coverage);
        let numbers = self.survey.digests();
        let digests = self.archive.part(numbers);
        let quiet = ReadOptions {
            progress: None,
            ..self.options
        };
        let read = digests.read(&quiet, || {
            Digests::new(self.survey, keys, metadata, numbers)
        });
        coverage.sources = read.totals;
        let mut checked = Vec::new();
        for worker in read.workers {
            let (found, covered) = worker.finish();
            checked.extend(found);
            coverage.merge(covered);
        }
        let judge = Judge::new(self.survey, period, keys, metadata, checked);
        let outcomes = self.logs(&judge, &mut coverage);
        judge.tell(outcomes, coverage, inputs.source, tool())
    }

    fn logs(&self, judge: &Judge<'_>, coverage: &mut Coverage) -> LogOutcomes {
        let logs = self.archive.part(judge.wanted());
        let read = logs.read(&self.options, || Logs::new(judge));
        coverage.sources.files += read.totals.files;
        coverage.sources.bytes_stored += read.totals.bytes_stored;
        coverage.sources.bytes_inflated += read.totals.bytes_inflated;
        let mut outcomes = LogOutcomes::default();
        for worker in read.workers {
            outcomes.merge(worker.finish());
        }
        outcomes
    }
}

/// Names as the proof compares them: with `/` between their parts.
pub(crate) fn names(archive: &Archive) -> Vec<String> {
    let name = |source: &gardefou_host::Source| {
        let name = source.name().as_str().to_owned();
        if cfg!(windows) {
            name.replace('\\', "/")
        } else {
            name
        }
    };
    archive.sources.iter().map(name).collect()
}

/// What to list for a period.
pub(crate) fn scope(period: &Period) -> Scope {
    let moved = |time: Timestamp, by: i64| Timestamp::from_seconds(time.seconds() + by);
    let selection = Selection {
        since: period.since.and_then(|since| moved(since, -MARGIN)),
        until: period.until.and_then(|until| moved(until, MARGIN)),
        ..Selection::default()
    };
    Scope {
        selection,
        resume_after: None,
    }
}
