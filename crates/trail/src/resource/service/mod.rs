//! The table of calls, one file a service or a group of like services.

mod autoscaling;
mod batch;
mod controls;
mod ec2;
mod ecs;
mod eks;
mod iam;
mod kms;
mod lambda;
mod mail;
mod misc;
mod ml;
mod rds;
mod s3;
mod schedule;

use super::row::Effect;

/// Calls of a service, sorted by name.
pub(super) type Table = &'static [(&'static str, Effect)];

/// Services by what stands before `.amazonaws.com`, sorted.
static SERVICES: &[(&str, Table)] = &[
    ("access-analyzer", controls::ACCESS_ANALYZER),
    ("account", misc::ACCOUNT),
    ("application-autoscaling", ecs::APPLICATION_AUTOSCALING),
    ("apprunner", misc::APP_RUNNER),
    ("autoscaling", autoscaling::TABLE),
    ("backup", misc::BACKUP),
    ("batch", batch::TABLE),
    ("bedrock", ml::BEDROCK),
    ("cloudformation", misc::CLOUDFORMATION),
    ("cloudtrail", controls::CLOUDTRAIL),
    ("codebuild", misc::CODEBUILD),
    ("config", controls::CONFIG),
    ("detective", controls::DETECTIVE),
    ("dynamodb", misc::DYNAMODB),
    ("ec2", ec2::TABLE),
    ("ecr", misc::ECR),
    ("ecr-public", misc::ECR_PUBLIC),
    ("ecs", ecs::TABLE),
    ("eks", eks::TABLE),
    ("events", schedule::EVENTS),
    ("glue", misc::GLUE),
    ("guardduty", controls::GUARDDUTY),
    ("iam", iam::TABLE),
    ("identitystore", misc::IDENTITY_STORE),
    ("inspector2", controls::INSPECTOR),
    ("kms", kms::TABLE),
    ("lambda", lambda::TABLE),
    ("lightsail", misc::LIGHTSAIL),
    ("logs", controls::LOGS),
    ("macie2", controls::MACIE),
    ("monitoring", controls::MONITORING),
    ("organizations", misc::ORGANIZATIONS),
    ("ram", misc::RAM),
    ("rds", rds::TABLE),
    ("rolesanywhere", misc::ROLES_ANYWHERE),
    ("route53resolver", controls::RESOLVER),
    ("s3", s3::TABLE),
    ("sagemaker", ml::SAGEMAKER),
    ("scheduler", schedule::SCHEDULER),
    ("secretsmanager", misc::SECRETS_MANAGER),
    ("securityhub", controls::SECURITY_HUB),
    ("servicequotas", misc::SERVICE_QUOTAS),
    ("ses", mail::TABLE),
    ("sns", mail::SNS),
    ("ssm", misc::SSM),
    ("sso", misc::SSO),
    ("wafv2", controls::WAF),
];

/// What a call does, if it is known.
pub(super) fn effect(service: &str, name: &str) -> Option<&'static Effect> {
    let service = service.strip_suffix(".amazonaws.com").unwrap_or(service);
    let table = find(SERVICES, service)?;
    find(table, plain(name))
}

fn find<T>(table: &'static [(&'static str, T)], key: &str) -> Option<&'static T> {
    let index = table.binary_search_by(|(name, _)| (*name).cmp(key)).ok()?;
    table.get(index).map(|(_, value)| value)
}

/// An event name without the API date that Lambda adds: `CreateFunction20150331`,
/// `AddPermission20150331v2`.
fn plain(name: &str) -> &str {
    let Some(start) = name.find("20") else {
        return name;
    };
    let Some((head, tail)) = name.split_at_checked(start) else {
        return name;
    };
    let mut digits = tail.bytes();
    let dated = digits.by_ref().take(8).filter(u8::is_ascii_digit).count() == 8;
    let version = tail.get(8..).unwrap_or("");
    let versioned = version.is_empty()
        || version
            .strip_prefix('v')
            .is_some_and(|v| v.bytes().all(|b| b.is_ascii_digit()));
    if dated && versioned { head } else { name }
}

/// Every known call, as service and name.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    SERVICES
        .iter()
        .flat_map(|(service, table)| table.iter().map(move |(name, _)| (*service, *name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_sorted() {
        assert!(SERVICES.is_sorted_by(|a, b| a.0 < b.0));
        for (service, table) in SERVICES {
            for pair in table.windows(2) {
                assert!(
                    pair[0].0 < pair[1].0,
                    "{service}: {} {}",
                    pair[0].0,
                    pair[1].0
                );
            }
        }
    }

    #[test]
    fn knows_lambda_names_with_their_date() {
        assert_eq!(plain("CreateFunction20150331"), "CreateFunction");
        assert_eq!(plain("AddPermission20150331v2"), "AddPermission");
        assert_eq!(plain("PutBucket2015"), "PutBucket2015");
        assert_eq!(plain("X20"), "X20");
        assert!(effect("lambda.amazonaws.com", "AddPermission20150331v2").is_some());
        assert!(effect("ec2.amazonaws.com", "DescribeInstances").is_none());
    }
}
