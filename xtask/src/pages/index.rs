//! The list of all rules, by tactic and severity.

use std::fmt::Write as _;

use gardefou_finding::Tactic;

use super::page::MARK;
use super::rule::{Document, RuleFile};
use super::words;

/// Severities, the worst first.
const LEVELS: [&str; 5] = ["critical", "high", "medium", "low", "informational"];

/// A rule as the list shows it.
struct Row<'a> {
    level: usize,
    slug: &'a str,
    document: &'a Document,
}

/// `docs/rules/README.md`.
pub(crate) fn index(files: &[RuleFile]) -> String {
    let mut rows: Vec<Row<'_>> = files
        .iter()
        .flat_map(|file| file.reported().map(|document| row(file, document)))
        .collect();
    rows.sort_by_key(|row| (row.level, row.slug));
    let mut text = format!("{MARK}\n\n# Rules\n\n{} rules, ", rows.len());
    let counts: Vec<String> = (0..LEVELS.len())
        .map(|level| {
            let count = rows.iter().filter(|row| row.level == level).count();
            format!("{count} {}", level_name(level))
        })
        .collect();
    let _ = writeln!(
        text,
        "{}. A rule with several tactics stands under each of them.\n\
         How a rule is written: [rules-writing.md](../rules-writing.md).",
        counts.join(", ")
    );
    for (tactic, _, _) in Tactic::ALL {
        section(&mut text, *tactic, &rows);
    }
    text
}

fn section(text: &mut String, tactic: Tactic, rows: &[Row<'_>]) {
    let of_tactic: Vec<&Row<'_>> = rows
        .iter()
        .filter(|row| words::tactics(row.document).contains(&tactic))
        .collect();
    if of_tactic.is_empty() {
        return;
    }
    let _ = write!(text, "\n## {}\n\n", words::tactic_name(tactic));
    text.push_str("| severity | rule | techniques |\n|---|---|---|\n");
    for row in of_tactic {
        let _ = writeln!(
            text,
            "| {} | [{}]({}.md) | {} |",
            level_name(row.level),
            row.document.text_of("title").replace('|', "\\|"),
            row.slug,
            words::techniques(row.document).join(", ")
        );
    }
}

fn row<'a>(file: &'a RuleFile, document: &'a Document) -> Row<'a> {
    let word = document.text_of("level");
    let level = LEVELS.iter().position(|level| *level == word);
    Row {
        level: level.unwrap_or(LEVELS.len() - 1),
        slug: &file.slug,
        document,
    }
}

fn level_name(level: usize) -> &'static str {
    LEVELS.get(level).copied().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_comes_first_under_each_tactic() {
        let rule = |slug: &str, level: &str| {
            let text = format!("title: T-{slug}\nlevel: {level}\ntags: [attack.impact]\n");
            RuleFile::parse(slug, &text).unwrap()
        };
        let text = index(&[rule("a", "low"), rule("b", "critical")]);
        let (low, critical) = (text.find("T-a").unwrap(), text.find("T-b").unwrap());
        assert!(critical < low, "{text}");
        assert!(
            text.contains("2 rules, 1 critical, 0 high, 0 medium, 1 low"),
            "{text}"
        );
    }
}
