//! The example events that rules carry, which are their tests.

use rsigma_eval::run_exemplars;
use rsigma_parser::SigmaCollection;

use super::load::{LoadError, RuleText, error_about, parse};

/// What checking rules against their examples came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExamplesOutcome {
    /// Rules checked, detections and correlations.
    pub rules: usize,
    /// Examples run.
    pub examples: usize,
    /// Examples that did not come out as expected.
    pub failed: usize,
    /// Rules that make findings and carry no example.
    pub without: usize,
    /// A line for each problem.
    pub problems: Vec<String>,
}

/// Runs the examples (`rsigma.exemplars`) of every rule in the files.
///
/// # Errors
/// A file that does not load, or examples of a wrong form.
pub fn check_examples(files: &[RuleText]) -> Result<ExamplesOutcome, Vec<LoadError>> {
    let mut outcome = ExamplesOutcome::default();
    let mut errors = Vec::new();
    for file in files {
        match parse(file) {
            Ok(collection) => match run_exemplars(&collection, &[]) {
                Ok(report) => add(&mut outcome, file, &collection, &report),
                Err(error) => errors.push(error_about(file, "exemplars", error.to_string())),
            },
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() {
        Ok(outcome)
    } else {
        Err(errors)
    }
}

fn add(
    outcome: &mut ExamplesOutcome,
    file: &RuleText,
    collection: &SigmaCollection,
    report: &rsigma_eval::ExemplarReport,
) {
    outcome.rules += collection.rules.len() + collection.correlations.len();
    outcome.examples += report.results.len();
    for failure in report.failures() {
        outcome.failed += 1;
        outcome.problems.push(format!(
            "{}: `{}`: example `{}`: expected {}, got {}",
            file.origin, failure.rule_title, failure.name, failure.expect, failure.actual
        ));
    }
    for missing in &report.missing {
        let is_base = collection
            .correlations
            .iter()
            .filter(|c| !c.generate)
            .any(|correlation| {
                collection.rules.iter().any(|rule| {
                    rule.title == missing.rule_title
                        && [&rule.id, &rule.name]
                            .into_iter()
                            .flatten()
                            .any(|name| correlation.rules.contains(name))
                })
            });
        if !is_base {
            outcome.without += 1;
            outcome.problems.push(format!(
                "{}: `{}`: no example",
                file.origin, missing.rule_title
            ));
        }
    }
}
