//! Oracle: IAMSpy's queries (`iam/iamspy` of the test data), which another
//! project wrote and answered: all 39.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and reads its cases"
)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use gardefou_iam::{
    Action, Attached, Context, Decision, Level, Policy, PolicyKind, Principal, Request, Resource,
    Stack, evaluate,
};
use gardefou_testkit::data::shared;
use serde_json::Value;

/// The documents of a query.
struct World {
    accounts: Vec<Value>,
    organisations: Vec<Value>,
    resources: Vec<Value>,
}

impl World {
    fn read(folder: &Path, files: &Value) -> Self {
        let documents = |kind: &str| -> Vec<Value> {
            let names = files[kind].as_array().cloned().unwrap_or_default();
            let read = |name: &Value| {
                let path = folder.join(name.as_str().unwrap());
                serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
            };
            names.iter().map(read).collect()
        };
        Self {
            accounts: documents("gaads"),
            organisations: documents("scps"),
            resources: documents("resources"),
        }
    }

    fn entities(&self) -> impl Iterator<Item = &Value> {
        self.accounts
            .iter()
            .flat_map(|account| [&account["UserDetailList"], &account["RoleDetailList"]])
            .filter_map(Value::as_array)
            .flatten()
    }

    fn managed(&self, arn: &str) -> Attached {
        let policies = self.accounts.iter().map(|it| &it["Policies"]);
        let found = policies
            .filter_map(Value::as_array)
            .flatten()
            .find(|it| it["Arn"] == arn)
            .unwrap();
        let versions = found["PolicyVersionList"].as_array().unwrap();
        let default = versions.iter().find(|it| it["IsDefaultVersion"] == true);
        attached(arn, &default.unwrap()["Document"], PolicyKind::Identity)
    }

    fn identity(&self, entity: &Value) -> Vec<Attached> {
        let list = |name: &str| entity[name].as_array().cloned().unwrap_or_default();
        let inline = list("UserPolicyList")
            .into_iter()
            .chain(list("RolePolicyList"));
        let inline = inline.map(|it| {
            let name = it["PolicyName"].as_str().unwrap();
            attached(name, &it["PolicyDocument"], PolicyKind::Identity)
        });
        let managed = list("AttachedManagedPolicies");
        let managed = managed
            .iter()
            .map(|it| self.managed(it["PolicyArn"].as_str().unwrap()));
        inline.chain(managed).collect()
    }

    fn boundary(&self, entity: &Value) -> Vec<Attached> {
        let arn = entity["PermissionsBoundary"]["PermissionsBoundaryArn"].as_str();
        arn.map(|arn| self.managed(arn)).into_iter().collect()
    }

    /// The levels above an account. The organisation's own account, which its
    /// ARN names, has none.
    fn levels(&self, account: &str) -> Vec<Level> {
        let mut levels = Vec::new();
        for root in &self.organisations {
            let owner = root["Arn"].as_str().unwrap().split(':').nth(4).unwrap();
            if owner != account {
                above(root, account, &mut levels);
            }
        }
        levels
    }

    fn resource(&self, arn: &str) -> (Vec<Attached>, Option<&str>) {
        let all = self.resources.iter().filter_map(Value::as_array).flatten();
        let of = |it: &&Value| {
            let own = it["Resource"].as_str().unwrap();
            arn == own || arn.starts_with(&format!("{own}/"))
        };
        match all.clone().find(of) {
            None => (Vec::new(), None),
            Some(it) => (
                vec![attached("resource", &it["Policy"], PolicyKind::Resource)],
                it["Account"].as_str(),
            ),
        }
    }

