//! What is told of an incident: its own calls, and only what came of them.
#![allow(
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::{File, investigate, investigate_one, our_rules, records};
use gardefou_finding::{LinkKind, Resource, ResourceAction};
use serde_json::{Value, json};

/// Two keys of one user, used from one network to blind an account.
fn attack(user: &str, address: &str) -> Vec<Value> {
    let calls = [
        ("cloudtrail.amazonaws.com", "StopLogging"),
        ("cloudtrail.amazonaws.com", "DeleteTrail"),
        ("guardduty.amazonaws.com", "DeleteDetector"),
    ];
    let twice = calls.iter().chain(&calls).enumerate();
    let event = |(index, (source, name)): (usize, &(&str, &str))| {
        json!({
            "eventVersion": "1.09", "eventSource": source, "eventName": name,
            "eventTime": format!("2025-11-03T10:00:{index:02}Z"),
            "eventID": format!("{user}-{index}"), "awsRegion": "eu-west-1",
            "sourceIPAddress": address, "userAgent": "aws-cli/2.15.0", "readOnly": false,
            "recipientAccountId": "111122223333", "eventType": "AwsApiCall",
            "requestParameters": {"name": user, "detectorId": user},
            "userIdentity": {
                "type": "IAMUser", "userName": user, "accountId": "111122223333",
                "arn": format!("arn:aws:iam::111122223333:user/{user}"),
                "accessKeyId": format!("AKIA{}{}", user.to_uppercase(), index / 3),
            },
        })
    };
    twice.map(event).collect()
}

#[test]
fn a_further_key_is_shown_by_a_call_of_its_own_incident() {
    let mut events = attack("zoe", "198.51.100.7");
    events.extend(attack("yan", "203.0.113.9"));
    let told = investigate_one(our_rules(), "two.json", &records(&events));
    assert_eq!(told.incidents.len(), 2);
    for incident in &told.incidents {
        let [first, second] = incident.identities.as_slice() else {
            panic!("two keys each: {:?}", incident.identities);
        };
        let user = first.actor.name.as_ref().unwrap().as_str();
        let link = second.link.as_ref().unwrap();
        assert_eq!((link.from, link.kind), (0, LinkKind::SamePrincipal));
        assert_eq!(link.evidence.event_id.as_str(), format!("{user}-3"));
    }
}

/// Service, call, request and response.
type Made = (&'static str, &'static str, Value, Value);

/// Calls that, where they succeed, make things that cost and a new user.
fn calls() -> Vec<Made> {
    let group = json!({"autoScalingGroupName": "g", "minSize": 4, "maxSize": 900,
        "desiredCapacity": 4, "launchTemplate": {"launchTemplateName": "t"}});
    let template = json!({"CreateLaunchTemplateRequest": {"LaunchTemplateName": "t",
        "LaunchTemplateData": {"InstanceType": "p3.8xlarge"}}});
    let service = json!({"cluster": "c", "serviceName": "s", "desiredCount": 5,
        "launchType": "FARGATE", "taskDefinition": "d:1"});
    let cluster = json!({"clusterName": "c"});
    let instances = json!({"instanceType": "p3.8xlarge",
        "instancesSet": {"items": [{"minCount": 2, "maxCount": 2}]}});
    let launched = json!({"instancesSet": {"items": [{"instanceId": "i-1",
        "instanceType": "p3.8xlarge"}]}});
    vec![
        ("ec2", "CreateLaunchTemplate", template, json!(null)),
        ("ec2", "RunInstances", instances, launched),
        ("autoscaling", "CreateAutoScalingGroup", group, json!(null)),
        ("ecs", "CreateCluster", cluster, json!(null)),
        ("ecs", "CreateService", service, json!(null)),
        ("iam", "CreateUser", json!({"userName": "eve"}), json!(null)),
    ]
}

