//! Auto Scaling: more servers at night for the imports, many more for a load test.

use crate::caller::Caller;
use crate::company::{Day, people};
use crate::scribe::Scribe;
use crate::shape::compute;
use crate::shape::instances::{Launch, run_instances, tag, terminate_instances};
use crate::world::{HOME, PROD, World};

const SERVICE: &str = "autoscaling.amazonaws.com";

/// Ends in the morning what it launched the evening before.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    if day.index > 0 {
        scribe.at(day.time(5, 2)).wait(0, 400);
        let ids = night_servers(scribe.world, day.index - 1);
        end(scribe, &ids);
    }
    scribe.at(day.time(20, 1)).wait(0, 300);
    for id in night_servers(scribe.world, day.index) {
        launch(scribe, "imports", "m6i.large", &[id]);
        scribe.wait(1, 20);
    }
}

fn night_servers(world: &World, day: i64) -> Vec<String> {
    (0..2 + day % 3)
        .map(|n| world.id("i", &format!("imports/{day}/{n}")))
        .collect()
}

/// Twice in the month, an engineer raises a group to 60 servers for two hours.
pub(crate) fn load_test(scribe: &mut Scribe<'_>, day: Day) {
    if day.weekday != 2 || day.index % 14 > 6 {
        return;
    }
    scribe.at(day.time(18, 10)).wait(0, 600);
    let who = people::at_command_line(scribe, people::ENGINEER, "ines.fontaine");
    scribe.put(&who, HOME, &compute::resize_group("load-test", 0, 60, 18));
    let mut ids = Vec::new();
    for _ in 0..3 {
        scribe.wait(8, 30);
        let batch: Vec<String> = (0..6).map(|_| scribe.id("i")).collect();
        launch(scribe, "load-test", "c6i.xlarge", &batch);
        ids.extend(batch);
    }
    scribe.wait(5_000, 6_000);
    scribe.put(&who, HOME, &compute::resize_group("load-test", 0, 0, 0));
    scribe.wait(30, 90);
    end(scribe, &ids);
}

fn launch(scribe: &mut Scribe<'_>, group: &str, kind: &str, ids: &[String]) {
    let who = Caller::linked(scribe.world, PROD, SERVICE, scribe.now);
    let image = scribe.world.id("ami", "web");
    let template = scribe.world.id("lt", group);
    let tags = tag("aws:autoscaling:groupName", group);
    let launch = Launch::new(PROD, HOME, kind, &image, ids)
        .template(&template)
        .tags(&tags);
    let call = run_instances(scribe, launch);
    scribe.put(&who, HOME, &call);
}

fn end(scribe: &mut Scribe<'_>, ids: &[String]) {
    let who = Caller::linked(scribe.world, PROD, SERVICE, scribe.now);
    let call = terminate_instances(scribe, ids);
    scribe.put(&who, HOME, &call);
}