    /// Whether an entity may act; where `is_complete` is not set, conditions
    /// that nobody knows are taken to hold.
    fn can(&self, entity: &Value, action: &str, resource: &str, context: &Context) -> bool {
        let arn = entity["Arn"].as_str().unwrap();
        let principal = Principal::parse(arn).unwrap();
        let (resource_policies, owner) = self.resource(resource);
        let request = Request {
            principal: &principal,
            action: &Action::new(action).unwrap(),
            resource: &Resource::new(resource, owner).unwrap(),
            context,
        };
        let stack = Stack {
            identity: &self.identity(entity),
            resource: &resource_policies,
            boundaries: &self.boundary(entity),
            service_control: &self.levels(principal.account().unwrap()),
            ..Stack::default()
        };
        match evaluate(&request, &stack).decision {
            Decision::Allow => true,
            Decision::Unknown => context.is_incomplete(),
            Decision::ImplicitDeny | Decision::ExplicitDeny => false,
        }
    }
}

/// Adds the levels on the way to an account; says whether it is below.
fn above(node: &Value, account: &str, levels: &mut Vec<Level>) -> bool {
    let children = node["Children"].as_array();
    let is_here = node["Id"] == account
        || children.is_some_and(|all| all.iter().any(|it| above(it, account, levels)));
    if is_here {
        let policies = node["Policies"].as_array().unwrap().iter().map(|it| {
            let name = it["Name"].as_str().unwrap();
            attached(name, &it["Content"], PolicyKind::ServiceControl)
        });
        levels.push(Level {
            name: node["Id"].as_str().unwrap().into(),
            policies: policies.collect(),
        });
    }
    is_here
}

fn attached(name: &str, document: &Value, kind: PolicyKind) -> Attached {
    let policy = Policy::from_value(document, kind);
    Attached::new(
        name,
        Arc::new(policy.unwrap_or_else(|error| panic!("{name}: {error}"))),
    )
}

/// The context of a query: `inp` ends with conditions, a file that no query
/// has, and whether conditions are strict.
fn context(rest: &[Value]) -> Context {
    let is_strict = rest.get(2).is_some_and(|it| it == true);
    let context = if is_strict {
        Context::complete()
    } else {
        Context::incomplete()
    };
    let given = rest.first().and_then(Value::as_array).cloned();
    given
        .unwrap_or_default()
        .iter()
        .fold(context, |context, it| {
            let (key, value) = it.as_str().unwrap().split_once('=').unwrap();
            context.with(key, value)
        })
}

fn answer(world: &World, query: &Value) -> Value {
    let inp = query["inp"].as_array().unwrap();
    let who = |action: &str, resource: &str, rest: &[Value]| -> Vec<Value> {
        let context = context(rest);
        world
            .entities()
            .filter(|it| world.can(it, action, resource, &context))
            .map(|it| it["Arn"].clone())
            .collect()
    };
    match query["test"].as_str().unwrap() {
        "test_can_i" => {
            let action = inp[1].as_str().unwrap();
            let able = who(action, inp[2].as_str().unwrap(), &inp[3..]);
            able.contains(&inp[0]).into()
        }
        "test_who_can" => {
            let action = inp[0].as_str().unwrap();
            who(action, inp[1].as_str().unwrap(), &inp[2..]).into()
        }
        "test_who_can_batch_resource" => {
            let action = inp[0].as_str().unwrap();
            let resources = inp[1].as_array().unwrap();
            let pairs = resources.iter().flat_map(|resource| {
                let able = who(action, resource.as_str().unwrap(), &[]);
                able.into_iter()
                    .map(|arn| Value::from(vec![arn, resource.clone()]))
            });
            pairs.collect()
        }
        other => panic!("unknown query {other}"),
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Array(mut items) => {
            items.sort_by_key(Value::to_string);
            items.into()
        }
        other => other,
    }
}

#[test]
fn every_query_is_answered_as_iamspy_does() {
    let Some(folder) = shared("iam/iamspy", "every_query_is_answered_as_iamspy_does") else {
        return;
    };
    let queries = fs::read_to_string(folder.join("queries.json")).unwrap();
    let queries: Vec<Value> = serde_json::from_str(&queries).unwrap();
    assert_eq!(queries.len(), 39);
    for query in &queries {
        let world = World::read(&folder, &query["files"]);
        assert_eq!(
            sorted(answer(&world, query)),
            sorted(query["out"].clone()),
            "{query}"
        );
    }
}
