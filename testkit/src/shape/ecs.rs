//! Containers: ECS in its own spelling.

use crate::call::Call;
use crate::clock::spelled;
use crate::scribe::Scribe;
use crate::shape::source::ECS;

/// Where a container service runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
}

impl Place<'_> {
    fn arn(&self, rest: &str) -> String {
        format!("arn:aws:ecs:{}:{}:{rest}", self.region, self.account)
    }
}

/// `CreateCluster`.
pub(crate) fn create_cluster(place: Place<'_>, name: &str) -> Call {
    let answer = fill! {
        r#"{"cluster":{"clusterArn":"$arn","clusterName":"$name","status":"ACTIVE","registeredContainerInstancesCount":0,"runningTasksCount":0,"pendingTasksCount":0,"activeServicesCount":0,"statistics":[],"tags":[],"settings":[{"name":"containerInsights","value":"disabled"}],"capacityProviders":[],"defaultCapacityProviderStrategy":[]}}"#;
        arn = &place.arn(&format!("cluster/{name}")), name
    };
    Call::write(ECS, "CreateCluster")
        .request(format!(r#"{{"clusterName":"{name}"}}"#))
        .response(answer)
}

/// A task to register.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task<'a> {
    pub(crate) family: &'a str,
    pub(crate) revision: i64,
    pub(crate) image: &'a str,
    /// CPU units: 1024 are one vCPU.
    pub(crate) cpu: u32,
    /// MiB.
    pub(crate) memory: u32,
    /// Name of the role that the task runs with.
    pub(crate) role: &'a str,
}

impl<'a> Task<'a> {
    /// The first revision of a task, with the shop's role.
    pub(crate) fn new(family: &'a str, image: &'a str, cpu: u32, memory: u32) -> Self {
        Self {
            family,
            revision: 1,
            image,
            cpu,
            memory,
            role: "shop-task",
        }
    }

    /// A later revision.
    pub(crate) fn revision(self, revision: i64) -> Self {
        Self { revision, ..self }
    }

    /// With another role.
    pub(crate) fn role(self, role: &'a str) -> Self {
        Self { role, ..self }
    }
}

/// `RegisterTaskDefinition` for Fargate.
pub(crate) fn register_task(scribe: &Scribe<'_>, place: Place<'_>, task: Task<'_>) -> Call {
    let containers = fill! {
        r#""containerDefinitions":[{"name":"$family","image":"$image","cpu":0,"essential":true,"environment":"HIDDEN_DUE_TO_SECURITY_REASONS","portMappings":[],"mountPoints":[],"volumesFrom":[]}]"#;
        family = task.family, image = task.image
    };
    let size = fill! {
        r#""family":"$family","networkMode":"awsvpc","executionRoleArn":"arn:aws:iam::$account:role/$role","cpu":"$cpu","memory":"$memory""#;
        family = task.family, account = place.account, role = task.role,
        cpu = &task.cpu.to_string(), memory = &task.memory.to_string()
    };
    let arn = place.arn(&format!(
        "task-definition/{}:{}",
        task.family, task.revision
    ));
    let answer = fill! {
        r#"{"taskDefinition":{"taskDefinitionArn":"$arn",$containers,$size,"revision":$revision,"volumes":[],"status":"ACTIVE","requiresAttributes":[{"name":"ecs.capability.task-eni"},{"name":"com.amazonaws.ecs.capability.docker-remote-api.1.18"}],"placementConstraints":[],"compatibilities":["EC2","FARGATE"],"requiresCompatibilities":["FARGATE"],"registeredAt":"$time"},"tags":[]}"#;
        arn = &arn, containers = &containers, size = &size, revision = &task.revision.to_string(),
        time = &spelled(scribe.now)
    };
    Call::write(ECS, "RegisterTaskDefinition")
        .request(format!(
            r#"{{{size},{containers},"requiresCompatibilities":["FARGATE"]}}"#
        ))
        .response(answer)
}

/// `CreateService` on Fargate.
pub(crate) fn create_service(
    scribe: &Scribe<'_>,
    place: Place<'_>,
    cluster: &str,
    service: &str,
    task: &str,
    desired: u32,
) -> Call {
    let network = fill! {
        r#"{"awsvpcConfiguration":{"subnets":["$subnet"],"securityGroups":["$group"],"assignPublicIp":"ENABLED"}}"#;
        subnet = &scribe.world.id("subnet", place.region),
        group = &scribe.world.id("sg", place.region)
    };
    let desired = desired.to_string();
    let request = fill! {
        r#"{"cluster":"$cluster","serviceName":"$service","taskDefinition":"$task","desiredCount":$desired,"launchType":"FARGATE","networkConfiguration":$network}"#;
        cluster, service, task, desired = &desired, network = &network
    };
    let answer = service_answer(scribe, place, cluster, service, task, &desired);
    Call::write(ECS, "CreateService")
        .request(request)
        .response(answer)
}

/// `UpdateService` to a new revision of its task.
pub(crate) fn update_service(
    scribe: &Scribe<'_>,
    place: Place<'_>,
    cluster: &str,
    service: &str,
    task: &str,
) -> Call {
    let request = fill! {
        r#"{"cluster":"$cluster","service":"$service","taskDefinition":"$task","forceNewDeployment":false}"#;
        cluster, service, task
    };
    let answer = service_answer(scribe, place, cluster, service, task, "3");
    Call::write(ECS, "UpdateService")
        .request(request)
        .response(answer)
}

fn service_answer(
    scribe: &Scribe<'_>,
    place: Place<'_>,
    cluster: &str,
    service: &str,
    task: &str,
    desired: &str,
) -> String {
    fill! {
        r#"{"service":{"serviceArn":"$arn","serviceName":"$service","clusterArn":"$cluster","loadBalancers":[],"serviceRegistries":[],"status":"ACTIVE","desiredCount":$desired,"runningCount":0,"pendingCount":0,"launchType":"FARGATE","platformVersion":"LATEST","platformFamily":"Linux","taskDefinition":"$task","deploymentConfiguration":{"deploymentCircuitBreaker":{"enable":false,"rollback":false},"maximumPercent":200,"minimumHealthyPercent":100},"createdAt":"$time","schedulingStrategy":"REPLICA","enableECSManagedTags":false,"propagateTags":"NONE","enableExecuteCommand":false}}"#;
        arn = &place.arn(&format!("service/{cluster}/{service}")), service,
        cluster = &place.arn(&format!("cluster/{cluster}")), desired,
        task = &place.arn(&format!("task-definition/{task}")), time = &spelled(scribe.now)
    }
}
