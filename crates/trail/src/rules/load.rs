//! Rule files to parsed Sigma documents. A file that does not load whole is an
//! error that names file, line and reason; no rule ever vanishes silently.

use rsigma_parser::{FilterRuleTarget, SigmaCollection, SigmaParserError, parse_sigma_yaml};
use thiserror::Error;

/// Rule files larger than this are refused.
const MAX_RULE_FILE: usize = 1 << 20;

/// The text of a rule file and where it came from.
#[derive(Clone, Debug)]
pub struct RuleText {
    /// Path as the user would name it.
    pub origin: String,
    /// YAML, one or several Sigma documents.
    pub text: String,
}

/// A rule that does not load.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{origin}:{line}: {reason}")]
pub struct LoadError {
    /// File.
    pub origin: String,
    /// Line in the file, from 1.
    pub line: usize,
    /// Why.
    pub reason: String,
}

/// A Sigma document's place in its file.
struct Document<'a> {
    text: &'a str,
    first_line: usize,
}

/// Parses one file.
pub(super) fn parse(file: &RuleText) -> Result<SigmaCollection, Vec<LoadError>> {
    if file.text.len() > MAX_RULE_FILE {
        let reason = format!("the file is larger than {MAX_RULE_FILE} bytes");
        return Err(vec![error_at(file, 1, reason)]);
    }
    match parse_sigma_yaml(&file.text) {
        Ok(collection) if collection.errors.is_empty() => check_not_empty(file, collection),
        Ok(_) => Err(locate(file)),
        Err(error) => Err(vec![error_at(file, 1, error.to_string())]),
    }
}

fn check_not_empty(
    file: &RuleText,
    collection: SigmaCollection,
) -> Result<SigmaCollection, Vec<LoadError>> {
    let count = collection.rules.len() + collection.correlations.len() + collection.filters.len();
    if count == 0 {
        return Err(vec![error_at(
            file,
            1,
            "no Sigma rule in this file".to_owned(),
        )]);
    }
    Ok(collection)
}

/// Parses the documents one by one to learn where the errors are. A file with
/// collection actions (`action: global`) only makes sense whole; its errors
/// are then placed at the file's first line.
fn locate(file: &RuleText) -> Vec<LoadError> {
    let mut errors = Vec::new();
    for document in documents(&file.text) {
        match parse_sigma_yaml(document.text) {
            Ok(collection) => {
                for reason in collection.errors {
                    let line = line_of(&document, &reason);
                    errors.push(error_at(file, line, reason));
                }
            }
            Err(error) => {
                let line = line_of(&document, &error.to_string());
                errors.push(error_at(file, line, error.to_string()));
            }
        }
    }
    if errors.is_empty() {
        errors.extend(whole_file_errors(file));
    }
    errors
}

fn whole_file_errors(file: &RuleText) -> Vec<LoadError> {
    let reasons = parse_sigma_yaml(&file.text).map(|collection| collection.errors);
    reasons
        .unwrap_or_else(|error: SigmaParserError| vec![error.to_string()])
        .into_iter()
        .map(|reason| error_at(file, 1, reason))
        .collect()
}

fn documents(text: &str) -> Vec<Document<'_>> {
    let mut documents = Vec::new();
    let (mut start, mut first_line, mut offset) = (0, 1, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if line.trim_end() == "---" && offset > start {
            push_document(&mut documents, text.get(start..offset), first_line);
            start = offset;
            first_line = index + 1;
        }
        offset += line.len();
    }
    push_document(&mut documents, text.get(start..), first_line);
    documents
}

fn push_document<'a>(documents: &mut Vec<Document<'a>>, text: Option<&'a str>, first_line: usize) {
    if let Some(text) = text.filter(|text| !text.trim().trim_matches('-').trim().is_empty()) {
        documents.push(Document { text, first_line });
    }
}

/// The line of the document that a reason speaks of: the one that the YAML
/// parser names, else the one that holds the words it quotes, else the
/// section it is about, else the document's first.
fn line_of(document: &Document<'_>, reason: &str) -> usize {
    let within = yaml_line(reason)
        .or_else(|| quoted_line(document.text, reason))
        .or_else(|| section_line(document.text, reason))
        .unwrap_or(0);
    document.first_line + within
}

/// `… at line 7 column 3` → 6.
fn yaml_line(reason: &str) -> Option<usize> {
    let (_, rest) = reason.split_once(" line ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<usize>().ok()?.checked_sub(1)
}

fn quoted_line(text: &str, reason: &str) -> Option<usize> {
    let quoted = reason
        .split(['\'', '`', '"'])
        .nth(1)
        .filter(|word| !word.is_empty())?;
    text.lines().position(|line| line.contains(quoted))
}

fn section_line(text: &str, reason: &str) -> Option<usize> {
    let lower = reason.to_lowercase();
    let section = [
        "condition",
        "timespan",
        "correlation",
        "detection",
        "logsource",
    ]
    .into_iter()
    .find(|word| lower.contains(word))?;
    text.lines()
        .position(|line| line.trim_start().starts_with(section))
}

/// An error in `file` about the document with the given title or id.
pub(super) fn error_about(file: &RuleText, mark: &str, reason: String) -> LoadError {
    let line = file
        .text
        .lines()
        .position(|line| !mark.is_empty() && line.contains(mark))
        .or_else(|| quoted_line(&file.text, &reason))
        .map_or(1, |index| index + 1);
    error_at(file, line, reason)
}

fn error_at(file: &RuleText, line: usize, reason: String) -> LoadError {
    LoadError {
        origin: file.origin.clone(),
        line,
        reason,
    }
}

/// Filters may name rules by `name`; rsigma applies them by id, so names are
/// replaced by ids. A filter that names no loaded rule is an error.
pub(super) fn resolve_filter_names(
    targets: &mut FilterRuleTarget,
    id_of: impl Fn(&str) -> Option<String>,
) -> Result<(), String> {
    let FilterRuleTarget::Specific(names) = targets else {
        return Ok(());
    };
    for name in names.iter_mut() {
        *name = id_of(name).ok_or_else(|| format!("filter for unknown rule `{name}`"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> RuleText {
        RuleText {
            origin: "a.yml".into(),
            text: text.into(),
        }
    }

    const GOOD: &str = "title: t\nlogsource:\n  product: aws\n  service: cloudtrail\n\
                        detection:\n  s:\n    eventName: X\n  condition: s\n";

    #[test]
    fn a_good_file_loads() {
        assert_eq!(parse(&file(GOOD)).unwrap().rules.len(), 1);
    }

    #[test]
    fn an_error_names_file_and_line_in_the_second_document() {
        let text = format!(
            "{GOOD}---\n{}",
            GOOD.replace("condition: s", "condition: s and (")
        );
        let errors = parse(&file(&text)).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].line, 17, "{errors:?}");
    }

    #[test]
    fn broken_yaml_is_located() {
        let errors = parse(&file("title: t\ndetection: [\n")).unwrap_err();
        assert_eq!(errors[0].origin, "a.yml");
        assert!(errors[0].line >= 2, "{errors:?}");
    }

    #[test]
    fn an_empty_file_is_an_error() {
        assert!(parse(&file("# nothing\n")).is_err());
    }
}
