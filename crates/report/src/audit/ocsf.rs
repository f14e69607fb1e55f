//! An audit's findings as OCSF Compliance Findings, one JSON object a line:
//! class 2003 of OCSF 1.5.0 with the profile `cloud`.

use gardefou_finding::{Audit, AuditFinding, Confidence, Severity};
use serde_json::{Value, json};

use crate::catalogue::{Lang, Say};
use crate::json::escape;

/// The version of OCSF that is written.
const OCSF_VERSION: &str = "1.5.0";

/// Renders as NDJSON; nothing at all where nothing was found.
pub(super) fn render(audit: &Audit, say: Say) -> String {
    let objects = audit.findings.iter().map(|one| object(audit, one, say));
    objects.map(|object| escape(&object.to_string()) + "\n").collect()
}

fn object(audit: &Audit, one: &AuditFinding, say: Say) -> Value {
    let title = match say.lang {
        Lang::En => &one.title,
        Lang::Fr => &one.title_fr,
    };
    let paths: Vec<_> = audit.paths.iter().filter(|path| one.paths.contains(&path.id)).collect();
    json!({
        "activity_id": 1,
        "category_uid": 2,
        "class_uid": 2003,
        "type_uid": 200_301,
        "severity_id": severity(one.severity),
        "confidence_id": confidence(one.confidence),
        "status_id": 1,
        "time": 0,
        "message": title,
        "metadata": {
            "version": OCSF_VERSION,
            "profiles": ["cloud"],
            "product": {"name": audit.tool.name, "vendor_name": audit.tool.name, "version": audit.tool.version},
        },
        "cloud": {"provider": "AWS", "account": {"uid": one.account}},
        "compliance": {
            "control": one.check,
            "standards": ["CIS AWS Foundations Benchmark 3.0.0"],
            "requirements": one.cis,
            "status_id": 3,
        },
        "finding_info": {
            "uid": one.id,
            "title": title,
            "types": ["IAM"],
            "attacks": one.techniques.iter().map(|id| json!({"technique": {"uid": id}})).collect::<Vec<_>>(),
        },
        "resources": [{"uid": one.subject, "cloud_partition": "aws"}],
        "unmapped": {"facts": one.facts, "evidence": one.evidence, "paths": paths},
    })
}

fn severity(severity: Severity) -> u8 {
    match severity {
        Severity::Informational => 1,
        Severity::Low => 2,
        Severity::Medium => 3,
        Severity::High => 4,
        Severity::Critical => 5,
    }
}

fn confidence(confidence: Confidence) -> u8 {
    match confidence {
        Confidence::Low => 1,
        Confidence::Medium => 2,
        Confidence::High => 3,
    }
}
