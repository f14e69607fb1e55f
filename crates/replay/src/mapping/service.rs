//! The services' own condition keys that a record's parameters tell.

use gardefou_iam::request::ContextValue;
use serde_json::Value;

use super::Asked;
use crate::reference::ActionFacts;

/// Keys with their values, of the service of the action. An empty list of
/// values says that the key is absent. A key that is not here is not known.
pub(super) fn keys(asked: &Asked<'_>, facts: &ActionFacts<'_>) -> Vec<(String, ContextValue)> {
    let mut keys = Keys {
        asked,
        found: Vec::new(),
    };
    match facts.action.split(':').next().unwrap_or_default() {
        "ec2" => ec2(&mut keys),
        "lambda" => lambda(&mut keys),
        "iam" => iam(&mut keys),
        "sts" => sts(&mut keys),
        "ecs" => ecs(&mut keys),
        "autoscaling" => autoscaling(&mut keys),
        "sagemaker" => sagemaker(&mut keys),
        "s3" => s3(&mut keys),
        _ => {}
    }
    keys.found
}

/// Collects keys.
struct Keys<'a, 'r> {
    asked: &'a Asked<'r>,
    found: Vec<(String, ContextValue)>,
}

impl Keys<'_, '_> {
    fn one(&mut self, key: &str, value: &str) {
        let value = ContextValue::One(value.into());
        self.found.push((key.to_owned(), value));
    }

    fn many(&mut self, key: &str, values: Vec<String>) {
        let values = values.into_iter().map(Into::into).collect();
        self.found
            .push((key.to_owned(), ContextValue::Many(values)));
    }

    /// The key is a parameter's text; not known where the call has none.
    fn text(&mut self, key: &str, path: &[&str]) -> bool {
        let text = self.asked.parameters.text(path);
        if let Some(text) = &text {
            self.one(key, text);
        }
        text.is_some()
    }

    /// The key is a parameter's text, and absent where the call has none.
    fn given(&mut self, key: &str, path: &[&str]) {
        if !self.text(key, path) && self.asked.parameters.request.is_some() {
            self.many(key, Vec::new());
        }
    }
}

fn ec2(keys: &mut Keys<'_, '_>) {
    let parameters = keys.asked.parameters;
    let region = keys.asked.region.clone();
    keys.one("ec2:Region", &region);
    keys.text("ec2:InstanceType", &["instanceType"]);
    attributes(keys);
    for (key, list) in [("ec2:Add/group", "add"), ("ec2:Remove/group", "remove")] {
        let items = parameters
            .get("createVolumePermission")
            .and_then(|permission| permission.get(list));
        if let Some(items) = items {
            let mut groups = Vec::new();
            let mut users = Vec::new();
            sharing(items, &mut groups, &mut users);
            keys.many(key, groups);
            keys.many(&key.replace("group", "userId"), users);
        }
    }
}

/// The groups and accounts with which something is shared.
fn sharing(items: &Value, groups: &mut Vec<String>, users: &mut Vec<String>) {
    let items = items.get("items").and_then(Value::as_array);
    for item in items.into_iter().flatten() {
        let text = |name| item.get(name).and_then(Value::as_str).map(str::to_owned);
        groups.extend(text("group"));
        users.extend(text("userId"));
    }
}

/// Names of attributes that `Modify…Attribute` sets, as EC2's keys have them.
const ATTRIBUTES: [(&str, &str); 8] = [
    ("disableApiTermination", "DisableApiTermination"),
    ("disableApiStop", "DisableApiStop"),
    ("instanceType", "InstanceType"),
    ("userData", "UserData"),
    ("groupSet", "GroupSet"),
    ("sourceDestCheck", "SourceDestCheck"),
    ("launchPermission", "LaunchPermission"),
    ("createVolumePermission", "CreateVolumePermission"),
];

fn attributes(keys: &mut Keys<'_, '_>) {
    let event = keys.asked.record.event_name();
    if !(event.starts_with("Modify") || event.starts_with("Reset")) || !event.ends_with("Attribute")
    {
        return;
    }
    let parameters = keys.asked.parameters;
    let named = parameters.text(&["attribute"]);
    let set = ATTRIBUTES.iter().find(|(name, _)| {
        parameters.has(name)
            || named
                .as_deref()
                .is_some_and(|named| named.eq_ignore_ascii_case(name))
    });
    if let Some((name, key)) = set {
        keys.one("ec2:Attribute", key);
        keys.text(&format!("ec2:Attribute/{key}"), &[name]);
    } else if let Some(named) = named {
        keys.one("ec2:Attribute", &named);
    }
}

