//! How each service is reached: endpoint, name in signatures, protocol.

use aws_config::SdkConfig;
use gardefou_finding::AwsService;

use super::config::own_endpoint;
use super::partition::dns_suffix;
use super::send::Endpoint;

/// How a request is written and an answer read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// Form parameters, lists as `Name.member.1`, XML; of this API version.
    Query(&'static str),
    /// The same with lists as `Name.1`, as only EC2 has it.
    Ec2(&'static str),
    /// JSON, the operation in the header `X-Amz-Target` after this prefix.
    Json11(&'static str),
    /// JSON, the operation in method and path.
    RestJson,
}

/// What is to be known of a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Service {
    /// Its id, by which configuration names its endpoint.
    pub(super) id: &'static str,
    /// What its host name begins with.
    pub(super) host: &'static str,
    /// Its name in signatures.
    pub(super) signing: &'static str,
    /// Its protocol.
    pub(super) protocol: Protocol,
}

const fn service(
    id: &'static str,
    host: &'static str,
    signing: &'static str,
    protocol: Protocol,
) -> Service {
    Service {
        id,
        host,
        signing,
        protocol,
    }
}

/// The table; ids, signing names and versions are those of AWS's API models.
pub(super) fn of(which: AwsService) -> Service {
    use Protocol::{Ec2, Json11, Query, RestJson};
    match which {
        AwsService::Iam => service("IAM", "iam", "iam", Query("2010-05-08")),
        AwsService::Sts => service("STS", "sts", "sts", Query("2011-06-15")),
        AwsService::Ec2 => service("EC2", "ec2", "ec2", Ec2("2016-11-15")),
        AwsService::Autoscaling => service(
            "Auto Scaling",
            "autoscaling",
            "autoscaling",
            Query("2011-01-01"),
        ),
        AwsService::ApplicationAutoscaling => service(
            "Application Auto Scaling",
            "application-autoscaling",
            "application-autoscaling",
            Json11("AnyScaleFrontendService"),
        ),
        AwsService::Ecs => service(
            "ECS",
            "ecs",
            "ecs",
            Json11("AmazonEC2ContainerServiceV20141113"),
        ),
        AwsService::Lambda => service("Lambda", "lambda", "lambda", RestJson),
        AwsService::Ses => service("SES", "email", "ses", Query("2010-12-01")),
        AwsService::Events => service("EventBridge", "events", "events", Json11("AWSEvents")),
        AwsService::Organizations => service(
            "Organizations",
            "organizations",
            "organizations",
            Json11("AWSOrganizationsV20161128"),
        ),
        AwsService::Cloudtrail => service(
            "CloudTrail",
            "cloudtrail",
            "cloudtrail",
            Json11("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"),
        ),
        AwsService::Batch => service("Batch", "batch", "batch", RestJson),
        AwsService::Eks => service("EKS", "eks", "eks", RestJson),
        AwsService::Sagemaker => service(
            "SageMaker",
            "api.sagemaker",
            "sagemaker",
            Json11("SageMaker"),
        ),
    }
}

/// The endpoint of a service in a region: AWS's own, or what the user's
/// configuration names.
pub(crate) fn endpoint(config: &SdkConfig, which: AwsService, region: &str) -> Endpoint {
    let mut endpoint = usual(which, region);
    if let Some(own) = own_endpoint(config, of(which).id) {
        endpoint.url = own;
    }
    endpoint
}

/// AWS's own endpoint of a service in a region; services without regions have
/// one in each partition.
fn usual(which: AwsService, region: &str) -> Endpoint {
    let Service { host, signing, .. } = of(which);
    let suffix = dns_suffix(region);
    let is_china = region.starts_with("cn-");
    let is_gov = region.starts_with("us-gov-");
    let (name, home) = match (which, is_china, is_gov) {
        _ if !which.is_global() => (format!("{host}.{region}"), region),
        (AwsService::Iam, true, _) => ("iam.cn-north-1".to_owned(), "cn-north-1"),
        (AwsService::Iam, _, true) => ("iam.us-gov".to_owned(), "us-gov-west-1"),
        (AwsService::Iam, ..) => ("iam".to_owned(), "us-east-1"),
        (_, true, _) => (format!("{host}.cn-northwest-1"), "cn-northwest-1"),
        (_, _, true) => (format!("{host}.us-gov-west-1"), "us-gov-west-1"),
        _ => (format!("{host}.us-east-1"), "us-east-1"),
    };
    Endpoint {
        url: format!("https://{name}.{suffix}/"),
        region: home.to_owned(),
        service: signing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_those_of_the_partitions() {
        let url = |service, region| usual(service, region).url;
        assert_eq!(
            url(AwsService::Iam, "eu-west-3"),
            "https://iam.amazonaws.com/"
        );
        assert_eq!(usual(AwsService::Iam, "eu-west-3").region, "us-east-1");
        assert_eq!(
            url(AwsService::Ses, "eu-west-3"),
            "https://email.eu-west-3.amazonaws.com/"
        );
        assert_eq!(
            url(AwsService::Ec2, "cn-north-1"),
            "https://ec2.cn-north-1.amazonaws.com.cn/"
        );
        assert_eq!(
            url(AwsService::Iam, "us-gov-east-1"),
            "https://iam.us-gov.amazonaws.com/"
        );
    }
}
