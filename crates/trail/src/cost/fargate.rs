//! ECS services and tasks on Fargate, by the size of a task.

use gardefou_finding::{ResourceKind as K, ResourceState as S};

use super::bill::{Bill, Units, float, place};
use super::prices::rates;
use crate::resource::{Capacity, Held, Service, TaskSize};

/// Unit of tasks of no known size.
const UNKNOWN_SIZE: &str = "fargate task of unknown size";

impl<'h> Bill<'h> {
    pub(super) fn service(&mut self, at: usize, held: &'h Held, service: &'h Service) {
        let desired = service.desired.unwrap_or(0);
        let now = if held.resource.state == S::Stopped {
            0
        } else {
            desired
        };
        self.fargate(
            at,
            held,
            service,
            (now, service.maximum.unwrap_or(0).max(now)),
        );
    }

    pub(super) fn tasks(&mut self, at: usize, held: &'h Held, tasks: &'h Service) {
        let count = tasks.desired.unwrap_or(1);
        self.fargate(at, held, tasks, (count, count));
    }

    fn fargate(&mut self, at: usize, held: &'h Held, service: &'h Service, counts: (u64, u64)) {
        // On EC2 the instances cost, not the tasks; what the log does not tell
        // may be either.
        if service.fargate == Some(false) {
            return;
        }
        let size = service.size.or(self.task_size(held, service));
        let priced = fargate_price(held.resource.region.as_str(), size);
        let unit = match (size.cpu, size.memory) {
            (Some(cpu), Some(memory)) => fargate_unit(cpu, memory, size.arm),
            _ => UNKNOWN_SIZE.to_owned(),
        };
        let price = priced.filter(|_| service.fargate == Some(true));
        let spot = service.spot == Some(true);
        self.add(Units {
            at,
            unit,
            now: counts.0,
            maximum: counts.1,
            price,
            spot,
        });
    }

    fn task_size(&self, held: &'h Held, service: &'h Service) -> TaskSize {
        let named = service.task_definition.as_deref();
        named
            .and_then(|id| self.find(K::TaskDefinition, place(held), id))
            .and_then(|at| self.get(at))
            .and_then(|held| match &held.capacity {
                Some(Capacity::TaskDefinition(size)) => Some(*size),
                _ => None,
            })
            .unwrap_or_default()
    }
}

fn fargate_unit(cpu: u64, memory: u64, arm: Option<bool>) -> String {
    let suffix = if arm == Some(true) { " arm" } else { "" };
    format!(
        "fargate {} vCPU {} GB{suffix}",
        float(cpu) / 1024.0,
        float(memory) / 1024.0
    )
}

/// `None` on Windows, whose licence is not in the table.
fn fargate_price(region: &str, size: TaskSize) -> Option<f64> {
    if size.windows == Some(true) {
        return None;
    }
    let rates = rates(region)?;
    let (vcpu, gigabyte) = if size.arm == Some(true) {
        rates.fargate_arm
    } else {
        rates.fargate
    };
    Some(float(size.cpu?) / 1024.0 * vcpu + float(size.memory?) / 1024.0 * gigabyte)
}
