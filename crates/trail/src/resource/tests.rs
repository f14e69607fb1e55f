//! Calls as AWS writes them, and what they touch.

use serde_json::{Value, json};

use super::*;

fn call_with(
    service: &str,
    name: &str,
    request: &Value,
    response: &Value,
    outcome: Outcome,
) -> Touches {
    touches(&Call {
        service: &format!("{service}.amazonaws.com"),
        name,
        region: "us-east-1",
        account: Some("123456789012"),
        request: Some(request),
        response: Some(response),
        outcome,
        time: Timestamp::from_seconds(0).unwrap(),
    })
}

fn run(service: &str, name: &str, request: Value, response: Value) -> Vec<Touch> {
    call_with(service, name, &request, &response, Outcome::Succeeded).touches
}

fn detail(touch: &Touch, detail: Detail) -> Option<&str> {
    touch
        .details
        .iter()
        .rev()
        .find(|(key, _)| *key == detail)
        .map(|(_, text)| text.as_str())
}

#[test]
fn run_instances_tells_type_protection_and_group() {
    let request = json!({"instanceType": "p3.2xlarge", "disableApiTermination": true,
        "launchTemplate": {"launchTemplateId": "lt-1", "version": "3"}});
    let response = json!({"instancesSet": {"items": [
        {"instanceId": "i-1", "imageId": "ami-1", "instanceType": "p3.2xlarge",
         "tagSet": {"items": [{"key": "aws:autoscaling:groupName", "value": "g"}]}},
        {"instanceId": "i-2", "instanceType": "p3.2xlarge", "instanceLifecycle": "spot"}]}});
    let found = run("ec2", "RunInstances", request, response);
    assert_eq!(found.len(), 2);
    assert_eq!(
        found[0].owner,
        Some(Ref {
            kind: ResourceKind::AutoScalingGroup,
            id: "g".into()
        })
    );
    assert_eq!(
        detail(&found[0], Detail::TerminationProtection),
        Some("true")
    );
    assert_eq!(detail(&found[0], Detail::LaunchTemplate), Some("lt-1 3"));
    assert_eq!(detail(&found[1], Detail::Market), Some("spot"));
    assert_eq!(found[1].owner, None);
}

#[test]
fn only_what_succeeded_touches() {
    let request = json!({"instancesSet": {"items": [{"instanceId": "i-1"}]}});
    for outcome in [
        Outcome::Denied,
        Outcome::DryRun,
        Outcome::Throttled,
        Outcome::Failed,
        Outcome::Unknown,
    ] {
        assert!(
            call_with("ec2", "TerminateInstances", &request, &Value::Null, outcome)
                .touches
                .is_empty()
        );
    }
    let dry = json!({"functionName": "f", "dryRun": true});
    assert!(run("lambda", "UpdateFunctionCode20150331v2", dry, Value::Null).is_empty());
}

#[test]
fn termination_protection_is_read_in_each_of_its_forms() {
    for request in [
        json!({"instanceId": "i-1", "disableApiTermination": {"value": true}}),
        json!({"instanceId": "i-1", "disableApiTermination": true}),
        json!({"instanceId": "i-1", "attribute": "disableApiTermination", "value": "true"}),
    ] {
        let found = run(
            "ec2",
            "ModifyInstanceAttribute",
            request.clone(),
            Value::Null,
        );
        assert_eq!(
            detail(&found[0], Detail::TerminationProtection),
            Some("true"),
            "{request}"
        );
    }
}

#[test]
fn a_launch_template_is_read_through_its_wrapper() {
    let request = json!({"CreateLaunchTemplateRequest": {"LaunchTemplateName": "t",
        "LaunchTemplateData": {"InstanceType": "g5.xlarge", "ImageId": "ami-1"}}});
    let response = json!({"CreateLaunchTemplateResponse": {"launchTemplate": {
        "launchTemplateId": "lt-1", "launchTemplateName": "t", "latestVersionNumber": 1}}});
    let found = run("ec2", "CreateLaunchTemplate", request, response);
    assert_eq!(found[0].id, "lt-1");
    assert_eq!(detail(&found[0], Detail::Name), Some("t"));
    let Some(Capacity::Template(template)) = &found[0].capacity else {
        panic!("a template")
    };
    assert_eq!(
        template.version(None).unwrap().instance_type.as_deref(),
        Some("g5.xlarge")
    );
}

