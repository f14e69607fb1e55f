//! Names of the kinds of resources, for one and for several.

use gardefou_finding::ResourceKind;

use super::counted::Forms;
use super::{Pair, pair};

macro_rules! kinds {
    ($($kind:ident = $en1:literal, $en2:literal | $fr1:literal, $fr2:literal;)+) => {
        /// `{n}` resources of a kind.
        pub(crate) fn resource_forms(kind: ResourceKind) -> Forms {
            match kind {
                $(ResourceKind::$kind => Forms {
                    one: pair(concat!("{n} ", $en1), concat!("{n} ", $fr1)),
                    many: pair(concat!("{n} ", $en2), concat!("{n} ", $fr2)),
                }),+
            }
        }

        /// The kind's name alone, in the singular.
        pub(crate) fn resource_name(kind: ResourceKind) -> Pair {
            match kind { $(ResourceKind::$kind => pair($en1, $fr1)),+ }
        }

        /// Every kind, for the tests of the catalogue.
        #[cfg(test)]
        pub(crate) const ALL_KINDS: &[ResourceKind] = &[$(ResourceKind::$kind),+];
    };
}

kinds! {
    Instance = "EC2 instance", "EC2 instances" | "instance EC2", "instances EC2";
    LaunchTemplate = "launch template", "launch templates" | "modèle de lancement", "modèles de lancement";
    KeyPair = "EC2 key pair", "EC2 key pairs" | "paire de clés EC2", "paires de clés EC2";
    AutoScalingGroup = "Auto Scaling group", "Auto Scaling groups" | "groupe Auto Scaling", "groupes Auto Scaling";
    LaunchConfiguration = "launch configuration", "launch configurations" | "configuration de lancement", "configurations de lancement";
    SecurityGroup = "security group", "security groups" | "groupe de sécurité", "groupes de sécurité";
    Volume = "EBS volume", "EBS volumes" | "volume EBS", "volumes EBS";
    Snapshot = "snapshot", "snapshots" | "instantané", "instantanés";
    Image = "AMI", "AMIs" | "AMI", "AMI";
    SpotRequest = "spot request", "spot requests" | "demande spot", "demandes spot";
    EcsCluster = "ECS cluster", "ECS clusters" | "cluster ECS", "clusters ECS";
    EcsService = "ECS service", "ECS services" | "service ECS", "services ECS";
    EcsTask = "ECS task", "ECS tasks" | "tâche ECS", "tâches ECS";
    TaskDefinition = "task definition", "task definitions" | "définition de tâche", "définitions de tâche";
    EksCluster = "EKS cluster or node group", "EKS clusters or node groups" | "cluster ou groupe de nœuds EKS", "clusters ou groupes de nœuds EKS";
    BatchResource = "Batch resource", "Batch resources" | "ressource Batch", "ressources Batch";
    SageMakerResource = "SageMaker resource", "SageMaker resources" | "ressource SageMaker", "ressources SageMaker";
    Function = "Lambda function", "Lambda functions" | "fonction Lambda", "fonctions Lambda";
    FunctionUrl = "Lambda URL", "Lambda URLs" | "URL Lambda", "URL Lambda";
    FunctionPermission = "Lambda permission", "Lambda permissions" | "autorisation Lambda", "autorisations Lambda";
    User = "IAM user", "IAM users" | "utilisateur IAM", "utilisateurs IAM";
    Group = "IAM group", "IAM groups" | "groupe IAM", "groupes IAM";
    Role = "IAM role", "IAM roles" | "rôle IAM", "rôles IAM";
    AccessKey = "access key", "access keys" | "clé d'accès", "clés d'accès";
    LoginProfile = "console password", "console passwords" | "mot de passe de console", "mots de passe de console";
    Policy = "IAM policy", "IAM policies" | "politique IAM", "politiques IAM";
    InstanceProfile = "instance profile", "instance profiles" | "profil d'instance", "profils d'instance";
    MfaDevice = "MFA device", "MFA devices" | "dispositif MFA", "dispositifs MFA";
    IdentityProvider = "identity provider", "identity providers" | "fournisseur d'identité", "fournisseurs d'identité";
    EmailIdentity = "SES identity", "SES identities" | "identité SES", "identités SES";
    Bucket = "S3 bucket", "S3 buckets" | "compartiment S3", "compartiments S3";
    KmsKey = "KMS key", "KMS keys" | "clé KMS", "clés KMS";
    Secret = "secret", "secrets" | "secret", "secrets";
    SecurityControl = "security control", "security controls" | "contrôle de sécurité", "contrôles de sécurité";
    Schedule = "schedule", "schedules" | "planification", "planifications";
    Database = "RDS database", "RDS databases" | "base RDS", "bases RDS";
    Stack = "CloudFormation stack", "CloudFormation stacks" | "pile CloudFormation", "piles CloudFormation";
    Quota = "service quota", "service quotas" | "quota de service", "quotas de service";
    Other = "other resource", "other resources" | "autre ressource", "autres ressources";
}
