//! Karpenter in the cluster: it probes with dry runs, then launches and ends nodes.

use crate::call::Call;
use crate::caller::{Caller, Role, Session};
use crate::company::Day;
use crate::scribe::Scribe;
use crate::shape::compute;
use crate::shape::instances::{Launch, describe_instances, run_instances, terminate_instances};
use crate::shape::source::EC2;
use crate::world::{DATA, HOME, NAT, agent};

/// Tags of the cluster's nodes.
const TAGS: &str = r#"{"key":"karpenter.sh/nodepool","value":"default"}"#;
const CONTROLLER: Role = Role::new(DATA, "KarpenterController");

/// Three rounds a day, fewer on weekends.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    let rounds: &[i64] = if day.works() { &[3, 9, 15] } else { &[4, 16] };
    for hour in rounds {
        let minute = scribe.dice.range(0, 50);
        scribe.at(day.time(*hour, minute));
        round(scribe);
    }
}

fn round(scribe: &mut Scribe<'_>) {
    let node = scribe.world.id("i", "karpenter-host");
    let key = scribe.granted("ec2.amazonaws.com", HOME, CONTROLLER, &node);
    let since = scribe.now;
    let context = r#","ec2RoleDelivery":"2.0""#;
    let who = scribe
        .session(CONTROLLER, &node, &key, context)
        .via(NAT, agent::KARPENTER);
    scribe.wait(5, 30);
    let template = "karpenter.k8s.aws/11387641296325540237";
    let kind = scribe
        .dice
        .pick(&["m6i.xlarge", "m6a.2xlarge", "c6i.2xlarge", "r6i.xlarge"]);
    probe(scribe, &who, kind);
    let id = scribe.id("i");
    let fleet = compute::create_fleet(scribe, template, kind, &id);
    scribe.put(&who, HOME, &fleet.clone().dry_run());
    scribe.wait(2, 9);
    scribe.put(&who, HOME, &fleet);
    let session = Session {
        name: &node,
        key: &key,
        since,
        ..Session::default()
    };
    launched(scribe, session, kind, &id);
    scribe.wait(20, 60);
    let ids = [id];
    scribe.put(&who, HOME, &describe_instances(&ids));
    scribe.wait(1_800, 2_900);
    let end = terminate_instances(scribe, &ids);
    scribe.put(&who, HOME, &end);
}

/// The dry runs by which Karpenter checks that it may do its work.
fn probe(scribe: &mut Scribe<'_>, who: &Caller, kind: &str) {
    let image = scribe.world.id("ami", "eks-node");
    let launch = Launch::new(DATA, HOME, kind, &image, &[]).tags(TAGS);
    let run = run_instances(scribe, launch).dry_run();
    let template =
        compute::create_launch_template(scribe, "", "karpenter-probe", kind, "").dry_run();
    let types = Call::read(EC2, "DescribeInstanceTypes").request(
        r#"{"DescribeInstanceTypesRequest":{"Filter":[{"Value":{"tag":1,"content":"hvm"},"Name":"supported-virtualization-type","tag":1}]}}"#,
    );
    scribe.all(who, HOME, &[types, run, template]);
}

/// The launch as EC2 Fleet records it, with the controller's own credential.
fn launched(scribe: &mut Scribe<'_>, session: Session<'_>, kind: &str, id: &str) {
    let session = Session {
        invoked_by: Some("ec2fleet.amazonaws.com"),
        ..session
    };
    let who = Caller::role(scribe.world, CONTROLLER, session);
    let image = scribe.world.id("ami", "eks-node");
    let template = scribe.world.id("lt", "karpenter");
    let ids = [id.to_owned()];
    let launch = Launch::new(DATA, HOME, kind, &image, &ids)
        .template(&template)
        .tags(TAGS);
    let run = run_instances(scribe, launch);
    scribe.put(&who, HOME, &run);
}