#[test]
fn a_mixed_group_tells_its_choices_and_weights() {
    let request = json!({"autoScalingGroupName": "g", "minSize": 0, "maxSize": 999, "desiredCapacity": 2,
        "mixedInstancesPolicy": {"launchTemplate": {
            "launchTemplateSpecification": {"launchTemplateName": "t", "version": "$Latest"},
            "overrides": [{"instanceType": "p4d.24xlarge", "weightedCapacity": "8"}, {"instanceType": "g5.xlarge"}]},
          "instancesDistribution": {"onDemandPercentageAboveBaseCapacity": 0}}});
    let found = run(
        "autoscaling",
        "CreateAutoScalingGroup",
        request,
        Value::Null,
    );
    let Some(Capacity::Group(group)) = &found[0].capacity else {
        panic!("a group")
    };
    assert_eq!(
        (group.maximum, group.desired, group.spot),
        (Some(999), Some(2), Some(true))
    );
    assert_eq!(group.choices[0].weight, Some(8.0));
    assert_eq!(
        detail(&found[0], Detail::InstanceType),
        Some("p4d.24xlarge,g5.xlarge")
    );
    assert_eq!(detail(&found[0], Detail::LaunchTemplate), Some("t $Latest"));
}

#[test]
fn an_ecs_service_is_one_whatever_names_it() {
    let made = run(
        "ecs",
        "CreateService",
        json!({"cluster": "c", "serviceName": "s", "desiredCount": 50, "launchType": "FARGATE", "taskDefinition": "f"}),
        json!({"service": {"serviceArn": "arn:aws:ecs:us-east-1:1:service/c/s",
            "taskDefinition": "arn:aws:ecs:us-east-1:1:task-definition/f:3"}}),
    );
    let scaled = run(
        "application-autoscaling",
        "RegisterScalableTarget",
        json!({"serviceNamespace": "ecs", "resourceId": "service/c/s", "maxCapacity": 500}),
        Value::Null,
    );
    assert_eq!((made[0].id.as_str(), scaled[0].id.as_str()), ("c/s", "c/s"));
    assert_eq!(detail(&made[0], Detail::TaskDefinition), Some("f:3"));
    let other = json!({"resourceId": "table/t", "maxCapacity": 5});
    assert!(
        run(
            "application-autoscaling",
            "RegisterScalableTarget",
            other,
            Value::Null
        )
        .is_empty()
    );
}

#[test]
fn a_public_function_is_told() {
    let url = run(
        "lambda",
        "CreateFunctionUrlConfig",
        json!({"functionName": "arn:aws:lambda:us-east-1:1:function:f", "authType": "NONE"}),
        json!({"functionUrl": "https://x.lambda-url.us-east-1.on.aws/"}),
    );
    assert_eq!(
        (url[0].id.as_str(), detail(&url[0], Detail::UrlAuth)),
        ("f", Some("NONE"))
    );
    let permission = run(
        "lambda",
        "AddPermission20150331v2",
        json!({"action": "lambda:InvokeFunctionUrl", "functionName": "f", "principal": "*", "statementId": "s"}),
        Value::Null,
    );
    assert_eq!(permission[0].id, "f/s");
    assert_eq!(detail(&permission[0], Detail::Principal), Some("*"));
}

#[test]
fn a_trust_policy_tells_whom_it_lets_in() {
    let document =
        r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::2:root"}}]}"#;
    let found = run(
        "iam",
        "UpdateAssumeRolePolicy",
        json!({"roleName": "r", "policyDocument": document}),
        Value::Null,
    );
    assert_eq!(
        detail(&found[0], Detail::Trusts),
        Some("AWS arn:aws:iam::2:root")
    );
    assert_eq!(detail(&found[0], Detail::Trust), Some("changed"));
}

