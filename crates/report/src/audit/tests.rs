//! Audits in every format.

use gardefou_finding::{
    AUDIT_SCHEMA, Audit, AuditCoverage, AuditFact, AuditFailure, AuditFault, AuditFinding,
    AuditPath, AuditSummary, Certainty, Confidence, Dependency, FindingId, Goal, PathStep,
    Severity, StatementPlace, StepMethod, StepPermission, Technique, Tool, Untrusted,
};

use crate::{Format, Lang, Options, audit_schema, render_audit};

const SCHEMA: &str = include_str!("../../../../schemas/gardefou.audit.1.schema.json");

/// A name that steers terminals and closes tags.
const HOSTILE: &str = "arn:aws:iam::111122223333:user/\u{1b}[31m</script>|`x";

fn place() -> StatementPlace {
    StatementPlace {
        holder: HOSTILE.into(),
        policy: HOSTILE.into(),
        statement: 0,
        sid: Some(HOSTILE.into()),
    }
}

fn step(to: &str) -> PathStep {
    PathStep {
        from: HOSTILE.into(),
        to: to.into(),
        methods: vec![StepMethod {
            id: "iam-007".into(),
            also: vec!["other".into()],
            title: "Inline policy on one's own user".into(),
            title_fr: "Politique en ligne sur son propre utilisateur".into(),
        }],
        through: Some(HOSTILE.into()),
        permissions: vec![StepPermission {
            action: "iam:PutUserPolicy".into(),
            resource: HOSTILE.into(),
            statements: vec![place()],
        }],
    }
}

fn path(certainty: Certainty, depends_on: Vec<Dependency>) -> AuditPath {
    AuditPath {
        id: "path-1".into(),
        from: HOSTILE.into(),
        to: "arn:aws:iam::111122223333:role/admin".into(),
        goal: Goal::Administrator,
        severity: Severity::High,
        certainty,
        methods: vec!["iam-007".into()],
        steps: vec![step("arn:aws:iam::111122223333:role/admin")],
        depends_on,
    }
}

fn example() -> Audit {
    let mut coverage = AuditCoverage {
        files: 2,
        accounts: vec!["111122223333".into()],
        ..AuditCoverage::default()
    };
    coverage.fail(AuditFailure {
        source: HOSTILE.into(),
        offset: Some(7),
        reason: AuditFault::BadPolicy,
        detail: HOSTILE.into(),
    });
    coverage
        .not_judged
        .insert("root-used".into(), vec!["111122223333".into()]);
    Audit {
        schema: AUDIT_SCHEMA.into(),
        tool: Tool {
            name: "gardefou".into(),
            version: "0".into(),
        },
        at: gardefou_finding::Timestamp::parse("2026-11-01T00:00:00Z").unwrap(),
        summary: AuditSummary {
            accounts: 1,
            users: 1,
            escalating: 1,
            ..AuditSummary::default()
        },
        findings: vec![AuditFinding {
            id: FindingId("privilege-escalation-1".into()),
            check: "privilege-escalation".into(),
            title: "A principal can make itself an administrator".into(),
            title_fr: "Un principal peut devenir administrateur".into(),
            severity: Severity::High,
            confidence: Confidence::High,
            account: "111122223333".into(),
            subject: HOSTILE.into(),
            facts: vec![AuditFact {
                name: "method".into(),
                value: HOSTILE.into(),
            }],
            evidence: vec![place()],
            paths: vec!["path-1".into()],
            cis: vec!["1.16".into()],
            techniques: vec![Technique("T1098".into())],
        }],
        findings_left_out: 0,
        paths: vec![
            path(Certainty::Proven, Vec::new()),
            path(
                Certainty::Depends,
                vec![
                    Dependency::ContextKey(HOSTILE.into()),
                    Dependency::Circumstance("agent".into()),
                ],
            ),
            path(
                Certainty::NoTarget,
                vec![Dependency::NoTarget(Untrusted::new("role"))],
            ),
        ],
        paths_left_out: 3,
        coverage,
    }
}

fn rendered(format: Format, lang: Lang) -> String {
    render_audit(
        &example(),
        format,
        &Options {
            lang,
            ..Options::default()
        },
    )
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a person asks for the schema to be written anew"
)]
fn the_audits_schema_is_the_types() {
    if std::env::var("UPDATE_SCHEMAS").is_ok() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../schemas/gardefou.audit.1.schema.json"
        );
        std::fs::write(path, audit_schema()).unwrap();
        return;
    }
    assert!(
        SCHEMA == audit_schema(),
        "the types changed: run the tests with UPDATE_SCHEMAS=1"
    );
}

#[test]
fn json_satisfies_the_schema_and_has_its_parts_at_the_top() {
    let json = rendered(Format::Json, Lang::En);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let errors: Vec<_> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    for part in ["schema", "findings", "paths", "coverage"] {
        assert!(value.get(part).is_some(), "{part}");
    }
    assert_eq!(serde_json::from_str::<Audit>(&json).unwrap(), example());
}

const OCSF: &str = include_str!("../../../../schemas/ocsf/detection_finding.1.5.0.schema.json");

#[test]
fn ocsf_satisfies_the_published_schema() {
    let schema: serde_json::Value = serde_json::from_str(OCSF).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let text = rendered(Format::Ocsf, Lang::En);
    assert_eq!(text.lines().count(), 1);
    for line in text.lines() {
        let value = serde_json::from_str(line).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn nothing_from_outside_steers_any_output() {
    for format in Format::ALL {
        for lang in Lang::ALL {
            let text = rendered(*format, *lang);
            assert!(!text.contains('\u{1b}'), "{format}");
            if *format == Format::Html {
                assert!(!text.contains("</script>"));
            }
        }
    }
}

#[test]
fn both_languages_tell_findings_paths_and_what_is_missing() {
    for (lang, words) in [
        (
            Lang::En,
            [
                "A principal can make itself an administrator",
                "the SSM agent on the instance",
                "Not judged",
                "not a valid policy",
            ],
        ),
        (
            Lang::Fr,
            [
                "Un principal peut devenir administrateur",
                "l’agent SSM sur l’instance",
                "Non jugé",
                "pas une politique valable",
            ],
        ),
    ] {
        for format in [Format::Text, Format::Markdown, Format::Html] {
            let text = rendered(format, lang)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            for word in words {
                assert!(text.contains(word), "{format} {lang}: {word}\n{text}");
            }
        }
    }
}

#[test]
fn a_page_draws_the_graph() {
    let page = rendered(Format::Html, Lang::En);
    assert!(page.contains("<svg") && page.contains("stroke-dasharray"));
}
