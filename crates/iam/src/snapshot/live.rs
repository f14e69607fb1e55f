//! A snapshot of one account, asked of AWS by calls that only read.
//!
//! What is asked is decided here, who asks is an [`Api`]. The answer is a list
//! of JSON documents in the forms that a [`Reader`](super::Reader) reads, so
//! that a snapshot that was saved and one that was just taken are audited alike.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use gardefou_finding::{AwsCall, AwsService};
use serde_json::{Map, Value, json};

use super::credential;

/// How often AWS is asked whether its credential report is made.
const REPORT_TRIES: usize = 60;

/// Most levels of an organization above an account; AWS allows five units.
const MAX_LEVELS: usize = 12;

/// Answers calls.
pub trait Api {
    /// Every page of the answer to a call.
    ///
    /// # Errors
    /// When there is no answer, or one that is an error.
    fn ask(&self, call: &AwsCall) -> Result<Vec<Value>, Refusal>;

    /// Waits a moment for AWS to make something.
    fn pause(&self);
}

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// AWS's code, such as `AccessDenied`; empty where there was no answer.
    pub code: String,
    /// What went wrong, in words.
    pub message: String,
}

/// A snapshot that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The account's number.
    pub account: String,
    /// JSON documents, one a line.
    pub text: String,
    /// Calls that had no answer; the documents tell them too.
    pub not_read: usize,
}

/// Takes a snapshot of the account whose credentials the API has;
/// `with_organization` also asks Organizations for the policies above it.
///
/// # Errors
/// When not even the account's number can be had.
pub fn take(api: &dyn Api, with_organization: bool) -> Result<Taken, Refusal> {
    let identity = api.ask(&AwsCall::new(AwsService::Sts, "GetCallerIdentity"))?;
    let account = text(identity.first(), "Account").to_owned();
    if account.is_empty() {
        return Err(Refusal {
            code: String::new(),
            message: "AWS does not say whose credentials these are".to_owned(),
        });
    }
    let mut taker = Taker {
        api,
        account,
        documents: Vec::new(),
        not_read: Vec::new(),
    };
    taker.details();
    let users = taker.report();
    taker.answers();
    taker.devices(&users);
    if with_organization {
        taker.guardrails();
    }
    Ok(taker.finish())
}

/// The work in hand.
struct Taker<'a> {
    api: &'a dyn Api,
    account: String,
    documents: Vec<Value>,
    /// What was asked in vain, and why.
    not_read: Vec<Value>,
}

