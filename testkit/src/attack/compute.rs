//! Miners on machines: templates, fourteen groups that may grow to hundreds, and
//! termination protection on each machine, so that clean-up takes longer.

use crate::attack::Raid;
use crate::caller::Caller;
use crate::shape::compute::{self as shape, Group};
use crate::shape::instances::{Launch, protect, run_instances, tag};
use crate::truth::{GroupTruth, InstanceTruth};

/// Regions of the machines.
const REGIONS: [&str; 2] = ["us-east-1", "us-west-2"];
const KEY_PAIR: &str = "ops-k41";

/// A group to make: its name, whether its template is the one for GPUs, its type,
/// its sizes, how many machines come, and why no more do.
#[derive(Clone, Copy, Debug)]
struct Plan {
    name: &'static str,
    gpu: bool,
    /// Empty where the template's type is used.
    kind: &'static str,
    min: u32,
    max: u32,
    launched: [usize; 2],
    refused: Option<Refusal>,
}

#[derive(Clone, Copy, Debug)]
enum Refusal {
    Quota,
    Capacity,
}

const GPU: &str = "g5.12xlarge";
const CPU: &str = "c6a.24xlarge";

/// Seven groups in each of two regions.
const GROUPS: [Plan; 7] = [
    Plan {
        name: "gpu-a",
        gpu: true,
        kind: "",
        min: 0,
        max: 999,
        launched: [2, 1],
        refused: Some(Refusal::Quota),
    },
    Plan {
        name: "gpu-b",
        gpu: true,
        kind: "g4dn.12xlarge",
        min: 0,
        max: 999,
        launched: [1, 1],
        refused: Some(Refusal::Capacity),
    },
    Plan {
        name: "gpu-c",
        gpu: true,
        kind: "p3.8xlarge",
        min: 0,
        max: 999,
        launched: [0, 0],
        refused: Some(Refusal::Quota),
    },
    Plan {
        name: "cpu-a",
        gpu: false,
        kind: "",
        min: 20,
        max: 200,
        launched: [4, 3],
        refused: None,
    },
    Plan {
        name: "cpu-b",
        gpu: false,
        kind: "m6a.24xlarge",
        min: 20,
        max: 200,
        launched: [2, 2],
        refused: Some(Refusal::Quota),
    },
    Plan {
        name: "cpu-c",
        gpu: false,
        kind: "r6a.24xlarge",
        min: 0,
        max: 200,
        launched: [1, 1],
        refused: Some(Refusal::Quota),
    },
    Plan {
        name: "cpu-d",
        gpu: false,
        kind: "c5.24xlarge",
        min: 0,
        max: 200,
        launched: [0, 0],
        refused: Some(Refusal::Quota),
    },
];

/// Key pair, security group and two templates in each region.
pub(crate) fn prepare(raid: &mut Raid<'_, '_>) {
    for region in REGIONS {
        let pair = shape::create_key_pair(raid.scribe, KEY_PAIR);
        raid.put(region, &pair);
        let group = raid.scribe.id("sg");
        let create = shape::create_security_group(raid.scribe, &group, KEY_PAIR);
        raid.put(region, &create);
        let open = shape::open_port(raid.scribe, &group, 22, "0.0.0.0/0");
        raid.put(region, &open);
        for gpu in [true, false] {
            let id = template(raid, region, gpu);
            let (name, kind) = if gpu {
                ("k41-gpu", GPU)
            } else {
                ("k41-cpu", CPU)
            };
            let creator = raid.who.arn.to_string();
            let create = shape::create_launch_template(raid.scribe, &id, name, kind, &creator);
            raid.put(region, &create);
        }
    }
}

/// The groups; Auto Scaling launches for them; each machine is protected.
pub(crate) fn groups(raid: &mut Raid<'_, '_>) {
    for region in REGIONS {
        for plan in GROUPS {
            create(raid, region, plan);
        }
    }
    for (index, region) in REGIONS.into_iter().enumerate() {
        for plan in GROUPS {
            let count = plan.launched.get(index).copied().unwrap_or(0);
            launch(raid, region, plan, count);
        }
    }
    raid.scribe.wait(10, 20);
    for index in 0..raid.truth.instances.len() {
        let Some(instance) = raid.truth.instances.get(index).cloned() else {
            return;
        };
        let Some(region) = REGIONS.into_iter().find(|known| *known == instance.region) else {
            return;
        };
        let call = protect(raid.scribe, &instance.id, true);
        raid.put(region, &call);
    }
}

fn template(raid: &Raid<'_, '_>, region: &str, gpu: bool) -> String {
    raid.scribe
        .world
        .id("lt", &format!("attack/{region}/{gpu}"))
}

fn kind(plan: Plan) -> &'static str {
    match (plan.kind, plan.gpu) {
        ("", true) => GPU,
        ("", false) => CPU,
        (kind, _) => kind,
    }
}

fn create(raid: &mut Raid<'_, '_>, region: &'static str, plan: Plan) {
    let name = format!("k41-{}", plan.name);
    let kinds = [plan.kind];
    let template = template(raid, region, plan.gpu);
    let group = Group {
        kinds: if plan.kind.is_empty() { &[] } else { &kinds },
        ..Group::new(region, &name, &template, [plan.min, plan.max, 20])
    };
    let call = shape::create_group(raid.scribe, group);
    raid.put(region, &call);
    raid.truth.groups.push(GroupTruth {
        region: region.to_owned(),
        name,
        kind: kind(plan).to_owned(),
        min: plan.min,
        max: plan.max,
        desired: 20,
    });
}

/// Auto Scaling launches what it gets, and is refused the rest.
fn launch(raid: &mut Raid<'_, '_>, region: &'static str, plan: Plan, count: usize) {
    let group = format!("k41-{}", plan.name);
    let kind = kind(plan);
    let who = Caller::linked(
        raid.scribe.world,
        raid.account,
        "autoscaling.amazonaws.com",
        raid.scribe.now,
    );
    let template = template(raid, region, plan.gpu);
    let image = raid.scribe.world.id("ami", region);
    let tags = tag("aws:autoscaling:groupName", &group);
    let ids: Vec<String> = (0..count).map(|_| raid.scribe.id("i")).collect();
    let launch = Launch::new(raid.account, region, kind, &image, &ids)
        .template(&template)
        .key_name(KEY_PAIR)
        .tags(&tags);
    if count > 0 {
        let call = run_instances(raid.scribe, launch);
        raid.impact();
        raid.scribe.put(&who, region, &call);
        raid.scribe.wait(1, 3);
    }
    if let Some(refusal) = plan.refused {
        let call = run_instances(raid.scribe, Launch { ids: &[], ..launch });
        let (code, message) = reason(refusal, kind, region);
        raid.scribe.put(&who, region, &call.failed(code, message));
        raid.scribe.wait(0, 2);
    }
    raid.truth
        .instances
        .extend(ids.into_iter().map(|id| InstanceTruth {
            region: region.to_owned(),
            id,
            kind: kind.to_owned(),
            group: group.clone(),
        }));
}

fn reason(refusal: Refusal, kind: &str, region: &str) -> (&'static str, String) {
    match refusal {
        Refusal::Quota => (
            "Client.VcpuLimitExceeded",
            "You have requested more vCPU capacity than your current vCPU limit allows for the instance bucket that the specified instance type belongs to.".to_owned(),
        ),
        Refusal::Capacity => (
            "Server.InsufficientInstanceCapacity",
            format!("We currently do not have sufficient {kind} capacity in the Availability Zone you requested ({region}a)."),
        ),
    }
}
