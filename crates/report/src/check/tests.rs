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
