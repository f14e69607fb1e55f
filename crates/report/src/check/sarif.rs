//! SARIF 2.1.0 (OASIS).

use gardefou_finding::Severity;
use gardefou_scan::{CheckId, CheckReport, Finding};
use serde_json::{Value, json};

use super::{one_line, sentence};
use crate::catalogue::{Lang, checks};

pub(super) fn render(report: &CheckReport, lang: Lang) -> String {
    let rules: Vec<Value> = CheckId::ALL.iter().map(|id| rule(*id)).collect();
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| result(finding, lang))
        .collect();
    let notes: Vec<Value> = report
        .coverage
        .failures
        .iter()
        .map(|gap| {
            let why = checks::of(lang, checks::unread(gap.reason));
            json!({
                "level": "error",
                "message": { "text": format!("{}: {why}", one_line(gap.source.as_str(), 200)) },
            })
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": report.tool.name,
                "version": report.tool.version,
                "informationUri": "https://github.com/gardefou/gardefou",
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.coverage.is_complete(),
                "toolExecutionNotifications": notes,
            }],
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(id: CheckId) -> Value {
    json!({
        "id": id.word(),
        "name": format!("{id:?}"),
        "helpUri": format!("https://github.com/gardefou/gardefou/blob/main/docs/checks/change/{}.md", id.word()),
    })
}

fn result(finding: &Finding, lang: Lang) -> Value {
    let level = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "note",
    };
    let text = format!(
        "{}: {}",
        sentence(finding, lang),
        one_line(finding.excerpt.as_str(), 200)
    );
    let mut result = json!({
        "ruleId": finding.id.word(),
        "level": level,
        "message": { "text": text },
        "partialFingerprints": { "gardefou/v1": finding.fingerprint },
        "properties": { "severity": finding.severity.word(), "confidence": finding.confidence.word() },
    });
    let uri = uri(finding.location.path.as_str());
    if !uri.is_empty()
        && let Some(object) = result.as_object_mut()
    {
        let mut physical = json!({ "artifactLocation": { "uri": uri } });
        if let (Some(line), Some(place)) = (finding.location.line, physical.as_object_mut()) {
            let end = finding
                .location
                .end_line
                .filter(|end| *end >= line)
                .unwrap_or(line);
            place.insert(
                "region".to_owned(),
                json!({ "startLine": line, "endLine": end }),
            );
        }
        object.insert(
            "locations".to_owned(),
            json!([{ "physicalLocation": physical }]),
        );
    }
    result
}

/// A path as a relative reference (RFC 3986).
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    let encode = |byte: u8| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    path.bytes().map(encode).collect()
}
