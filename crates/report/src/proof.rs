//! What digests prove, for a person and for a program.

use std::collections::BTreeMap;

use gardefou_finding::{
    ChainProof, Doubt, DoubtKind, KeySource, TimeSpan, Timestamp, TrailProof, Untrusted,
};

use crate::catalogue::{Counted, Message, Say, Sentence};
use crate::document::{Block, Document, Note, Section};
use crate::{Options, json, text};

/// Doubts of one chain that are shown in text; JSON has more.
const SHOWN: usize = 20;

/// Spans of proven time that are shown in a line.
const SHOWN_SPANS: usize = 6;

/// Renders a proof for a terminal, or as JSON. The answer ends in a line end.
pub fn render_proof(proof: &TrailProof, as_json: bool, options: &Options) -> String {
    if as_json {
        return json::render(proof, options.pretty) + "\n";
    }
    let say = Say { lang: options.lang };
    text::render_document(&Teller { proof, say }.document(), options)
}

/// Spans in a row, at most a few: `T to T, T to T and 3 more`.
pub(crate) fn spans(say: Say, spans: &[TimeSpan]) -> Sentence {
    let mut items: Vec<Sentence> = spans
        .iter()
        .take(SHOWN_SPANS)
        .map(|span| {
            let values = [
                ("first", Sentence::plain(span.from.to_string())),
                ("last", Sentence::plain(span.to.to_string())),
            ];
            say.fill(Message::IncidentTime, &values)
        })
        .collect();
    let more = spans.len().saturating_sub(SHOWN_SPANS) as u64;
    if more > 0 {
        items.push(say.count(Counted::AndMore, more));
    }
    say.list(items)
}

struct Teller<'a> {
    proof: &'a TrailProof,
    say: Say,
}

