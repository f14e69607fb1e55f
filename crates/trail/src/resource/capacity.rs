//! What a resource can run, as far as calls show it; the cost is reckoned from this.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Versions of one launch template that are remembered.
const MAX_VERSIONS: usize = 1000;

/// What a resource runs or may run. Fields are `None` where calls do not tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// One EC2 instance.
    Instance(Launch),
    /// An Auto Scaling group, fleet, spot request or node group.
    Group(Group),
    /// Versions of a launch template.
    Template(Template),
    /// A launch configuration.
    Configuration(Launch),
    /// An ECS service.
    Service(Service),
    /// ECS tasks of one `RunTask`.
    Tasks(Service),
    /// An ECS task definition.
    TaskDefinition(TaskSize),
    /// A Lambda function.
    Function(Function),
    /// Something that costs and that the price table does not know.
    Other(Other),
    /// Calls, each billed by what it used.
    Calls(u64),
}

/// What is launched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Launch {
    /// Instance type.
    pub instance_type: Option<String>,
    /// Whether it is bought as spot.
    pub spot: Option<bool>,
    /// Launch template that tells the rest.
    pub template: Option<TemplateRef>,
}

/// A launch template as calls name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRef {
    /// Id (`lt-…`) or name.
    pub template: String,
    /// Version number, `$Latest` or `$Default`; `None` is the default version.
    pub version: Option<String>,
}

/// One way for a group to launch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// What is launched.
    pub launch: Launch,
    /// Units of capacity that one instance counts for; `None` is 1.
    pub weight: Option<f64>,
}

/// A group of instances that replaces its own members.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    /// Desired capacity.
    pub desired: Option<u64>,
    /// Maximum capacity.
    pub maximum: Option<u64>,
    /// Whether it buys spot.
    pub spot: Option<bool>,
    /// Launch configuration by name.
    pub configuration: Option<String>,
    /// What it may launch, one entry a choice.
    pub choices: Vec<Choice>,
    /// Whether types are chosen by attributes, so that the list is not known.
    pub by_attributes: bool,
}

/// Versions of a launch template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Template {
    /// By version number.
    pub versions: BTreeMap<u64, Launch>,
    /// Version from which the new one takes what it does not set.
    pub source: Option<u64>,
    /// Default version.
    pub default: Option<u64>,
}

/// A number of ECS tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Service {
    /// Desired count, or tasks started.
    pub desired: Option<u64>,
    /// Maximum of its scaling target.
    pub maximum: Option<u64>,
    /// `family:revision` or `family`.
    pub task_definition: Option<String>,
    /// Whether it runs on Fargate (`Some(false)`: on EC2 instances, which cost for themselves).
    pub fargate: Option<bool>,
    /// Whether on Fargate Spot.
    pub spot: Option<bool>,
    /// Size where the call overrides the task definition's.
    pub size: TaskSize,
}

/// Size of an ECS task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskSize {
    /// CPU units; 1024 are one vCPU.
    pub cpu: Option<u64>,
    /// MiB.
    pub memory: Option<u64>,
    /// Whether on ARM.
    pub arm: Option<bool>,
    /// Whether on Windows, whose licence the price table does not know.
    pub windows: Option<bool>,
}

/// A Lambda function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Function {
    /// MiB.
    pub memory: Option<u64>,
    /// Reserved concurrency.
    pub concurrency: Option<u64>,
    /// Whether on ARM.
    pub arm: Option<bool>,
}

/// Something without a price here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Other {
    /// What is paid for, for example `ml.p4d.24xlarge`.
    pub unit: Option<String>,
    /// Units now.
    pub now: Option<u64>,
    /// Units at most.
    pub maximum: Option<u64>,
}

impl Capacity {
    /// What is known after a later call told `later`.
    pub fn merge(&mut self, later: Self) {
        match (self, later) {
            (Self::Instance(a), Self::Instance(b)) => a.merge(b),
            (Self::Configuration(a), Self::Configuration(b)) => a.merge(b),
            (Self::Group(a), Self::Group(b)) => a.merge(b),
            (Self::Template(a), Self::Template(b)) => a.merge(b),
            (Self::Service(a), Self::Service(b)) | (Self::Tasks(a), Self::Tasks(b)) => a.merge(b),
            (Self::TaskDefinition(a), Self::TaskDefinition(b)) => a.merge(b),
            (Self::Function(a), Self::Function(b)) => a.merge(b),
            (Self::Other(a), Self::Other(b)) => a.merge(b),
            (Self::Calls(a), Self::Calls(b)) => *a = a.saturating_add(b),
            (this, later) => *this = later,
        }
    }
}