impl Taker<'_> {
    fn finish(mut self) -> Taken {
        let not_read = self.not_read.len();
        if not_read > 0 {
            let failures = std::mem::take(&mut self.not_read);
            self.keep("NotRead", Value::Array(failures));
        }
        let lines = self.documents.iter().map(|one| format!("{one}\n"));
        Taken {
            text: lines.collect(),
            account: self.account,
            not_read,
        }
    }

    /// Every page of an answer; none, and a note, where there is none.
    fn pages(&mut self, call: &AwsCall) -> Vec<Value> {
        self.api.ask(call).unwrap_or_else(|refusal| {
            self.note(call, &refusal);
            Vec::new()
        })
    }

    fn note(&mut self, call: &AwsCall, refusal: &Refusal) {
        let what = format!("{}:{}", call.service, call.operation);
        self.not_read
            .push(json!({"what": what, "why": refusal.message}));
    }

    /// Keeps a document that says of which account it is.
    fn keep(&mut self, name: &str, value: Value) {
        let mut members = Map::new();
        members.insert("Account".to_owned(), self.account.as_str().into());
        members.insert(name.to_owned(), value);
        self.documents.push(Value::Object(members));
    }

    fn details(&mut self) {
        let call =
            AwsCall::new(AwsService::Iam, "GetAccountAuthorizationDetails").with("MaxItems", 1_000);
        let pages = self.pages(&call);
        if pages.is_empty() {
            return;
        }
        // One document, so that nobody takes a page for a list that goes on.
        let mut whole: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for page in pages {
            let page = typed("", page);
            for name in DETAILS {
                whole.entry(name).or_default().extend(listed(&page, name));
            }
        }
        self.documents.push(json!(whole));
    }

    /// The credential report; gives the names of users who have MFA.
    fn report(&mut self) -> Vec<String> {
        let make = AwsCall::new(AwsService::Iam, "GenerateCredentialReport");
        for _ in 0..REPORT_TRIES {
            let answer = self.pages(&make);
            if answer.is_empty() || text(answer.first(), "State") == "COMPLETE" {
                break;
            }
            self.api.pause();
        }
        let pages = self.pages(&AwsCall::new(AwsService::Iam, "GetCredentialReport"));
        let Some(page) = pages.into_iter().next() else {
            return Vec::new();
        };
        let content = text(Some(&page), "Content").to_owned();
        self.documents.push(json!({
            "Account": self.account, "Content": content, "ReportFormat": "text/csv",
            "GeneratedTime": text(Some(&page), "GeneratedTime"),
        }));
        with_mfa(&content)
    }

    fn answers(&mut self) {
        for page in self.pages(&AwsCall::new(AwsService::Iam, "GetAccountSummary")) {
            let map = typed("", page)
                .get("SummaryMap")
                .cloned()
                .unwrap_or_default();
            self.keep("SummaryMap", map);
        }
        let call = AwsCall::new(AwsService::Iam, "GetAccountPasswordPolicy");
        match self.api.ask(&call) {
            Ok(pages) => {
                for page in pages {
                    let policy = typed("", page).get("PasswordPolicy").cloned();
                    self.keep("PasswordPolicy", policy.unwrap_or_else(|| json!({})));
                }
            }
            // Without a policy of its own an account has AWS's.
            Err(refusal) if refusal.code == "NoSuchEntity" => {
                self.keep("PasswordPolicy", json!({}));
            }
            Err(refusal) => self.note(&call, &refusal),
        }
    }

    fn devices(&mut self, users: &[String]) {
        let call = AwsCall::new(AwsService::Iam, "ListVirtualMFADevices")
            .with("AssignmentStatus", "Assigned");
        let mut all = Vec::new();
        for page in self.pages(&call) {
            all.extend(listed(&page, "VirtualMFADevices"));
        }
        // Those of users come below, with their other devices.
        all.retain(|device| text(Some(device), "SerialNumber").contains("root-account-mfa-device"));
        self.keep("VirtualMFADevices", Value::Array(all));
        let mut own = Vec::new();
        for user in users {
            let call =
                AwsCall::new(AwsService::Iam, "ListMFADevices").with("UserName", user.as_str());
            for page in self.pages(&call) {
                own.extend(listed(&page, "MFADevices"));
            }
        }
        self.keep("MFADevices", Value::Array(own));
    }

    /// The policies of the organization that the account is in.
    fn guardrails(&mut self) {
        let call = AwsCall::new(AwsService::Organizations, "DescribeOrganization");
        let organization = match self.api.ask(&call) {
            Ok(pages) => pages
                .first()
                .and_then(|page| page.get("Organization"))
                .cloned(),
            Err(refusal) if refusal.code.contains("NotInUse") => None,
            Err(refusal) => return self.note(&call, &refusal),
        };
        let mut entry = json!({"accounts": [self.account]});
        let manager = text(organization.as_ref(), "MasterAccountId");
        // Service and resource control policies do not bind the manager.
        if organization.is_some() && manager != self.account {
            let Some(levels) = self.levels() else {
                return;
            };
            if let Some(fields) = entry.as_object_mut() {
                fields.extend(
                    levels
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value)),
                );
            }
        }
        let id = organization.as_ref().and_then(|one| one.get("Id"));
        self.documents
            .push(json!({"organization": id, "guardrails": [entry]}));
    }

    /// The policies of each level, from the root down; `None` and a note where
    /// they cannot be had.
    fn levels(&mut self) -> Option<[(&'static str, Value); 2]> {
        let targets = self.targets()?;
        let mut known = BTreeMap::new();
        let mut of = |name, filter| Some((name, self.kind(&targets, filter, &mut known)?));
        Some([
            of("service_control_policies", "SERVICE_CONTROL_POLICY")?,
            of("resource_control_policies", "RESOURCE_CONTROL_POLICY")?,
        ])
    }

    /// The root, the units and the account.
    fn targets(&mut self) -> Option<Vec<String>> {
        let mut targets = vec![self.account.clone()];
        while targets.len() < MAX_LEVELS {
            let child = targets.last().cloned().unwrap_or_default();
            if child.starts_with("r-") {
                break;
            }
            let call =
                AwsCall::new(AwsService::Organizations, "ListParents").with("ChildId", child);
            let pages = self.pages(&call);
            let parents = pages.iter().flat_map(|page| listed(page, "Parents"));
            let parent = parents
                .map(|one| text(Some(&one), "Id").to_owned())
                .find(|id| !id.is_empty());
            targets.push(parent?);
        }
        targets.reverse();
        Some(targets)
    }

    /// The policies of one kind. Where no level has one, the kind is not in use.
    fn kind(
        &mut self,
        targets: &[String],
        filter: &str,
        known: &mut BTreeMap<String, Value>,
    ) -> Option<Value> {
        let mut levels = Vec::new();
        for target in targets {
            let call = AwsCall::new(AwsService::Organizations, "ListPoliciesForTarget")
                .with("TargetId", target.as_str())
                .with("Filter", filter);
            let pages = match self.api.ask(&call) {
                Ok(pages) => pages,
                Err(refusal) => {
                    self.note(&call, &refusal);
                    return None;
                }
            };
            let mut policies = Vec::new();
            for one in pages.iter().flat_map(|page| listed(page, "Policies")) {
                policies.push(self.policy(&one, known)?);
            }
            levels.push(json!({"level": target, "policies": policies}));
        }
        let in_use = |level: &Value| {
            level["policies"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
        };
        Some(if levels.iter().any(in_use) {
            Value::Array(levels)
        } else {
            json!([])
        })
    }

    fn policy(&mut self, listed: &Value, known: &mut BTreeMap<String, Value>) -> Option<Value> {
        let id = text(Some(listed), "Id").to_owned();
        if let Some(known) = known.get(&id) {
            return Some(known.clone());
        }
        let call =
            AwsCall::new(AwsService::Organizations, "DescribePolicy").with("PolicyId", id.as_str());
        let pages = self.pages(&call);
        let content = text(pages.first()?.get("Policy"), "Content");
        let policy: Value = serde_json::from_str(content).unwrap_or_else(|_| content.into());
        let named = json!({"name": text(Some(listed), "Name"), "policy": policy});
        known.insert(id, named.clone());
        Some(named)
    }
}

/// Users of a report, which comes as Base64, who have MFA.
fn with_mfa(content: &str) -> Vec<String> {
    let bytes = BASE64.decode(content.trim().as_bytes()).unwrap_or_default();
    let (lines, _) = credential::read(&String::from_utf8_lossy(&bytes));
    lines
        .iter()
        .filter(|line| line.mfa_active && !line.is_root())
        .filter_map(|line| line.arn.rsplit('/').next().map(str::to_owned))
        .collect()
}

fn text<'v>(value: Option<&'v Value>, name: &str) -> &'v str {
    value
        .and_then(|value| value.get(name))
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn listed(page: &Value, name: &str) -> Vec<Value> {
    page.get(name)
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default()
}

