//! A call of an AWS API, as data: what a plan lists, what a host sends.

use std::fmt::{self, Write as _};

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
    /// AWS Batch.
    Batch,
    /// Elastic Kubernetes Service.
    Eks,
    /// SageMaker.
    Sagemaker,
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
            Self::Batch => "batch",
            Self::Eks => "eks",
            Self::Sagemaker => "sagemaker",
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

    /// The call as a line for the AWS CLI, quoted for a POSIX shell. The
    /// parameters are JSON, which the CLI takes for every operation, and in
    /// which no name can become an option or be loaded from a file.
    pub fn cli_line(&self) -> String {
        let mut line = format!("aws {} {}", self.service.word(), kebab(&self.operation));
        if let Some(region) = &self.region {
            let _ = write!(line, " --region {}", quote(region));
        }
        if !self.parameters.is_empty() {
            let json = Value::Object(self.parameters.clone()).to_string();
            let _ = write!(line, " --cli-input-json {}", quote(&json));
        }
        line
    }
}

/// `DescribeDBInstances` → `describe-db-instances`, as the CLI names operations:
/// a capital begins a word when a small letter comes before or after it.
fn kebab(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let begins = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                !before.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase)
            });
        if begins {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// A word for a POSIX shell.
fn quote(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
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

    #[test]
    fn operations_are_called_as_the_cli_calls_them() {
        for (name, expected) in [
            ("UpdateAccessKey", "update-access-key"),
            ("ListMFADevices", "list-mfa-devices"),
            ("DeactivateMFADevice", "deactivate-mfa-device"),
            ("DeleteSSHPublicKey", "delete-ssh-public-key"),
            ("DeleteFunctionUrlConfig", "delete-function-url-config"),
        ] {
            assert_eq!(kebab(name), expected);
        }
    }

    #[test]
    fn no_name_leaves_its_quotes() {
        let call = AwsCall::new(AwsService::Iam, "DeleteUser").with("UserName", "a'; rm -rf /;'");
        assert_eq!(
            call.cli_line(),
            r#"aws iam delete-user --cli-input-json '{"UserName":"a'\''; rm -rf /;'\''"}'"#
        );
    }
}