#[test]
fn attachments_know_their_holder() {
    let request =
        json!({"userName": "u", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    let found = run("iam", "AttachUserPolicy", request, Value::Null);
    assert_eq!(
        found[0].id,
        "user/u/arn:aws:iam::aws:policy/AdministratorAccess"
    );
    assert_eq!(
        found[0].owner,
        Some(Ref {
            kind: ResourceKind::User,
            id: "u".into()
        })
    );
}

#[test]
fn sharing_and_its_end_are_told() {
    let add = json!({"snapshotId": "snap-1", "createVolumePermission": {"add": {"items": [{"group": "all"}]}}});
    let remove = json!({"snapshotId": "snap-1", "createVolumePermission": {"remove": {"items": [{"group": "all"}]}}});
    let shared = run("ec2", "ModifySnapshotAttribute", add, Value::Null);
    assert_eq!(detail(&shared[0], Detail::SharedWith), Some("all"));
    let back = run("ec2", "ModifySnapshotAttribute", remove, Value::Null);
    assert_eq!(detail(&back[0], Detail::SharedWith), Some(""));
}

#[test]
fn a_call_with_too_many_is_capped_and_counted() {
    let items: Vec<Value> = (0..1500)
        .map(|i| json!({"instanceId": format!("i-{i}")}))
        .collect();
    let request = json!({"instancesSet": {"items": items}});
    let found = call_with(
        "ec2",
        "TerminateInstances",
        &request,
        &Value::Null,
        Outcome::Succeeded,
    );
    assert_eq!((found.touches.len(), found.more), (MAX_TOUCHES, 500));
}

#[test]
fn touches_travel_as_json() {
    let request = json!({"autoScalingGroupName": "g", "maxSize": 3,
        "launchTemplate": {"launchTemplateId": "lt-1"}});
    let found = Touches {
        touches: run(
            "autoscaling",
            "CreateAutoScalingGroup",
            request,
            Value::Null,
        ),
        more: 2,
    };
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Touches>(&text).unwrap(), found);
}

#[test]
fn secrets_are_told_only_where_they_were_decrypted() {
    let read = |service: &str, name: &str, request: Value| {
        secrets_read(&Call {
            service,
            name,
            region: "us-east-1",
            account: None,
            request: Some(&request),
            response: None,
            outcome: Outcome::Succeeded,
            time: Timestamp::from_seconds(0).unwrap(),
        })
    };
    let ids = json!({"names": ["a", "b"], "withDecryption": true});
    assert_eq!(read("ssm.amazonaws.com", "GetParameters", ids).len(), 2);
    assert!(read("ssm.amazonaws.com", "GetParameter", json!({"name": "a"})).is_empty());
    let secret = read(
        "secretsmanager.amazonaws.com",
        "GetSecretValue",
        json!({"secretId": "s"}),
    );
    assert_eq!(secret[0].store, SecretStore::SecretsManager);
}

/// Every known call, with requests of every wrong shape.
#[test]
fn no_shape_of_request_breaks_any_call() {
    let shapes = [
        json!(null),
        json!("x"),
        json!([]),
        json!([[1]]),
        json!({"instancesSet": 3, "functionName": {}, "policyDocument": "{"}),
        json!({"instancesSet": {"items": null}, "resourceId": "service/", "cpu": "x vcpu"}),
        json!({"launchTemplate": [], "mixedInstancesPolicy": {"launchTemplate": "x"}, "userName": ""}),
    ];
    for (service, name) in service::all() {
        for request in &shapes {
            for response in &shapes {
                call_with(service, name, request, response, Outcome::Succeeded);
            }
        }
    }
}

/// The least days after which the calls' lifecycle deletes everything.
fn expiry(rule: Value) -> Option<String> {
    let request = json!({"bucketName": "b", "LifecycleConfiguration": {"Rule": rule}});
    let found = run("s3", "PutBucketLifecycle", request, Value::Null);
    detail(&found[0], Detail::ExpiresAfterDays).map(str::to_owned)
}

#[test]
fn a_lifecycle_tells_when_everything_is_gone() {
    let whole = json!({"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 7}});
    assert_eq!(expiry(whole.clone()).as_deref(), Some("7"));
    let two = json!([{"Status": "Enabled", "Filter": "", "Expiration": {"Days": 1}}, whole]);
    assert_eq!(expiry(two).as_deref(), Some("1"));
    let dated = json!({"Status": "Enabled", "Expiration": {"Date": "1970-01-03T00:00:00Z"}});
    assert_eq!(expiry(dated).as_deref(), Some("2"));
    for narrow in [
        json!({"Status": "Disabled", "Expiration": {"Days": 1}}),
        json!({"Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}}),
        json!({"Status": "Enabled", "Prefix": "tmp/", "Expiration": {"Days": 1}}),
        json!({"Status": "Enabled", "Filter": {"Tag": {"Key": "a"}}, "Expiration": {"Days": 1}}),
        json!({"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}),
        json!(7),
    ] {
        // Empty: what a lifecycle before said holds no more.
        assert_eq!(expiry(narrow.clone()).as_deref(), Some(""), "{narrow}");
    }
}
