//! Undertakings that look like attacks and are none.

use crate::call::Call;
use crate::caller::{Caller, Role};
use crate::company::{Day, OWNER, ci, people, terraform};
use crate::config::Benign;
use crate::scribe::Scribe;
use crate::shape::compute::{self, Group};
use crate::shape::ecs::{self, Place, Task};
use crate::shape::instances::{
    Launch, describe_instances, run_instances, tag, terminate_instances,
};
use crate::shape::source::{ECS, IAM};
use crate::shape::{iam, store, sts};
use crate::world::{DATA, GLOBAL, HOME, OFFICE, OPENED, PROD, agent};

/// Lets one happen, starting at the scribe's time.
pub(crate) fn run(scribe: &mut Scribe<'_>, benign: Benign, day: Day) {
    match benign {
        Benign::Onboarding => onboarding(scribe),
        Benign::DisasterRecovery => disaster_recovery(scribe),
        Benign::TerraformFromScratch => from_scratch(scribe),
        Benign::GpuSprint => gpu_sprint(scribe),
        Benign::KeyRotation => key_rotation(scribe),
        Benign::FargateMigration => fargate_migration(scribe, day),
        Benign::TravellingOwner => travelling_owner(scribe, day),
        Benign::RootBilling => root_billing(scribe),
    }
}

fn onboarding(scribe: &mut Scribe<'_>) {
    let who = people::user_at_console(scribe, "claire.moreau", agent::FIREFOX);
    for name in [
        "a.petit",
        "b.robert",
        "c.richard",
        "d.durand",
        "e.leroy",
        "f.simon",
    ] {
        let calls = [
            iam::create_user(scribe, PROD, name),
            iam::create_login(scribe, name, true),
            iam::add_to_group(name, "developers"),
        ];
        scribe.all(&who, GLOBAL, &calls);
        scribe.wait(30, 90);
    }
}

/// The platform team rebuilds the shop elsewhere, proves that it works, removes it.
fn disaster_recovery(scribe: &mut Scribe<'_>) {
    const REGION: &str = "eu-south-2";
    let job = ci::job(scribe, terraform::TERRAFORM, "infrastructure");
    let ip = job.ip.to_string();
    let who = job.via(&ip, agent::TERRAFORM);
    let place = Place {
        account: PROD,
        region: REGION,
    };
    let copy = store::copy_snapshot(scribe, HOME);
    scribe.put(&who, REGION, &copy);
    for name in ["shop-dr", "search-dr", "checkout-dr"] {
        let cluster = ecs::create_cluster(place, name);
        scribe.put(&who, REGION, &cluster);
        scribe.wait(4, 9);
        let image = format!("{PROD}.dkr.ecr.{REGION}.amazonaws.com/{name}:stable");
        let task = Task::new(name, &image, 4096, 8192);
        let task = ecs::register_task(scribe, place, task);
        scribe.put(&who, REGION, &task);
        let service = ecs::create_service(scribe, place, name, name, &format!("{name}:1"), 6);
        scribe.put(&who, REGION, &service);
        scribe.wait(5, 20);
    }
    let ids = autoscaled(scribe, REGION, &who, "web-dr", 24, 12);
    scribe.wait(5_000, 7_000);
    tear_down(scribe, REGION, &who, &ids);
}

