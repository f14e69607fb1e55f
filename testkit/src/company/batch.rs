//! The nightly computation: a cluster for an hour, made by the scheduler's role.

use crate::call::Call;
use crate::caller::{Caller, Role, Session};
use crate::company::Day;
use crate::scribe::Scribe;
use crate::shape::instances::{Launch, run_instances, tag, terminate_instances};
use crate::shape::store;
use crate::world::{DATA, HOME, NAT, World, agent};

const SCHEDULER: Role = Role::new(DATA, "nightly-batch");
const CLUSTER: Role = Role::new(DATA, "EMR_DefaultRole_V2");
const EMR: &str = "elasticmapreduce.amazonaws.com";

/// One run each night.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    scribe.at(day.time(1, 15)).wait(0, 120);
    let key = scribe.granted("lambda.amazonaws.com", HOME, SCHEDULER, "nightly");
    let who = scribe
        .session(SCHEDULER, "nightly", &key, "")
        .via(NAT, agent::BOTO);
    scribe.wait(2, 9);
    let id = format!(
        "j-{}",
        scribe.dice.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 13)
    );
    let run = Call::write(EMR, "RunJobFlow")
        .request(
            r#"{"name":"nightly","releaseLabel":"emr-7.10.0","instances":{"keepJobFlowAliveWhenNoSteps":false,"instanceGroups":[{"instanceRole":"MASTER","instanceType":"m5.xlarge","instanceCount":1},{"instanceRole":"CORE","instanceType":"m5.2xlarge","instanceCount":4}]},"serviceRole":"EMR_DefaultRole_V2","jobFlowRole":"EMR_EC2_DefaultRole","visibleToAllUsers":true}"#,
        )
        .response(fill! { r#"{"jobFlowId":"$id"}"#; id = &id });
    scribe.put(&who, HOME, &run);
    cluster(scribe, &id);
    scribe.wait(1_500, 2_400);
    for part in 0..2 {
        let key = format!("daily/{}/part-{part:05}.parquet", day.index);
        let put = store::put_object(scribe, DATA, "belmarais-lake", &key);
        scribe.put(&who, HOME, &put);
        scribe.wait(1, 5);
    }
}

/// EMR launches and ends the cluster's machines.
fn cluster(scribe: &mut Scribe<'_>, flow: &str) {
    let who = emr(scribe.world, scribe.now);
    let ids: Vec<String> = (0..5).map(|_| scribe.id("i")).collect();
    let image = scribe.world.id("ami", "emr");
    let tags = tag("aws:elasticmapreduce:job-flow-id", flow);
    scribe.wait(20, 60);
    let launch = Launch::new(DATA, HOME, "m5.2xlarge", &image, &ids).tags(&tags);
    let run = run_instances(scribe, launch);
    scribe.put(&who, HOME, &run);
    scribe.wait(2_700, 3_600);
    let who = emr(scribe.world, scribe.now);
    let end = terminate_instances(scribe, &ids);
    scribe.put(&who, HOME, &end);
}

fn emr(world: &World, since: i64) -> Caller {
    let session = Session {
        name: "CCSSession",
        since,
        invoked_by: Some(EMR),
        ..Session::default()
    };
    Caller::role(world, CLUSTER, session)
}
