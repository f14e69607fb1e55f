//! What a file of advisories holds, in a few lines.

use std::fmt::Write as _;

use gardefou_finding::Untrusted;
use gardefou_scan::dependency::advisory::Head;

use crate::catalogue::{Lang, checks};
use checks::AdvisoryLabel as Label;

/// Tells what was made. The answer ends in a line end.
pub fn render_advisories(head: &Head, bytes: u64, lang: Lang) -> String {
    let say = |label| checks::of(lang, checks::advisory(&label));
    let mut out = String::new();
    let sources: Vec<String> = head
        .sources
        .iter()
        .map(|name| Untrusted::new(name.as_str()).escaped().into_owned())
        .collect();
    let newest = head
        .newest
        .map_or_else(|| "–".to_owned(), |time| time.to_string());
    let _ = writeln!(out, "{}: {}", say(Label::Sources), sources.join(", "));
    let _ = writeln!(out, "{}: {newest}", say(Label::Newest));
    for (count, label) in [
        (head.records, Label::Records),
        (head.malicious, Label::Malicious),
        (head.vulnerable, Label::Vulnerable),
        (head.withdrawn, Label::Withdrawn),
        (head.repeated, Label::Repeated),
        (head.foreign, Label::Foreign),
        (head.failed, Label::Failed),
        (bytes, Label::Bytes),
    ] {
        let _ = writeln!(out, "{}: {count}", say(label));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_told_without_what_steers_a_terminal() {
        let head = Head {
            sources: ["all\u{1b}[2J.zip".to_owned()].into(),
            records: 3,
            failed: 1,
            ..Head::default()
        };
        let text = render_advisories(&head, 9, Lang::Fr);
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(
            text.contains("illisibles") && text.ends_with('\n'),
            "{text}"
        );
    }
}
