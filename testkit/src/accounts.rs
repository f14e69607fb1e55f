//! The company's accounts as IAM shows them after the month: users, roles and
//! their policies in the form of `aws iam get-account-authorization-details`,
//! and the policies of the resources that have some.
//!
//! The policies are written here by what each identity is for, not taken from
//! what it did: that they explain every call of the archive is for a test to
//! find out.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::config::Config;
use crate::world::{DATA, PROD, VENDOR, World};

/// A file of the snapshot: its name and its JSON.
pub type SnapshotFile = (String, String);

/// A user or role.
struct Holder {
    account: &'static str,
    path: &'static str,
    name: &'static str,
    /// Names of AWS managed policies, with their path.
    managed: &'static [&'static str],
    /// Allowed by an inline policy: actions, and on which resources.
    allows: &'static [(&'static [&'static str], &'static str)],
    /// Who may assume it; nothing for a user.
    trusts: Trust,
}

/// Who may assume a role.
enum Trust {
    Nobody,
    /// A service.
    Service(&'static str),
    /// The code host, for these repositories.
    Code(&'static [&'static str]),
    /// The people of the company, through its identity provider.
    People,
    /// A role of the same account.
    Role(&'static str),
    /// The monitoring vendor, with the id agreed on.
    Vendor,
}

const fn user(
    name: &'static str,
    managed: &'static [&'static str],
    allows: &'static [(&'static [&'static str], &'static str)],
) -> Holder {
    role(PROD, "/", name, managed, allows, Trust::Nobody)
}

const fn role(
    account: &'static str,
    path: &'static str,
    name: &'static str,
    managed: &'static [&'static str],
    allows: &'static [(&'static [&'static str], &'static str)],
    trusts: Trust,
) -> Holder {
    Holder {
        account,
        path,
        name,
        managed,
        allows,
        trusts,
    }
}

/// The users of production; `ops-mailer-k41` is the attacker's.
const USERS: &[Holder] = &[
    user("marc.dubois", &["PowerUserAccess", "IAMFullAccess"], &[]),
    user(
        "claire.moreau",
        &["IAMFullAccess", "ServiceQuotasFullAccess"],
        &[],
    ),
    user("lucas.bernard", &["ReadOnlyAccess"], &[]),
    user("ops-mailer-k41", &["AmazonSESFullAccess"], &[]),
];

const LOOK: &[&str] = &[
    "autoscaling:Describe*",
    "cloudwatch:Describe*",
    "ec2:Describe*",
    "elasticloadbalancing:Describe*",
    "lambda:ListFunctions",
    "rds:Describe*",
    "s3:ListAllMyBuckets",
];

