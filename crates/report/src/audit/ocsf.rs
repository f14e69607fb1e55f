//! An audit's findings as OCSF Detection Findings, one JSON object a line:
//! class 2004 of OCSF 1.5.0 with the profile `cloud`. A test validates them
//! with the published schema. CIS sections, statements and paths, for which
//! the class has no place, are under `unmapped`.

use gardefou_finding::{Audit, AuditFinding, Confidence, Severity};
use serde_json::{Value, json};

use crate::catalogue::{Lang, Say};
use crate::json::escape;

/// The version of OCSF that is written.
const OCSF_VERSION: &str = "1.5.0";

/// Renders as NDJSON; nothing at all where nothing was found.
pub(super) fn render(audit: &Audit, say: Say) -> String {
    let objects = audit.findings.iter().map(|one| object(audit, one, say));
    objects
        .map(|object| escape(&object.to_string()) + "\n")
        .collect()
}

fn object(audit: &Audit, one: &AuditFinding, say: Say) -> Value {
    let title = match say.lang {
        Lang::En => &one.title,
        Lang::Fr => &one.title_fr,
    };
    let paths: Vec<_> = audit
        .paths
        .iter()
        .filter(|path| one.paths.contains(&path.id))
        .collect();
    json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "type_uid": 200_401,
        "severity_id": severity(one.severity),
        "confidence_id": confidence(one.confidence),
        "status_id": 1,
        "time": audit.at.seconds() * 1_000,
        "message": title,
        "metadata": {
            "version": OCSF_VERSION,
            "profiles": ["cloud"],
            "product": {"name": audit.tool.name, "vendor_name": audit.tool.name, "version": audit.tool.version},
        },
        "cloud": {"provider": "AWS", "account": {"uid": one.account, "type_id": 10}},
        "finding_info": {
            "uid": one.id,
            "title": title,
            "types": ["IAM"],
            "attacks": attacks(one),
        },
        "resources": [{"uid": one.subject, "cloud_partition": "aws"}],
        "unmapped": {
            "check": one.check,
            "cis_aws_foundations": one.cis,
            "facts": one.facts,
            "evidence": one.evidence,
            "paths": paths,
        },
    })
}

fn attacks(one: &AuditFinding) -> Vec<Value> {
    let techniques = one.techniques.iter();
    techniques
        .map(|id| json!({"version": "16", "technique": {"uid": id}}))
        .collect()
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