/// The lists of authorization details.
const DETAILS: [&str; 4] = [
    "UserDetailList",
    "GroupDetailList",
    "RoleDetailList",
    "Policies",
];

/// Members that are lists: one without items comes as an empty text.
const LISTS: [&str; 13] = [
    "UserDetailList",
    "GroupDetailList",
    "RoleDetailList",
    "Policies",
    "UserPolicyList",
    "GroupPolicyList",
    "RolePolicyList",
    "GroupList",
    "AttachedManagedPolicies",
    "InstanceProfileList",
    "PolicyVersionList",
    "Roles",
    "Tags",
];

/// Members that are structures: likewise.
const STRUCTURES: [&str; 3] = ["RoleLastUsed", "SummaryMap", "PasswordPolicy"];

/// Members that are true or false.
const FLAGS: [&str; 10] = [
    "IsTruncated",
    "IsDefaultVersion",
    "IsAttachable",
    "RequireSymbols",
    "RequireNumbers",
    "RequireUppercaseCharacters",
    "RequireLowercaseCharacters",
    "AllowUsersToChangePassword",
    "ExpirePasswords",
    "HardExpiry",
];

/// Members that are numbers, or hold nothing else.
const NUMBERS: [&str; 7] = [
    "AttachmentCount",
    "PermissionsBoundaryUsageCount",
    "MaxSessionDuration",
    "MinimumPasswordLength",
    "MaxPasswordAge",
    "PasswordReusePrevention",
    "SummaryMap",
];

