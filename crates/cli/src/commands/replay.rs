//! `gardefou replay`: history × guardrails → what would have been stopped, what
//! would have been broken; and the third look, which `investigate` takes too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gardefou_finding::{
    Coverage, ExitStatus, Failure, FailureReason, Fidelity, Replay as Report, SkipReason, Untrusted,
};
use gardefou_host::{
    Archive, ReadOptions, Stream, Terminal, print, read_bytes, read_text, text_files,
    write_atomically,
};
use gardefou_iam::Policy;
use gardefou_iam::snapshot::{Reader, Snapshot};
use gardefou_replay::fidelity::{Known, fidelity};
use gardefou_replay::guardrail::{Guardrail, Kind, MAX_FILE, Values, library};
use gardefou_replay::{
    Collected, Collector, GuardrailError, Lens, Mapper, Material, Names, Reference, files,
    preventions, replay, split,
};
use gardefou_report::{Format, Options, render_replay};
use gardefou_trail::scan::{SeenEvents, TimeRange};
use gardefou_trail::story::Focus;

use super::investigate::{Looked, look};
use super::{Error, colour, tool};
use crate::args::Replay;
use crate::pipeline::{Calls, Endings};

/// Largest file of a snapshot that is read, in bytes.
const MAX_SNAPSHOT: u64 = 1 << 30;

/// Runs `gardefou replay`.
pub(crate) fn run(options: &Replay) -> Result<ExitStatus, Error> {
    let guardrails = guardrails(&options.guardrail)?;
    let given = given(&options.set, &guardrails)?;
    let mut unread = Coverage::default();
    let snapshot = snapshot(&options.snapshot, &mut unread);
    let known = snapshot.as_ref().map(Known::of);
    let third = Third {
        wants: Wants::Replay,
        guardrails: guardrails.clone(),
        known: known.as_ref(),
        names: snapshot.as_ref().map(Names::of).unwrap_or_default(),
    };
    let mut looked = look(&options.reading, Some(third))?;
    looked.report.coverage.merge(unread);
    let collected = looked.collected.take().unwrap_or_default();
    let report = concluded(
        options,
        &guardrails,
        &given,
        &looked,
        &collected,
        known.as_ref(),
    )?;
    write_all(options, &report)?;
    show(options, &report)?;
    Ok(report.exit_status())
}

fn concluded(
    options: &Replay,
    guardrails: &[Guardrail],
    given: &BTreeMap<String, Values>,
    looked: &Looked,
    collected: &Collected,
    known: Option<&Known>,
) -> Result<Report, Error> {
    let fidelity: Option<Fidelity> = known.map(|known| fidelity(known, collected));
    let material = Material {
        guardrails,
        given,
        collected,
        incidents: &looked.report.incidents,
        span: looked.span,
        split: split(looked.span),
        fidelity,
        coverage: looked.report.coverage.clone(),
    };
    let mut report = replay(material, tool()).map_err(|error| wrong(&error))?;
    if options.suggest {
        let chosen = report.suggestion.as_ref().map(|it| it.guardrails.clone());
        let chosen = chosen.unwrap_or_default();
        report.guardrails.retain(|one| chosen.contains(&one.id));
    }
    Ok(report)
}

fn wrong(error: &GuardrailError) -> Error {
    Error::Usage(error.to_string())
}

/// The guardrails that are named, or the program's own.
fn guardrails(named: &[String]) -> Result<Vec<Guardrail>, Error> {
    let own = library().map_err(|error| wrong(&error))?;
    if named.is_empty() {
        return Ok(own);
    }
    let find = |name: &String| {
        if let Some(known) = own.iter().find(|one| one.id == *name) {
            return Ok(known.clone());
        }
        let path = Path::new(name);
        if path.extension().is_none_or(|end| end != "yml") {
            let known: Vec<&str> = own.iter().map(|one| one.id.as_str()).collect();
            return Err(Error::Usage(format!(
                "`{name}` is neither a guardrail's file (.yml) nor one of {}",
                known.join(", ")
            )));
        }
        let text = read_text(path, MAX_FILE as u64).map_err(|error| Error::file(path, error))?;
        Guardrail::parse(&text).map_err(|error| Error::Usage(format!("`{name}`: {error}")))
    };
    named.iter().map(find).collect()
}

/// `ID.NAME=VALUE,…`, for guardrails and parameters that there are.
fn given(set: &[String], guardrails: &[Guardrail]) -> Result<BTreeMap<String, Values>, Error> {
    let mut given: BTreeMap<String, Values> = BTreeMap::new();
    for text in set {
        let parts = text
            .split_once('=')
            .and_then(|(name, values)| Some((name.rsplit_once('.')?, values)));
        let Some(((id, name), values)) = parts else {
            return Err(Error::Usage(format!("`{text}`: expected ID.NAME=VALUE,…")));
        };
        let known = guardrails.iter().find(|one| one.id == id);
        if !known.is_some_and(|one| one.parameters.contains_key(name)) {
            return Err(Error::Usage(format!(
                "no guardrail `{id}` with a parameter `{name}`"
            )));
        }
        let values = values.split(',').map(|one| one.trim().to_owned());
        given
            .entry(id.to_owned())
            .or_default()
            .insert(name.to_owned(), values.collect());
    }
    Ok(given)
}

