//! A rule's tags, windows and thresholds in words.

use gardefou_finding::Tactic;
use yaml_serde::Value;

use super::rule::{Document, RuleFile, scalar, strings};

/// The tactics among a rule's tags, in ATT&CK's order.
pub(crate) fn tactics(document: &Document) -> Vec<Tactic> {
    let mut found: Vec<Tactic> = document
        .list_of("tags")
        .iter()
        .filter_map(|tag| Tactic::from_tag(tag))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// A tactic's name: `Privilege escalation`.
pub(crate) fn tactic_name(tactic: Tactic) -> String {
    let words = tactic.word().replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The techniques among a rule's tags, for example `T1098.001`.
pub(crate) fn techniques(document: &Document) -> Vec<String> {
    document
        .list_of("tags")
        .iter()
        .filter_map(|tag| tag.strip_prefix("attack.t"))
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        .map(|rest| format!("T{rest}"))
        .collect()
}

/// Markdown link to a technique's page at MITRE.
pub(crate) fn technique_link(technique: &str) -> String {
    let path = technique.replace('.', "/");
    format!("[{technique}](https://attack.mitre.org/techniques/{path}/)")
}

/// Markdown link to a tactic's page at MITRE.
pub(crate) fn tactic_link(tactic: Tactic) -> String {
    let (name, id) = (tactic_name(tactic), tactic.id());
    format!("[{name}](https://attack.mitre.org/tactics/{id}/)")
}

/// What a correlation asks for, as a sentence.
pub(crate) fn correlation(file: &RuleFile, correlation: &Value) -> String {
    let rules = strings(correlation.get("rules"));
    let what: Vec<String> = rules
        .iter()
        .map(|rule| {
            let title = file
                .named(rule)
                .map_or(rule.as_str(), |d| d.text_of("title"));
            format!("“{title}”")
        })
        .collect();
    let within = timespan(&text(correlation, "timespan"));
    let groups = quoted(&strings(correlation.get("group-by")), " and ");
    let same = if groups.is_empty() {
        String::new()
    } else {
        format!(", counted separately for each {groups}")
    };
    let asked = asked(correlation, &what);
    format!("{asked}, within {within}{same}.")
}

fn asked(correlation: &Value, what: &[String]) -> String {
    let condition = correlation.get("condition");
    let number = threshold(condition);
    let field = quoted(
        &strings(condition.and_then(|condition| condition.get("field"))),
        ", ",
    );
    let list = what.join("; ");
    match text(correlation, "type").as_str() {
        "event_count" => format!("{number} events of {list}"),
        "value_count" => format!("{number} different values of {field} among events of {list}"),
        "temporal" => format!("{number} of these kinds of event: {list}"),
        "temporal_ordered" => format!("{number} of these kinds of event, in this order: {list}"),
        other => format!("{other} of {field} {number}, over events of {list}"),
    }
}

fn threshold(condition: Option<&Value>) -> String {
    let words = [
        ("gte", "At least"),
        ("gt", "More than"),
        ("lte", "At most"),
        ("lt", "Fewer than"),
        ("eq", "Exactly"),
    ];
    let parts: Vec<String> = words
        .into_iter()
        .filter_map(|(key, word)| {
            let number = scalar(condition?.get(key)?)?;
            Some(format!("{word} {number}"))
        })
        .collect();
    if parts.is_empty() {
        "All".to_owned()
    } else {
        parts.join(", ")
    }
}

/// `10m` → `10 minutes`.
fn timespan(text: &str) -> String {
    let (number, unit) = text.split_at(text.trim_end_matches(char::is_alphabetic).len());
    let name = match unit {
        "s" => "second",
        "m" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        _ => return text.to_owned(),
    };
    let plural = if number == "1" { "" } else { "s" };
    format!("{number} {name}{plural}")
}

fn text(value: &Value, field: &str) -> String {
    value.get(field).and_then(scalar).unwrap_or_default()
}

fn quoted(names: &[String], between: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(text: &str) -> String {
        let file = RuleFile::parse("x", text).unwrap();
        let document = file.reported().next().unwrap();
        correlation(&file, document.correlation().unwrap())
    }

    #[test]
    fn a_count_of_values_reads_as_a_sentence() {
        let text = "title: Denied call\nname: base\n---\ntitle: Many\ncorrelation:\n  \
            type: value_count\n  rules: [base]\n  group-by: [userIdentity.arn]\n  timespan: 10m\n  \
            condition: {field: eventName, gte: 10}\n";
        assert_eq!(
            sentence(text),
            "At least 10 different values of `eventName` among events of “Denied call”, \
             within 10 minutes, counted separately for each `userIdentity.arn`."
        );
    }

    #[test]
    fn an_order_reads_as_a_sentence() {
        let text = "title: A\nname: a\n---\ntitle: B\nname: b\n---\ntitle: AB\ncorrelation:\n  \
            type: temporal_ordered\n  rules: [a, b]\n  timespan: 1h\n";
        assert_eq!(
            sentence(text),
            "All of these kinds of event, in this order: “A”; “B”, within 1 hour."
        );
    }

    #[test]
    fn tags_become_links() {
        assert_eq!(
            technique_link("T1098.001"),
            "[T1098.001](https://attack.mitre.org/techniques/T1098/001/)"
        );
        assert_eq!(
            tactic_name(Tactic::PrivilegeEscalation),
            "Privilege escalation"
        );
    }
}
