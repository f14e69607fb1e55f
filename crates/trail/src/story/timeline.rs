//! The story as lines: like calls in a row are one line.

use std::collections::{BTreeMap, HashMap};

use gardefou_finding::{FindingId, Outcome, Severity, Tactic, TimelineEntry, Timestamp};

use super::look::{Collected, Row};
use crate::rules::{RuleMeta, RuleSet};

/// Lines at most.
const MAX_LINES: usize = 500;
/// Like calls further apart than this are two lines.
const TOGETHER: i64 = 15 * 60;
/// Findings named on one line.
const MAX_FINDINGS: usize = 12;

/// Which findings a row shows: by rule and identity.
pub(crate) type FindingsOf = HashMap<(String, usize), FindingId>;

/// Lines of an incident, and how many did not fit.
pub(crate) fn timeline(
    rules: &RuleSet,
    collected: &Collected,
    findings: &FindingsOf,
) -> (Vec<TimelineEntry>, u64) {
    let mut lines: Vec<TimelineEntry> = Vec::new();
    for row in collected.rows.values() {
        let metas = metas(rules, row);
        match lines.last_mut() {
            Some(last) if is_like(last, row) => extend(last, row, &metas, findings),
            _ => lines.push(line(row, &metas, findings)),
        }
    }
    let left_out = shorten(&mut lines);
    (lines, left_out + collected.rows_left_out)
}

pub(crate) fn metas<'r>(rules: &'r RuleSet, row: &Row) -> Vec<&'r RuleMeta> {
    row.rules
        .iter()
        .filter_map(|rule| rules.meta(*rule))
        .filter(|meta| meta.alerts)
        .collect()
}

fn is_like(line: &TimelineEntry, row: &Row) -> bool {
    let (a, b) = (&line.event, &row.event);
    line.identity == row.identity
        && (&a.service, &a.call, a.outcome) == (&b.service, &b.call, b.outcome)
        && b.time.since(line.until) <= TOGETHER
}

fn line(row: &Row, metas: &[&RuleMeta], findings: &FindingsOf) -> TimelineEntry {
    let mut line = TimelineEntry {
        event: row.event.clone(),
        until: row.event.time,
        count: 0,
        identity: row.identity,
        tactic: None,
        findings: Vec::new(),
    };
    extend(&mut line, row, metas, findings);
    line
}

fn extend(line: &mut TimelineEntry, row: &Row, metas: &[&RuleMeta], findings: &FindingsOf) {
    line.count += 1;
    line.until = line.until.max(row.event.time);
    let worst = metas.iter().max_by_key(|meta| meta.severity);
    line.tactic = line
        .tactic
        .or_else(|| worst.and_then(|meta| meta.tactics.first().copied()));
    for meta in metas {
        let finding = findings.get(&(meta.id.clone(), row.identity));
        if let Some(finding) = finding.filter(|f| !line.findings.contains(f))
            && line.findings.len() < MAX_FINDINGS
        {
            line.findings.push(finding.clone());
        }
    }
}

/// Leaves out what says least, first reads, then everything without a finding.
fn shorten(lines: &mut Vec<TimelineEntry>) -> u64 {
    let before = lines.len();
    if lines.len() > MAX_LINES {
        lines.retain(|line| !line.findings.is_empty() || !is_read(line.event.call.as_str()));
    }
    if lines.len() > MAX_LINES {
        lines.retain(|line| !line.findings.is_empty());
    }
    lines.truncate(MAX_LINES);
    (before - lines.len()) as u64
}

fn is_read(call: &str) -> bool {
    ["Get", "List", "Describe"]
        .iter()
        .any(|prefix| call.starts_with(prefix))
}

/// Matched calls of each tactic by outcome, with first and last time.
#[derive(Clone, Debug)]
pub(crate) struct TacticSpan {
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) calls: BTreeMap<Outcome, u64>,
}

/// Spans of the tactics that rows show. A call counts for the main tactic of
/// each rule that matches it; informational rules set the scene only.
pub(crate) fn tactics(rules: &RuleSet, collected: &Collected) -> BTreeMap<Tactic, TacticSpan> {
    let mut spans: BTreeMap<Tactic, TacticSpan> = BTreeMap::new();
    for row in collected.rows.values() {
        let mut tactics: Vec<Tactic> = metas(rules, row)
            .iter()
            .filter(|meta| meta.severity > Severity::Informational)
            .filter_map(|meta| meta.tactics.first().copied())
            .collect();
        tactics.sort_unstable();
        tactics.dedup();
        for tactic in tactics {
            let time = row.event.time;
            let span = spans.entry(tactic).or_insert_with(|| TacticSpan {
                first: time,
                last: time,
                calls: BTreeMap::new(),
            });
            span.first = span.first.min(time);
            span.last = span.last.max(time);
            *span.calls.entry(row.event.outcome).or_default() += 1;
        }
    }
    spans
}
