//! Characters that hide text from people, or show it in another order.
//!
//! Sources: *Trojan Source* (Boucher, Anderson 2021); ASCII smuggling with tag
//! characters (2024); GlassWorm's variation selectors (2025); Unicode TR 39.

use std::ops::Range;

use gardefou_finding::{Confidence, Severity};

use super::files::{Role, role};
use super::{Check, CheckId, Out, Reason, Report, Text};
use crate::text::look_alike;

/// Zero-width characters in one run from which on they are no typography.
const MIN_ZERO_WIDTH: usize = 4;
/// Tag characters in one run from which on they say something.
const MIN_TAGS: usize = 3;
/// Selectors in one run from which on they are data.
const MIN_SELECTORS: usize = 4;
/// Blanks in a line after which code is off the screen.
const OFFSCREEN: usize = 160;

pub(crate) struct HiddenText;

impl Check for HiddenText {
    fn id(&self) -> CheckId {
        CheckId::HiddenText
    }

    fn text(&self, text: &Text<'_>, out: &mut Out<'_>) {
        if !text.is_plain() {
            return;
        }
        self.offscreen(text, out);
        if !text.text().is_ascii() {
            self.runs(text, out);
            self.homoglyphs(text, out);
        }
    }
}

/// Kinds of characters that show nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bidi,
    Tag,
    Selector,
    ZeroWidth,
}

fn kind(c: char) -> Option<Kind> {
    match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(Kind::Bidi),
        '\u{e0000}'..='\u{e007f}' => Some(Kind::Tag),
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => Some(Kind::Selector),
        '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{180e}' => {
            Some(Kind::ZeroWidth)
        }
        _ => None,
    }
}

impl HiddenText {
    fn runs(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let mut run: Option<(Kind, Range<usize>, usize)> = None;
        let mut before = '\0';
        let mut lead = '\0';
        for (at, c) in text
            .text()
            .char_indices()
            .chain([(text.text().len(), '\n')])
        {
            let now = kind(c);
            match &mut run {
                Some((kind, range, count)) if now == Some(*kind) => {
                    range.end = at + c.len_utf8();
                    *count += 1;
                }
                _ => {
                    if let Some((kind, range, count)) = run.take() {
                        self.run(text, kind, range, count, lead, out);
                    }
                    run = now.map(|kind| (kind, at..at + c.len_utf8(), 1));
                    lead = before;
                }
            }
            before = c;
        }
    }

    fn run(
        &self,
        text: &Text<'_>,
        kind: Kind,
        range: Range<usize>,
        count: usize,
        lead: char,
        out: &mut Out<'_>,
    ) {
        // Flags of regions are written with tags after a black flag.
        let is_flag = lead == '\u{1f3f4}' && count <= 8;
        let (reason, severity, confidence) = match kind {
            // Tables of Unicode test each character alone.
            Kind::Tag if count < MIN_TAGS => return,
            Kind::Tag if !is_flag => (Reason::HiddenTags, Severity::High, Confidence::High),
            Kind::Selector if count >= MIN_SELECTORS => {
                (Reason::HiddenTags, Severity::High, Confidence::High)
            }
            Kind::ZeroWidth if count >= MIN_ZERO_WIDTH => (
                Reason::HiddenZeroWidth,
                Severity::Medium,
                Confidence::Medium,
            ),
            Kind::ZeroWidth if splits_word(text.text(), &range) => {
                (Reason::HiddenZeroWidth, Severity::Medium, Confidence::Low)
            }
            Kind::Bidi if is_reordering(text.text(), &range) => {
                let docs = matches!(role(&text.file.path), Role::Docs | Role::Test);
                let severity = if docs {
                    Severity::Medium
                } else {
                    Severity::High
                };
                (Reason::HiddenBidi, severity, Confidence::Medium)
            }
            _ => return,
        };
        let shown = text
            .text()
            .get(super::agent_run::line(text.text(), &range))
            .unwrap_or_default();
        let report = Report::new(self.id(), reason, severity, confidence)
            .detail(count.to_string())
            .shown(shown);
        out.at(text, &range, report);
    }

    /// Words of Latin letters with a few of another script among them.
    fn homoglyphs(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let mut at = 0;
        for word in text
            .text()
            .split_inclusive(|c: char| !c.is_alphanumeric() && c != '_')
        {
            let start = at;
            at += word.len();
            if word.is_ascii() {
                continue;
            }
            let latin = word.chars().filter(char::is_ascii_alphabetic).count();
            let fake = word
                .chars()
                .filter(|c| is_cyrillic_or_greek(*c) && look_alike(*c).is_some())
                .count();
            let other = word
                .chars()
                .filter(|c| is_cyrillic_or_greek(*c) && look_alike(*c).is_none())
                .count();
            if latin >= 2 && fake > 0 && other == 0 && latin + fake >= 4 {
                let report = Report::new(
                    self.id(),
                    Reason::HiddenHomoglyph,
                    Severity::Medium,
                    Confidence::Medium,
                );
                out.at(text, &(start..start + word.len()), report);
            }
        }
    }

    /// Code that begins where no screen shows it.
    fn offscreen(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let blanks = " ".repeat(OFFSCREEN);
        let finder = memchr::memmem::Finder::new(&blanks);
        let mut from = 0;
        while let Some(found) = finder.find(text.text().as_bytes().get(from..).unwrap_or_default())
        {
            let start = from + found;
            let line = super::agent_run::line(text.text(), &(start..start + OFFSCREEN));
            let code = text
                .text()
                .get(start..line.end)
                .unwrap_or_default()
                .trim_start();
            let lead = text
                .text()
                .get(line.start..start)
                .unwrap_or_default()
                .trim();
            let is_code = code.contains(['(', ';', '=']) && code.len() > 12;
            if is_code && !lead.is_empty() && role(&text.file.path) != Role::Docs {
                let report = Report::new(
                    self.id(),
                    Reason::HiddenOffscreen,
                    Severity::High,
                    Confidence::Medium,
                )
                .shown(code);
                out.at(text, &(line.end - code.len()..line.end), report);
            }
            from = line.end.max(start + OFFSCREEN);
        }
    }
}

fn is_cyrillic_or_greek(c: char) -> bool {
    ('\u{370}'..='\u{52f}').contains(&c)
}

/// Whether a zero-width character stands between two Latin letters.
fn splits_word(text: &str, range: &Range<usize>) -> bool {
    let before = text
        .get(..range.start)
        .and_then(|head| head.chars().next_back());
    let after = text.get(range.end..).and_then(|tail| tail.chars().next());
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    is_letter(before) && is_letter(after)
}

/// Whether a bidi control reorders text of left-to-right letters: in a line
/// with Hebrew or Arabic it is ordinary typography.
fn is_reordering(text: &str, range: &Range<usize>) -> bool {
    let line = super::agent_run::line(text, range);
    let line = text.get(line).unwrap_or_default();
    !line
        .chars()
        .any(|c| ('\u{590}'..='\u{8ff}').contains(&c) || ('\u{fb1d}'..='\u{fdff}').contains(&c))
}