/// The same after an attack, all ending with `error`. A failed call answers
/// nothing; a hostile or odd log may say otherwise.
fn building(error: Option<&str>) -> Vec<Value> {
    let mut events = attack("zoe", "198.51.100.7");
    let like = events[5].clone();
    for (index, (service, name, request, response)) in calls().into_iter().enumerate() {
        let mut event = like.clone();
        event["eventSource"] = json!(format!("{service}.amazonaws.com"));
        event["eventName"] = json!(name);
        event["eventTime"] = json!(format!("2025-11-03T10:01:{index:02}Z"));
        event["eventID"] = json!(format!("build-{index}"));
        event["requestParameters"] = request;
        event["responseElements"] = response;
        if let Some(error) = error {
            event["errorCode"] = json!(error);
        }
        events.push(event);
    }
    events
}

#[test]
fn only_what_succeeded_is_a_resource_a_cost_or_an_identity() {
    let made = |error: Option<&str>| {
        let bytes = records(&building(error));
        let mut told = investigate_one(our_rules(), "one.json", &bytes).incidents;
        let incident = told.pop().expect("one incident");
        assert!(told.is_empty());
        let created = |one: &&Resource| one.action == ResourceAction::Created;
        let resources = incident.resources.iter().filter(created).count();
        let billed = incident.cost.items.len() + incident.cost.unpriced.len();
        let users = incident
            .identities
            .iter()
            .filter(|one| one.made_by_incident);
        (resources, billed, users.count())
    };
    let (resources, billed, _) = made(None);
    assert!(resources >= 6 && billed >= 2, "{resources}, {billed}");
    for error in [
        "Client.DryRunOperation",
        "Client.UnauthorizedOperation",
        "AccessDenied",
        "ThrottlingException",
        "Client.InvalidParameterValue",
    ] {
        assert_eq!(made(Some(error)), (0, 0, 0), "{error}");
    }
}

/// A call about the trust of a role, by somebody from somewhere.
fn trusting(time: &str, call: &str, user: &str, address: &str, who: &str) -> Value {
    let mut event = attack(user, address)[0].clone();
    let document = json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": who},
        "Action": "sts:AssumeRole"}]});
    let name = match call {
        "CreateRole" => "assumeRolePolicyDocument",
        _ => "policyDocument",
    };
    event["eventSource"] = json!("iam.amazonaws.com");
    event["eventName"] = json!(call);
    event["eventTime"] = json!(time);
    event["eventID"] = json!(format!("{call}-{time}"));
    event["requestParameters"] = json!({"roleName": "release", name: document.to_string()});
    event
}

/// The principals of the trust policies that are told: before, and put.
fn told_trusts(later: Vec<Value>) -> Option<(Option<String>, Vec<String>)> {
    let early = vec![
        trusting(
            "2025-10-01T08:00:00Z",
            "CreateRole",
            "ann",
            "192.0.2.1",
            "1",
        ),
        trusting(
            "2025-10-02T08:00:00Z",
            "UpdateAssumeRolePolicy",
            "ann",
            "192.0.2.1",
            "2",
        ),
    ];
    let mut attacked = attack("zoe", "198.51.100.7");
    let change = "UpdateAssumeRolePolicy";
    attacked.push(trusting(
        "2025-11-03T10:01:00Z",
        change,
        "zoe",
        "198.51.100.7",
        "evil",
    ));
    attacked.extend(later);
    let files = [early, attacked].map(|events| File {
        name: format!("{}.json", events.len()),
        bytes: records(&events),
    });
    let mut told = investigate(our_rules(), &files, &[vec![1], vec![0]]).incidents;
    assert_eq!(told.len(), 1);
    let change = told.remove(0).trusts.pop()?;
    assert_eq!(
        (change.role.as_str(), change.account.as_str()),
        ("release", "111122223333")
    );
    let who = |one: &Value| {
        one["Statement"][0]["Principal"]["AWS"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let before = change.before.map(|one| who(&one.document));
    Some((before, change.put.iter().map(who).collect()))
}

#[test]
fn a_changed_trust_is_told_with_the_one_before() {
    let told = told_trusts(Vec::new()).expect("the role is told");
    assert_eq!(told, (Some("2".to_owned()), vec!["evil".to_owned()]));
    // What somebody put back since is nobody's guess.
    let mended = trusting(
        "2025-11-04T12:00:00Z",
        "UpdateAssumeRolePolicy",
        "ann",
        "192.0.2.1",
        "2",
    );
    assert_eq!(told_trusts(vec![mended]), None);
}