const ROLES: &[Holder] = &[
    role(
        PROD,
        "/",
        "argus-monitoring",
        &[],
        &[(LOOK, "*")],
        Trust::Vendor,
    ),
    role(
        DATA,
        "/",
        "argus-monitoring",
        &[],
        &[(LOOK, "*")],
        Trust::Vendor,
    ),
    role(
        PROD,
        "/aws-service-role/autoscaling.amazonaws.com/",
        "AWSServiceRoleForAutoScaling",
        &["aws-service-role/AutoScalingServiceRolePolicy"],
        &[],
        Trust::Service("autoscaling.amazonaws.com"),
    ),
    role(
        PROD,
        "/aws-service-role/config.amazonaws.com/",
        "AWSServiceRoleForConfig",
        &["aws-service-role/AWSConfigServiceRolePolicy"],
        &[],
        Trust::Service("config.amazonaws.com"),
    ),
    role(
        DATA,
        "/aws-service-role/config.amazonaws.com/",
        "AWSServiceRoleForConfig",
        &["aws-service-role/AWSConfigServiceRolePolicy"],
        &[],
        Trust::Service("config.amazonaws.com"),
    ),
    role(
        PROD,
        "/aws-service-role/guardduty.amazonaws.com/",
        "AWSServiceRoleForAmazonGuardDuty",
        &["aws-service-role/AmazonGuardDutyServiceRolePolicy"],
        &[],
        Trust::Service("guardduty.amazonaws.com"),
    ),
    role(
        PROD,
        "/",
        "ci-deploy",
        &[],
        &[
            (
                &[
                    "cloudformation:*",
                    "cloudfront:CreateInvalidation",
                    "ecr:*",
                    "ecs:DescribeServices",
                    "ecs:RegisterTaskDefinition",
                    "ecs:UpdateService",
                    "lambda:Get*",
                    "lambda:PublishVersion",
                    "lambda:UpdateFunctionCode",
                ],
                "*",
            ),
            (&["s3:ListBucket"], "arn:aws:s3:::belmarais-website"),
            (&["s3:PutObject"], "arn:aws:s3:::belmarais-website/*"),
            (&["iam:PassRole"], "arn:aws:iam::111122223333:role/shop-*"),
        ],
        Trust::Code(&["website", "functions", "shop", "stacks"]),
    ),
    role(
        PROD,
        "/",
        "terraform",
        &["AdministratorAccess"],
        &[],
        Trust::Code(&["infrastructure"]),
    ),
    role(
        DATA,
        "/",
        "terraform",
        &["AdministratorAccess"],
        &[],
        Trust::Code(&["infrastructure"]),
    ),
    function("function-image-resize"),
    function("function-invoice-pdf"),
    function("function-stock-sync"),
    role(
        PROD,
        "/",
        "s3-replication",
        &[],
        &[(
            &["s3:PutObject", "s3:ReplicateObject"],
            "arn:aws:s3:::belmarais-orders-copy/*",
        )],
        Trust::Service("s3.amazonaws.com"),
    ),
    role(
        PROD,
        "/service-role/",
        "AWSBackupDefaultServiceRole",
        &["service-role/AWSBackupServiceRolePolicyForBackup"],
        &[],
        Trust::Service("backup.amazonaws.com"),
    ),
    role(
        PROD,
        "/",
        "shop-mailer",
        &[],
        &[(&["ses:GetSendQuota", "ses:SendEmail"], "*")],
        Trust::Service("ecs-tasks.amazonaws.com"),
    ),
    role(
        PROD,
        "/",
        "shop-task",
        &[],
        &[
            (
                &["s3:GetObject", "s3:PutObject"],
                "arn:aws:s3:::belmarais-orders/*",
            ),
            (
                &["secretsmanager:GetSecretValue"],
                "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/*",
            ),
            (&["kms:Decrypt"], "*"),
            (
                &["ssm:GetParameter*"],
                "arn:aws:ssm:eu-west-1:111122223333:parameter/*",
            ),
        ],
        Trust::Service("ecs-tasks.amazonaws.com"),
    ),
    role(
        PROD,
        "/",
        "sso-contractor",
        &[],
        &[(
            &[
                "ec2:Describe*",
                "ecs:List*",
                "lambda:List*",
                "logs:GetLogEvents",
            ],
            "*",
        )],
        Trust::People,
    ),
    role(
        PROD,
        "/",
        "sso-engineer",
        &["PowerUserAccess"],
        &[],
        Trust::People,
    ),
    role(
        DATA,
        "/",
        "sso-analyst",
        &["ReadOnlyAccess"],
        &[(
            &["sts:AssumeRole"],
            "arn:aws:iam::444455556666:role/ml-training",
        )],
        Trust::People,
    ),
    role(
        DATA,
        "/",
        "EMR_DefaultRole_V2",
        &[],
        &[(&["ec2:*"], "*")],
        Trust::Service("elasticmapreduce.amazonaws.com"),
    ),
    role(
        DATA,
        "/",
        "KarpenterController",
        &[],
        &[
            (
                &[
                    "ec2:CreateFleet",
                    "ec2:CreateLaunchTemplate",
                    "ec2:CreateTags",
                    "ec2:Describe*",
                    "ec2:RunInstances",
                    "ec2:TerminateInstances",
                ],
                "*",
            ),
            (
                &["iam:PassRole"],
                "arn:aws:iam::444455556666:role/karpenter-*",
            ),
        ],
        Trust::Service("ec2.amazonaws.com"),
    ),
    role(
        DATA,
        "/",
        "ml-training",
        &[],
        &[
            (
                &[
                    "autoscaling:*",
                    "ec2:CreateLaunchTemplate",
                    "ec2:CreateTags",
                    "ec2:Describe*",
                    "ec2:RunInstances",
                    "ec2:TerminateInstances",
                    "sagemaker:*",
                ],
                "*",
            ),
            (&["s3:GetObject"], "arn:aws:s3:::belmarais-lake/*"),
            (
                &["iam:PassRole"],
                "arn:aws:iam::444455556666:role/sagemaker-execution",
            ),
        ],
        Trust::Role("sso-analyst"),
    ),
    role(
        DATA,
        "/",
        "nightly-batch",
        &[],
        &[
            (&["elasticmapreduce:RunJobFlow"], "*"),
            (&["s3:PutObject"], "arn:aws:s3:::belmarais-lake/*"),
            (&["iam:PassRole"], "arn:aws:iam::444455556666:role/EMR_*"),
        ],
        Trust::Service("lambda.amazonaws.com"),
    ),
];

const fn function(name: &'static str) -> Holder {
    role(
        PROD,
        "/",
        name,
        &["service-role/AWSLambdaBasicExecutionRole"],
        &[],
        Trust::Service("lambda.amazonaws.com"),
    )
}

/// The snapshot of the company's accounts: a file for each account, and one
/// for the policies of resources.
pub fn accounts(config: &Config) -> Vec<SnapshotFile> {
    let world = World {
        seed: config.seed,
        start: config.start,
        days: i64::from(config.days.max(1)),
        token: config.token_length,
    };
    let mut files: Vec<SnapshotFile> = [PROD, DATA]
        .iter()
        .map(|account| {
            let name = format!("authorization-details-{account}.json");
            (name, written(&details(&world, account)))
        })
        .collect();
    files.push(("resources.json".to_owned(), written(&resources())));
    files
}

fn written(value: &Value) -> String {
    format!("{:#}\n", sorted(value))
}

