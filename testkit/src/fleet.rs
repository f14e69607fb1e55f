//! A fleet of services with thousands of sessions: bulk for benchmarks.
//!
//! The mix is that of a busy account: some 80 % reads by services and sessions.

use crate::call::Call;
use crate::caller::{Caller, Role};
use crate::clock::DAY;
use crate::company::Day;
use crate::scribe::{Event, Scribe};
use crate::shape::instances::describe_instances;
use crate::shape::source::{AUTOSCALING, EC2, KMS, LAMBDA};
use crate::shape::store;
use crate::world::{DATA, GLOBAL, HOME, PROD, SECOND, World, agent};

/// Roles of the fleet.
const ROLES: [Role; 8] = [
    Role::new(PROD, "fleet-orders"),
    Role::new(PROD, "fleet-pricing"),
    Role::new(PROD, "fleet-search"),
    Role::new(DATA, "fleet-ingest"),
    Role::new(DATA, "fleet-features"),
    Role::new(PROD, "fleet-inventory"),
    Role::new(DATA, "fleet-exports"),
    Role::new(PROD, "fleet-node"),
];

const AGENTS: [&str; 4] = [agent::GO, agent::JAVA, agent::BOTO, agent::KARPENTER];
const KEY: &str = "6f3c2d1e-8a47-4b59-9c0d-5e1f2a3b4c5d";

/// Writes a day of the fleet: `wanted` events.
pub(crate) fn day(world: &World, day: Day, wanted: u32, events: &mut Vec<Event>) {
    if wanted == 0 {
        return;
    }
    let label = format!("fleet/{}", day.index);
    let mut scribe = Scribe::new(world, &label, day.midnight, events);
    let mut left = i64::from(wanted);
    while left > 0 {
        let calls = scribe.dice.range(12, 60).min(left);
        session(&mut scribe, day, calls);
        left -= calls;
    }
}

/// One session: a service assumes a role for it, then it works for up to an hour.
fn session(scribe: &mut Scribe<'_>, day: Day, calls: i64) {
    let start = scribe.dice.range(0, DAY - 4_000);
    scribe.at(day.midnight + start);
    let index = usize::try_from(scribe.dice.range(0, 7)).unwrap_or(0);
    let Some(role) = ROLES.get(index).copied() else {
        return;
    };
    let region = match scribe.dice.range(0, 9) {
        0..=6 => HOME,
        7 | 8 => SECOND,
        _ => GLOBAL,
    };
    let name = scribe.id("i");
    let key = scribe.granted("ec2.amazonaws.com", region, role, &name);
    let network = format!(
        "10.{}.{}.",
        scribe.dice.range(20, 27),
        scribe.dice.range(0, 250)
    );
    let ip = scribe.dice.address(&network, 4, 250);
    let agent = scribe.dice.pick(&AGENTS);
    let who = scribe
        .session(role, &name, &key, r#","ec2RoleDelivery":"2.0""#)
        .via(&ip, agent);
    for _ in 1..calls {
        scribe.wait(1, 60);
        let call = work(scribe, &who, region);
        scribe.put(&who, region, &call);
    }
}

fn work(scribe: &mut Scribe<'_>, who: &Caller, region: &str) -> Call {
    let call = match scribe.dice.range(0, 99) {
        0..=24 => {
            let ids: Vec<String> = (0..scribe.dice.range(0, 4))
                .map(|_| scribe.id("i"))
                .collect();
            describe_instances(&ids)
        }
        25..=44 => decrypt(scribe, who, region),
        45..=54 => Call::read(AUTOSCALING, "DescribeAutoScalingGroups")
            .request(r#"{"autoScalingGroupNames":["web"],"maxRecords":100}"#),
        55..=62 => {
            let key = format!("orders/{}.json", scribe.dice.uuid());
            store::get_object(scribe, &who.account, "belmarais-orders", &key)
        }
        63..=68 => store::get_secret(&who.account, region, "shop/database-Ab3dE7"),
        69..=74 => Call::read(LAMBDA, "GetFunctionConfiguration20150331v2")
            .request(r#"{"functionName":"stock-sync"}"#),
        75..=79 => Call::read("ssm.amazonaws.com", "GetParametersByPath")
            .request(r#"{"path":"/shop/","recursive":true,"withDecryption":true}"#),
        80..=87 => {
            let key = format!("orders/{}.json", scribe.dice.uuid());
            store::put_object(scribe, &who.account, "belmarais-orders", &key)
        }
        88..=92 => log_stream(scribe),
        93..=96 => data_key(scribe, who, region),
        97 => describe_instances(&[]).throttled(),
        98 => Call::write("sqs.amazonaws.com", "PurgeQueue")
            .request(r#"{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/retry"}"#),
        _ => tags(scribe),
    };
    if scribe.dice.chance(1) {
        return call.denied(who, "kms:Decrypt", "*");
    }
    call
}

fn decrypt(scribe: &mut Scribe<'_>, who: &Caller, region: &str) -> Call {
    let context = format!(
        r#""aws:s3:arn":"arn:aws:s3:::belmarais-orders/orders/{}.json""#,
        scribe.dice.uuid()
    );
    store::decrypt(&who.account, region, KEY, &context)
}

fn data_key(scribe: &mut Scribe<'_>, who: &Caller, region: &str) -> Call {
    Call::read(KMS, "GenerateDataKey")
        .request(format!(
            r#"{{"keyId":"{KEY}","keySpec":"AES_256","encryptionContext":{{"part":"{}"}}}}"#,
            scribe.dice.uuid()
        ))
        .resources(store::key_resource(&who.account, region, KEY))
}

fn log_stream(scribe: &mut Scribe<'_>) -> Call {
    crate::shape::lambda::create_log_stream(scribe, "stock-sync")
}

fn tags(scribe: &mut Scribe<'_>) -> Call {
    let id = scribe.id("i");
    let answer = crate::shape::instances::done(scribe);
    Call::write(EC2, "CreateTags")
        .request(format!(
            r#"{{"resourcesSet":{{"items":[{{"resourceId":"{id}"}}]}},"tagSet":{{"items":[{{"key":"state","value":"ready"}}]}}}}"#
        ))
        .response(answer)
}
