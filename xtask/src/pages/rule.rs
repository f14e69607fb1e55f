//! A rule file as its author wrote it: its Sigma documents, read for the page.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize as _;
use yaml_serde::{Deserializer, Value};

/// A rule file.
#[derive(Clone, Debug)]
pub(crate) struct RuleFile {
    /// The file's name without `.yml`; the page has the same.
    pub(crate) slug: String,
    /// Its Sigma documents, in order.
    pub(crate) documents: Vec<Document>,
}

/// One Sigma document and the text that it was read from.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    value: Value,
    text: String,
}

impl RuleFile {
    /// Reads the file's text.
    ///
    /// # Errors
    /// No YAML, no document that makes findings, or a placeholder left over.
    pub(crate) fn parse(slug: &str, text: &str) -> Result<Self> {
        if let Some(index) = text.lines().position(|line| line.contains("TODO")) {
            bail!(
                "rules/cloudtrail/{slug}.yml:{}: a placeholder is left",
                index + 1
            );
        }
        let documents = split(text)
            .into_iter()
            .map(|text| {
                let value = Value::deserialize(Deserializer::from_str(text))
                    .with_context(|| format!("rules/cloudtrail/{slug}.yml"))?;
                Ok(Document {
                    value,
                    text: text.to_owned(),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let file = Self {
            slug: slug.to_owned(),
            documents,
        };
        if file.reported().next().is_none() {
            bail!("rules/cloudtrail/{slug}.yml: no document makes findings");
        }
        Ok(file)
    }

    /// The documents whose matches are findings.
    pub(crate) fn reported(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter().filter(|one| !self.is_base(one))
    }

    /// The documents that only feed a correlation of the same file.
    pub(crate) fn bases(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter().filter(|one| self.is_base(one))
    }

    /// The document that a correlation names.
    pub(crate) fn named(&self, name: &str) -> Option<&Document> {
        self.documents
            .iter()
            .find(|one| one.text_of("name") == name || one.text_of("id") == name)
    }

    fn is_base(&self, document: &Document) -> bool {
        let names = [document.text_of("name"), document.text_of("id")];
        let is_fed_on = |other: &Document| {
            other.correlation().is_some_and(|correlation| {
                let keeps_bases = correlation.get("generate").and_then(Value::as_bool);
                keeps_bases != Some(true)
                    && strings(correlation.get("rules"))
                        .iter()
                        .any(|rule| names.contains(&rule.as_str()))
            })
        };
        document.attribute("gardefou.base").as_deref() == Some("true")
            || self.documents.iter().any(is_fed_on)
    }
}

impl Document {
    /// A field that holds text; empty where there is none.
    pub(crate) fn text_of(&self, field: &str) -> &str {
        self.value
            .get(field)
            .and_then(Value::as_str)
            .map_or("", str::trim)
    }

    /// A field that holds a list of texts, or one.
    pub(crate) fn list_of(&self, field: &str) -> Vec<String> {
        strings(self.value.get(field))
    }

    /// A custom attribute, wherever Sigma lets it stand.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        self.custom(name).and_then(scalar)
    }

    /// The correlation, for a rule over several events.
    pub(crate) fn correlation(&self) -> Option<&Value> {
        self.value.get("correlation")
    }

    /// The lines of `detection:` as they stand in the file.
    pub(crate) fn detection_text(&self) -> String {
        let mut lines = Vec::new();
        for line in self.text.lines() {
            let is_top = !line.starts_with([' ', '\t', '#']) && !line.is_empty();
            if line.starts_with("detection:") {
                lines.push(line);
            } else if !lines.is_empty() && is_top {
                break;
            } else if !lines.is_empty() {
                lines.push(line);
            }
        }
        lines.join("\n").trim_end().to_owned()
    }

    /// The examples of the rule with this expectation: `match`, `no-match`.
    pub(crate) fn examples(&self, expect: &str) -> Vec<&Value> {
        self.custom("rsigma.exemplars")
            .and_then(Value::as_sequence)
            .into_iter()
            .flatten()
            .filter(|one| one.get("expect").and_then(Value::as_str) == Some(expect))
            .collect()
    }

    fn custom(&self, name: &str) -> Option<&Value> {
        let block = self.value.get("custom_attributes");
        self.value
            .get(name)
            .or_else(|| block.and_then(|block| block.get(name)))
    }
}

/// The texts of a list, or of the one text that stands in its place.
pub(crate) fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Sequence(list)) => list.iter().filter_map(scalar).collect(),
        Some(value) => scalar(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Text, number or truth value as text.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// The texts of a file's documents.
fn split(text: &str) -> Vec<&str> {
    let mut documents = Vec::new();
    let (mut start, mut offset) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            documents.push(text.get(start..offset).unwrap_or_default());
            start = offset + line.len();
        }
        offset += line.len();
    }
    documents.push(text.get(start..).unwrap_or_default());
    documents.retain(|document| !document.trim().is_empty());
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: &str = "title: one call\nname: base\ndetection:\n  s:\n    eventName: A\n  \
        condition: s\nlevel: low\n---\ntitle: many calls\nname: many\ncorrelation:\n  \
        type: event_count\n  rules: [base]\n  timespan: 5m\n  condition: {gte: 3}\n";

    #[test]
    fn the_base_of_a_correlation_is_not_reported() {
        let file = RuleFile::parse("x", PAIR).unwrap();
        let titles = |found: Vec<&Document>| -> Vec<String> {
            found
                .iter()
                .map(|d| d.text_of("title").to_owned())
                .collect()
        };
        assert_eq!(titles(file.reported().collect()), ["many calls"]);
        assert_eq!(titles(file.bases().collect()), ["one call"]);
        assert!(file.named("base").is_some());
    }

    #[test]
    fn the_detection_is_shown_as_written() {
        let file = RuleFile::parse("x", PAIR).unwrap();
        let text = file.documents[0].detection_text();
        assert_eq!(text, "detection:\n  s:\n    eventName: A\n  condition: s");
    }

    #[test]
    fn a_placeholder_is_told_with_its_line() {
        let error = RuleFile::parse("x", "title: t\nname: TODO\n").unwrap_err();
        assert!(error.to_string().contains("x.yml:2"), "{error}");
    }

    #[test]
    fn attributes_are_found_at_both_places() {
        let text = "title: a\ngardefou.confidence: low\n---\ntitle: b\n\
                    custom_attributes:\n  gardefou.confidence: high\n";
        let file = RuleFile::parse("x", text).unwrap();
        let found: Vec<_> = file
            .documents
            .iter()
            .filter_map(|one| one.attribute("gardefou.confidence"))
            .collect();
        assert_eq!(found, ["low", "high"]);
    }
}
