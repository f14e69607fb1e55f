//! A plan as files: AWS CLI lines, deny policies, Terraform.

use std::fmt::Write as _;

use gardefou_finding::{AwsCall, AwsService, Holder, Plan, Thing, Untrusted, quote};
use serde_json::{Map, Value, json};

/// A shell script of the plan's calls, with their undo as comments.
pub fn cli_script(plan: &Plan) -> String {
    let mut script = format!(
        "#!/bin/sh\n# {} of incident {}\n# {} steps. Without journal and without keeping what was there:\n\
         # `gardefou contain apply` does both. What fails does not keep the rest from being done.\n\
         set -u\nfailed=0\n",
        plan.schema,
        comment(&plan.incident),
        plan.steps.len()
    );
    for step in &plan.steps {
        let _ = write!(
            script,
            "\n# {}: {}\n",
            step.id,
            comment(step.target.as_str())
        );
        let found = found(&step.thing);
        if step.calls_follow_state && found.is_empty() {
            script.push_str("# what else is needed follows from what is found\n");
        }
        for each in found {
            script.push_str(&each.lines());
        }
        if let Thing::User { name } = &step.thing {
            // Refused where there is no password.
            let call = AwsCall::new(AwsService::Iam, "DeleteLoginProfile");
            let line = call.with("UserName", name.as_str()).cli_line();
            let _ = writeln!(script, "{line} 2>/dev/null || :");
        }
        for call in &step.calls {
            let _ = writeln!(script, "{} || failed=1", call.cli_line());
        }
        for call in &step.undo {
            let _ = writeln!(script, "# undo: {}", comment(&call.cli_line()));
        }
    }
    script.push_str("\nexit \"$failed\"\n");
    script
}

/// What is done to each of what a list shows.
struct Each {
    /// Operation that lists, and the query for the names.
    list: (&'static str, &'static str),
    /// Subcommand of `aws iam`, and the option that takes a name.
    call: (&'static str, &'static str),
    /// The rest of the options.
    rest: &'static str,
    /// `UserName` or `RoleName`, and whose list it is.
    of: (&'static str, String),
}

impl Each {
    fn lines(&self) -> String {
        let (parameter, name) = &self.of;
        let listed = AwsCall::new(AwsService::Iam, self.list.0).with(parameter, name.as_str());
        let option = if *parameter == "UserName" {
            "--user-name"
        } else {
            "--role-name"
        };
        let (call, takes) = self.call;
        format!(
            "for one in $({} --query {} --output text); do\n    \
             [ \"$one\" = None ] || aws iam {call} {option}={} {takes}=\"$one\"{} || failed=1\ndone\n",
            listed.cli_line(),
            quote(self.list.1),
            quote(name),
            self.rest
        )
    }
}

/// What must be asked for before a step's own calls: all keys of a user, and
/// what IAM wants gone before it lets a user or a role go.
fn found(thing: &Thing) -> Vec<Each> {
    let table: &[Row] = match thing {
        Thing::UserKeys { only: false, .. } => KEYS,
        Thing::User { .. } => USER,
        Thing::Role { .. } => ROLE,
        _ => &[],
    };
    let of = match thing {
        Thing::UserKeys { user: name, .. } | Thing::User { name } => ("UserName", name),
        Thing::Role { name } => ("RoleName", name),
        _ => return Vec::new(),
    };
    let each = |(list, query, call, takes, rest): &Row| Each {
        list: (list, query),
        call: (call, takes),
        rest,
        of: (of.0, of.1.clone()),
    };
    table.iter().map(each).collect()
}

/// List, query, subcommand, its option, and further options.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const KEYS: &[Row] = &[(
    "ListAccessKeys",
    "AccessKeyMetadata[].AccessKeyId",
    "update-access-key",
    "--access-key-id",
    " --status Inactive",
)];

#[rustfmt::skip]
const USER: &[Row] = &[
    ("ListAccessKeys", "AccessKeyMetadata[].AccessKeyId", "delete-access-key", "--access-key-id", ""),
    ("ListSSHPublicKeys", "SSHPublicKeys[].SSHPublicKeyId", "delete-ssh-public-key", "--ssh-public-key-id", ""),
    ("ListSigningCertificates", "Certificates[].CertificateId", "delete-signing-certificate", "--certificate-id", ""),
    ("ListServiceSpecificCredentials", "ServiceSpecificCredentials[].ServiceSpecificCredentialId", "delete-service-specific-credential", "--service-specific-credential-id", ""),
    ("ListMFADevices", "MFADevices[].SerialNumber", "deactivate-mfa-device", "--serial-number", ""),
    ("ListAttachedUserPolicies", "AttachedPolicies[].PolicyArn", "detach-user-policy", "--policy-arn", ""),
    ("ListUserPolicies", "PolicyNames[]", "delete-user-policy", "--policy-name", ""),
    ("ListGroupsForUser", "Groups[].GroupName", "remove-user-from-group", "--group-name", ""),
];

#[rustfmt::skip]
const ROLE: &[Row] = &[
    ("ListAttachedRolePolicies", "AttachedPolicies[].PolicyArn", "detach-role-policy", "--policy-arn", ""),
    ("ListRolePolicies", "PolicyNames[]", "delete-role-policy", "--policy-name", ""),
    ("ListInstanceProfilesForRole", "InstanceProfiles[].InstanceProfileName", "remove-role-from-instance-profile", "--instance-profile-name", ""),
];

/// Text from outside in a comment: one line, nothing that steers.
fn comment(text: &str) -> String {
    Untrusted::new(text).escaped().into_owned()
}

/// The policies that a plan puts on somebody: kind of holder, name, policy name
/// and document.
fn denials(plan: &Plan) -> Vec<(&'static str, &str, &str, &Value)> {
    let of = |thing| match thing {
        &Thing::InlinePolicy {
            ref holder,
            ref name,
            document: Some(ref document),
        } => {
            let (kind, who) = match holder {
                Holder::User(who) => ("user", who),
                Holder::Role(who) => ("role", who),
                Holder::Group(who) => ("group", who),
            };
            Some((kind, who.as_str(), name.as_str(), document))
        }
        _ => None,
    };
    plan.steps
        .iter()
        .filter_map(|step| of(&step.thing))
        .collect()
}

/// The deny policies as JSON: for whom, under which name, the document.
pub fn deny_policies(plan: &Plan) -> Value {
    let policies: Vec<Value> = denials(plan)
        .into_iter()
        .map(|(kind, who, name, document)| {
            json!({"holder": kind, "holder_name": who, "policy_name": name, "policy": document})
        })
        .collect();
    json!({"incident": plan.incident, "policies": policies, "service_control_policy": plan.offered_scp})
}

/// The deny policies as Terraform's JSON syntax: new resources only, so that
/// nothing has to be imported.
pub fn terraform(plan: &Plan) -> Value {
    let mut resources: Map<String, Value> = Map::new();
    for (place, (kind, who, name, document)) in denials(plan).into_iter().enumerate() {
        let of_kind = resources
            .entry(format!("aws_iam_{kind}_policy"))
            .or_insert_with(|| json!({}));
        if let Some(of_kind) = of_kind.as_object_mut() {
            // `${` would be an expression to Terraform.
            let literal = |text: &str| text.replace("${", "$${").replace("%{", "%%{");
            of_kind.insert(
                format!("gardefou_{}", place + 1),
                json!({kind: literal(who), "name": literal(name), "policy": literal(&document.to_string())}),
            );
        }
    }
    json!({"resource": resources})
}
