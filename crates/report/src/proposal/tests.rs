//! Proposals in every format.

use std::collections::BTreeMap;

use gardefou_finding::{
    BlindSpot, Coverage, Outcome, PROPOSAL_SCHEMA, Proposal, ProposalHistory, ProposalReplay,
    ProposedStatement, RefusedRequest, StatementOrigin, Timestamp, Tool, Widening,
};
use serde_json::{Value, json};

use super::{ProposalFormat, render_proposal};
use crate::{Lang, Options, proposal_schema};

const SCHEMA: &str = include_str!("../../../../schemas/gardefou.least-privilege.1.schema.json");

/// A name that steers terminals and closes tags.
const HOSTILE: &str = "arn:aws:iam::111122223333:role/\u{1b}[31m</script>|`${x}";

fn example() -> Proposal {
    let time = |text| Timestamp::parse(text);
    Proposal {
        schema: PROPOSAL_SCHEMA.into(),
        tool: Tool {
            name: "gardefou".into(),
            version: "0".into(),
        },
        principal: HOSTILE.into(),
        history: ProposalHistory {
            first: time("2026-10-01T00:00:00Z"),
            last: time("2026-11-01T00:00:00Z"),
            calls: BTreeMap::from([(Outcome::Succeeded, 41), (Outcome::Denied, 1)]),
            not_understood: BTreeMap::from([("x.amazonaws.com:Do".into(), 2)]),
        },
        statements: vec![ProposedStatement {
            sid: "S31".into(),
            origin: StatementOrigin::Seen,
            actions: vec!["s3:PutObject".into()],
            resources: vec![HOSTILE.into()],
            conditions: BTreeMap::from([(
                "StringEquals".into(),
                BTreeMap::from([("aws:RequestedRegion".into(), vec!["eu-west-1".into()])]),
            )]),
            requests: 40,
        }],
        policies: vec![json!({"Version": "2012-10-17", "Statement": [{"Resource": HOSTILE}]})],
        widened: vec![Widening {
            pattern: HOSTILE.into(),
            resources: 12,
        }],
        blind_spots: vec![
            BlindSpot {
                service: "sqs".into(),
                kept: vec!["sqs:SendMessage".into()],
            },
            BlindSpot {
                service: "dynamodb".into(),
                kept: Vec::new(),
            },
        ],
        dropped: vec!["ec2:*".into()],
        dropped_left_out: 3,
        current_known: true,
        replay: ProposalReplay {
            requests: 41,
            allowed: 40,
            refused: vec![RefusedRequest {
                action: "s3:GetObject".into(),
                resource: HOSTILE.into(),
                decision: "implicit_deny".into(),
                requests: 1,
            }],
        },
        coverage: Coverage::default(),
    }
}

fn rendered(format: ProposalFormat, lang: Lang) -> String {
    let options = Options {
        lang,
        ..Options::default()
    };
    render_proposal(&example(), format, &options)
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a person asks for the schema to be written anew"
)]
fn the_schema_is_the_types() {
    if std::env::var("UPDATE_SCHEMAS").is_ok() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../schemas/gardefou.least-privilege.1.schema.json"
        );
        std::fs::write(path, proposal_schema()).unwrap();
        return;
    }
    assert!(
        SCHEMA == proposal_schema(),
        "the types changed: run the tests with UPDATE_SCHEMAS=1"
    );
}

#[test]
fn json_satisfies_the_schema() {
    let json = rendered(ProposalFormat::Json, Lang::En);
    let value: Value = serde_json::from_str(&json).unwrap();
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert_eq!(validator.iter_errors(&value).count(), 0);
    assert_eq!(serde_json::from_str::<Proposal>(&json).unwrap(), example());
}

#[test]
fn both_languages_say_what_is_allowed_kept_and_dropped() {
    let words = [
        (
            Lang::En,
            ["40 of 41 requests", "would not allow", "keeps", "Dropped"],
        ),
        (
            Lang::Fr,
            [
                "40 requêtes sur 41",
                "ne permettrait pas",
                "garde",
                "Abandonné",
            ],
        ),
    ];
    for (lang, words) in words {
        for format in [ProposalFormat::Text, ProposalFormat::Markdown] {
            let text = rendered(format, lang);
            let text = text.replace("**", "");
            let text: Vec<&str> = text.split_whitespace().collect();
            let text = text.join(" ");
            for word in words {
                assert!(text.contains(word), "{format} {lang}: {word}\n{text}");
            }
        }
    }
}

#[test]
fn nothing_from_outside_steers_any_output() {
    for format in ProposalFormat::ALL {
        let text = rendered(*format, Lang::En);
        assert!(!text.contains('\u{1b}'), "{format}");
    }
    assert!(rendered(ProposalFormat::Terraform, Lang::En).contains("$${x}"));
    let policy = rendered(ProposalFormat::Policy, Lang::En);
    let policy: Value = serde_json::from_str(&policy).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
}
