//! The machine-learning team really trains: big machines, the same role every week.

use crate::call::Call;
use crate::caller::{Caller, Role};
use crate::company::{Day, people};
use crate::scribe::Scribe;
use crate::shape::compute::{self, Group};
use crate::shape::instances::{
    Launch, describe_instances, run_instances, tag, terminate_instances,
};
use crate::shape::store;
use crate::world::{DATA, HOME, OFFICE, agent};

const TRAINING: Role = Role::new(DATA, "ml-training");

/// Training on Tuesdays and Thursdays; a managed job on Fridays.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    if !matches!(day.weekday, 1 | 3 | 4) {
        return;
    }
    scribe.at(day.time(8, 15)).wait(0, 1_800);
    let person = people::sign_on(
        scribe,
        people::ANALYST,
        "theo.lambert",
        OFFICE,
        agent::CHROME_MAC,
    )
    .via(OFFICE, agent::BOTO);
    let who = scribe.assume(&person, HOME, TRAINING, "theo.lambert", None);
    scribe.wait(4, 20);
    match day.weekday {
        4 => managed_job(scribe, &who, day),
        _ if day.index < 5 => group(scribe, &who),
        _ => machines(scribe, &who),
    }
}

fn machines(scribe: &mut Scribe<'_>, who: &Caller) {
    let kind = scribe
        .dice
        .pick(&["p4d.24xlarge", "p5.48xlarge", "g5.12xlarge"]);
    let image = scribe.world.id("ami", "deep-learning");
    let ids = [scribe.id("i")];
    let tags = tag("Project", "recommender");
    let launch = Launch::new(DATA, HOME, kind, &image, &ids)
        .key_name("ml-team")
        .tags(&tags);
    let run = run_instances(scribe, launch);
    if scribe.dice.chance(30) {
        let message = format!(
            "We currently do not have sufficient {kind} capacity in the Availability Zone you requested (eu-west-1a)."
        );
        scribe.put(
            who,
            HOME,
            &run.clone()
                .failed("Server.InsufficientInstanceCapacity", message),
        );
        scribe.wait(60, 200);
    }
    scribe.put(who, HOME, &run);
    scribe.wait(30, 90);
    scribe.put(who, HOME, &describe_instances(&ids));
    let data = store::get_object(scribe, DATA, "belmarais-lake", "training/latest.parquet");
    scribe.put(who, HOME, &data);
    scribe.wait(2_000, 3_200);
    let end = terminate_instances(scribe, &ids);
    scribe.put(who, HOME, &end);
}

/// Once, the team gets a group of its own, of eight at most.
fn group(scribe: &mut Scribe<'_>, who: &Caller) {
    let template = scribe.id("lt");
    let name = format!("ml-training-{}", scribe.dice.text("0123456789abcdef", 4));
    let create = compute::create_launch_template(scribe, &template, &name, "g5.12xlarge", &who.arn);
    scribe.put(who, HOME, &create);
    scribe.wait(5, 15);
    let group = Group::new(HOME, &name, &template, [0, 8, 0]);
    let create = compute::create_group(scribe, group);
    scribe.put(who, HOME, &create);
}

fn managed_job(scribe: &mut Scribe<'_>, who: &Caller, day: Day) {
    let name = format!("recommender-{}", day.index);
    let arn = format!("arn:aws:sagemaker:{HOME}:{DATA}:training-job/{name}");
    let job = Call::write("sagemaker.amazonaws.com", "CreateTrainingJob")
        .request(fill! {
            r#"{"trainingJobName":"$name","algorithmSpecification":{"trainingImage":"$account.dkr.ecr.eu-west-1.amazonaws.com/recommender:stable","trainingInputMode":"File"},"roleArn":"arn:aws:iam::$account:role/sagemaker-execution","resourceConfig":{"instanceType":"ml.g5.12xlarge","instanceCount":1,"volumeSizeInGB":200},"stoppingCondition":{"maxRuntimeInSeconds":14400}}"#;
            name = &name, account = DATA
        })
        .response(fill! { r#"{"trainingJobArn":"$arn"}"#; arn = &arn });
    scribe.put(who, HOME, &job);
    for _ in 0..2 {
        scribe.wait(300, 900);
        let look = Call::read("sagemaker.amazonaws.com", "DescribeTrainingJob")
            .request(fill! { r#"{"trainingJobName":"$name"}"#; name = &name });
        scribe.put(who, HOME, &look);
    }
}
