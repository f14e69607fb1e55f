//! Our own rules, carried by the program without their examples.

use super::RuleText;

/// Name and text of every file of `rules/cloudtrail`, the examples left out.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded_rules.rs"));

/// The embedded rules, in order of their file names.
pub fn embedded() -> Vec<RuleText> {
    FILES
        .iter()
        .map(|(name, text)| RuleText {
            origin: format!("rules/cloudtrail/{name}"),
            text: (*text).to_owned(),
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "compares with the files")]
mod tests {
    use std::path::Path;

    use serde::Deserialize as _;
    use yaml_serde::{Deserializer, Value};

    use super::*;

    const EXAMPLES: &str = "rsigma.exemplars";

    fn documents(text: &str) -> Vec<Value> {
        Deserializer::from_str(text)
            .map(|document| Value::deserialize(document).unwrap())
            .collect()
    }

    fn without_examples(mut document: Value) -> Value {
        if let Some(fields) = document.as_mapping_mut() {
            fields.remove(EXAMPLES);
            if let Some(Value::Mapping(attributes)) = fields.get_mut("custom_attributes") {
                attributes.remove(EXAMPLES);
            }
        }
        document
    }

    #[test]
    fn only_the_examples_are_left_out() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let rules = embedded();
        assert!(!rules.is_empty());
        for rule in rules {
            let whole = std::fs::read_to_string(root.join(&rule.origin)).unwrap();
            let wanted: Vec<Value> = documents(&whole)
                .into_iter()
                .map(without_examples)
                .collect();
            assert_eq!(documents(&rule.text), wanted, "{}", rule.origin);
            assert!(!rule.text.contains(EXAMPLES), "{}", rule.origin);
        }
    }
}
