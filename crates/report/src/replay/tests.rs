//! What a replay reads like, in every form and language.

use gardefou_finding::{
    Advice, Attack, Broken, BrokenCalls, Coverage, Disagreement, EventRef, Fidelity,
    GuardrailEffect, History, Outcome, Position, REPLAY_SCHEMA, Replay, StepRef, Stopped,
    Suggestion, Timestamp, Tool, UnknownCalls, UnmappedCalls, WhyUnmapped,
};

use crate::{Format, Lang, Options, render_replay, replay_schema};

const SCHEMA: &str = include_str!("../../../../schemas/gardefou.replay.1.schema.json");

fn event(call: &str) -> EventRef {
    EventRef {
        time: Timestamp::parse("2025-11-03T09:41:10Z").unwrap(),
        event_id: "e1".into(),
        service: "iam.amazonaws.com".into(),
        call: call.into(),
        outcome: Outcome::Succeeded,
        error: None,
        region: "us-east-1".into(),
        source_ip: "198.18.77.23".into(),
        user_agent: "aws-cli".into(),
        targets: Vec::new(),
        position: Position {
            source: "a".into(),
            offset: 0,
            record: 0,
        },
    }
}

fn stopped() -> Stopped {
    Stopped {
        denied: 155,
        steps: 179,
        effects: 140,
        first: Some(StepRef {
            incident: "i-1".to_owned(),
            step: 2,
            event: event("GetUser"),
        }),
        seconds_saved: 8_266,
        usd_per_hour: 230.56,
        usd_per_hour_max: 49_610.66,
        unknown: 0,
    }
}

fn guardrail(id: &str, broken: u64) -> GuardrailEffect {
    let row = BrokenCalls {
        principal: "arn:aws:iam::111122223333:role/sso\u{1b}[31m".into(),
        service: "ec2.amazonaws.com".into(),
        call: "ModifyInstanceAttribute".into(),
        calls: broken,
        first: Timestamp::parse("2025-10-22T09:41:00Z").unwrap(),
        last: Timestamp::parse("2025-10-22T09:41:00Z").unwrap(),
        example: event("ModifyInstanceAttribute"),
    };
    GuardrailEffect {
        id: id.to_owned(),
        title: "Only from known networks".to_owned(),
        title_fr: "Depuis les réseaux connus".to_owned(),
        kind: "scp".to_owned(),
        parameters: [("networks".to_owned(), vec!["203.0.113.0/24".into()])].into(),
        learnt: true,
        policy: serde_json::json!({"Version": "2012-10-17"}),
        too_large: false,
        stopped: stopped(),
        broken: Broken {
            calls: broken,
            who: if broken > 0 { vec![row] } else { Vec::new() },
            left_out: 0,
            later: Some(3),
        },
        unknown: UnknownCalls {
            calls: 4,
            because: vec![("aws:ViaAWSService".into(), 4)],
        },
    }
}

fn example() -> Replay {
    Replay {
        schema: REPLAY_SCHEMA.to_owned(),
        tool: Tool {
            name: "gardefou".to_owned(),
            version: "0.1.0".to_owned(),
        },
        history: History {
            calls: 5_400,
            succeeded: 5_100,
            days: 30,
            classes: 900,
            unmapped: vec![UnmappedCalls {
                service: "signin.amazonaws.com".into(),
                call: "ConsoleLogin".into(),
                why: WhyUnmapped::NotARequest,
                calls: 69,
            }],
            ..History::default()
        },
        attacks: vec![Attack {
            incident: "i-1".to_owned(),
            steps: 180,
            effects: 140,
            first: None,
            last: None,
        }],
        guardrails: vec![
            guardrail("known-networks", 0),
            guardrail("no-protection", 1),
        ],
        advice: vec![Advice {
            id: "quotas".to_owned(),
            title: "Quotas no larger than what is used".to_owned(),
            title_fr: "Des quotas à la mesure de l'usage".to_owned(),
        }],
        suggestion: Some(Suggestion {
            guardrails: vec!["known-networks".to_owned()],
            stopped: stopped(),
            effects_through: 0,
            first_through: None,
            broken: 0,
            unknown: 4,
        }),
        fidelity: Some(Fidelity {
            agree: 999,
            disagree: 1,
            unknown: 2,
            unknown_because: vec![("the resource's policy".into(), 2)],
            disagreements: vec![Disagreement {
                principal: "arn:aws:iam::111122223333:role/app".into(),
                action: "s3:GetObject".into(),
                resource: "arn:aws:s3:::data/x".into(),
                outcome: Outcome::Succeeded,
                decision: "implicit_deny".to_owned(),
                calls: 1,
                example: event("GetObject"),
            }],
            left_out: 0,
        }),
        coverage: Coverage::default(),
    }
}

fn rendered(format: Format, lang: Lang) -> String {
    let options = Options {
        lang,
        ..Options::default()
    };
    render_replay(&example(), format, &options)
}

#[test]
fn says_at_which_step_and_what_it_breaks() {
    let text = rendered(Format::Text, Lang::En);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Would have been stopped at step 2 by known-networks, breaking nothing in 5,100 calls over 30 days.",
        "99.9 %",
        "aws:ViaAWSService",
        "role/sso\\u{1b}[31m",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn every_form_and_language_tells_the_same_names() {
    for lang in Lang::ALL {
        for format in [Format::Text, Format::Markdown, Format::Html, Format::Json] {
            let text = rendered(format, *lang);
            for name in ["known-networks", "no-protection", "quotas", "s3:GetObject"] {
                assert!(text.contains(name), "{format} {lang}: {name}");
            }
            assert!(!text.contains('\u{1b}'), "{format} {lang}");
        }
    }
    let french = rendered(Format::Markdown, Lang::Fr);
    assert!(french.contains("sans rien casser"), "{french}");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "writes the schema when asked to")]
fn the_schema_is_that_of_the_types() {
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../schemas/gardefou.replay.1.schema.json"
        );
        std::fs::write(path, replay_schema()).unwrap();
        return;
    }
    assert!(
        SCHEMA == replay_schema(),
        "stale: run this test with UPDATE_SCHEMAS=1"
    );
}
