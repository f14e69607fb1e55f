//! What really happened, for tests to compare with.

use serde::Serialize;

use crate::config::Variant;

/// What an archive holds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GroundTruth {
    /// Records in the archive.
    pub events: u64,
    /// Files in the archive.
    pub files: u64,
    /// Inflated bytes.
    pub inflated_bytes: u64,
    /// Compressed bytes.
    pub compressed_bytes: u64,
    /// The attack, if there is one.
    pub attack: Option<AttackTruth>,
}

/// What the attack did.
#[derive(Clone, Debug, Serialize)]
pub struct AttackTruth {
    /// Its kind.
    pub variant: Variant,
    /// Whose credential was stolen.
    pub owner: String,
    /// Account of the owner.
    pub account: String,
    /// The stolen key; empty where a password was stolen.
    pub stolen_key: String,
    /// Time of the first event, RFC 3339.
    pub first_event: String,
    /// Time of the first capacity that costs or damage that is done, RFC 3339.
    pub impact: String,
    /// Time of the last event, RFC 3339.
    pub last_event: String,
    /// Addresses from which the attacker called.
    pub addresses: Vec<String>,
    /// Tools with which the attacker called.
    pub user_agents: Vec<String>,
    /// Temporary keys that the attacker used.
    pub session_keys: Vec<String>,
    /// Users that the attacker made.
    pub created_users: Vec<String>,
    /// Long-lived keys that the attacker made.
    pub created_keys: Vec<String>,
    /// Roles that the attacker made.
    pub created_roles: Vec<String>,
    /// Functions that the attacker made.
    pub functions: Vec<String>,
    /// Clusters that the attacker made.
    pub clusters: Vec<ClusterTruth>,
    /// Container services that the attacker made.
    pub services: Vec<ServiceTruth>,
    /// Auto Scaling groups that the attacker made.
    pub groups: Vec<GroupTruth>,
    /// Instances launched for the attacker; all run at the archive's end.
    pub instances: Vec<InstanceTruth>,
    /// `eventID` of every event of the attack, in order of time.
    pub event_ids: Vec<String>,
}

impl AttackTruth {
    pub(crate) fn new(variant: Variant) -> Self {
        Self {
            variant,
            owner: String::new(),
            account: String::new(),
            stolen_key: String::new(),
            first_event: String::new(),
            impact: String::new(),
            last_event: String::new(),
            addresses: Vec::new(),
            user_agents: Vec::new(),
            session_keys: Vec::new(),
            created_users: Vec::new(),
            created_keys: Vec::new(),
            created_roles: Vec::new(),
            functions: Vec::new(),
            clusters: Vec::new(),
            services: Vec::new(),
            groups: Vec::new(),
            instances: Vec::new(),
            event_ids: Vec::new(),
        }
    }
}

/// An ECS cluster.
#[derive(Clone, Debug, Serialize)]
pub struct ClusterTruth {
    /// Region.
    pub region: String,
    /// Name.
    pub name: String,
}

/// An ECS service on Fargate.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceTruth {
    /// Region.
    pub region: String,
    /// Cluster.
    pub cluster: String,
    /// Name.
    pub name: String,
    /// Tasks wanted.
    pub desired: u32,
    /// CPU units of a task (1024 are one vCPU).
    pub cpu: u32,
    /// MiB of a task.
    pub memory: u32,
}

/// An Auto Scaling group.
#[derive(Clone, Debug, Serialize)]
pub struct GroupTruth {
    /// Region.
    pub region: String,
    /// Name.
    pub name: String,
    /// The instance type that it launches.
    pub kind: String,
    /// Smallest size.
    pub min: u32,
    /// Largest size.
    pub max: u32,
    /// Size wanted.
    pub desired: u32,
}

/// An instance.
#[derive(Clone, Debug, Serialize)]
pub struct InstanceTruth {
    /// Region.
    pub region: String,
    /// Id.
    pub id: String,
    /// Type.
    pub kind: String,
    /// Group that launched it.
    pub group: String,
}
