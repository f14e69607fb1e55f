//! A rule's page as Markdown.

use std::fmt::Write as _;

use yaml_serde::{Mapping, Value};

use super::rule::{Document, RuleFile};
use super::words;

/// Lines of a sequence that a page shows.
const MOST_EVENTS: usize = 12;

/// First line of every generated page.
pub(crate) const MARK: &str = "<!-- Made by `cargo xtask pages`; change the rule file instead. -->";

/// The page of a rule file.
pub(crate) fn page(file: &RuleFile) -> String {
    let mut text = format!("{MARK}\n");
    for document in file.reported() {
        rule(&mut text, file, document);
    }
    let bases: Vec<&Document> = file.bases().collect();
    if !bases.is_empty() {
        text.push_str("\n## What it builds on\n\nNone of these is reported by itself.\n");
    }
    for base in bases {
        let _ = write!(text, "\n### {}\n", base.text_of("title"));
        logic(&mut text, file, base);
    }
    let _ = writeln!(
        text,
        "\nRule file: [`rules/cloudtrail/{0}.yml`](../../rules/cloudtrail/{0}.yml), \
         with all its examples.",
        file.slug
    );
    text
}

fn rule(text: &mut String, file: &RuleFile, document: &Document) {
    let _ = write!(text, "\n# {}\n\n", document.text_of("title"));
    facts(text, document);
    let _ = write!(
        text,
        "\n## What it means\n\n{}\n",
        document.text_of("description")
    );
    text.push_str("\n## What it looks for\n");
    logic(text, file, document);
    list(text, "Ordinary causes", &document.list_of("falsepositives"));
    examples(text, document);
    let links: Vec<String> = document
        .list_of("references")
        .iter()
        .map(|link| format!("<{link}>"))
        .collect();
    list(text, "References", &links);
}

fn facts(text: &mut String, document: &Document) {
    let confidence = document.attribute("gardefou.confidence");
    let tactics: Vec<String> = words::tactics(document)
        .into_iter()
        .map(words::tactic_link)
        .collect();
    let techniques: Vec<String> = words::techniques(document)
        .iter()
        .map(|technique| words::technique_link(technique))
        .collect();
    let title_fr = document.attribute("gardefou.title_fr").unwrap_or_default();
    let rows = [
        ("Id", format!("`{}`", document.text_of("id"))),
        ("Name", format!("`{}`", document.text_of("name"))),
        ("Severity", document.text_of("level").to_owned()),
        (
            "Confidence",
            confidence.unwrap_or_else(|| "medium".to_owned()),
        ),
        ("Tactics", tactics.join(", ")),
        ("Techniques", techniques.join(", ")),
        ("In French", title_fr),
    ];
    text.push_str("| | |\n|---|---|\n");
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(text, "| {name} | {} |", value.replace('|', "\\|"));
    }
}

fn logic(text: &mut String, file: &RuleFile, document: &Document) {
    if let Some(correlation) = document.correlation() {
        let _ = write!(text, "\n{}\n", words::correlation(file, correlation));
    } else {
        let _ = write!(text, "\n```yaml\n{}\n```\n", document.detection_text());
    }
}

fn list(text: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = write!(text, "\n## {title}\n\n");
    for item in items {
        let _ = writeln!(text, "- {item}");
    }
}

/// The first example that must match and the first that must not; the rule
/// file holds the others.
fn examples(text: &mut String, document: &Document) {
    let kinds = [
        ("match", "An example that matches"),
        ("no-match", "One that does not"),
    ];
    for (expect, title) in kinds {
        let Some(example) = document.examples(expect).first().copied() else {
            continue;
        };
        let name = example.get("name").and_then(Value::as_str).unwrap_or("");
        let _ = write!(text, "\n## {title}: {name}\n\n```json\n");
        if let Some(events) = example.get("events").and_then(Value::as_sequence) {
            sequence(text, events);
        } else if let Some(Value::Mapping(event)) = example.get("event") {
            record(text, event);
        }
        text.push_str("```\n");
    }
}

