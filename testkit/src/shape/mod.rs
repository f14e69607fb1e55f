//! The form that AWS gives to each call: request, answer, resources.
//!
//! Field names and nesting follow what AWS records for these calls; every value
//! is made here.

pub(crate) mod compute;
pub(crate) mod ecs;
pub(crate) mod iam;
pub(crate) mod instances;
pub(crate) mod lambda;
pub(crate) mod store;
pub(crate) mod sts;

/// `eventSource` of the services used here.
pub(crate) mod source {
    pub(crate) const AUTOSCALING: &str = "autoscaling.amazonaws.com";
    pub(crate) const EC2: &str = "ec2.amazonaws.com";
    pub(crate) const ECS: &str = "ecs.amazonaws.com";
    pub(crate) const IAM: &str = "iam.amazonaws.com";
    pub(crate) const KMS: &str = "kms.amazonaws.com";
    pub(crate) const LAMBDA: &str = "lambda.amazonaws.com";
    pub(crate) const QUOTAS: &str = "servicequotas.amazonaws.com";
    pub(crate) const RDS: &str = "rds.amazonaws.com";
    pub(crate) const S3: &str = "s3.amazonaws.com";
    pub(crate) const SECRETS: &str = "secretsmanager.amazonaws.com";
    pub(crate) const SES: &str = "ses.amazonaws.com";
    pub(crate) const SIGNIN: &str = "signin.amazonaws.com";
    pub(crate) const STS: &str = "sts.amazonaws.com";
}
