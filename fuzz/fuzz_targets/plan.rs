//! Any text as a plan, and as things with what AWS answers of them: no panic, a
//! plan that is taken is read again when it is written, and from a state to
//! itself leads no call.

#![no_main]

use std::convert::Infallible;

use gardefou_contain::things::{goal, losses, observe, recoverable, satisfies, toward};
use gardefou_contain::{closes, cli_script, deny_policies, digest, openings, terraform};
use gardefou_finding::{AwsCall, Plan, Thing};
use gardefou_report::{Format, Lang, Options, render_plan};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    if let Ok(plan) = serde_json::from_str::<Plan>(text) {
        told(&plan);
    }
    // Things, and after a line end what AWS answers to every question.
    let (things, answers) = text.split_once('\n').unwrap_or((text, "{}"));
    let things: Vec<Thing> = serde_json::from_str(things).unwrap_or_default();
    let answer: Value = serde_json::from_str(answers).unwrap_or_default();
    for thing in &things {
        carried(thing, &answer);
    }
});

fn told(plan: &Plan) {
    let written = serde_json::to_string(plan).expect("a plan is JSON");
    let again: Plan = serde_json::from_str(&written).expect("what was written");
    assert_eq!(plan.steps.len(), again.steps.len());
    assert_eq!(digest(plan).len(), 64);
    assert_eq!(openings(plan).is_empty(), plan.steps.iter().all(|one| closes(one).is_empty()));
    let script = cli_script(plan);
    for line in script.lines().filter(|line| !line.starts_with('#')) {
        assert!(line.is_empty() || line.starts_with("aws ") || line == "set -eu", "{line}");
    }
    deny_policies(plan);
    terraform(plan);
    for lang in [Lang::En, Lang::Fr] {
        for format in [Format::Text, Format::Markdown, Format::Json] {
            render_plan(plan, format, &Options { lang, ..Options::default() });
        }
    }
}

fn carried(thing: &Thing, answer: &Value) {
    let mut asked = 0;
    let mut ask = |call: &AwsCall| -> Result<Option<Vec<Value>>, Infallible> {
        assert!(call.only_reads(), "{} changes something", call.operation);
        asked += 1;
        // A thing may ask about each part that an answer names.
        Ok((asked < 1_000).then(|| vec![answer.clone()]))
    };
    let Ok(before) = observe(thing, None, &mut ask);
    let wanted = goal(thing, &before);
    for call in toward(thing, None, &before, &wanted) {
        assert!(!call.only_reads(), "{} changes nothing", call.operation);
        assert!(!call.cli_line().contains('\n'));
    }
    assert!(toward(thing, None, &wanted, &wanted).is_empty());
    let _ = satisfies(thing, &wanted, &before);
    let back = recoverable(thing, &before, &wanted);
    let _ = toward(thing, None, &wanted, &back);
    losses(thing, &before);
}
