//! What of the dependencies was looked at, and with what it was compared.

use gardefou_scan::dependency::{Database, DependencyCoverage};

use super::one_line;
use crate::catalogue::Lang;
use crate::catalogue::checks::{self, Label};

/// A few lines; none where there was no package.
pub(super) fn lines(counts: &DependencyCoverage, lang: Lang) -> Vec<String> {
    if counts.packages == 0 {
        return Vec::new();
    }
    let say = |label| checks::of(lang, checks::label(&label));
    let looked_at = format!(
        "{} {}, {} {}",
        counts.lock_files,
        say(Label::LockFiles),
        counts.packages,
        say(Label::Packages)
    );
    let Some(database) = &counts.database else {
        return vec![format!("{looked_at}: {}", say(Label::NotCompared))];
    };
    let mut lines = vec![format!("{looked_at}: {}", compared(database, lang))];
    for (count, label) in [
        (counts.unpinned, Label::Unpinned),
        (database.failed_records, Label::FailedRecords),
    ] {
        if count > 0 {
            lines.push(format!("  {count} {}", say(label)));
        }
    }
    if database.is_old {
        lines.push(format!("  {}", say(Label::OldAdvisories)));
    }
    lines
}

/// The advisories' day and sources.
fn compared(database: &Database, lang: Lang) -> String {
    let time = database
        .newest
        .map_or(String::new(), |time| time.to_string());
    let day = time.split('T').next().unwrap_or_default();
    let sources: Vec<String> = database
        .sources
        .iter()
        .map(|name| one_line(name.as_str(), 80))
        .collect();
    let label = checks::of(lang, checks::label(&Label::Compared));
    format!("{label} {day} ({})", sources.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_compared_is_said() {
        let mut counts = DependencyCoverage::default();
        assert!(lines(&counts, Lang::En).is_empty());
        counts.packages = 3;
        let text = lines(&counts, Lang::En).join("\n");
        assert!(text.contains("not compared with advisories"), "{text}");
        counts.unpinned = 2;
        counts.database = Some(Database {
            sources: vec!["all\u{1b}.zip".into()],
            newest: None,
            age_days: None,
            is_old: true,
            failed_records: 1,
        });
        let said = lines(&counts, Lang::Fr);
        assert_eq!(said.len(), 4, "{said:?}");
        assert!(!said.join("").contains('\u{1b}'), "{said:?}");
    }
}
