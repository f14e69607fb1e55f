//! Looking around: who am I, what may I do, how much may I launch.

use crate::attack::Raid;
use crate::call::Call;
use crate::shape::instances::{Launch, run_instances};
use crate::shape::source::{EC2, IAM};
use crate::shape::{compute, iam, sts};
use crate::world::GLOBAL;

/// Regions in which the campaign works; the last was never used before.
pub(crate) const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "us-west-2"];

/// Quotas worth knowing: on-demand G, P, standard; Fargate.
const QUOTAS: [(&str, &str); 4] = [
    ("ec2", "L-DB2E81BA"),
    ("ec2", "L-417A185B"),
    ("ec2", "L-1216C47A"),
    ("fargate", "L-3032A538"),
];

/// `ListRoles`.
pub(crate) fn list_roles() -> Call {
    Call::read(IAM, "ListRoles").request(r#"{"maxItems":1000}"#)
}

/// The whole of it, in about a minute and a half.
pub(crate) fn run(raid: &mut Raid<'_, '_>) {
    identity(raid);
    for region in REGIONS {
        for (service, code) in QUOTAS {
            raid.put(region, &compute::get_quota(service, code));
        }
    }
    for region in REGIONS {
        probe(raid, region);
    }
}

/// Who the credential belongs to, and what it may do.
pub(crate) fn identity(raid: &mut Raid<'_, '_>) {
    let owner = raid.truth.owner.clone();
    raid.put(GLOBAL, &sts::get_caller_identity());
    raid.put(GLOBAL, &iam::about_user("GetUser", &owner));
    raid.put(GLOBAL, &iam::about_user("ListAttachedUserPolicies", &owner));
    raid.put(GLOBAL, &iam::about_user("ListGroupsForUser", &owner));
    let organisation = Call::read("organizations.amazonaws.com", "ListAccounts");
    let organisation = organisation.denied(&raid.who, "organizations:ListAccounts", "*");
    raid.put(GLOBAL, &organisation);
    let regions =
        Call::read(EC2, "DescribeRegions").request(r#"{"regionSet":{},"allRegions":false}"#);
    raid.put(GLOBAL, &regions);
}

/// Asks whether machines could be launched, without launching any.
fn probe(raid: &mut Raid<'_, '_>, region: &'static str) {
    for kind in ["g5.12xlarge", "c6a.24xlarge"] {
        let image = raid.scribe.id("ami");
        let launch = Launch::new(raid.account, region, kind, &image, &[]);
        let run = run_instances(raid.scribe, launch).dry_run();
        raid.put(region, &run);
    }
}
