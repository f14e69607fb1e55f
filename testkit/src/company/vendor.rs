//! The monitoring vendor: another account's collector, with an external id.

use crate::call::Call;
use crate::caller::{Caller, Role};
use crate::company::Day;
use crate::scribe::Scribe;
use crate::shape::source::{AUTOSCALING, EC2, LAMBDA, RDS, S3};
use crate::world::{DATA, HOME, PROD, SECOND, VENDOR, agent};

const READS: &[(&str, &str, &str)] = &[
    (
        EC2,
        "DescribeInstances",
        r#"{"maxResults":1000,"instancesSet":{},"filterSet":{}}"#,
    ),
    (EC2, "DescribeVolumes", r#"{"volumeSet":{},"filterSet":{}}"#),
    (RDS, "DescribeDBInstances", "null"),
    (AUTOSCALING, "DescribeAutoScalingGroups", "null"),
    (LAMBDA, "ListFunctions20150331", r#"{"maxItems":50}"#),
    (
        S3,
        "ListBuckets",
        r#"{"Host":"s3.eu-west-1.amazonaws.com"}"#,
    ),
    (
        "monitoring.amazonaws.com",
        "DescribeAlarms",
        r#"{"maxRecords":100}"#,
    ),
    (
        "elasticloadbalancing.amazonaws.com",
        "DescribeLoadBalancers",
        "null",
    ),
];

/// Every six hours in production, every twelve in the other account.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    for (account, hours) in [(PROD, 6), (DATA, 12)] {
        for hour in (0..24).step_by(hours) {
            scribe.at(day.time(hour, 7)).wait(0, 200);
            collect(scribe, Role::new(account, "argus-monitoring"));
        }
    }
}

fn collect(scribe: &mut Scribe<'_>, role: Role) {
    let ip = scribe.dice.address("192.0.2.", 200, 206);
    let identity = fill! {
        r#"{"type":"AWSAccount","principalId":"$id:collector","accountId":"$account"}"#;
        id = &scribe.world.key("AROA", VENDOR, "collector"), account = VENDOR
    };
    let collector = Caller::federated(role.account, identity).via(&ip, agent::VENDOR);
    let who = scribe.assume(&collector, HOME, role, "argus", Some("8c1f0a52-belmarais"));
    scribe.wait(1, 3);
    let region = if scribe.dice.chance(80) { HOME } else { SECOND };
    for (source, name, request) in READS {
        let call = Call::read(source, name).request(*request);
        let call = if scribe.dice.chance(1) {
            call.throttled()
        } else {
            call
        };
        scribe.put(&who, region, &call);
        scribe.wait(0, 1);
    }
}
