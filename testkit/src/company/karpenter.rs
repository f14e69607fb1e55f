//! Karpenter in the cluster: it probes with dry runs, then launches and ends nodes.

use crate::call::Call;
use crate::caller::{Caller, Role, Session};
use crate::company::Day;
use crate::scribe::Scribe;
use crate::shape::compute;
use crate::shape::instances::{
    Launch, describe_instances, run_instances, tag, terminate_instances,
};
use crate::shape::source::EC2;
use crate::world::{DATA, HOME, NAT, agent};

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
    let key = scribe.temporary_key(DATA);
    let node = scribe.world.id("i", "karpenter-host");
    let who = instance_session(scribe, CONTROLLER, &node, &key).via(NAT, agent::KARPENTER);
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
    launched(scribe, &node, &key, kind, &id);
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
    let launch = Launch {
        kind,
        image: &image,
        template: "",
        key_name: None,
        tags: &tag("karpenter.sh/nodepool", "default"),
        account: DATA,
        region: HOME,
        ids: &[],
    };
    let run = run_instances(scribe, launch).dry_run();
    let template =
        compute::create_launch_template(scribe, "", "karpenter-probe", kind, "").dry_run();
    let types = Call::read(EC2, "DescribeInstanceTypes").request(
        r#"{"DescribeInstanceTypesRequest":{"Filter":[{"Value":{"tag":1,"content":"hvm"},"Name":"supported-virtualization-type","tag":1}]}}"#,
    );
    scribe.all(who, HOME, &[types, run, template]);
}

/// The launch as EC2 Fleet records it, with the controller's own credential.
fn launched(scribe: &mut Scribe<'_>, node: &str, key: &str, kind: &str, id: &str) {
    let session = Session {
        name: node,
        key,
        since: scribe.now,
        invoked_by: Some("ec2fleet.amazonaws.com"),
        ..Session::default()
    };
    let who = Caller::role(scribe.world, CONTROLLER, session);
    let image = scribe.world.id("ami", "eks-node");
    let template = scribe.world.id("lt", "karpenter");
    let ids = [id.to_owned()];
    let launch = Launch {
        kind,
        image: &image,
        template: &template,
        key_name: None,
        tags: &tag("karpenter.sh/nodepool", "default"),
        account: DATA,
        region: HOME,
        ids: &ids,
    };
    let run = run_instances(scribe, launch);
    scribe.put(&who, HOME, &run);
}

/// The session that EC2 gives to an instance for its role.
pub(crate) fn instance_session(
    scribe: &mut Scribe<'_>,
    role: Role,
    instance: &str,
    key: &str,
) -> Caller {
    let ec2 = Caller::service(role.account, "ec2.amazonaws.com");
    let assume = crate::shape::sts::assume_role(scribe, role, instance, key, None);
    scribe.put(&ec2, HOME, &assume);
    scribe.session(role, instance, key, r#","ec2RoleDelivery":"2.0""#)
}