fn update<T>(old: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *old = new;
    }
}

impl Launch {
    fn merge(&mut self, later: Self) {
        update(&mut self.instance_type, later.instance_type);
        update(&mut self.spot, later.spot);
        update(&mut self.template, later.template);
    }
}

impl Group {
    /// Whether the call told what is launched.
    fn tells_launch(&self) -> bool {
        !self.choices.is_empty() || self.configuration.is_some() || self.by_attributes
    }

    fn merge(&mut self, later: Self) {
        if later.tells_launch() {
            self.choices = later.choices;
            self.configuration = later.configuration;
            self.by_attributes = later.by_attributes;
            self.spot = later.spot;
        }
        update(&mut self.desired, later.desired);
        update(&mut self.maximum, later.maximum);
    }
}

impl Template {
    fn merge(&mut self, later: Self) {
        for (version, launch) in later.versions {
            if self.versions.len() >= MAX_VERSIONS && !self.versions.contains_key(&version) {
                continue;
            }
            let mut whole = later
                .source
                .and_then(|source| self.versions.get(&source).cloned())
                .unwrap_or_default();
            whole.merge(launch);
            self.versions.insert(version, whole);
        }
        update(&mut self.default, later.default);
    }

    /// The launch of a version as a group names it. `None` where calls did not
    /// show that version.
    pub fn version(&self, version: Option<&str>) -> Option<&Launch> {
        match version {
            Some("$Latest") => self.versions.last_key_value().map(|(_, launch)| launch),
            None | Some("$Default") => self.versions.get(&self.default.unwrap_or(1)),
            Some(number) => self.versions.get(&number.parse().ok()?),
        }
    }
}

impl Service {
    fn merge(&mut self, later: Self) {
        update(&mut self.desired, later.desired);
        update(&mut self.maximum, later.maximum);
        update(&mut self.task_definition, later.task_definition);
        update(&mut self.fargate, later.fargate);
        update(&mut self.spot, later.spot);
        self.size.merge(later.size);
    }
}

impl TaskSize {
    fn merge(&mut self, later: Self) {
        update(&mut self.cpu, later.cpu);
        update(&mut self.memory, later.memory);
        update(&mut self.arm, later.arm);
        update(&mut self.windows, later.windows);
    }

    /// This size with `other`'s where it does not tell.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.or(other.cpu),
            memory: self.memory.or(other.memory),
            arm: self.arm.or(other.arm),
            windows: self.windows.or(other.windows),
        }
    }
}

impl Function {
    fn merge(&mut self, later: Self) {
        update(&mut self.memory, later.memory);
        update(&mut self.concurrency, later.concurrency);
        update(&mut self.arm, later.arm);
    }
}

impl Other {
    fn merge(&mut self, later: Self) {
        update(&mut self.unit, later.unit);
        update(&mut self.now, later.now);
        update(&mut self.maximum, later.maximum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str) -> Launch {
        Launch {
            instance_type: Some(kind.into()),
            ..Launch::default()
        }
    }

    #[test]
    fn a_template_version_takes_what_it_does_not_set_from_its_source() {
        let mut template = Template {
            versions: [(1, of("t3.micro"))].into(),
            ..Template::default()
        };
        template.merge(Template {
            versions: [(
                2,
                Launch {
                    spot: Some(true),
                    ..Launch::default()
                },
            )]
            .into(),
            source: Some(1),
            default: None,
        });
        let latest = template.version(Some("$Latest")).unwrap();
        assert_eq!(
            (latest.instance_type.as_deref(), latest.spot),
            (Some("t3.micro"), Some(true))
        );
        assert_eq!(template.version(None).unwrap().spot, None);
        assert_eq!(template.version(Some("9")), None);
    }

    #[test]
    fn a_later_size_keeps_what_the_group_launches() {
        let mut group = Group {
            maximum: Some(999),
            choices: vec![Choice {
                launch: of("p4d.24xlarge"),
                weight: None,
            }],
            ..Group::default()
        };
        group.merge(Group {
            maximum: Some(0),
            ..Group::default()
        });
        assert_eq!((group.maximum, group.choices.len()), (Some(0), 1));
    }
}
