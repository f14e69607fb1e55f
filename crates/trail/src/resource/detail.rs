//! The keys of what is told about a resource.

use serde::{Deserialize, Serialize};

macro_rules! details {
    ($($(#[doc = $doc:literal])+ $name:ident = $key:literal,)*) => {
        /// A fact about a resource worth a line in a report. The key is what
        /// `Resource::details` is keyed by.
        ///
        /// | key | meaning |
        /// |---|---|
        $(#[doc = concat!("| `", $key, "` |", $($doc,)+ " |")])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Detail {
            $($(#[doc = $doc])+ #[serde(rename = $key)] $name,)*
        }

        impl Detail {
            /// Every key, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The key in `Resource::details`, in snake case.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }
    };
}

details! {
    /// Name, where the id is not one.
    Name = "name",
    /// ARN, where the id is not one.
    Arn = "arn",
    /// Instance type, or several joined by a comma.
    InstanceType = "instance_type",
    /// AMI.
    Image = "image",
    /// EC2 key pair given to the instance.
    KeyPair = "key_pair",
    /// Instance profile (its ARN or name).
    InstanceProfile = "instance_profile",
    /// Role that the resource acts with.
    Role = "role",
    /// `spot` where capacity is bought as spot.
    Market = "market",
    /// Launch template by id or name, with version.
    LaunchTemplate = "launch_template",
    /// Launch configuration.
    LaunchConfiguration = "launch_configuration",
    /// Default version of a launch template.
    DefaultVersion = "default_version",
    /// Auto Scaling group, fleet or spot request that launched the instance.
    LaunchedBy = "launched_by",
    /// Minimum size or capacity.
    Minimum = "minimum",
    /// Maximum size or capacity.
    Maximum = "maximum",
    /// Desired size, count or target capacity.
    Desired = "desired",
    /// `true` where `disableApiTermination` is on.
    TerminationProtection = "termination_protection",
    /// `true` where `disableApiStop` is on.
    StopProtection = "stop_protection",
    /// `changed` where user data was replaced.
    UserData = "user_data",
    /// `optional` where the instance metadata service answers version 1.
    MetadataTokens = "metadata_tokens",
    /// Networks (CIDR) or groups let in by a security group.
    OpenTo = "open_to",
    /// Protocol and ports let in, for example `tcp 22-22`.
    Ports = "ports",
    /// Accounts, groups (`all`) or principals that it is shared with.
    SharedWith = "shared_with",
    /// What it was copied, restored or made from.
    Source = "source",
    /// ECS or EKS cluster.
    Cluster = "cluster",
    /// ECS task definition, as `family:revision`.
    TaskDefinition = "task_definition",
    /// `EC2`, `FARGATE` or `EXTERNAL`.
    LaunchType = "launch_type",
    /// Container images, joined by a comma.
    ContainerImage = "container_image",
    /// CPU units of a task (1024 are one vCPU).
    Cpu = "cpu",
    /// Memory in MiB.
    Memory = "memory",
    /// `ARM64` or `X86_64`.
    Architecture = "architecture",
    /// How many like things one call made.
    Count = "count",
    /// `NONE` or `AWS_IAM`: who may call a function URL.
    UrlAuth = "url_auth",
    /// URL of a function.
    Url = "url",
    /// Principal of a permission.
    Principal = "principal",
    /// Action of a permission.
    Permits = "permits",
    /// Id of a policy statement.
    Statement = "statement",
    /// Function that a URL or permission belongs to.
    Function = "function",
    /// Version or alias of a function.
    Qualifier = "qualifier",
    /// Reserved concurrency of a function.
    Concurrency = "concurrency",
    /// Runtime of a function.
    Runtime = "runtime",
    /// `changed` where code was replaced.
    Code = "code",
    /// Lambda layers, joined by a comma.
    Layers = "layers",
    /// IAM user that a key, password, device or policy belongs to.
    User = "user",
    /// IAM role that a policy belongs to.
    OnRole = "on_role",
    /// IAM group that a policy or membership belongs to.
    OnGroup = "on_group",
    /// ARN of a managed policy.
    PolicyArn = "policy_arn",
    /// Name of an inline policy.
    PolicyName = "policy_name",
    /// Actions that a policy document allows, shortened.
    Grants = "grants",
    /// Principals that a trust or resource policy lets in, shortened.
    Trusts = "trusts",
    /// Permissions boundary.
    Boundary = "boundary",
    /// Whether the trust policy was replaced (`changed`).
    Trust = "trust",
    /// State word as the call has it, for example `Inactive`.
    Status = "status",
    /// Schedule expression.
    Expression = "expression",
    /// Targets of a rule or schedule.
    Target = "target",
    /// Event bus or schedule group.
    Bus = "bus",
    /// `true` where a database is reachable from the internet.
    Public = "public",
    /// `true` where deletion protection is on.
    DeletionProtection = "deletion_protection",
    /// Class of a database, for example `db.r5.large`.
    DatabaseClass = "database_class",
    /// Database engine.
    Engine = "engine",
    /// Days until a key or secret is deleted.
    PendingDays = "pending_days",
    /// KMS key that encrypts it.
    EncryptedWith = "encrypted_with",
    /// What of a bucket was changed, for example `policy` or `versioning`.
    Changed = "changed",
    /// Least days after which a bucket's lifecycle deletes every object.
    ExpiresAfterDays = "expires_after_days",
    /// `removed` where public access to a bucket is no longer blocked.
    PublicAccessBlock = "public_access_block",
    /// `Enabled` or `Suspended`: whether a bucket keeps old versions.
    Versioning = "versioning",
    /// Kind of a security control, for example `trail` or `detector`.
    Control = "control",
    /// Call that touched it, where the kind alone does not tell.
    Call = "call",
    /// Service that a thing of another kind belongs to.
    Service = "service",
    /// `false` where mail sending was switched off.
    Sending = "sending",
    /// Quota asked for.
    Quota = "quota",
    /// Value asked for.
    Value = "value",
    /// Expiry, as the call has it.
    Expires = "expires",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_distinct_and_in_snake_case() {
        let mut keys: Vec<_> = Detail::ALL.iter().map(|d| d.key()).collect();
        assert!(
            keys.iter()
                .all(|k| k.bytes().all(|b| b == b'_' || b.is_ascii_lowercase()))
        );
        keys.sort_unstable();
        let all = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn a_key_travels_as_its_word() {
        let text = serde_json::to_string(&Detail::InstanceType).unwrap();
        assert_eq!(text, "\"instance_type\"");
        assert_eq!(
            serde_json::from_str::<Detail>(&text).unwrap(),
            Detail::InstanceType
        );
    }
}
