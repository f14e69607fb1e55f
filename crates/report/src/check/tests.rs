//! What each format says of the same report.

use gardefou_finding::Tool;
use gardefou_scan::change::File;
use gardefou_scan::{CheckReport, Judge};

use super::*;

fn report(text: &str) -> CheckReport {
    let file = File::present("a b/run.sh", text.as_bytes().to_vec());
    let judged = Judge::new().file(&file);
    let tool = Tool {
        name: "gardefou".to_owned(),
        version: "0".to_owned(),
    };
    CheckReport::new(judged.findings, judged.coverage, tool)
}

fn shown(format: CheckFormat, lang: Lang) -> String {
    let options = Options {
        lang,
        ..Options::default()
    };
    render_check(
        &report("sudo rm -rf \"$HOME\" # \u{1b}[31m`x`\n"),
        format,
        &options,
    )
}

#[test]
fn every_format_says_where_and_what() {
    for format in CheckFormat::ALL {
        let text = shown(*format, Lang::En);
        assert!(text.contains("destructive-command"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.ends_with('\n'));
    }
    assert!(shown(CheckFormat::Text, Lang::Fr).contains("REFUSER"));
}

#[test]
fn sarif_has_the_lines_and_an_encoded_path() {
    let log: serde_json::Value =
        serde_json::from_str(&shown(CheckFormat::Sarif, Lang::En)).unwrap();
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/run.sh");
    assert_eq!(place["region"]["startLine"], 1);
}

const SARIF_SCHEMA: &str = include_str!("../../../../schemas/sarif/sarif-2.1.0.schema.json");

#[test]
fn sarif_satisfies_the_published_schema() {
    // One pattern of the published schema is no regular expression: a bracket too many.
    let published = SARIF_SCHEMA.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    let schema: serde_json::Value = serde_json::from_str(&published).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut report = report("sudo rm -rf ~ # \u{202e}\n");
    report
        .coverage
        .fail_at("a\u{7f} b", gardefou_scan::Unread::BadArchive, "x");
    let mut whole = report.findings[0].clone();
    whole.location.line = None;
    let mut nowhere = whole.clone();
    nowhere.location.path = gardefou_finding::Untrusted::default();
    report.findings.extend([whole, nowhere]);
    for lang in [Lang::En, Lang::Fr] {
        let options = Options {
            lang,
            ..Options::default()
        };
        let text = render_check(&report, CheckFormat::Sarif, &options);
        let log: serde_json::Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&log)
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn the_json_has_what_readers_look_for_at_its_top() {
    let log: serde_json::Value = serde_json::from_str(&shown(CheckFormat::Json, Lang::En)).unwrap();
    assert_eq!(log["schema"], "gardefou.check/1");
    assert_eq!(log["verdict"], "deny");
    assert!(log["coverage"].is_object());
    let finding = &log["findings"][0];
    for field in ["id", "severity", "confidence", "location"] {
        assert!(!finding[field].is_null(), "{field}");
    }
}

const SCHEMA: &str = include_str!("../../../../schemas/gardefou.check.1.schema.json");

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a person asks for the schema to be written anew"
)]
fn the_gates_schema_is_the_types() {
    if std::env::var("UPDATE_SCHEMAS").is_ok() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../schemas/gardefou.check.1.schema.json"
        );
        std::fs::write(path, crate::check_schema()).unwrap();
        return;
    }
    assert!(
        SCHEMA == crate::check_schema(),
        "the types changed: run the tests with UPDATE_SCHEMAS=1"
    );
}

#[test]
fn json_satisfies_the_schema() {
    let value: serde_json::Value =
        serde_json::from_str(&shown(CheckFormat::Json, Lang::En)).unwrap();
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let errors: Vec<_> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn the_page_runs_nothing_and_escapes_what_comes_from_outside() {
    let page = shown(CheckFormat::Html, Lang::Fr);
    assert!(page.contains("default-src 'none'"), "{page}");
    assert!(
        !page.contains("<script") && !page.contains("<img"),
        "{page}"
    );
    let file = File::present("<img src=x>.sh", b"rm -rf ~\n".to_vec());
    let judged = Judge::new().file(&file);
    let tool = Tool {
        name: "gardefou".to_owned(),
        version: "0".to_owned(),
    };
    let report = CheckReport::new(judged.findings, judged.coverage, tool);
    let page = render_check(&report, CheckFormat::Html, &Options::default());
    assert!(!page.contains("<img"), "{page}");
}

#[test]
fn the_text_says_why_what_to_do_and_what_the_status_is() {
    let text = shown(CheckFormat::Text, Lang::En);
    for part in [
        "critical [destructive-command] a b/run.sh:1 (confidence: high)",
        "  why:     ",
        "  to do:   ",
        "  page:    docs/checks/change/destructive-command.md",
        "DENY",
        "exit status 1 by default",
        "judged: 0 commits, 1 file",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let text = shown(CheckFormat::Text, Lang::Fr);
    assert!(
        text.contains("confiance : élevée") || text.contains("confiance: élevée"),
        "{text}"
    );
    assert!(text.contains("0 commit, 1 fichier"), "{text}");
}

#[test]
fn what_was_found_is_not_said_to_be_nothing() {
    let report = report("terraform destroy\n");
    let text = render_check(&report, CheckFormat::Text, &Options::default());
    assert!(!report.findings.is_empty());
    assert!(!text.contains("nothing speaks against it"), "{text}");
}
