//! Text that tells an agent to do harm, told by what it asks.
//!
//! "You are an expert…" stands in nearly half of honest rule files and proves
//! nothing. What counts is a harmful wish (destroy, send away, open a back
//! door, run what was fetched) together with what honest authors do not write
//! beside it: hide it, ask nobody, go on without end, forget other orders.

mod gate;
mod lexicon;
mod weigh;

use std::ops::Range;

use super::context::{is_forbidden, is_signature};
use super::files::{Role, is_lock, role};
use super::{Check, CheckId, Out, Report, Text};
use lexicon::{Ask, MEANINGS, Meaning};
use weigh::{Cluster, weigh};

/// Characters within which sentences belong together.
const REACH: usize = 1500;
/// Most places of one meaning that are kept.
const MAX_HITS: usize = 200;

pub(crate) struct AgentPrompt;

/// A place in the prose that asks for something.
#[derive(Clone, Debug)]
struct Hit {
    ask: Ask,
    /// How much more it weighs than its kind: the home directory more than a folder.
    is_strong: bool,
    range: Range<usize>,
}

impl Check for AgentPrompt {
    fn id(&self) -> CheckId {
        CheckId::AgentPrompt
    }

    fn reads_binaries(&self) -> bool {
        true
    }

    fn keywords(&self) -> &'static [&'static str] {
        lexicon::KEYWORDS
    }

    fn text(&self, text: &Text<'_>, out: &mut Out<'_>) {
        if is_lock(&text.file.path) {
            return;
        }
        let prose = text.prose().text();
        let hits = hits(prose);
        let role = role(&text.file.path);
        for cluster in clusters(&hits) {
            let at = text.prose().source_range(&cluster.anchor).start;
            let told = is_forbidden(&text.file.path, text.view.text(), at);
            if told && cluster.is_harm_alone() {
                continue;
            }
            let place = Place {
                role,
                is_of_attacks: is_of_attacks(&text.file.path),
                is_signature: is_signature(&text.file.path),
                is_unseen: is_unseen(text, &cluster.anchor),
            };
            if let Some(verdict) = weigh(&cluster, prose, place, &text.layer.via) {
                let report = Report::new(
                    self.id(),
                    verdict.reason,
                    verdict.severity,
                    verdict.confidence,
                );
                out.in_prose(text, &cluster.anchor, report);
            }
        }
    }
}

/// Everything that the text asks for: harms and the leading wishes where their
/// words are, and near those what stands beside them.
fn hits(prose: &str) -> Vec<Hit> {
    let leads = gate::leads(prose).into_iter();
    let mut hits: Vec<Hit> = leads
        .filter_map(|(meaning, range)| hit(meaning, prose, range))
        .collect();
    let leads: Vec<Range<usize>> = hits.iter().map(|hit| hit.range.clone()).collect();
    let near = gate::around(prose, &leads, REACH);
    for meaning in MEANINGS
        .iter()
        .filter(|meaning| !gate::is_leading(meaning.ask))
    {
        find(meaning, prose, &near, &mut hits);
    }
    hits.sort_by_key(|hit| hit.range.start);
    hits
}

/// The matches of one meaning inside windows.
fn find(meaning: &Meaning, prose: &str, windows: &[Range<usize>], hits: &mut Vec<Hit>) {
    for window in windows {
        let part = prose.get(window.clone()).unwrap_or_default();
        let found = meaning.pattern.find_iter(part).take(MAX_HITS);
        let places = found.map(|found| window.start + found.start()..window.start + found.end());
        hits.extend(places.filter_map(|range| hit(meaning, prose, range)));
    }
}

fn hit(meaning: &Meaning, prose: &str, range: Range<usize>) -> Option<Hit> {
    let before = prose.get(..range.start).unwrap_or_default();
    if meaning.ask.is_harm() && lexicon::is_denied(before) {
        return None;
    }
    let after = prose.get(range.end..).unwrap_or_default();
    if meaning.ask == Ask::Override && lexicon::is_refused(before, after) {
        return None;
    }
    if meaning.ask == Ask::Destroy && lexicon::is_temporary(after) {
        return None;
    }
    let is_strong = lexicon::is_strong(meaning.ask, prose.get(range.clone()).unwrap_or_default());
    Some(Hit {
        ask: meaning.ask,
        is_strong,
        range,
    })
}

/// For each harm, or each other wish where there is no harm, what stands near.
fn clusters(hits: &[Hit]) -> Vec<Cluster> {
    let leads = |hit: &&Hit| hit.ask.is_harm() || matches!(hit.ask, Ask::Override | Ask::Hide);
    let mut clusters: Vec<Cluster> = Vec::new();
    for lead in hits.iter().filter(leads) {
        let near = hits.iter().filter(|hit| {
            hit.range.start < lead.range.end + REACH && lead.range.start < hit.range.end + REACH
        });
        let cluster = Cluster::of(lead, near);
        let is_told = |told: &Cluster| told.covers(&cluster);
        if !clusters.iter().any(is_told) {
            clusters.push(cluster);
        }
    }
    clusters
}

/// Where a text stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    role: Role,
    /// Its path says that it holds attacks to test against.
    is_of_attacks: bool,
    /// It is a rule that looks for text, and quotes what it looks for.
    is_signature: bool,
    /// It is in a comment of a text that people see rendered.
    is_unseen: bool,
}

/// Whether a place in the prose is inside `<!-- … -->` of Markdown, which who
/// reads the page does not see and an agent does.
fn is_unseen(text: &Text<'_>, place: &Range<usize>) -> bool {
    let path = text.file.path.to_ascii_lowercase();
    let is_rendered = [".md", ".mdx", ".markdown"]
        .iter()
        .any(|end| path.ends_with(end));
    if !is_rendered || role(&path) == Role::Test {
        return false;
    }
    let at = text.prose().source_range(place).start;
    let head = text.view.text().get(..at).unwrap_or_default();
    let open = head.rfind("<!--");
    open.is_some_and(|open| head.rfind("-->").is_none_or(|close| close < open))
}

fn is_of_attacks(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    const WORDS: &[&str] = &[
        "injection",
        "jailbreak",
        "malicious",
        "adversarial",
        "attack",
        "payload",
        "evil",
    ];
    WORDS.iter().any(|word| path.contains(word))
}

/// Whether a file of this kind speaks to agents by its nature.
fn speaks_to_agents(role: Role) -> bool {
    role == Role::AgentRules
}