/// An answer of IAM, whose XML knows only text, with the types that its API
/// reference gives.
fn typed(name: &str, value: Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() && LISTS.contains(&name) => json!([]),
        Value::String(text) if text.is_empty() && STRUCTURES.contains(&name) => json!({}),
        Value::String(text) if FLAGS.contains(&name) => json!(text == "true"),
        Value::String(text) if NUMBERS.contains(&name) => match text.parse::<i64>() {
            Ok(number) => json!(number),
            Err(_) => Value::String(text),
        },
        Value::Array(items) => items.into_iter().map(|item| typed(name, item)).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(member, value)| {
                let about = if name == "SummaryMap" { name } else { &member };
                let value = typed(about, value);
                (member, value)
            })
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gardefou_finding::Untrusted;

    /// Answers by operation, and for lists by what they are about.
    struct Fake(Vec<(&'static str, Result<Value, &'static str>)>);

    impl Api for Fake {
        fn ask(&self, call: &AwsCall) -> Result<Vec<Value>, Refusal> {
            let about = ["ChildId", "TargetId", "PolicyId", "UserName"];
            let about = about.iter().find_map(|name| call.text(name));
            let filter = call.text("Filter").unwrap_or_default();
            let key = format!("{} {} {filter}", call.operation, about.unwrap_or_default());
            let found = self.0.iter().find(|(known, _)| key.trim() == *known);
            match found {
                Some((_, Ok(value))) => Ok(vec![value.clone()]),
                Some((_, Err(code))) => Err(refusal(code)),
                None => Err(refusal("AccessDenied")),
            }
        }

        fn pause(&self) {}
    }

    fn refusal(code: &str) -> Refusal {
        Refusal {
            code: code.to_owned(),
            message: format!("{code}: no"),
        }
    }

    const ID: &str = "111122223333";

    fn whole() -> Vec<(&'static str, Result<Value, &'static str>)> {
        let report = "user,arn,user_creation_time,password_enabled,mfa_active\n\
            ana,arn:aws:iam::111122223333:user/ana,2025-01-02T03:04:05Z,true,true\n";
        vec![
            ("GetCallerIdentity", Ok(json!({"Account": ID}))),
            (
                "GetAccountAuthorizationDetails",
                Ok(json!({"UserDetailList": [{
                    "Arn": "arn:aws:iam::111122223333:user/ana", "UserName": "ana", "UserId": "AIDAEXAMPLE",
                    "UserPolicyList": "", "GroupList": "", "AttachedManagedPolicies": "", "Tags": ""}],
                    "GroupDetailList": "", "RoleDetailList": "", "IsTruncated": "false",
                    "Policies": [{"Arn": "arn:aws:iam::111122223333:policy/p", "PolicyName": "p", "DefaultVersionId": "v1",
                        "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": "true",
                            "Document": "%7B%22Statement%22%3A%5B%5D%7D"}]}]})),
            ),
            ("GenerateCredentialReport", Ok(json!({"State": "COMPLETE"}))),
            (
                "GetCredentialReport",
                Ok(json!({"Content": BASE64.encode(report.as_bytes())})),
            ),
            (
                "GetAccountSummary",
                Ok(json!({"SummaryMap": {"Users": "1", "AccountMFAEnabled": "1"}})),
            ),
            ("GetAccountPasswordPolicy", Err("NoSuchEntity")),
            (
                "ListVirtualMFADevices",
                Ok(json!({"VirtualMFADevices": ""})),
            ),
            (
                "ListMFADevices ana",
                Ok(json!({"MFADevices": [{"UserName": "ana",
                    "SerialNumber": "arn:aws:iam::111122223333:u2f/user/ana/key"}]})),
            ),
            (
                "DescribeOrganization",
                Ok(json!({"Organization": {"Id": "o-1", "MasterAccountId": "999999999999"}})),
            ),
            (
                "ListParents 111122223333",
                Ok(json!({"Parents": [{"Id": "ou-1"}]})),
            ),
            ("ListParents ou-1", Ok(json!({"Parents": [{"Id": "r-1"}]}))),
            (
                "ListPoliciesForTarget r-1 SERVICE_CONTROL_POLICY",
                Ok(json!({"Policies": [{"Id": "p-1", "Name": "FullAWSAccess"}]})),
            ),
            (
                "ListPoliciesForTarget ou-1 SERVICE_CONTROL_POLICY",
                Ok(json!({"Policies": [{"Id": "p-1", "Name": "FullAWSAccess"}]})),
            ),
            (
                "ListPoliciesForTarget 111122223333 SERVICE_CONTROL_POLICY",
                Ok(json!({"Policies": []})),
            ),
            (
                "ListPoliciesForTarget r-1 RESOURCE_CONTROL_POLICY",
                Ok(json!({"Policies": []})),
            ),
            (
                "ListPoliciesForTarget ou-1 RESOURCE_CONTROL_POLICY",
                Ok(json!({"Policies": []})),
            ),
            (
                "ListPoliciesForTarget 111122223333 RESOURCE_CONTROL_POLICY",
                Ok(json!({"Policies": []})),
            ),
            (
                "DescribePolicy p-1",
                Ok(json!({"Policy": {"Content":
                    "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"}})),
            ),
        ]
    }

    fn read(taken: &Taken) -> (super::super::Snapshot, gardefou_finding::AuditCoverage) {
        let mut reader = super::super::Reader::default();
        reader.add(&Untrusted::new("live"), taken.text.as_bytes(), true);
        reader.finish()
    }

    #[test]
    fn what_was_taken_is_read_whole() {
        let taken = take(&Fake(whole()), true).unwrap();
        assert_eq!((taken.not_read, taken.account.as_str()), (0, ID));
        let (snapshot, coverage) = read(&taken);
        assert!(coverage.is_complete(), "{:?}", coverage.failures);
        let account = &snapshot.accounts[ID];
        assert!(account.has_credentials && account.has_guardrails);
        assert_eq!(account.summary["Users"], 1);
        assert!(account.password_policy.is_some());
        assert!(account.policies["arn:aws:iam::111122223333:policy/p"].versions["v1"].is_some());
        let levels: Vec<&str> = account
            .service_control
            .iter()
            .map(|level| level.name.as_str())
            .collect();
        assert_eq!(levels, ["r-1", "ou-1", ID]);
        assert!(account.resource_control.is_empty());
        let ana = &snapshot.principals[0];
        assert_eq!(ana.devices, [super::super::MfaKind::PhishingResistant]);
        assert_eq!(snapshot.organization.as_deref(), Some("o-1"));
    }

    #[test]
    fn what_is_refused_is_told_in_the_snapshot() {
        let mut answers = whole();
        answers.retain(|(key, _)| *key != "GetCredentialReport" && *key != "ListParents ou-1");
        let taken = take(&Fake(answers), true).unwrap();
        assert_eq!(taken.not_read, 2);
        let (snapshot, coverage) = read(&taken);
        assert_eq!(coverage.failed_total(), 2);
        assert!(!snapshot.accounts[ID].has_guardrails);
        let told: Vec<&str> = coverage
            .failures
            .iter()
            .map(|one| one.detail.as_str())
            .collect();
        assert!(told.contains(&"iam:GetCredentialReport: AccessDenied: no"));
        assert!(told.contains(&"organizations:ListParents: AccessDenied: no"));
        assert!(take(&Fake(Vec::new()), true).is_err());
    }

    #[test]
    fn without_an_organization_nothing_is_above() {
        let mut answers = whole();
        for (key, answer) in &mut answers {
            if *key == "DescribeOrganization" {
                *answer = Err("AWSOrganizationsNotInUseException");
            }
        }
        let (snapshot, coverage) = read(&take(&Fake(answers), true).unwrap());
        assert!(coverage.is_complete());
        assert!(snapshot.accounts[ID].has_guardrails);
        assert!(snapshot.accounts[ID].service_control.is_empty());
        let (snapshot, _) = read(&take(&Fake(whole()), false).unwrap());
        assert!(!snapshot.accounts[ID].has_guardrails);
    }
}