/// A record, a line for each of its fields.
fn record(text: &mut String, event: &Mapping) {
    text.push_str("{\n");
    let count = event.len();
    for (index, (name, value)) in event.iter().enumerate() {
        let comma = if index + 1 < count { "," } else { "" };
        let _ = writeln!(text, "  {}: {}{comma}", json(name), json(value));
    }
    text.push_str("}\n");
}

/// Of a sequence's events, when and what; a line for each, and one for those
/// that only repeat the last.
fn sequence(text: &mut String, events: &[Value]) {
    let mut last = Mapping::new();
    let (mut shown, mut repeated, mut is_cut) = (0, 0, false);
    for event in events {
        let what = outline(event.get("event").unwrap_or(&Value::Null));
        if shown > 0 && what == last {
            repeated += 1;
            continue;
        }
        tell_repeated(text, repeated);
        repeated = 0;
        is_cut = shown == MOST_EVENTS;
        if is_cut {
            break;
        }
        let mut line = Mapping::new();
        line.insert(
            "after".into(),
            event.get("offset").cloned().unwrap_or(Value::Null),
        );
        line.extend(what.clone());
        let _ = writeln!(text, "{}", json(&Value::Mapping(line)));
        shown += 1;
        last = what;
    }
    tell_repeated(text, repeated);
    if is_cut {
        text.push_str("… the rule file has all\n");
    }
}

fn tell_repeated(text: &mut String, repeated: usize) {
    if repeated > 0 {
        let _ = writeln!(text, "… {repeated} more of the same");
    }
}

/// What a reader of a sequence looks at.
fn outline(event: &Value) -> Mapping {
    let fields = [
        "eventSource",
        "eventName",
        "awsRegion",
        "errorCode",
        "requestParameters",
    ];
    fields
        .into_iter()
        .filter_map(|field| {
            let value = event.get(field).filter(|value| !value.is_null())?;
            Some((Value::from(field), value.clone()))
        })
        .collect()
}

fn json(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "title: A thing\nid: 7\nname: a_thing\ndescription: It means.\n\
        tags: [attack.impact, attack.t1485]\ndetection:\n  s:\n    eventName: X\n  condition: s\n\
        falsepositives: [Work]\nlevel: high\nreferences: ['https://example.com/']\n\
        rsigma.exemplars:\n  - {name: done, expect: match, event: {eventName: X, n: {a: [1]}}}\n  \
        - {name: other, expect: no-match, event: {eventName: Y}}\n";

    #[test]
    fn a_page_holds_what_a_reader_needs() {
        let text = page(&RuleFile::parse("a-thing", RULE).unwrap());
        for part in [
            "# A thing",
            "| Severity | high |",
            "[Impact](https://attack.mitre.org/tactics/TA0040/)",
            "[T1485](https://attack.mitre.org/techniques/T1485/)",
            "It means.",
            "    eventName: X",
            "- Work",
            "## An example that matches: done\n\n```json\n{\n  \"eventName\": \"X\",\n  \"n\": {\"a\":[1]}\n}\n",
            "## One that does not: other",
            "- <https://example.com/>",
            "(../../rules/cloudtrail/a-thing.yml)",
        ] {
            assert!(text.contains(part), "`{part}` is missing in\n{text}");
        }
    }

    fn named(name: &str) -> Value {
        yaml_serde::from_str(&format!("{{offset: 0s, event: {{eventName: {name}}}}}")).unwrap()
    }

    #[test]
    fn a_long_sequence_is_cut_and_says_so() {
        let events: Vec<Value> = (0..MOST_EVENTS + 3)
            .map(|n| named(&format!("E{n}")))
            .collect();
        let mut text = String::new();
        sequence(&mut text, &events);
        assert!(text.ends_with("… the rule file has all\n"), "{text}");
        assert_eq!(text.lines().count(), MOST_EVENTS + 1);
    }

    #[test]
    fn what_only_repeats_is_counted() {
        let mut text = String::new();
        sequence(&mut text, &[named("A"), named("A"), named("A"), named("B")]);
        assert_eq!(
            text,
            "{\"after\":\"0s\",\"eventName\":\"A\"}\n… 2 more of the same\n\
             {\"after\":\"0s\",\"eventName\":\"B\"}\n"
        );
    }
}
