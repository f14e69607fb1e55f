//! A contractor begins in the last week: new network, new laptop, ordinary work.

use crate::call::Call;
use crate::caller::{Caller, Role};
use crate::company::{Day, people};
use crate::scribe::Scribe;
use crate::shape::instances::describe_instances;
use crate::shape::source::{ECS, IAM, LAMBDA};
use crate::shape::{store, sts};
use crate::world::{GLOBAL, HOME, PROD, agent};

const CONTRACTOR: Role = Role::new(PROD, "sso-contractor");
const HOME_NETWORK: &str = "2001:db8:4a2:17::5c";

/// Two stints a workday, with a refusal now and then.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    if !day.works() || !day.is_late() {
        return;
    }
    for hour in [8, 12] {
        scribe.at(day.time(hour, 25)).wait(0, 3_000);
        let who = people::sign_on(
            scribe,
            CONTRACTOR,
            "jonas.keller",
            HOME_NETWORK,
            agent::FIREFOX,
        )
        .via(HOME_NETWORK, agent::CLI_LINUX);
        scribe.all(
            &who,
            HOME,
            &[
                sts::get_caller_identity(),
                describe_instances(&[]),
                Call::read(ECS, "ListServices").request(r#"{"cluster":"shop"}"#),
                Call::read(LAMBDA, "ListFunctions20150331").request("{}"),
                Call::read("logs.amazonaws.com", "GetLogEvents").request(
                    r#"{"logGroupName":"/ecs/search","logStreamName":"search/main","limit":200}"#,
                ),
            ],
        );
        refusals(scribe, &who);
    }
}

/// What the role does not allow, tried now and then.
fn refusals(scribe: &mut Scribe<'_>, who: &Caller) {
    if scribe.dice.chance(60) {
        let users = Call::read(IAM, "ListUsers");
        let users = users.denied(who, "iam:ListUsers", &format!("arn:aws:iam::{PROD}:user/"));
        scribe.put(who, GLOBAL, &users);
    }
    if scribe.dice.chance(40) {
        let secret = store::get_secret(PROD, HOME, "shop/database-Ab3dE7").denied(
            who,
            "secretsmanager:GetSecretValue",
            "shop/database",
        );
        scribe.put(who, HOME, &secret);
    }
}
