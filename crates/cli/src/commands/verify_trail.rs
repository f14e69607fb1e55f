//! `gardefou verify-trail`: names → digests → logs → what is proven.

use std::path::{Path, PathBuf};

use gardefou_finding::{Coverage, ExitStatus, KeySource, Timestamp, TrailProof};
use gardefou_host::{
    Archive, Limits, ReadOptions, Scope, Selection, Stream, Terminal, companion, print, read_bytes,
    showing,
};
use gardefou_report::{Options, render_proof};
use gardefou_trail::proof::{Judge, LogOutcomes, Metadata, Period, PublicKeys, Survey};

use super::{Error, colour, tool};
use crate::args::{ProofFormat, VerifyTrail};
use crate::messages::progress;
use crate::pipeline::{Digests, Logs};

/// The folder that CloudTrail's layout begins with.
const ROOT: &str = "AWSLogs";

/// The file of public keys that is found by itself.
const KEYS_FILE: &str = "list-public-keys.json";

/// The file of S3 metadata that is found by itself.
const METADATA_FILE: &str = "s3-metadata.json";

/// Largest file of public keys, in bytes.
const MAX_KEYS: u64 = 8 << 20;

/// Largest file of metadata, in bytes: some half a million digests.
const MAX_METADATA: u64 = 512 << 20;

/// Seconds by which files are listed beyond the period: a log belongs to the
/// digest of the hour in which it was delivered, give or take.
const MARGIN: i64 = 24 * 60 * 60;

/// Runs `gardefou verify-trail`.
pub(crate) fn run(options: &VerifyTrail) -> Result<ExitStatus, Error> {
    if options.since.zip(options.until).is_some_and(|(a, b)| a >= b) {
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
    let period = Period {
        since: options.since,
        until: options.until,
    };
    let archive = Archive::open(&[root.clone().into()], &scope(&period))?;
    let (keys, source) = keys(options, &root)?;
    let metadata = metadata(options, &root)?;
    let terminal = Terminal::of(Stream::Err);
    let show = |at: &gardefou_host::Progress| progress(at, terminal.is_tty);
    let read_options = ReadOptions {
        threads: options.threads,
        limits: Limits::default(),
        progress: (!options.quiet).then_some(&show),
    };
    let names = names(&archive);
    let survey = Survey::new(&names);
    let verifier = Verifier {
        archive: &archive,
        survey: &survey,
        options: read_options,
    };
    Ok(verifier.verify(period, &keys, source, &metadata))
}

/// What reads the archive for a proof.
struct Verifier<'a> {
    archive: &'a Archive,
    survey: &'a Survey<'a>,
    options: ReadOptions<'a>,
}

impl Verifier<'_> {
    fn verify(
        &self,
        period: Period,
        keys: &PublicKeys,
        source: KeySource,
        metadata: &Metadata,
    ) -> TrailProof {
        let mut coverage = self.archive.coverage.clone();
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
        judge.tell(outcomes, coverage, source, tool())
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
fn names(archive: &Archive) -> Vec<String> {
    let name = |source: &gardefou_host::Source| {
        let name = source.name().as_str().to_owned();
        if cfg!(windows) { name.replace('\\', "/") } else { name }
    };
    archive.sources.iter().map(name).collect()
}

fn scope(period: &Period) -> Scope {
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

fn keys(options: &VerifyTrail, root: &Path) -> Result<(PublicKeys, KeySource), Error> {
    let found: Vec<PathBuf> = companion(root, KEYS_FILE).into_iter().collect();
    let (files, source) = if options.public_keys.is_empty() {
        (&found, KeySource::BesideArchive)
    } else {
        (&options.public_keys, KeySource::Named)
    };
    if files.is_empty() {
        return Err(Error::Usage(format!(
            "no public keys: name a file with --public-keys, or lay one with the archive as \
             {KEYS_FILE}; `aws cloudtrail list-public-keys --start-time T --end-time T` writes it"
        )));
    }
    let mut keys = PublicKeys::default();
    for file in files {
        let bytes = read_bytes(file, MAX_KEYS).map_err(|error| Error::file(file, error))?;
        keys.add(&bytes).map_err(|error| bad_file(file, &error))?;
    }
    Ok((keys, source))
}

fn metadata(options: &VerifyTrail, root: &Path) -> Result<Metadata, Error> {
    let named = options.metadata.clone();
    let Some(file) = named.or_else(|| companion(root, METADATA_FILE)) else {
        return Ok(Metadata::default());
    };
    let bytes = read_bytes(&file, MAX_METADATA).map_err(|error| Error::file(&file, error))?;
    Metadata::parse(&bytes).map_err(|error| bad_file(&file, &error))
}

fn bad_file(file: &Path, error: &impl ToString) -> Error {
    Error::Usage(format!("`{}`: {}", file.to_string_lossy(), error.to_string()))
}
