//! A call of an AWS API, as data: what a plan lists, what a host sends.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An AWS service that gardefou calls. The word is the AWS CLI's.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum AwsService {
    /// Identity and Access Management, which has no regions.
    Iam,
    /// Security Token Service.
    Sts,
    /// Elastic Compute Cloud.
    Ec2,
    /// EC2 Auto Scaling.
    Autoscaling,
    /// Application Auto Scaling, which scales ECS services.
    ApplicationAutoscaling,
    /// Elastic Container Service.
    Ecs,
    /// Lambda.
    Lambda,
    /// Simple Email Service, version 1.
    Ses,
    /// EventBridge rules.
    Events,
    /// Organizations, which has no regions.
    Organizations,
    /// CloudTrail.
    Cloudtrail,
}

impl AwsService {
    /// Its name in the AWS CLI, and in IAM's actions but for the two whose
    /// prefix differs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Sts => "sts",
            Self::Ec2 => "ec2",
            Self::Autoscaling => "autoscaling",
            Self::ApplicationAutoscaling => "application-autoscaling",
            Self::Ecs => "ecs",
            Self::Lambda => "lambda",
            Self::Ses => "ses",
            Self::Events => "events",
            Self::Organizations => "organizations",
            Self::Cloudtrail => "cloudtrail",
        }
    }

    /// Whether its calls are made in no region.
    pub fn is_global(self) -> bool {
        matches!(self, Self::Iam | Self::Organizations)
    }
}

impl fmt::Display for AwsService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One call: service, operation, region and parameters, named as AWS's API
/// reference names them. Equal calls are the same call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AwsCall {
    /// The service.
    pub service: AwsService,
    /// The operation, such as `UpdateAccessKey`.
    pub operation: String,
    /// The region; none for services without regions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The parameters, sorted by name.
    #[serde(default)]
    pub parameters: Map<String, Value>,
}

impl AwsCall {
    /// A call without parameters and without region.
    pub fn new(service: AwsService, operation: &str) -> Self {
        Self {
            service,
            operation: operation.to_owned(),
            region: None,
            parameters: Map::new(),
        }
    }

    /// In this region; services without regions ignore it.
    #[must_use]
    pub fn region(mut self, region: Option<&str>) -> Self {
        self.region = region
            .filter(|_| !self.service.is_global())
            .map(str::to_owned);
        self
    }

    /// With a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }

    /// With a parameter, where there is a value.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// A parameter that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)?.as_str()
    }

    /// Whether the operation only reads, so that it may be asked again.
    pub fn only_reads(&self) -> bool {
        ["Get", "List", "Describe", "Lookup"]
            .iter()
            .any(|verb| self.operation.starts_with(verb))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_one_spelling() {
        let call = AwsCall::new(AwsService::Ec2, "TerminateInstances")
            .with("InstanceIds", vec!["i-1"])
            .region(Some("eu-west-3"));
        let text = serde_json::to_string(&call).unwrap();
        assert_eq!(
            text,
            r#"{"service":"ec2","operation":"TerminateInstances","region":"eu-west-3","parameters":{"InstanceIds":["i-1"]}}"#
        );
        assert_eq!(serde_json::from_str::<AwsCall>(&text).unwrap(), call);
        let global = AwsCall::new(AwsService::Iam, "ListUsers").region(Some("eu-west-3"));
        assert_eq!(global.region, None);
        assert!(global.only_reads() && !call.only_reads());
    }
}
