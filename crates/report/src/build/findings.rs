//! Tables of findings and of rules.

use gardefou_finding::{Finding, Incident};

use super::Builder;
use crate::catalogue::{Counted, Message, Sentence};
use crate::document::{Block, Section, Set, Table};

impl<'a> Builder<'a> {
    /// Findings of an incident, where the format has room for them.
    pub(super) fn incident_findings_section(&self, incident: &Incident) -> Option<Section<'a>> {
        if self.limits.findings == 0 || incident.findings.is_empty() {
            return None;
        }
        let findings: Vec<_> = incident
            .findings
            .iter()
            .filter_map(|id| self.findings.get(id).copied())
            .collect();
        let table = self.finding_table(&findings, self.limits.findings, true);
        let blocks = vec![Block::Table(table)];
        Some(self.folded_section("findings", Message::SectionFindings, blocks))
    }

    /// Findings that are part of no incident.
    pub(super) fn outside_section(&self) -> Option<Section<'a>> {
        let mut outside: Vec<_> = self
            .report
            .findings
            .iter()
            .filter(|finding| finding.incident.is_none())
            .collect();
        if outside.is_empty() && self.report.findings_left_out == 0 {
            return None;
        }
        // Stable: within a severity the order stays that of time.
        outside.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let detailed = self.limits.findings > 0;
        let table = self.finding_table(&outside, self.limits.outside, detailed);
        let mut blocks = vec![Block::Table(table)];
        if self.report.findings_left_out > 0 {
            let text = self
                .say
                .count(Counted::LeftOutFindings, self.report.findings_left_out);
            blocks.push(Block::Warning(text));
        }
        Some(self.section("outside", Message::SectionOutside, blocks))
    }

    fn finding_table(&self, findings: &[&Finding], limit: usize, detailed: bool) -> Table {
        let mut columns = vec![
            (Message::ColumnSeverity, Set::Tight),
            (Message::ColumnCount, Set::Right),
            (Message::ColumnRule, Set::Wide),
            (Message::ColumnActor, Set::Tight),
            (Message::ColumnOutcome, Set::Tight),
        ];
        if detailed {
            columns.extend([
                (Message::ColumnFirstSeen, Set::Tight),
                (Message::ColumnTechniques, Set::Tight),
                (Message::ColumnEvidence, Set::Note),
            ]);
        }
        let shown = findings.iter().take(limit);
        let rows = shown
            .map(|finding| self.finding_row(finding, detailed))
            .collect();
        let left = findings.len().saturating_sub(limit);
        self.table(&columns, rows, left).compact()
    }

    fn finding_row(&self, finding: &Finding, detailed: bool) -> Vec<Sentence> {
        let mut row = vec![
            Sentence::plain(self.say.word(finding.severity)),
            Sentence::plain(self.say.number(finding.count)),
            self.title(finding),
            self.short_actor(&finding.actor),
            Sentence::plain(self.say.word(finding.outcome)),
        ];
        if detailed {
            let techniques: Vec<_> = finding
                .techniques
                .iter()
                .map(|technique| technique.0.as_str())
                .collect();
            row.push(Sentence::plain(finding.first_seen.to_string()));
            row.push(Sentence::plain(techniques.join(", ")));
            let first = finding.evidence.first();
            row.push(first.map_or_else(Sentence::default, |event| self.evidence(event)));
        }
        row
    }

    /// The rules that matched, where the format has room for them.
    pub(super) fn rules_section(&self) -> Option<Section<'a>> {
        let matched: Vec<_> = self
            .report
            .rules
            .iter()
            .filter(|rule| rule.matches > 0)
            .collect();
        if self.limits.rules == 0 || matched.is_empty() {
            return None;
        }
        let left = matched.len().saturating_sub(self.limits.rules);
        let rows = matched
            .into_iter()
            .take(self.limits.rules)
            .map(|rule| {
                vec![
                    Sentence::plain(self.say.word(rule.severity)),
                    Sentence::plain(self.say.number(rule.matches)),
                    self.in_language(&rule.title, rule.title_fr.as_deref()),
                    Sentence::code(&rule.id),
                ]
            })
            .collect();
        let columns = [
            (Message::ColumnSeverity, Set::Tight),
            (Message::ColumnMatches, Set::Right),
            (Message::ColumnRule, Set::Wide),
            (Message::ColumnRuleId, Set::Tight),
        ];
        let blocks = vec![Block::Table(self.table(&columns, rows, left).compact())];
        Some(self.folded_section("rules", Message::SectionRules, blocks))
    }
}