/// The same with members in order of their names, whether or not the JSON
/// library keeps the order in which they were written.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(members) => {
            let by_name: BTreeMap<&String, &Value> = members.iter().collect();
            let members = by_name.into_iter();
            Value::Object(
                members
                    .map(|(name, one)| (name.clone(), sorted(one)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

fn details(world: &World, account: &str) -> Value {
    let of = |all: &'static [Holder]| all.iter().filter(move |one| one.account == account);
    json!({
        "UserDetailList": of(USERS).map(|one| user_detail(world, one)).collect::<Vec<_>>(),
        "GroupDetailList": [],
        "RoleDetailList": of(ROLES).map(|one| role_detail(world, one)).collect::<Vec<_>>(),
        "Policies": [],
    })
}

fn user_detail(world: &World, one: &Holder) -> Value {
    json!({
        "Path": one.path,
        "UserName": one.name,
        "UserId": world.key("AIDA", one.account, one.name),
        "Arn": format!("arn:aws:iam::{}:user{}{}", one.account, one.path, one.name),
        "CreateDate": "2024-02-01T09:00:00+00:00",
        "UserPolicyList": inline(one),
        "GroupList": [],
        "AttachedManagedPolicies": managed(one),
        "Tags": [],
    })
}

fn role_detail(world: &World, one: &Holder) -> Value {
    json!({
        "Path": one.path,
        "RoleName": one.name,
        "RoleId": world.key("AROA", one.account, one.name),
        "Arn": format!("arn:aws:iam::{}:role{}{}", one.account, one.path, one.name),
        "CreateDate": "2024-02-01T09:00:00+00:00",
        "AssumeRolePolicyDocument": trust(one),
        "InstanceProfileList": [],
        "RolePolicyList": inline(one),
        "AttachedManagedPolicies": managed(one),
        "Tags": [],
    })
}

fn managed(one: &Holder) -> Vec<Value> {
    let policy = |path: &&str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        json!({"PolicyName": name, "PolicyArn": format!("arn:aws:iam::aws:policy/{path}")})
    };
    one.managed.iter().map(policy).collect()
}

fn inline(one: &Holder) -> Vec<Value> {
    if one.allows.is_empty() {
        return Vec::new();
    }
    let statement = |(actions, resource): &(&[&str], &str)| json!({"Effect": "Allow", "Action": actions, "Resource": resource});
    let statements: Vec<Value> = one.allows.iter().map(statement).collect();
    vec![json!({
        "PolicyName": one.name,
        "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
    })]
}

/// The code host's provider.
const CODE: &str = "token.actions.githubusercontent.com";

fn trust(one: &Holder) -> Value {
    let account = one.account;
    let statement = match &one.trusts {
        Trust::Nobody => json!([]),
        Trust::Service(service) => json!({
            "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service},
        }),
        Trust::Code(repositories) => {
            let subjects: Vec<String> = repositories
                .iter()
                .map(|name| format!("repo:belmarais/{name}:ref:refs/heads/main"))
                .collect();
            json!({
                "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": format!("arn:aws:iam::{account}:oidc-provider/{CODE}")},
                "Condition": {"StringEquals": {
                    (format!("{CODE}:aud")): "sts.amazonaws.com", (format!("{CODE}:sub")): subjects,
                }},
            })
        }
        Trust::People => json!({
            "Effect": "Allow", "Action": "sts:AssumeRoleWithSAML",
            "Principal": {"Federated": format!("arn:aws:iam::{account}:saml-provider/belmarais")},
        }),
        Trust::Role(name) => json!({
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": format!("arn:aws:iam::{account}:role/{name}")},
        }),
        Trust::Vendor => json!({
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": format!("arn:aws:iam::{VENDOR}:root")},
            "Condition": {"StringEquals": {"sts:ExternalId": "8c1f0a52-belmarais"}},
        }),
    };
    json!({"Version": "2012-10-17", "Statement": statement})
}

/// The key of each account, and the buckets that a service uses.
fn resources() -> Value {
    let mut all = Vec::new();
    for account in [PROD, DATA] {
        let arn =
            format!("arn:aws:kms:eu-west-1:{account}:key/6f3c2d1e-8a47-4b59-9c0d-5e1f2a3b4c5d");
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "kms:*", "Resource": "*",
             "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}},
            {"Effect": "Allow", "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
             "Resource": "*", "Principal": {"Service": "cloudtrail.amazonaws.com"}},
        ]});
        all.push(json!({
            "type": "aws_kms_key", "name": "main", "account": account, "arn": arn,
            "policy": sorted(&policy).to_string(),
        }));
    }
    for (bucket, service) in [
        ("belmarais-trail", "cloudtrail.amazonaws.com"),
        ("belmarais-config", "config.amazonaws.com"),
    ] {
        let policy = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": ["s3:GetBucketAcl"],
            "Resource": format!("arn:aws:s3:::{bucket}"), "Principal": {"Service": service},
        }});
        all.push(json!({
            "type": "aws_s3_bucket_policy", "name": bucket, "account": PROD, "bucket": bucket,
            "policy": sorted(&policy).to_string(),
        }));
    }
    json!({"resources": all})
}
