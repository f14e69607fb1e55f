//! Our own rules, carried by the program.

use super::RuleText;

/// Name and text of every file of `rules/cloudtrail`.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded_rules.rs"));

/// The embedded rules, in order of their file names.
pub fn embedded() -> Vec<RuleText> {
    FILES
        .iter()
        .map(|(name, text)| RuleText {
            origin: format!("rules/cloudtrail/{name}"),
            text: (*text).to_owned(),
            is_embedded: true,
        })
        .collect()
}
