//! An invented organization's IAM, for measuring: accounts with principals who
//! share policies as teams do.

use serde_json::{Value, json};

use crate::dice::Dice;

/// How large it is.
#[derive(Clone, Copy, Debug)]
pub struct OrganizationPlan {
    /// What everything follows from.
    pub seed: u64,
    /// Accounts.
    pub accounts: u32,
    /// Users and roles of all accounts.
    pub principals: u32,
}

/// Services that roles are made for, and what such roles may do.
const SERVICES: [(&str, &str); 6] = [
    ("lambda.amazonaws.com", "dynamodb:GetItem"),
    ("ec2.amazonaws.com", "s3:GetObject"),
    ("ecs-tasks.amazonaws.com", "sqs:ReceiveMessage"),
    ("glue.amazonaws.com", "s3:PutObject"),
    ("codebuild.amazonaws.com", "ecr:PutImage"),
    ("states.amazonaws.com", "lambda:InvokeFunction"),
];

/// What teams may do, some of which leads further than was meant.
const TEAMS: [&[&str]; 8] = [
    &["ec2:Describe*", "cloudwatch:Get*", "logs:*"],
    &[
        "lambda:CreateFunction",
        "lambda:UpdateFunctionCode",
        "lambda:InvokeFunction",
        "logs:*",
    ],
    &["s3:*"],
    &["ecs:*", "ecr:*", "elasticloadbalancing:*"],
    &["iam:Get*", "iam:List*", "access-analyzer:*"],
    &["glue:*", "athena:*", "s3:GetObject"],
    &["codebuild:*", "codepipeline:*"],
    &["ssm:StartSession", "ec2:Describe*"],
];

/// The files of an organization: one of `get-account-authorization-details`
/// for each account, and one of guardrails.
pub fn organization(plan: &OrganizationPlan) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let share = plan.principals / plan.accounts.max(1);
    for number in 0..plan.accounts {
        let account = format!("{:012}", 100_000_000_000_u64 + u64::from(number));
        let mut dice = Dice::new(plan.seed, &account);
        let details = Maker {
            account: account.clone(),
            dice: &mut dice,
        }
        .details(share);
        files.push((
            format!("details-{account}.json"),
            details.to_string().into_bytes(),
        ));
    }
    files.push((
        "guardrails.json".to_owned(),
        guardrails().to_string().into_bytes(),
    ));
    files
}

fn allow(actions: &Value, resource: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}]})
}

fn guardrails() -> Value {
    let deny = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": ["organizations:LeaveOrganization", "cloudtrail:StopLogging"], "Resource": "*"}]});
    json!({"guardrails": [{"accounts": ["*"], "service_control_policies": [
        {"level": "root", "policies": [{"name": "FullAWSAccess", "policy": allow(&json!("*"), "*")}, {"name": "baseline", "policy": deny}]},
        {"level": "workloads", "policies": [{"name": "FullAWSAccess", "policy": allow(&json!("*"), "*")}]}]}]})
}

/// Makes one account.
struct Maker<'d> {
    account: String,
    dice: &'d mut Dice,
}

