//! Tests across formats and languages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gardefou_finding::Report;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{Format, Lang, Options, examples, json_schema, render};

/// Writes every format where `GARDEFOU_REPORT_OUT` says, to be looked at.
#[test]
#[allow(clippy::disallowed_methods, reason = "a person asks for files to look at")]
fn outputs_can_be_looked_at() {
    let Ok(dir) = std::env::var("GARDEFOU_REPORT_OUT") else { return };
    let reports = [
        ("campaign", examples::campaign()),
        ("quiet", examples::quiet()),
        ("incomplete", examples::incomplete()),
    ];
    for (name, report) in &reports {
        for lang in Lang::ALL {
            for format in Format::ALL {
                let options = Options { lang: *lang, ..Options::default() };
                let path = format!("{dir}/{name}.{lang}.{}", format.extension());
                std::fs::write(path, render(report, *format, &options)).unwrap();
            }
        }
    }
}

const SCHEMA: &str = include_str!("../../../schemas/gardefou.report.1.schema.json");
const OCSF: &str = include_str!("../../../schemas/ocsf/detection_finding.1.5.0.schema.json");

fn reports() -> [Report; 3] {
    [examples::campaign(), examples::quiet(), examples::incomplete()]
}

fn errors(schema: &str, instance: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let instance: Value = serde_json::from_str(instance).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors = validator.iter_errors(&instance);
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a person asks for the schema to be written anew")]
fn the_schema_is_the_types() {
    if std::env::var("UPDATE_SCHEMAS").is_ok() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../schemas/gardefou.report.1.schema.json"
        );
        std::fs::write(path, json_schema()).unwrap();
        return;
    }
    assert!(SCHEMA == json_schema(), "the types changed: run the tests with UPDATE_SCHEMAS=1");
}

#[test]
fn json_satisfies_its_schema_and_loses_nothing() {
    for report in reports() {
        for pretty in [true, false] {
            let options = Options { pretty, ..Options::default() };
            let json = render(&report, Format::Json, &options);
            assert_eq!(errors(SCHEMA, &json), Vec::<String>::new());
            assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
        }
    }
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    assert_ne!(errors(SCHEMA, r#"{"schema": "gardefou.report/1"}"#), Vec::<String>::new());
}

#[test]
fn ocsf_satisfies_the_published_schema() {
    for report in reports() {
        let outside = report.findings.iter().filter(|finding| finding.incident.is_none()).count();
        for lang in Lang::ALL {
            let options = Options { lang: *lang, ..Options::default() };
            let ocsf = render(&report, Format::Ocsf, &options);
            assert_eq!(ocsf.lines().count(), report.incidents.len() + outside);
            for line in ocsf.lines() {
                assert_eq!(errors(OCSF, line), Vec::<String>::new());
            }
        }
    }
}

#[test]
fn the_pages_policy_names_its_own_style_sheet() {
    let digest = Sha256::digest(include_str!("html/style.css"));
    let hash = format!("sha256-{}", STANDARD.encode(digest));
    let page = render(&examples::quiet(), Format::Html, &Options::default());
    assert!(page.contains(&hash), "set STYLE_HASH to {hash}");
}

#[test]
fn the_ocsf_schema_refuses_a_field_that_it_does_not_know() {
    let ocsf = render(&examples::quiet(), Format::Ocsf, &Options::default());
    let line = ocsf.lines().next().unwrap();
    let mut object: Value = serde_json::from_str(line).unwrap();
    object["invented"] = Value::Bool(true);
    assert_ne!(errors(OCSF, &object.to_string()), Vec::<String>::new());
}
