//! What tests of several files share.
#![allow(dead_code, reason = "not every test uses all of it")]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use gardefou_finding::{
    Coverage, FailureReason, Incident, InputForm, Replay, SkipReason, Timestamp, Tool,
};
use gardefou_replay::guardrail::{Guardrail, Kind, library};
use gardefou_replay::{
    Collected, Collector, Lens, Mapper, Material, Names, Reference, replay, split,
};
use gardefou_testkit::data::files_below;
use gardefou_trail::decode::{Decoder, Limits, Record, Sink, decode};
use gardefou_trail::rules::{RuleSet, embedded};
use gardefou_trail::scan::{Scanner, SeenEvents, TimeRange};
use gardefou_trail::story::{SecondLook, judge, tell};

/// A source: name and inflated bytes.
pub(crate) type File = (String, Vec<u8>);

/// The files of a shipped sample.
pub(crate) fn sample(name: &str) -> Vec<File> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../samples")
        .join(name);
    let logs = files_below(&dir);
    let logs = logs
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "gz"));
    logs.map(|path| {
        let packed = std::fs::read(path).unwrap();
        (path.to_string_lossy().into_owned(), inflated(&packed))
    })
    .collect()
}

/// The files of an archive that testkit makes.
pub(crate) fn generated(config: &gardefou_testkit::Config) -> Vec<File> {
    let archive = gardefou_testkit::generate(config).unwrap();
    let files = archive.files.into_iter();
    files
        .map(|file| (file.path, inflated(&file.bytes)))
        .collect()
}

fn inflated(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Hands every record of a shipped sample to `take`.
pub(crate) fn each_record(name: &str, take: impl FnMut(&Record<'_>)) {
    let mut each = Each { take };
    for (_, bytes) in sample(name) {
        decode(Limits::default(), &bytes, &mut each);
    }
}

/// A sink that only takes records.
struct Each<F> {
    take: F,
}

impl<F: FnMut(&Record<'_>)> Sink for Each<F> {
    fn record(&mut self, record: &Record<'_>) {
        (self.take)(record);
    }

    fn skipped(&mut self, _: u64, _: SkipReason) {}

    fn failed(&mut self, offset: u64, why: FailureReason, _: Option<&str>) {
        panic!("a record at {offset} failed: {why:?}");
    }

    fn form(&mut self, _: InputForm) {}
}

/// A history that is ready to be replayed, also several times.
pub(crate) struct Ready {
    pub(crate) incidents: Vec<Incident>,
    pub(crate) collected: Collected,
    pub(crate) span: Option<(Timestamp, Timestamp)>,
}

/// Investigates an archive and collects its calls for these guardrails.
pub(crate) fn ready(files: &[File], guardrails: &[Guardrail]) -> Ready {
    let blanks: Vec<_> = guardrails
        .iter()
        .filter(|one| one.kind != Kind::Advice)
        .map(|one| one.blank().unwrap().policy)
        .collect();
    ready_for(files, &Lens::new(&blanks), Names::default())
}

/// The same for any lens.
pub(crate) fn ready_for(files: &[File], lens: &Lens, names_known: Names) -> Ready {
    let rules = RuleSet::load(&embedded()).unwrap();
    let seen = SeenEvents::small();
    let mut scanner = Scanner::new(&rules, &seen, TimeRange::default());
    for (number, (name, bytes)) in (0..).zip(files) {
        scanner.begin(number, name);
        Decoder::new(Limits::default()).feed(bytes, true, &mut scanner);
    }
    let (mut facts, _) = scanner.finish();
    facts.settle();
    let judgement = judge(&rules, &facts);
    let seen = SeenEvents::small();
    let mut look = SecondLook::new(&rules, &judgement.focus, &seen);
    for (number, (name, bytes)) in (0..).zip(files) {
        if judgement.focus.sources().contains(&number) {
            look.begin(number, name);
            Decoder::new(Limits::default()).feed(bytes, true, &mut look);
        }
    }
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let now = Timestamp::parse("2025-11-05T00:00:00Z").unwrap();
    let told = tell(&rules, &facts, &judgement, &look.finish(), &names, now);
    Ready {
        collected: collect(files, lens, names_known, &judgement.focus, facts.time),
        incidents: told.incidents,
        span: facts.time,
    }
}

fn collect(
    files: &[File],
    lens: &Lens,
    names: Names,
    focus: &gardefou_trail::story::Focus,
    span: Option<(Timestamp, Timestamp)>,
) -> Collected {
    let reference = Reference::load();
    let mapper = Mapper::new(&reference).with_names(names).asking(lens);
    let seen = SeenEvents::small();
    // Two workers, so that merging is tested too.
    let mut whole = Collected::default();
    for part in 0..2 {
        let mut collector = Collector::new(
            &mapper,
            lens,
            focus,
            Some(&seen),
            TimeRange::default(),
            split(span),
        );
        for (number, (name, bytes)) in files.iter().enumerate() {
            if number % 2 == part {
                collector.begin(name);
                Decoder::new(Limits::default()).feed(bytes, true, &mut collector);
            }
        }
        whole.merge(collector.finish());
    }
    whole
}

impl Ready {
    /// What these guardrails would have done.
    pub(crate) fn replay(&self, guardrails: &[Guardrail]) -> Replay {
        let material = Material {
            guardrails,
            given: &BTreeMap::new(),
            collected: &self.collected,
            incidents: &self.incidents,
            span: self.span,
            split: split(self.span),
            fidelity: None,
            coverage: Coverage::default(),
        };
        let tool = Tool {
            name: "gardefou".to_owned(),
            version: "test".to_owned(),
        };
        replay(material, tool).unwrap()
    }
}

/// The program's own guardrails.
pub(crate) fn all() -> Vec<Guardrail> {
    library().unwrap()
}
