//! Terraform: a plan reads everything, an apply changes a few things.

use crate::call::Call;
use crate::caller::{Caller, Role};
use crate::company::{Day, ci};
use crate::scribe::Scribe;
use crate::shape::compute::{self, Group};
use crate::shape::ecs::Place;
use crate::shape::instances::done;
use crate::shape::source::{AUTOSCALING, EC2, ECS, IAM, KMS, LAMBDA, RDS, S3};
use crate::shape::{ecs, iam, lambda, store};
use crate::world::{DATA, GLOBAL, HOME, OPENED, PROD, agent};

/// The role with which Terraform works in production.
pub(crate) const TERRAFORM: Role = Role::new(PROD, "terraform");
const TERRAFORM_DATA: Role = Role::new(DATA, "terraform");

/// Calls of a plan that the console of no person makes so evenly.
const READS: &[(&str, &str, &str)] = &[
    (EC2, "DescribeVpcs", r#"{"vpcSet":{},"filterSet":{}}"#),
    (EC2, "DescribeSubnets", r#"{"subnetSet":{},"filterSet":{}}"#),
    (
        EC2,
        "DescribeSecurityGroups",
        r#"{"securityGroupSet":{},"securityGroupIdSet":{},"filterSet":{}}"#,
    ),
    (
        EC2,
        "DescribeRouteTables",
        r#"{"routeTableIdSet":{},"filterSet":{}}"#,
    ),
    (
        EC2,
        "DescribeLaunchTemplates",
        r#"{"DescribeLaunchTemplatesRequest":{"LaunchTemplateName":{"tag":1,"content":"web"}}}"#,
    ),
    (
        AUTOSCALING,
        "DescribeAutoScalingGroups",
        r#"{"autoScalingGroupNames":["web"]}"#,
    ),
    (
        ECS,
        "DescribeClusters",
        r#"{"clusters":["shop"],"include":["SETTINGS","TAGS"]}"#,
    ),
    (
        LAMBDA,
        "GetFunction20150331v2",
        r#"{"functionName":"invoice-pdf"}"#,
    ),
    (
        LAMBDA,
        "GetPolicy20150331v2",
        r#"{"functionName":"invoice-pdf"}"#,
    ),
    (
        RDS,
        "DescribeDBInstances",
        r#"{"dBInstanceIdentifier":"shop-main"}"#,
    ),
    (KMS, "DescribeKey", r#"{"keyId":"alias/shop"}"#),
    (IAM, "GetRole", r#"{"roleName":"shop-task"}"#),
    (
        IAM,
        "ListAttachedRolePolicies",
        r#"{"roleName":"shop-task"}"#,
    ),
    (
        IAM,
        "GetPolicy",
        r#"{"policyArn":"arn:aws:iam::111122223333:policy/shop-task"}"#,
    ),
    (IAM, "GetRole", r#"{"roleName":"ci-deploy"}"#),
    (IAM, "ListRolePolicies", r#"{"roleName":"ci-deploy"}"#),
];

/// A plan or two on workdays, and an apply on most.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    if !day.works() {
        return;
    }
    let hour = scribe.dice.range(8, 14);
    let minute = scribe.dice.range(0, 59);
    scribe.at(day.time(hour, minute));
    let role = if day.weekday == 2 {
        TERRAFORM_DATA
    } else {
        TERRAFORM
    };
    let who = ci::job(scribe, role, "infrastructure");
    let runner = who.ip.to_string();
    let who = who.via(&runner, agent::TERRAFORM);
    plan(scribe, &who, HOME);
    if role.account == PROD {
        apply(scribe, &who, day);
    }
    if day.left == 5 {
        open_region(scribe, &who);
    }
}

/// Reads the state of everything.
pub(crate) fn plan(scribe: &mut Scribe<'_>, who: &Caller, region: &'static str) {
    for (source, name, request) in READS {
        let region = if *source == IAM { GLOBAL } else { region };
        // A policy's ARN is of the account whose state is read.
        let request = request.replace(PROD, &who.account);
        let call = Call::read(source, name).request(request);
        let throttled = *source == EC2 && scribe.dice.chance(3);
        if throttled {
            scribe.put(who, region, &call.clone().throttled());
            scribe.wait(1, 2);
        }
        scribe.put(who, region, &call);
        scribe.wait(0, 2);
    }
    let state = store::get_object(
        scribe,
        &who.account,
        "belmarais-tfstate",
        "prod/main.tfstate",
    );
    scribe.put(who, HOME, &state);
}

fn apply(scribe: &mut Scribe<'_>, who: &Caller, day: Day) {
    scribe.wait(60, 400);
    match (day.weekday, day.index / 7) {
        (0, week) => roles(scribe, who, week),
        (1, _) => firewall(scribe, who),
        (3, week) => groups(scribe, who, week),
        (4, 1) => reports_function(scribe, who),
        (4, 2) => quota(scribe, who),
        _ => {}
    }
}

fn roles(scribe: &mut Scribe<'_>, who: &Caller, week: i64) {
    let name = format!("shop-worker-{week}");
    let create = iam::create_role(
        scribe,
        PROD,
        &name,
        &iam::trust_service("ecs-tasks.amazonaws.com"),
    );
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","sqs:ReceiveMessage"],"Resource":"*"}]}"#;
    let arn = format!("arn:aws:iam::{PROD}:policy/shop-task");
    let version = iam::create_policy_version(scribe, &arn, document);
    let mut calls = vec![
        create,
        iam::put_role_policy(&name, "queue", document),
        iam::attach_role_policy(
            &name,
            "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
        ),
        version,
    ];
    if week == 1 {
        calls.push(iam::create_linked_role(
            scribe,
            PROD,
            "elasticache.amazonaws.com",
            "AWSServiceRoleForElastiCache",
        ));
    }
    scribe.all(who, GLOBAL, &calls);
}

fn firewall(scribe: &mut Scribe<'_>, who: &Caller) {
    let id = scribe.id("sg");
    let name = format!("shop-{}", scribe.dice.text("0123456789abcdef", 6));
    let create = compute::create_security_group(scribe, &id, &name);
    let open = compute::open_port(scribe, &id, 5432, "10.20.0.0/16");
    scribe.all(who, HOME, &[create, open]);
}

fn groups(scribe: &mut Scribe<'_>, who: &Caller, week: i64) {
    let template = scribe.id("lt");
    let name = format!("web-{week}");
    let create = compute::create_launch_template(scribe, &template, &name, "m6i.large", &who.arn);
    scribe.put(who, HOME, &create);
    scribe.wait(4, 9);
    let group = Group::new(HOME, &name, &template, [2, 20, 2]);
    let create = compute::create_group(scribe, group);
    scribe.put(who, HOME, &create);
    scribe.wait(200, 300);
    if week > 0 {
        let old = format!("web-{}", week - 1);
        scribe.put(who, HOME, &compute::delete_group(&old));
    }
}

fn reports_function(scribe: &mut Scribe<'_>, who: &Caller) {
    let place = Place {
        account: PROD,
        region: HOME,
    };
    let role = format!("arn:aws:iam::{PROD}:role/function-reports");
    let calls = [
        lambda::create_function(scribe, place, "reports", &role),
        lambda::create_url(scribe, place, "reports", "AWS_IAM"),
        lambda::allow_events(place, "reports"),
    ];
    scribe.all(who, HOME, &calls);
}

fn quota(scribe: &mut Scribe<'_>, who: &Caller) {
    let raise = compute::raise_quota(
        scribe,
        "ec2",
        "L-1216C47A",
        "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
        640,
    );
    scribe.all(who, HOME, &[compute::get_quota("ec2", "L-1216C47A"), raise]);
}

/// Opens a region: network, key, cluster, bucket.
pub(crate) fn open_region(scribe: &mut Scribe<'_>, who: &Caller) {
    scribe.wait(300, 900);
    plan(scribe, who, OPENED);
    network(scribe, who);
    let group = scribe.id("sg");
    let make_group = compute::create_security_group(scribe, &group, "shop-north");
    let open = compute::open_port(scribe, &group, 443, "10.40.0.0/16");
    let bucket = store::bucket(
        Call::write(S3, "CreateBucket"),
        PROD,
        "belmarais-north",
        r#","CreateBucketConfiguration":{"LocationConstraint":"eu-north-1"}"#,
    );
    let place = Place {
        account: PROD,
        region: OPENED,
    };
    let key = Call::write(KMS, "CreateKey").request(
        r#"{"description":"shop north","keyUsage":"ENCRYPT_DECRYPT","keySpec":"SYMMETRIC_DEFAULT"}"#,
    );
    let cluster = ecs::create_cluster(place, "shop-north");
    scribe.all(who, OPENED, &[make_group, open, key, cluster, bucket]);
}

/// A network with a subnet in two zones.
fn network(scribe: &mut Scribe<'_>, who: &Caller) {
    let vpc = scribe.id("vpc");
    let answer = format!(
        r#"{{"requestId":"{}","vpc":{{"vpcId":"{vpc}","state":"pending","cidrBlock":"10.40.0.0/16"}}}}"#,
        scribe.dice.uuid()
    );
    let make_vpc = Call::write(EC2, "CreateVpc")
        .request(r#"{"cidrBlock":"10.40.0.0/16","instanceTenancy":"default"}"#)
        .response(answer);
    scribe.put(who, OPENED, &make_vpc);
    for zone in ["a", "b"] {
        scribe.wait(1, 3);
        let request = format!(
            r#"{{"vpcId":"{vpc}","cidrBlock":"10.40.{}.0/24","availabilityZone":"{OPENED}{zone}"}}"#,
            if zone == "a" { 1 } else { 2 }
        );
        let answer = done(scribe);
        let subnet = Call::write(EC2, "CreateSubnet")
            .request(request)
            .response(answer);
        scribe.put(who, OPENED, &subnet);
    }
}