/// The exercise ends: services, clusters, the group and its machines go.
fn tear_down(scribe: &mut Scribe<'_>, region: &'static str, who: &Caller, ids: &[String]) {
    for name in ["shop-dr", "search-dr", "checkout-dr"] {
        let delete = Call::write(ECS, "DeleteService").request(format!(
            r#"{{"cluster":"{name}","service":"{name}","force":true}}"#
        ));
        scribe.put(who, region, &delete);
        scribe.wait(2, 5);
        let delete =
            Call::write(ECS, "DeleteCluster").request(format!(r#"{{"cluster":"{name}"}}"#));
        scribe.put(who, region, &delete);
    }
    scribe.put(who, region, &compute::delete_group("web-dr"));
    let service = Caller::linked(scribe.world, PROD, "autoscaling.amazonaws.com", scribe.now);
    let end = terminate_instances(scribe, ids);
    scribe.put(&service, region, &end);
}

/// A group made by `who`, and its machines launched by Auto Scaling.
fn autoscaled(
    scribe: &mut Scribe<'_>,
    region: &'static str,
    who: &Caller,
    name: &str,
    max: u32,
    count: usize,
) -> Vec<String> {
    let template = scribe.id("lt");
    let create = compute::create_launch_template(scribe, &template, name, "m6i.xlarge", &who.arn);
    scribe.put(who, region, &create);
    scribe.wait(3, 8);
    let group = Group::new(region, name, &template, [0, max, max / 2]);
    let create = compute::create_group(scribe, group);
    scribe.put(who, region, &create);
    scribe.wait(10, 30);
    let ids: Vec<String> = (0..count).map(|_| scribe.id("i")).collect();
    let image = scribe.world.id("ami", "web");
    let tags = tag("aws:autoscaling:groupName", name);
    let launch = Launch::new(PROD, region, "m6i.xlarge", &image, &ids)
        .template(&template)
        .tags(&tags);
    let service = Caller::linked(scribe.world, PROD, "autoscaling.amazonaws.com", scribe.now);
    let run = run_instances(scribe, launch);
    scribe.put(&service, region, &run);
    ids
}

/// Everything at once: roles, linked roles, network, cluster, group.
fn from_scratch(scribe: &mut Scribe<'_>) {
    let job = ci::job(scribe, terraform::TERRAFORM, "infrastructure");
    let ip = job.ip.to_string();
    let who = job.via(&ip, agent::TERRAFORM);
    for n in 0..12 {
        let name = format!("staging-role-{n}");
        let service = if n % 2 == 0 {
            "lambda.amazonaws.com"
        } else {
            "ecs-tasks.amazonaws.com"
        };
        let calls = [
            iam::create_role(scribe, PROD, &name, &iam::trust_service(service)),
            iam::attach_role_policy(
                &name,
                "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            ),
        ];
        scribe.all(&who, GLOBAL, &calls);
    }
    for (service, name) in [
        (
            "elasticloadbalancing.amazonaws.com",
            "AWSServiceRoleForElasticLoadBalancing",
        ),
        ("rds.amazonaws.com", "AWSServiceRoleForRDS"),
    ] {
        let role = iam::create_linked_role(scribe, PROD, service, name);
        scribe.put(&who, GLOBAL, &role);
        scribe.wait(1, 4);
    }
    terraform::open_region(scribe, &who);
    autoscaled(scribe, OPENED, &who, "web-staging", 20, 4);
}

fn gpu_sprint(scribe: &mut Scribe<'_>) {
    let person = people::at_command_line(scribe, people::ANALYST, "theo.lambert");
    let role = Role::new(DATA, "ml-training");
    let who = scribe
        .assume(&person, HOME, role, "theo.lambert", None)
        .via(OFFICE, agent::BOTO);
    scribe.all(&who, HOME, &[compute::get_quota("ec2", "L-417A185B")]);
    let image = scribe.world.id("ami", "deep-learning");
    for _ in 0..6 {
        let ids = [scribe.id("i")];
        let tags = tag("Project", "recommender");
        let launch = Launch::new(DATA, HOME, "p5.48xlarge", &image, &ids)
            .key_name("ml-team")
            .tags(&tags);
        let run = run_instances(scribe, launch);
        scribe.put(&who, HOME, &run.clone().dry_run());
        scribe.wait(3, 9);
        scribe.put(&who, HOME, &run);
        scribe.wait(20, 60);
    }
    sprint_group(scribe, &who);
}

/// A group of 32 machines at most.
fn sprint_group(scribe: &mut Scribe<'_>, who: &Caller) {
    let template = scribe.id("lt");
    let create =
        compute::create_launch_template(scribe, &template, "sprint", "g5.12xlarge", &who.arn);
    scribe.put(who, HOME, &create);
    let group = Group::new(HOME, "sprint", &template, [0, 32, 4]);
    let create = compute::create_group(scribe, group);
    scribe.put(who, HOME, &create);
}

fn key_rotation(scribe: &mut Scribe<'_>) {
    let who = people::user_at_console(scribe, "claire.moreau", agent::FIREFOX);
    scribe.put(&who, GLOBAL, &Call::write(IAM, "GenerateCredentialReport"));
    for name in [OWNER, "lucas.bernard", "svc-newsletter"] {
        let old = scribe.world.key("AKIA", PROD, &format!("{name}/1"));
        let new = scribe.world.key("AKIA", PROD, &format!("{name}/9"));
        scribe.wait(60, 200);
        let create = iam::create_access_key(scribe, name, &new);
        scribe.put(&who, GLOBAL, &create);
        scribe.wait(300, 600);
        scribe.put(
            &who,
            GLOBAL,
            &iam::update_access_key(name, &old, "Inactive"),
        );
        let owner = Caller::user(scribe.world, PROD, name, &new).via(OFFICE, agent::CLI_MAC);
        scribe.put(&owner, HOME, &sts::get_caller_identity());
    }
}

fn fargate_migration(scribe: &mut Scribe<'_>, day: Day) {
    let job = ci::job(scribe, terraform::TERRAFORM, "infrastructure");
    let ip = job.ip.to_string();
    let who = job.via(&ip, agent::TERRAFORM);
    let place = Place {
        account: PROD,
        region: HOME,
    };
    for n in 0..12 {
        let name = format!("team-{n}");
        let cluster = ecs::create_cluster(place, &name);
        scribe.put(&who, HOME, &cluster);
        scribe.wait(3, 9);
        let image = format!("{PROD}.dkr.ecr.{HOME}.amazonaws.com/{name}:{}", day.index);
        let task = Task::new(&name, &image, 2048, 4096);
        let task = ecs::register_task(scribe, place, task);
        scribe.put(&who, HOME, &task);
        let service = ecs::create_service(scribe, place, &name, &name, &format!("{name}:1"), 2);
        scribe.put(&who, HOME, &service);
        scribe.wait(10, 60);
    }
}

/// The usual calls with the usual tool, from a network never seen.
fn travelling_owner(scribe: &mut Scribe<'_>, day: Day) {
    // In the evening: nobody is at the office and in a hotel at once.
    scribe.at(day.time(20, 30));
    let key = scribe.world.key("AKIA", PROD, "marc.dubois/1");
    let who =
        Caller::user(scribe.world, PROD, OWNER, &key).via("2001:db8:90c4:2::1f", agent::CLI_MAC);
    scribe.put(&who, HOME, &sts::get_caller_identity());
    for n in 0..6 {
        scribe.wait(60, 400);
        let call = if n % 2 == 0 {
            describe_instances(&[])
        } else {
            store::get_object(scribe, PROD, "belmarais-reports", "weekly/report-4.csv")
        };
        scribe.put(&who, HOME, &call);
    }
}

fn root_billing(scribe: &mut Scribe<'_>) {
    let key = scribe.temporary_key(PROD);
    let who = Caller::root(PROD, &key, scribe.now).via(OFFICE, agent::FIREFOX);
    scribe.put(&who, GLOBAL, &sts::console_login(GLOBAL, true));
    scribe.wait(5, 20);
    let who = who.at_console();
    for name in ["GetCostAndUsage", "GetCostForecast"] {
        let call = Call::read("ce.amazonaws.com", name)
            .request(r#"{"granularity":"MONTHLY","metrics":["UnblendedCost"]}"#);
        scribe.put(&who, GLOBAL, &call);
        scribe.wait(5, 30);
    }
}