impl Maker<'_> {
    fn arn(&self, kind: &str, name: &str) -> String {
        format!("arn:aws:iam::{}:{kind}/{name}", self.account)
    }

    fn details(&mut self, principals: u32) -> Value {
        let users = principals / 8;
        let count = users;
        let users: Vec<Value> = (0..count).map(|nth| self.user(nth)).collect();
        let roles: Vec<Value> = (count..principals).map(|nth| self.role(nth)).collect();
        let groups: Vec<Value> = (0..TEAMS.len()).map(|team| self.group(team)).collect();
        let policies: Vec<Value> = (0..TEAMS.len()).map(|team| self.policy(team)).collect();
        json!({"UserDetailList": users, "RoleDetailList": roles, "GroupDetailList": groups, "Policies": policies})
    }

    fn policy(&self, team: usize) -> Value {
        let actions = TEAMS.get(team).copied().unwrap_or_default();
        json!({
            "PolicyName": format!("team-{team}"), "Arn": self.arn("policy", &format!("team-{team}")),
            "DefaultVersionId": "v1",
            "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": allow(&json!(actions), "*")}],
        })
    }

    fn reference(&self, team: usize) -> Value {
        json!({"PolicyName": format!("team-{team}"), "PolicyArn": self.arn("policy", &format!("team-{team}"))})
    }

    fn group(&self, team: usize) -> Value {
        let name = format!("group-{team}");
        json!({"Arn": self.arn("group", &name), "GroupName": name, "GroupPolicyList": [], "AttachedManagedPolicies": [self.reference(team)]})
    }

    fn below(&mut self, end: usize) -> usize {
        let last = i64::try_from(end).unwrap_or(1) - 1;
        usize::try_from(self.dice.range(0, last)).unwrap_or(0)
    }

    fn user(&mut self, nth: u32) -> Value {
        let name = format!("user-{nth}");
        let mut own = Vec::new();
        if self.below(40) == 0 {
            own.push(json!({"PolicyName": "keys", "PolicyDocument": allow(&json!(["iam:CreateAccessKey"]), &self.arn("user", "user-*"))}));
        }
        let team = self.below(TEAMS.len());
        json!({
            "Arn": self.arn("user", &name), "UserName": name, "UserId": format!("AIDA{nth:016}"),
            "CreateDate": "2025-01-02T03:04:05Z", "GroupList": [format!("group-{team}")],
            "UserPolicyList": own, "AttachedManagedPolicies": [],
        })
    }

    fn role(&mut self, nth: u32) -> Value {
        let name = format!("role-{nth}");
        let kind = self.below(100);
        let (trust, inline, attached) = match kind {
            0 | 1 => (
                json!({"AWS": format!("arn:aws:iam::{}:root", self.account)}),
                Vec::new(),
                vec![administrator()],
            ),
            2 => (
                json!({"Service": "lambda.amazonaws.com"}),
                Vec::new(),
                vec![administrator()],
            ),
            3..=12 => self.team_role(),
            13..=17 => self.deployer(),
            _ => self.service_role(nth),
        };
        json!({
            "Arn": self.arn("role", &name), "RoleName": name, "RoleId": format!("AROA{nth:016}"),
            "CreateDate": "2025-01-02T03:04:05Z",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}]},
            "InstanceProfileList": [], "RolePolicyList": inline, "AttachedManagedPolicies": attached,
            "RoleLastUsed": {"LastUsedDate": "2026-10-20T00:00:00Z"},
        })
    }

    /// For people: the users of the account take it.
    fn team_role(&mut self) -> (Value, Vec<Value>, Vec<Value>) {
        let user = self.below(8);
        let team = self.below(TEAMS.len());
        let trust = json!({"AWS": self.arn("user", &format!("user-{user}"))});
        (trust, Vec::new(), vec![self.reference(team)])
    }

    /// For pipelines of the first account: may pass roles.
    fn deployer(&mut self) -> (Value, Vec<Value>, Vec<Value>) {
        let from = self.below(8);
        let trust = json!({"AWS": format!("arn:aws:iam::100000000000:user/user-{from}")});
        let resource = if self.below(2) == 0 {
            "*".to_owned()
        } else {
            self.arn("role", "role-1*")
        };
        let pass = json!({"PolicyName": "pass", "PolicyDocument": allow(&json!(["iam:PassRole", "lambda:*"]), &resource)});
        (trust, vec![pass], vec![self.reference(1)])
    }

    /// For one workload: its own small policy.
    fn service_role(&mut self, nth: u32) -> (Value, Vec<Value>, Vec<Value>) {
        let at = self.below(SERVICES.len());
        let (service, action) = SERVICES.get(at).copied().unwrap_or_default();
        let prefix = action.split(':').next().unwrap_or_default();
        let resource = format!(
            "arn:aws:{prefix}:eu-west-1:{}:thing/{}",
            self.account,
            nth / 3
        );
        let inline =
            json!({"PolicyName": "work", "PolicyDocument": allow(&json!([action]), &resource)});
        (json!({"Service": service}), vec![inline], Vec::new())
    }
}

fn administrator() -> Value {
    json!({"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})
}
