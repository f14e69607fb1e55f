//! The engineer with a long-lived key, used from the office for small things.
//!
//! This is the key that the attack steals; these habits are what tells the two apart.

use crate::call::Call;
use crate::caller::Caller;
use crate::company::Day;
use crate::scribe::Scribe;
use crate::shape::instances::describe_instances;
use crate::shape::source::{ECS, S3};
use crate::shape::{ecs, store, sts};
use crate::world::{HOME, OFFICE, PROD, VPN, World, agent};

/// The owner's name.
pub(crate) const OWNER: &str = "marc.dubois";

/// The owner's long-lived key.
pub(crate) fn key(world: &World) -> String {
    world.key("AKIA", PROD, "marc.dubois/1")
}

/// Three short stints a workday: early, mid-morning, afternoon.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    if !day.works() {
        return;
    }
    let place = if scribe.dice.chance(85) { OFFICE } else { VPN };
    let key = key(scribe.world);
    let who = Caller::user(scribe.world, PROD, OWNER, &key).via(place, agent::CLI_MAC);
    for (hour, minute) in [(7, 35), (9, 25), (13, 20)] {
        scribe.at(day.time(hour, minute)).wait(0, 1_500);
        stint(scribe, &who, day);
    }
}

fn stint(scribe: &mut Scribe<'_>, who: &Caller, day: Day) {
    for _ in 0..scribe.dice.range(2, 4) {
        let call = small_thing(scribe, day);
        scribe.put(who, HOME, &call);
        scribe.wait(15, 240);
    }
}

fn small_thing(scribe: &mut Scribe<'_>, day: Day) -> Call {
    match scribe.dice.range(0, 9) {
        0 => sts::get_caller_identity(),
        1 | 2 => describe_instances(&[]),
        3 => Call::read(ECS, "DescribeServices")
            .request(r#"{"cluster":"shop","services":["shop-api"]}"#),
        4 => Call::read("logs.amazonaws.com", "FilterLogEvents")
            .request(r#"{"logGroupName":"/ecs/shop-api","filterPattern":"ERROR","limit":100}"#),
        5 => Call::read(S3, "ListBuckets").request(r#"{"Host":"s3.eu-west-1.amazonaws.com"}"#),
        6 | 7 => {
            let key = format!("weekly/report-{}.csv", day.index / 7);
            store::get_object(scribe, PROD, "belmarais-reports", &key)
        }
        8 => {
            let key = format!("uploads/{}.csv", scribe.dice.text("0123456789abcdef", 8));
            store::put_object(scribe, PROD, "belmarais-reports", &key)
        }
        _ => {
            let place = ecs::Place {
                account: PROD,
                region: HOME,
            };
            let task = format!("shop-api:{}", 200 + day.index);
            ecs::update_service(scribe, place, "shop", "shop-api", &task)
        }
    }
}
