//! Any text as a guardrail's file: the parser must not panic, and what it takes
//! can be bound and asked.

#![no_main]

use gardefou_iam::{Action, Context, Principal, Resource};
use gardefou_replay::Need;
use gardefou_replay::effect::Guard;
use gardefou_replay::guardrail::{Guardrail, Kind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(guardrail) = Guardrail::parse(text) else {
        return;
    };
    if guardrail.kind == Kind::Advice {
        return;
    }
    let bound = guardrail.blank().expect("the parser has bound it");
    let principal = Principal::parse("arn:aws:iam::111122223333:user/alice").expect("one");
    let need = Need {
        action: Action::new("ec2:RunInstances").expect("an action"),
        resource: Resource::like("arn:aws:ec2:eu-west-1:111122223333:instance/*", None)
            .expect("a resource"),
        context: Context::incomplete(),
        implied: false,
    };
    Guard::new(&bound).need(&principal, &need);
});