/// The snapshot; what of it cannot be read is a failure of the replay.
fn snapshot(paths: &[PathBuf], unread: &mut Coverage) -> Option<Snapshot> {
    if paths.is_empty() {
        return None;
    }
    let mut reader = Reader::default();
    for path in paths {
        let files = text_files(path, &["json", "ndjson", "jsonl"]);
        for file in files.unwrap_or_else(|_| vec![path.clone()]) {
            let name = Untrusted::new(file.to_string_lossy());
            match read_bytes(&file, MAX_SNAPSHOT) {
                Ok(bytes) => reader.add(&name, &bytes, file == *path),
                Err(error) => unread.fail(Failure {
                    source: name,
                    offset: None,
                    reason: FailureReason::Unreadable,
                    detail: Some(Untrusted::new(error.to_string())),
                }),
            }
        }
    }
    let (snapshot, coverage) = reader.finish();
    for failure in coverage.failures {
        unread.fail(Failure {
            source: failure.source,
            offset: failure.offset,
            reason: FailureReason::Unreadable,
            detail: Some(failure.detail),
        });
    }
    Some(snapshot)
}

fn show(options: &Replay, report: &Report) -> Result<(), Error> {
    let terminal = Terminal::of(Stream::Out);
    let shown = Options {
        lang: options.lang,
        colour: colour(options.color, &terminal),
        width: terminal.width.map_or(100, usize::from),
        pretty: true,
    };
    let text = render_replay(report, options.format, &shown);
    print(Stream::Out, &text).map(drop).map_err(Error::output)
}

fn write_all(options: &Replay, report: &Report) -> Result<(), Error> {
    let Some(dir) = &options.out else {
        return Ok(());
    };
    let plain = Options {
        lang: options.lang,
        ..Options::default()
    };
    let write = |path: PathBuf, text: &str| {
        write_atomically(&path, text.as_bytes()).map_err(|error| Error::file(&path, error))
    };
    for format in [Format::Text, Format::Json, Format::Markdown, Format::Html] {
        let path = dir.join(format!("replay.{}", format.extension()));
        write(path, &render_replay(report, format, &plain))?;
    }
    for (name, text) in files::of(report) {
        write(dir.join("guardrails").join(name), &text)?;
    }
    Ok(())
}

/// Why the third look is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// To replay all, whatever it holds.
    Replay,
    /// Only to say what would have prevented incidents.
    Preventions,
}

/// The third look: what guardrails can see of every call.
pub(crate) struct Third<'a> {
    wants: Wants,
    guardrails: Vec<Guardrail>,
    known: Option<&'a Known>,
    names: Names,
}

/// What there is to look at.
pub(crate) struct Looking<'a> {
    pub(crate) archive: &'a Archive,
    pub(crate) options: ReadOptions<'a>,
    pub(crate) focus: &'a Focus,
    pub(crate) range: TimeRange,
    pub(crate) endings: &'a Endings,
}

impl Third<'_> {
    /// For the line in an incident's report.
    pub(crate) fn for_preventions() -> Result<Self, Error> {
        Ok(Self {
            wants: Wants::Preventions,
            guardrails: library().map_err(|error| wrong(&error))?,
            known: None,
            names: Names::default(),
        })
    }

    /// Looks, and puts what it finds where it belongs.
    pub(crate) fn look(&self, at: &Looking<'_>, looked: &mut Looked) -> Result<(), Error> {
        if self.wants == Wants::Preventions && looked.report.incidents.is_empty() {
            return Ok(());
        }
        let (collected, unread) = self.collect(at, looked)?;
        looked.report.coverage.merge(unread);
        if self.wants == Wants::Preventions {
            self.prevent(&collected, looked)?;
        }
        looked.collected = Some(collected);
        Ok(())
    }

    fn collect(&self, at: &Looking<'_>, looked: &Looked) -> Result<(Collected, Coverage), Error> {
        let lens = self.lens()?;
        let reference = Reference::load();
        let mapper = Mapper::new(&reference)
            .with_names(self.names.clone())
            .asking(&lens);
        let skipped = &looked.report.coverage.skipped;
        let has_twice = skipped.contains_key(&SkipReason::DuplicateDelivery);
        let seen = has_twice.then(SeenEvents::default);
        let split = split(looked.span);
        let read = at.archive.read(&at.options, || {
            let collector =
                Collector::new(&mapper, &lens, at.focus, seen.as_ref(), at.range, split);
            Calls::new(collector, at.endings)
        });
        let mut collected = Collected::default();
        let mut unread = Coverage::default();
        for worker in read.workers {
            let (part, failed) = worker.finish();
            collected.merge(part);
            unread.merge(failed);
        }
        Ok((collected, unread))
    }

    fn lens(&self) -> Result<Lens, Error> {
        let mut policies: Vec<Arc<Policy>> = Vec::new();
        for guardrail in &self.guardrails {
            if guardrail.kind != Kind::Advice {
                policies.push(guardrail.blank().map_err(|error| wrong(&error))?.policy);
            }
        }
        if self.wants == Wants::Preventions {
            // INVARIANT: the library's policies are as this asks; a test holds
            // them to it.
            return Ok(Lens::new(&policies).by_caller());
        }
        let Some(known) = self.known else {
            return Ok(Lens::new(&policies));
        };
        policies.extend(known.policies().cloned());
        Ok(Lens::new(&policies).with_denied())
    }

    fn prevent(&self, collected: &Collected, looked: &mut Looked) -> Result<(), Error> {
        let material = Material {
            guardrails: &self.guardrails,
            given: &BTreeMap::new(),
            collected,
            incidents: &looked.report.incidents,
            span: looked.span,
            split: split(looked.span),
            fidelity: None,
            coverage: Coverage::default(),
        };
        let lines = preventions(&material).map_err(|error| wrong(&error))?;
        for (incident, line) in looked.report.incidents.iter_mut().zip(lines) {
            incident.prevention = line;
        }
        Ok(())
    }
}
