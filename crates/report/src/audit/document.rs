//! From an audit's data to a document's sentences.

use gardefou_finding::{Audit, AuditFinding, AuditPath, PathStep, StatementPlace, Untrusted};

use super::advice::advice;
use super::words::dependency;
use crate::catalogue::{Counted, Lang, Message, Say, Sentence, french_typography};
use crate::document::{Block, Document, Figure, Note, Section};

/// How much of each list is shown: in a terminal or Markdown, and on a page.
const FINDINGS: [usize; 2] = [12, 5_000];
const PATHS: [usize; 2] = [15, 500];
const FAILURES: [usize; 2] = [20, 200];

/// Tells an audit in a language.
pub(super) struct Teller<'a> {
    pub(super) audit: &'a Audit,
    pub(super) say: Say,
    /// Whether the output is a page, which has room.
    pub(super) page: bool,
}

impl<'a> Teller<'a> {
    /// The whole document.
    pub(super) fn document(&self) -> Document<'a> {
        let audit = self.audit;
        let mut sections = Vec::new();
        if self.page
            && audit
                .paths
                .iter()
                .any(|path| path.certainty != gardefou_finding::Certainty::NoTarget)
        {
            sections.push(self.section(
                "graph",
                Message::AuditGraph,
                vec![Block::Figure(Figure::Paths(audit))],
            ));
        }
        sections.extend(self.findings());
        sections.extend(self.paths());
        sections.push(self.coverage());
        Document {
            say: self.say,
            title: Message::AuditTitle,
            headline: self.headline(),
            worst: audit.findings.iter().map(|one| one.severity).max(),
            notes: self.notes(),
            incidents: Vec::new(),
            sections,
            colophon: self.say.fill(
                Message::WrittenBy,
                &[
                    ("tool", Sentence::plain(audit.tool.name.as_str())),
                    ("version", Sentence::plain(audit.tool.version.as_str())),
                ],
            ),
        }
    }

    fn headline(&self) -> Sentence {
        let audit = self.audit;
        if audit.coverage.accounts.is_empty() {
            return self.say.plain(Message::AuditNobody);
        }
        if audit.findings.is_empty() {
            return self.say.plain(Message::AuditClean);
        }
        self.say.fill(
            Message::AuditHeadline,
            &[
                (
                    "findings",
                    self.say
                        .count(Counted::Findings, audit.findings.len() as u64),
                ),
                (
                    "principals",
                    self.say.count(
                        Counted::Principals,
                        audit.summary.users + audit.summary.roles,
                    ),
                ),
                (
                    "accounts",
                    self.say.count(Counted::Accounts, audit.summary.accounts),
                ),
            ],
        )
    }

    fn notes(&self) -> Vec<Note> {
        let summary = &self.audit.summary;
        let number = |n: u64| Sentence::strong(self.say.number(n));
        let text = self.say.fill(
            Message::AuditWho,
            &[
                ("admins", number(summary.administrators)),
                ("escalating", number(summary.escalating)),
                ("perhaps", number(summary.perhaps_escalating)),
            ],
        );
        let mut notes = vec![Note {
            text,
            warns: summary.escalating > 0,
        }];
        let failed = self.audit.coverage.failed_total();
        if failed > 0 {
            let failed = self.say.count(Counted::CouldNotRead, failed);
            let text = self
                .say
                .fill(Message::IncompleteHead, &[("failed", failed)])
                .and_then(self.say.plain(Message::SeeCoverage));
            notes.push(Note { text, warns: true });
        }
        notes
    }

    fn most(&self, most: [usize; 2]) -> usize {
        let [narrow, page] = most;
        if self.page { page } else { narrow }
    }

    /// The findings, those of one check and severity together.
    fn findings(&self) -> Option<Section<'a>> {
        let all = &self.audit.findings;
        let most = self.most(FINDINGS);
        let mut blocks = Vec::new();
        let alike =
            |a: &AuditFinding, b: &AuditFinding| a.check == b.check && a.severity == b.severity;
        for group in all.chunk_by(alike) {
            let Some(first) = group.first() else { continue };
            blocks.push(Block::Paragraph(self.group_head(first, group.len())));
            blocks.push(Block::List(group.iter().take(most).map(subject).collect()));
            let left = group.len().saturating_sub(most) as u64;
            if left > 0 {
                blocks.push(Block::Paragraph(self.say.count(Counted::MoreLines, left)));
            }
        }
        (!all.is_empty()).then(|| self.section("findings", Message::AuditFindings, blocks))
    }

    /// What was found, by which check, and what to do about it.
    fn group_head(&self, one: &AuditFinding, count: usize) -> Sentence {
        let title = match self.say.lang {
            Lang::En => one.title.clone(),
            Lang::Fr => french_typography(&one.title_fr),
        };
        let values = [
            ("severity", Sentence::strong(self.say.word(one.severity))),
            ("title", Sentence::plain(title)),
            ("check", Sentence::code(&one.check)),
            ("count", Sentence::plain(self.say.number(count as u64))),
            (
                "advice",
                Sentence::plain(advice(&one.check, self.say.lang).unwrap_or_default()),
            ),
        ];
        self.say.fill(Message::AuditGroup, &values)
    }

    fn paths(&self) -> Option<Section<'a>> {
        let all = &self.audit.paths;
        let most = self.most(PATHS);
        let mut blocks = Vec::new();
        for path in all.iter().take(most) {
            blocks.push(Block::Paragraph(self.path_head(path)));
            blocks.push(Block::List(self.path_lines(path)));
        }
        let left = all.len().saturating_sub(most) as u64 + self.audit.paths_left_out;
        if left > 0 {
            blocks.push(Block::Paragraph(self.say.count(Counted::MoreLines, left)));
        }
        (!all.is_empty()).then(|| self.section("paths", Message::AuditPaths, blocks))
    }

    fn path_head(&self, path: &AuditPath) -> Sentence {
        self.say.fill(
            Message::PathHead,
            &[
                ("from", Sentence::quote(&path.from)),
                ("goal", Sentence::plain(self.say.word(path.goal))),
                ("certainty", Sentence::plain(self.say.word(path.certainty))),
            ],
        )
    }

    fn path_lines(&self, path: &AuditPath) -> Vec<Sentence> {
        let mut lines: Vec<Sentence> = path.steps.iter().map(|step| self.step(step)).collect();
        if !path.depends_on.is_empty() {
            let on = path
                .depends_on
                .iter()
                .take(6)
                .map(|one| dependency(self.say, one))
                .collect();
            lines.push(
                self.say
                    .fill(Message::PathNeeds, &[("what", Sentence::join(on, "; "))]),
            );
        }
        lines
    }

    fn step(&self, step: &PathStep) -> Sentence {
        let title = step.methods.first().map(|method| match self.say.lang {
            Lang::En => method.title.clone(),
            Lang::Fr => french_typography(&method.title_fr),
        });
        let ids: Vec<&str> = step
            .methods
            .iter()
            .map(|method| method.id.as_str())
            .collect();
        let mut line = match title {
            Some(title) => Sentence::plain(format!("{title} ("))
                .joined(Sentence::code(&ids.join(", ")))
                .with("): "),
            None => self.say.plain(Message::StepReads),
        };
        line = line.joined(Sentence::quote(&step.to));
        if let Some(through) = &step.through {
            line = line.joined(self.say.fill(
                Message::StepThrough,
                &[("through", Sentence::quote(through))],
            ));
        }
        let places: Vec<Sentence> = step
            .permissions
            .iter()
            .flat_map(|one| &one.statements)
            .map(place)
            .fold(Vec::new(), |mut all, one| {
                if !all.contains(&one) {
                    all.push(one);
                }
                all
            });
        if places.is_empty() {
            return line;
        }
        line.joined(self.say.fill(
            Message::StepBecause,
            &[("statements", Sentence::join(places, ", "))],
        ))
    }

    fn coverage(&self) -> Section<'a> {
        let coverage = &self.audit.coverage;
        let unjudged = coverage.not_judged.len() as u64;
        let mut blocks = vec![if coverage.is_complete() && unjudged > 0 {
            let count = Sentence::plain(self.say.number(unjudged));
            Block::Paragraph(self.say.fill(Message::AuditUnjudged, &[("count", count)]))
        } else if coverage.is_complete() {
            Block::Paragraph(self.say.plain(Message::CoverageComplete))
        } else {
            Block::Warning(
                self.say
                    .count(Counted::CouldNotRead, coverage.failed_total()),
            )
        }];
        let items = coverage
            .items
            .iter()
            .map(|(kind, n)| Sentence::plain(format!("{kind} {}", self.say.number(*n))));
        let mut fields = vec![
            (
                Message::CoverageRead,
                self.say.count(Counted::Files, coverage.files),
            ),
            (
                Message::CoverageItems,
                Sentence::join(items.collect(), ", "),
            ),
            (Message::CoverageAccounts, names(&coverage.accounts)),
            (
                Message::CoverageManaged,
                coverage
                    .managed_policies_of
                    .as_ref()
                    .map_or_else(Sentence::default, |date| Sentence::plain(date.as_str())),
            ),
            (
                Message::CoverageSkipped,
                if coverage.skipped > 0 {
                    self.say.count(Counted::Files, coverage.skipped)
                } else {
                    Sentence::default()
                },
            ),
        ];
        fields.extend(coverage.not_judged.iter().map(|(check, missing)| {
            let what = Sentence::code(check).with(": ").joined(names(missing));
            (Message::CoverageNotJudged, what)
        }));
        fields.extend(coverage.suppressed.iter().map(|(check, n)| {
            (
                Message::CoverageSuppressed,
                Sentence::code(check).with(&format!(": {n}")),
            )
        }));
        let known = fields.into_iter().filter(|(_, value)| !value.is_empty());
        blocks.push(Block::Fields(
            known
                .map(|(label, value)| (self.say.label(label), value))
                .collect(),
        ));
        blocks.extend(self.failures());
        self.section("coverage", Message::SectionCoverage, blocks)
    }

    fn failures(&self) -> Option<Block<'a>> {
        let all = &self.audit.coverage.failures;
        let lines = all.iter().take(self.most(FAILURES)).map(|one| {
            let place = one
                .offset
                .map_or_else(String::new, |offset| format!(" @{offset}"));
            Sentence::quote(&one.source)
                .with(&format!("{place}: {}: ", self.say.word(one.reason)))
                .then_quote(&one.detail)
        });
        (!all.is_empty()).then(|| Block::List(lines.collect()))
    }

    fn section(&self, id: &'static str, title: Message, blocks: Vec<Block<'a>>) -> Section<'a> {
        Section {
            id,
            title: self.say.label(title),
            blocks,
            folded: false,
        }
    }
}

/// Who or what a finding is about, and its facts.
fn subject(one: &AuditFinding) -> Sentence {
    let facts = one
        .facts
        .iter()
        .take(6)
        .map(|fact| Sentence::plain(format!("{}: ", fact.name)).then_quote(&fact.value));
    let mut subject = Sentence::quote(&one.subject);
    for fact in facts {
        subject = subject.with("; ").joined(fact);
    }
    subject
}

/// `policy#2 (Sid) of holder`, shortly.
fn place(one: &StatementPlace) -> Sentence {
    let sid = one
        .sid
        .as_ref()
        .map(|sid| format!(" {}", sid.escaped()))
        .unwrap_or_default();
    let text = format!("{}#{}{sid}", one.policy.as_str(), one.statement);
    Sentence::quote(&Untrusted::new(text))
}

/// The first names of a list, and how many more there are.
fn names(all: &[Untrusted]) -> Sentence {
    const SHOWN: usize = 6;
    let shown = all.iter().take(SHOWN).map(Sentence::quote).collect();
    let shown = Sentence::join(shown, ", ");
    match all.len().saturating_sub(SHOWN) {
        0 => shown,
        more => shown.with(&format!(" +{more}")),
    }
}