fn lambda(keys: &mut Keys<'_, '_>) {
    let event = keys.asked.record.event_name();
    let path = if event.contains("UrlConfig") {
        "authType"
    } else {
        "functionUrlAuthType"
    };
    keys.given("lambda:FunctionUrlAuthType", &[path]);
    keys.text("lambda:Principal", &["principal"]);
}

fn iam(keys: &mut Keys<'_, '_>) {
    keys.text("iam:PolicyARN", &["policyArn"]);
    keys.text("iam:AWSServiceName", &["aWSServiceName"]);
    // Of other calls the boundary is the one that the user or role has.
    let event = keys.asked.record.event_name();
    if matches!(
        &*event,
        "CreateUser" | "CreateRole" | "PutUserPermissionsBoundary" | "PutRolePermissionsBoundary"
    ) {
        keys.given("iam:PermissionsBoundary", &["permissionsBoundary"]);
    }
}

fn sts(keys: &mut Keys<'_, '_>) {
    keys.given("sts:ExternalId", &["externalId"]);
    keys.text("sts:RoleSessionName", &["roleSessionName"]);
    keys.given("sts:SourceIdentity", &["sourceIdentity"]);
    let record = keys.asked.record;
    if record.event_name() != "AssumeRoleWithWebIdentity" {
        return;
    }
    // `PROVIDER:AUDIENCE:SUBJECT` is the id, the subject also the name.
    let id = record.principal_id().unwrap_or_default().into_owned();
    let provider = keys.asked.principal.as_str();
    let host = provider
        .split_once(":oidc-provider/")
        .map_or(provider, |(_, host)| host);
    let rest = id
        .strip_prefix(provider)
        .and_then(|rest| rest.strip_prefix(':'));
    let subject = record.user_name().unwrap_or_default().into_owned();
    if !subject.is_empty() {
        let key = format!("{host}:sub");
        keys.one(&key, &subject);
    }
    let audience = rest.and_then(|rest| rest.strip_suffix(subject.as_str())?.strip_suffix(':'));
    if let Some(audience) = audience {
        let key = format!("{host}:aud");
        keys.one(&key, audience);
    }
}

fn ecs(keys: &mut Keys<'_, '_>) {
    let parameters = keys.asked.parameters;
    if keys.asked.record.event_name() == "RegisterTaskDefinition" {
        keys.given("ecs:task-cpu", &["cpu"]);
        keys.given("ecs:task-memory", &["memory"]);
        let compatible = parameters.all("requiresCompatibilities");
        keys.many("ecs:compute-compatibility", compatible);
        let privileged = parameters.all("privileged").iter().any(|it| it == "true");
        keys.one("ecs:privileged", if privileged { "true" } else { "false" });
    }
    if let Some(cluster) = parameters.text(&["cluster"]) {
        let arn = if cluster.starts_with("arn:") {
            cluster
        } else {
            super::resource::regional(keys.asked, "ecs", &format!("cluster/{cluster}"))
        };
        keys.one("ecs:cluster", &arn);
    }
}

fn autoscaling(keys: &mut Keys<'_, '_>) {
    let parameters = keys.asked.parameters;
    for (key, name) in [
        ("autoscaling:MaxSize", "maxSize"),
        ("autoscaling:MinSize", "minSize"),
    ] {
        keys.given(key, &[name]);
    }
    keys.given(
        "autoscaling:LaunchConfigurationName",
        &["launchConfigurationName"],
    );
    let mut types = parameters.all("instanceType");
    types.sort();
    types.dedup();
    // A launch template's own type is not in the call.
    let by_template = parameters.request.is_some() && parameters.has("launchTemplate");
    if !types.is_empty() && !by_template {
        keys.many("autoscaling:InstanceTypes", types);
    }
}

fn sagemaker(keys: &mut Keys<'_, '_>) {
    let types = keys.asked.parameters.all("instanceType");
    if !types.is_empty() {
        keys.many("sagemaker:InstanceTypes", types);
    }
}

fn s3(keys: &mut Keys<'_, '_>) {
    for (key, name) in [
        ("s3:x-amz-acl", "x-amz-acl"),
        ("s3:x-amz-grant-read", "x-amz-grant-read"),
        ("s3:x-amz-grant-write", "x-amz-grant-write"),
        ("s3:x-amz-grant-full-control", "x-amz-grant-full-control"),
        ("s3:prefix", "prefix"),
        ("s3:delimiter", "delimiter"),
    ] {
        keys.given(key, &[name]);
    }
}
