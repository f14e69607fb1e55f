//! Miners in containers: fifty clusters within minutes, then services in many of them.

use crate::attack::Raid;
use crate::attack::recon::REGIONS;
use crate::shape::ecs::{self, Place, Task};
use crate::truth::{ClusterTruth, ServiceTruth};

/// Invented image on a public registry.
const IMAGE: &str = "kestrelnode/worker:latest";
/// The largest task that Fargate runs: 16 vCPU.
const CPU: u32 = 16_384;
const MEMORY: u32 = 32_768;
const CLUSTERS: usize = 50;
const SERVICES: usize = 20;
const TASKS: u32 = 10;

/// Registers the task in each region and makes the clusters.
pub(crate) fn clusters(raid: &mut Raid<'_, '_>) {
    for region in REGIONS {
        let place = Place {
            account: raid.account,
            region,
        };
        let family = family(raid, region);
        let task = Task::new(&family, IMAGE, CPU, MEMORY).role("ecsTaskExecutionRole");
        let register = ecs::register_task(raid.scribe, place, task);
        raid.put(region, &register);
    }
    for region in REGIONS.into_iter().cycle().take(CLUSTERS) {
        let name = format!(
            "{}-cluster",
            raid.scribe.dice.text("abcdefghijklmnopqrstuvwxyz234567", 8)
        );
        let place = Place {
            account: raid.account,
            region,
        };
        let create = ecs::create_cluster(place, &name);
        raid.put(region, &create);
        raid.scribe.wait(1, 7);
        raid.truth.clusters.push(ClusterTruth {
            region: region.to_owned(),
            name,
        });
    }
}

/// Runs ten tasks in each of twenty clusters; the first try finds no service role.
pub(crate) fn services(raid: &mut Raid<'_, '_>) {
    for index in 0..SERVICES {
        let Some(cluster) = raid.truth.clusters.get(index).cloned() else {
            return;
        };
        let Some(region) = REGIONS.into_iter().find(|known| *known == cluster.region) else {
            return;
        };
        let place = Place {
            account: raid.account,
            region,
        };
        let name = format!("{}-svc", cluster.name.trim_end_matches("-cluster"));
        let task = format!("{}:1", family(raid, region));
        let create = ecs::create_service(raid.scribe, place, &cluster.name, &name, &task, TASKS);
        if index == 0 {
            let message = "Unable to assume the service linked role. Please verify that the ECS service linked role exists.";
            raid.put(
                region,
                &create.clone().failed("InvalidParameterException", message),
            );
            raid.scribe.wait(3, 6);
        }
        raid.impact();
        raid.put(region, &create);
        raid.truth.services.push(ServiceTruth {
            region: cluster.region,
            cluster: cluster.name,
            name,
            desired: TASKS,
            cpu: CPU,
            memory: MEMORY,
        });
    }
}

/// Name of the task in a region.
fn family(raid: &Raid<'_, '_>, region: &str) -> String {
    let id = raid.scribe.world.id("t", &format!("family/{region}"));
    format!("wk-{}", id.get(4..10).unwrap_or("0"))
}