impl Teller<'_> {
    fn document(&self) -> Document<'static> {
        let mut sections: Vec<Section<'static>> = self
            .proof
            .chains
            .iter()
            .map(|chain| self.chain(chain))
            .collect();
        if !self.proof.doubts_listed.is_empty() {
            let title = self.say.label(Message::ProofBeyond);
            sections.push(section(title, self.doubts(&self.proof.doubts_listed)));
        }
        let tool = &self.proof.tool;
        Document {
            say: self.say,
            title: Message::ReportTitle,
            headline: self.headline(),
            worst: None,
            notes: self.notes(),
            incidents: Vec::new(),
            sections,
            colophon: self.say.fill(
                Message::WrittenBy,
                &[
                    ("tool", Sentence::plain(tool.name.as_str())),
                    ("version", Sentence::plain(tool.version.as_str())),
                ],
            ),
        }
    }

    fn headline(&self) -> Sentence {
        let proof = self.proof;
        let chains = proof.chains.len() as u64 + proof.chains_left_out;
        let total = proof.doubts.values().sum();
        let values = [
            ("spans", spans(self.say, &proof.proven)),
            ("chains", self.say.count(Counted::Chains, chains)),
            ("doubts", self.say.count(Counted::Doubts, total)),
        ];
        let message = match (proof.proven.is_empty(), total) {
            (true, 0) => Message::ProofNothing,
            (true, _) => Message::ProofNothingBut,
            (false, 0) => Message::ProofAll,
            (false, _) => Message::ProofPart,
        };
        self.say.fill(message, &values)
    }

    fn notes(&self) -> Vec<Note> {
        let proof = self.proof;
        let note = |text, warns| Note { text, warns };
        let mut notes = Vec::new();
        if !proof.coverage.is_complete() {
            let failed = self
                .say
                .count(Counted::CouldNotRead, proof.coverage.failed_total());
            notes.push(note(
                self.say
                    .fill(Message::ProofUnreadHead, &[("failed", failed)]),
                true,
            ));
        }
        if !proof.doubts.is_empty() {
            notes.push(note(self.by_kind(&proof.doubts), true));
        }
        if proof.since.is_none() {
            notes.push(note(self.say.plain(Message::ProofNoStart), false));
        }
        if proof.until.is_none() {
            notes.push(note(self.say.plain(Message::ProofNoEnd), false));
        }
        let keys = match proof.keys {
            KeySource::Named => Message::ProofKeysNamed,
            KeySource::BesideArchive => Message::ProofKeysBeside,
            KeySource::Api => Message::ProofKeysApi,
        };
        notes.push(note(self.say.plain(keys), false));
        if proof.other_files > 0 {
            let files = self.say.count(Counted::Files, proof.other_files);
            notes.push(note(
                self.say.fill(Message::ProofOthers, &[("files", files)]),
                false,
            ));
        }
        notes
    }

    /// `2 × log missing; 1 × chain restarted`.
    fn by_kind(&self, doubts: &BTreeMap<DoubtKind, u64>) -> Sentence {
        let parts: Vec<String> = doubts
            .iter()
            .map(|(kind, count)| format!("{} × {}", self.say.number(*count), self.say.word(*kind)))
            .collect();
        Sentence::plain(parts.join(&self.say.label(Message::Semicolon)))
    }

    fn chain(&self, chain: &ChainProof) -> Section<'static> {
        let name = &chain.name;
        let message = if name.trail.is_empty() {
            Message::ProofNoTrail
        } else {
            Message::ProofChain
        };
        // A title is one line of our own; names in it are shown escaped.
        let shown = |text: &Untrusted| Sentence::plain(text.escaped());
        let title = self.say.fill(
            message,
            &[
                ("trail", shown(&name.trail)),
                ("home", shown(&name.home_region)),
                ("account", shown(&name.account)),
                ("region", shown(&name.region)),
            ],
        );
        let mut blocks = vec![Block::Fields(self.fields(chain))];
        blocks.extend(self.doubts(&chain.doubts_listed));
        section(plain_text(&title), blocks)
    }

    fn fields(&self, chain: &ChainProof) -> Vec<(String, Sentence)> {
        let of = |n: u64, total: u64| {
            let values = [
                ("n", Sentence::plain(self.say.number(n))),
                ("total", Sentence::plain(self.say.number(total))),
            ];
            if total == 0 {
                Sentence::default()
            } else {
                self.say.fill(Message::ProofOf, &values)
            }
        };
        let quote = |text: &Option<Untrusted>| {
            text.as_ref()
                .map_or_else(Sentence::default, Sentence::quote)
        };
        let fields = [
            (
                Message::ProofPlace,
                quote(&Some(chain.name.place.clone()).filter(|it| !it.is_empty())),
            ),
            (Message::ProofDelivered, quote(&chain.delivered_to)),
            (
                Message::ProofDigests,
                of(chain.digests_valid, chain.digests),
            ),
            (
                Message::ProofBackfills,
                of(chain.backfills_valid, chain.backfills),
            ),
            (Message::ProofLogs, of(chain.logs_valid, chain.logs_listed)),
            (Message::ProofProven, spans(self.say, &chain.proven)),
            (Message::ProofDoubts, self.by_kind(&chain.doubts)),
        ];
        let known = fields.into_iter().filter(|(_, value)| !value.is_empty());
        known
            .map(|(label, value)| (self.say.label(label), value))
            .collect()
    }

    fn doubts(&self, doubts: &[Doubt]) -> Vec<Block<'static>> {
        if doubts.is_empty() {
            return Vec::new();
        }
        let shown = doubts.iter().take(SHOWN).map(|doubt| self.line(doubt));
        let left = doubts.len().saturating_sub(SHOWN) as u64;
        let more = (left > 0).then(|| self.say.count(Counted::AndMore, left));
        vec![Block::List(shown.chain(more).collect())]
    }

    /// `log modified, T to T: file (detail)`. The file's own name tells account,
    /// region and time; its folders are the chain's, and JSON has them.
    fn line(&self, doubt: &Doubt) -> Sentence {
        let colon = self.say.label(Message::Colon);
        let mut line = Sentence::strong(self.say.word(doubt.kind));
        line = line.with(", ").joined(self.in_doubt(doubt));
        if let Some(object) = &doubt.object {
            line = line.with(&colon).then_quote(&own_name(object));
        }
        if let Some(detail) = &doubt.detail {
            line = line.with(" (").then_quote(detail).with(")");
        }
        line
    }

    fn in_doubt(&self, doubt: &Doubt) -> Sentence {
        let time = |time: Timestamp| Sentence::plain(time.to_string());
        match (doubt.from, doubt.to) {
            (None, None) => self.say.plain(Message::ProofUnbounded),
            (Some(from), None) => self
                .say
                .fill(Message::ProofSpanFrom, &[("from", time(from))]),
            (None, Some(to)) => self.say.fill(Message::ProofSpanTo, &[("to", time(to))]),
            (Some(from), Some(to)) if from == to => {
                self.say.fill(Message::ProofMoment, &[("from", time(from))])
            }
            (Some(from), Some(to)) => {
                let values = [("first", time(from)), ("last", time(to))];
                self.say.fill(Message::IncidentTime, &values)
            }
        }
    }
}

fn own_name(object: &Untrusted) -> Untrusted {
    let name = object.as_str().rsplit('/').next();
    Untrusted::new(
        name.filter(|name| !name.is_empty())
            .unwrap_or(object.as_str()),
    )
}

fn section(title: String, blocks: Vec<Block<'static>>) -> Section<'static> {
    Section {
        id: "proof",
        title,
        blocks,
        folded: false,
    }
}

/// The text of a sentence of our own words.
pub(crate) fn plain_text(sentence: &Sentence) -> String {
    let mut text = String::new();
    for span in sentence.spans() {
        match span {
            crate::catalogue::Span::Plain(part) | crate::catalogue::Span::Strong(part) => {
                text.push_str(part);
            }
            crate::catalogue::Span::Quote(part) => text.push_str(&part.escaped()),
        }
    }
    text
}
