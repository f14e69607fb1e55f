//! The graph on small accounts of our own.

use gardefou_finding::{AuditPath, Certainty, Dependency, Timestamp, Untrusted};

use super::{Analysis, Limits, analyse};
use crate::snapshot::Reader;

const ACCOUNT: &str = "111122223333";
const OTHER: &str = "444455556666";

fn statement(effect: &str, actions: &str, resource: &str) -> String {
    format!(r#"{{"Effect": "{effect}", "Action": {actions}, "Resource": "{resource}"}}"#)
}

fn policy(statements: &[String]) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#,
        statements.join(",")
    )
}

fn may(actions: &str, resource: &str) -> String {
    policy(&[statement("Allow", actions, resource)])
}

fn user(account: &str, name: &str, own: &str, more: &str) -> String {
    format!(
        r#"{{"Arn": "arn:aws:iam::{account}:user/{name}", "UserName": "{name}",
            "UserPolicyList": [{{"PolicyName": "own", "PolicyDocument": {own}}}]{more}}}"#
    )
}

fn role(account: &str, name: &str, trusted: &str, own: &str) -> String {
    let trust = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Principal": {trusted}, "Action": "sts:AssumeRole"}}}}"#
    );
    format!(
        r#"{{"Arn": "arn:aws:iam::{account}:role/{name}", "RoleName": "{name}", "AssumeRolePolicyDocument": {trust},
            "RolePolicyList": [{{"PolicyName": "own", "PolicyDocument": {own}}}]}}"#
    )
}

fn details(users: &[String], roles: &[String]) -> String {
    format!(
        r#"{{"UserDetailList": [{}], "RoleDetailList": [{}], "GroupDetailList": [], "Policies": []}}"#,
        users.join(","),
        roles.join(",")
    )
}

fn analysed(files: &[&str]) -> Analysis {
    let mut reader = Reader::default();
    for (nth, text) in files.iter().enumerate() {
        reader.add(&Untrusted::new(nth.to_string()), text.as_bytes(), true);
    }
    let (snapshot, _) = reader.finish();
    let now = Timestamp::parse("2026-11-01T00:00:00Z").unwrap();
    analyse(&snapshot, now, &Limits::default()).unwrap()
}

fn proven(analysis: &Analysis) -> Vec<&AuditPath> {
    analysis
        .paths
        .iter()
        .filter(|path| path.certainty == Certainty::Proven)
        .collect()
}

fn admin_role(trusted: &str) -> String {
    role(ACCOUNT, "admin", trusted, &may("\"*\"", "*"))
}

#[test]
fn a_path_has_the_statements_that_allow_it() {
    let pass = may(
        r#"["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]"#,
        "*",
    );
    let text = details(
        &[user(ACCOUNT, "ana", &pass, "")],
        &[admin_role(r#"{"Service": "lambda.amazonaws.com"}"#)],
    );
    let analysis = analysed(&[&text]);
    let [path] = proven(&analysis)[..] else {
        panic!("{:#?}", analysis.paths)
    };
    assert_eq!(path.methods, ["lambda-001"]);
    assert_eq!(path.to.as_str(), "arn:aws:iam::111122223333:role/admin");
    let permissions = &path.steps[0].permissions;
    assert_eq!(permissions.len(), 3);
    for permission in permissions {
        assert_eq!(permission.statements[0].policy.as_str(), "own");
        assert_eq!(
            permission.statements[0].holder.as_str(),
            "arn:aws:iam::111122223333:user/ana"
        );
    }
}

#[test]
fn the_service_that_a_role_is_passed_to_is_known() {
    let with = |service: &str| {
        let condition = format!(
            r#"{{"Version": "2012-10-17", "Statement": [
                {{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": {{"StringEquals": {{"iam:PassedToService": "{service}"}}}}}},
                {{"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}}]}}"#
        );
        let text = details(
            &[user(ACCOUNT, "ana", &condition, "")],
            &[admin_role(r#"{"Service": "lambda.amazonaws.com"}"#)],
        );
        proven(&analysed(&[&text])).len()
    };
    assert_eq!(with("lambda.amazonaws.com"), 1);
    assert_eq!(with("ec2.amazonaws.com"), 0);
}

#[test]
fn names_that_may_be_created_are_found() {
    let only_dev = policy(&[
        statement(
            "Allow",
            r#""iam:PassRole""#,
            "arn:aws:iam::111122223333:role/admin",
        ),
        statement(
            "Allow",
            r#"["lambda:CreateFunction", "lambda:InvokeFunction"]"#,
            "arn:aws:lambda:eu-west-1:111122223333:function:dev-*",
        ),
    ]);
    let apart = policy(&[
        statement("Allow", r#""iam:PassRole""#, "*"),
        statement(
            "Allow",
            r#""lambda:CreateFunction""#,
            "arn:aws:lambda:*:*:function:dev-*",
        ),
        statement(
            "Allow",
            r#""lambda:InvokeFunction""#,
            "arn:aws:lambda:*:*:function:prod-*",
        ),
    ]);
    for (own, paths) in [(only_dev, 1), (apart, 0)] {
        let text = details(
            &[user(ACCOUNT, "ana", &own, "")],
            &[admin_role(r#"{"Service": "lambda.amazonaws.com"}"#)],
        );
        assert_eq!(proven(&analysed(&[&text])).len(), paths, "{own}");
    }
}

#[test]
fn a_denial_and_a_boundary_and_a_guardrail_each_close_a_path() {
    let open = may(r#""iam:PutUserPolicy""#, "*");
    let denied = policy(&[
        statement("Allow", r#""iam:*""#, "*"),
        statement(
            "Deny",
            r#"["iam:Put*", "iam:Create*", "iam:Attach*", "iam:Update*", "iam:PassRole", "iam:AddUserToGroup"]"#,
            "*",
        ),
    ]);
    let boundary = r#", "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}"#;
    let guardrail = format!(
        r#"{{"guardrails": [{{"accounts": ["{ACCOUNT}"], "service_control_policies": [{{"level": "root", "policies": [{{"name": "a", "policy": {}}}]}}]}}]}}"#,
        policy(&[
            statement("Allow", r#""*""#, "*"),
            statement("Deny", r#""iam:PutUserPolicy""#, "*")
        ])
    );
    let plain = details(&[user(ACCOUNT, "ana", &open, "")], &[]);
    assert_eq!(proven(&analysed(&[&plain])).len(), 1);
    for files in [
        vec![details(&[user(ACCOUNT, "ana", &denied, "")], &[])],
        vec![details(&[user(ACCOUNT, "ana", &open, boundary)], &[])],
        vec![plain, guardrail],
    ] {
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let analysis = analysed(&files);
        assert!(analysis.paths.is_empty(), "{:#?}", analysis.paths);
    }
}

#[test]
fn another_account_must_agree_on_both_sides() {
    let target = |trusted: &str| details(&[], &[admin_role(&format!(r#"{{"AWS": "{trusted}"}}"#))]);
    let asks = details(
        &[user(
            OTHER,
            "bob",
            &may(
                r#""sts:AssumeRole""#,
                "arn:aws:iam::111122223333:role/admin",
            ),
            "",
        )],
        &[],
    );
    let silent = details(
        &[user(
            OTHER,
            "bob",
            &may(r#""s3:ListAllMyBuckets""#, "*"),
            "",
        )],
        &[],
    );
    let (bob, root) = (
        "arn:aws:iam::444455556666:user/bob",
        "arn:aws:iam::444455556666:root",
    );
    for (trusted, from, paths) in [
        (bob, &asks, 1),
        (root, &asks, 1),
        (bob, &silent, 0),
        ("arn:aws:iam::444455556666:user/eve", &asks, 0),
    ] {
        let analysis = analysed(&[&target(trusted), from]);
        let found = proven(&analysis);
        assert_eq!(found.len(), paths, "{trusted}: {:#?}", analysis.paths);
        assert!(found.iter().all(|path| path.methods == ["sts-002"]));
    }
}

#[test]
fn several_steps_are_followed() {
    let hop = |next: &str| {
        may(
            r#""sts:AssumeRole""#,
            &format!("arn:aws:iam::{ACCOUNT}:role/{next}"),
        )
    };
    let root = format!(r#"{{"AWS": "arn:aws:iam::{ACCOUNT}:root"}}"#);
    let text = details(
        &[user(ACCOUNT, "ana", &hop("one"), "")],
        &[
            role(ACCOUNT, "one", &root, &hop("two")),
            role(ACCOUNT, "two", &root, &hop("admin")),
            admin_role(&root),
        ],
    );
    let analysis = analysed(&[&text]);
    let ana = analysis
        .paths
        .iter()
        .find(|path| path.from.as_str().ends_with("/ana"))
        .unwrap();
    assert_eq!((ana.steps.len(), ana.certainty), (3, Certainty::Proven));
}

#[test]
fn what_nobody_knows_is_said() {
    let with_mfa = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "*",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}}"#;
    let unknown = r#", "AttachedManagedPolicies": [{"PolicyName": "x", "PolicyArn": "arn:aws:iam::111122223333:policy/gone"}]"#;
    let open = may(r#""iam:PutUserPolicy""#, "*");
    let keys = may(
        r#""iam:CreateAccessKey""#,
        "arn:aws:iam::111122223333:user/root-like",
    );
    let strong = user(ACCOUNT, "root-like", &may("\"*\"", "*"), "");
    for (users, kind) in [
        (vec![user(ACCOUNT, "ana", with_mfa, "")], "key"),
        (vec![user(ACCOUNT, "ana", &open, unknown)], "policy"),
        (vec![user(ACCOUNT, "ana", &keys, ""), strong], "keys"),
    ] {
        let analysis = analysed(&[&details(&users, &[])]);
        let path = analysis
            .paths
            .iter()
            .find(|path| path.from.as_str().ends_with("/ana"))
            .unwrap();
        assert_eq!(path.certainty, Certainty::Depends, "{kind}");
        let said = path.depends_on.iter().any(|one| match one {
            Dependency::ContextKey(key) => {
                kind == "key" && key.as_str() == "aws:MultiFactorAuthPresent"
            }
            Dependency::Policy(arn) => kind == "policy" && arn.as_str().ends_with("policy/gone"),
            Dependency::AccessKeys(arn) => {
                kind == "keys" && arn.as_str().ends_with("user/root-like")
            }
            _ => false,
        });
        assert!(said, "{kind}: {:?}", path.depends_on);
    }
}

#[test]
fn an_administrator_may_do_everything_and_others_may_not() {
    let split = policy(&[
        statement("Allow", r#""iam:*""#, "*"),
        r#"{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}"#.to_owned(),
    ]);
    let power = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}}"#;
    let one_bucket = policy(&[
        statement("Allow", r#""*""#, "*"),
        statement("Deny", r#""s3:*""#, "arn:aws:s3:::secret/*"),
    ]);
    for (own, is_admin) in [
        (split.as_str(), true),
        (power, false),
        (&one_bucket, true),
        (&may(r#""iam:*""#, "*"), false),
    ] {
        let analysis = analysed(&[&details(&[user(ACCOUNT, "ana", own, "")], &[])]);
        assert_eq!(
            analysis.administrators.len(),
            usize::from(is_admin),
            "{own}"
        );
    }
}

#[test]
fn like_principals_get_like_answers_whatever_their_number() {
    let open = may(
        r#""iam:PutUserPolicy""#,
        "arn:aws:iam::111122223333:user/${aws:username}",
    );
    let users: Vec<String> = (0..20)
        .map(|nth| user(ACCOUNT, &format!("u{nth}"), &open, ""))
        .collect();
    let analysis = analysed(&[&details(&users, &[])]);
    assert_eq!(proven(&analysis).len(), 20);
}

const ANA: &str = r#"{"AWS": "arn:aws:iam::111122223333:user/ana"}"#;

/// Whether `name` has a certain way to everything.
fn gets_there(text: &str, more: &[&str], name: &str) -> bool {
    let files: Vec<&str> = [text].into_iter().chain(more.iter().copied()).collect();
    let analysis = analysed(&files);
    let arn = format!("arn:aws:iam::{ACCOUNT}:{name}");
    proven(&analysis)
        .iter()
        .any(|path| path.from.as_str() == arn)
}

#[test]
fn who_takes_a_role_that_writes_him_has_everything() {
    let take = may("\"sts:AssumeRole\"", "*");
    let case = |action: &str, on: &str| {
        let role = role(ACCOUNT, "helper", ANA, &may(&format!("\"{action}\""), on));
        details(&[user(ACCOUNT, "ana", &take, "")], &[role])
    };
    let own = "arn:aws:iam::111122223333:user/ana";
    assert!(gets_there(&case("iam:PutUserPolicy", own), &[], "user/ana"));
    assert!(gets_there(
        &case("iam:AttachUserPolicy", "*"),
        &[],
        "user/ana"
    ));
    let other = "arn:aws:iam::111122223333:user/bob";
    assert!(!gets_there(
        &case("iam:PutUserPolicy", other),
        &[],
        "user/ana"
    ));
}

#[test]
fn who_takes_two_roles_one_of_which_writes_the_other_has_everything() {
    let take = may("\"sts:AssumeRole\"", "*");
    let fill = may(
        "\"iam:PutRolePolicy\"",
        "arn:aws:iam::111122223333:role/empty",
    );
    let roles = |trusted: &str| {
        let nothing = may("\"s3:ListBucket\"", "arn:aws:s3:::one");
        let text = [
            role(ACCOUNT, "filler", ANA, &fill),
            role(ACCOUNT, "empty", trusted, &nothing),
        ];
        details(&[user(ACCOUNT, "ana", &take, "")], &text)
    };
    assert!(gets_there(&roles(ANA), &[], "user/ana"));
    let service = r#"{"Service": "ec2.amazonaws.com"}"#;
    assert!(!gets_there(&roles(service), &[], "user/ana"));
}

#[test]
fn a_denial_that_one_can_go_around_does_not_hold() {
    let case = |denied: &str| {
        let own = policy(&[statement(
            "Allow",
            "\"iam:PutUserPolicy\"",
            "arn:aws:iam::111122223333:user/ana",
        )]);
        let boundary = policy(&[
            statement("Allow", "\"*\"", "*"),
            statement("Deny", denied, "*"),
        ]);
        let version = format!(
            r#"{{"Arn": "arn:aws:iam::111122223333:policy/edge", "PolicyName": "edge", "DefaultVersionId": "v1",
                "PolicyVersionList": [{{"VersionId": "v1", "IsDefaultVersion": true, "Document": {boundary}}}]}}"#
        );
        let bound = r#", "PermissionsBoundary": {"PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/edge"}"#;
        details(&[user(ACCOUNT, "ana", &own, bound)], &[])
            .replace(r#""Policies": []"#, &format!(r#""Policies": [{version}]"#))
    };
    assert!(gets_there(&case("\"s3:DeleteBucket\""), &[], "user/ana"));
    assert!(gets_there(&case("\"iam:CreateUser\""), &[], "user/ana"));
    assert!(!gets_there(&case("\"iam:*\""), &[], "user/ana"));
}

#[test]
fn things_of_another_name_are_no_way() {
    let update = |name: &str| {
        let on = format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}");
        let own = may(
            r#"["lambda:UpdateFunctionCode", "lambda:InvokeFunction"]"#,
            &on,
        );
        let service = r#"{"Service": "lambda.amazonaws.com"}"#;
        details(&[user(ACCOUNT, "ana", &own, "")], &[admin_role(service)])
    };
    let function = r#"{"resources": [{"type": "aws_lambda_function", "name": "nightly", "account": "111122223333",
        "function_name": "nightly", "role": "arn:aws:iam::111122223333:role/admin"}]}"#;
    assert!(gets_there(&update("night*"), &[function], "user/ana"));
    assert!(!gets_there(&update("zzz*"), &[function], "user/ana"));
}

#[test]
fn nobody_is_given_anything_by_a_denial() {
    let denied = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "NotAction": "iam:*MFA*", "Resource": "*",
        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}}"#;
    let analysis = analysed(&[&details(&[user(ACCOUNT, "ana", denied, "")], &[])]);
    assert!(analysis.perhaps.is_empty() && analysis.administrators.is_empty());
}

#[test]
fn whoever_asks_chooses_the_region() {
    let own = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}}}"#;
    let analysis = analysed(&[&details(&[user(ACCOUNT, "ana", own, "")], &[])]);
    assert_eq!(analysis.administrators.len(), 1);
}

#[test]
fn the_accounts_own_policy_may_be_attached() {
    let own = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*",
        "Condition": {"ArnLike": {"iam:PolicyARN": "arn:aws:iam::111122223333:policy/*"}}}}"#;
    let case = |allowed: &str| {
        let version = format!(
            r#"{{"Arn": "arn:aws:iam::111122223333:policy/team", "PolicyName": "team", "DefaultVersionId": "v1",
                "PolicyVersionList": [{{"VersionId": "v1", "IsDefaultVersion": true, "Document": {}}}]}}"#,
            may(allowed, "*")
        );
        details(&[user(ACCOUNT, "ana", own, "")], &[])
            .replace(r#""Policies": []"#, &format!(r#""Policies": [{version}]"#))
    };
    assert!(gets_there(&case("\"*\""), &[], "user/ana"));
    assert!(!gets_there(&case("\"s3:*\""), &[], "user/ana"));
}

#[test]
fn a_role_that_identity_center_keeps_is_not_changed() {
    let own = may(
        r#"["iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy"]"#,
        "*",
    );
    let case = |path: &str| {
        let text = admin_role(r#"{"Service": "ec2.amazonaws.com"}"#);
        details(
            &[user(ACCOUNT, "ana", &own, "")],
            &[text.replace("role/admin", path)],
        )
    };
    assert!(gets_there(&case("role/admin"), &[], "user/ana"));
    assert!(!gets_there(
        &case("role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_admin_1"),
        &[],
        "user/ana"
    ));
}

#[test]
fn a_trusted_session_is_a_name_that_one_chooses() {
    let take = may("\"sts:AssumeRole\"", "*");
    let session = r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/middle/deploy"}"#;
    let text = details(
        &[user(ACCOUNT, "ana", &take, "")],
        &[role(ACCOUNT, "middle", ANA, &take), admin_role(session)],
    );
    assert!(gets_there(&text, &[], "user/ana"));
}

#[test]
fn pages_that_are_missing_are_told() {
    let page = |more: &str| {
        details(&[], &[]).replace("{\"UserDetailList", &format!("{{{more}\"UserDetailList"))
    };
    let failures = |files: &[String]| {
        let mut reader = Reader::default();
        for text in files {
            reader.add(&Untrusted::new("page"), text.as_bytes(), true);
        }
        reader.finish().1.failures.len()
    };
    assert_eq!(failures(&[page("")]), 0);
    assert_eq!(
        failures(&[page("\"IsTruncated\": true, \"Marker\": \"m\", ")]),
        1
    );
    assert_eq!(failures(&[page("\"NextToken\": \"m\", ")]), 1);
    assert_eq!(failures(&[page("\"IsTruncated\": true, "), page("")]), 0);
}

/// A role of instances, in an instance profile or in none.
fn instance_role(is_in_profile: bool) -> String {
    let role = admin_role(r#"{"Service": "ec2.amazonaws.com"}"#);
    let profile = r#", "InstanceProfileList": [{"InstanceProfileName": "admin"}]}"#;
    match role.strip_suffix('}') {
        Some(open) if is_in_profile => format!("{open}{profile}"),
        _ => role,
    }
}

/// The methods by which a user who may do this becomes a role of instances.
fn methods_to_instances(actions: &str, is_in_profile: bool) -> Vec<String> {
    let text = details(
        &[user(ACCOUNT, "ana", &may(actions, "*"), "")],
        &[instance_role(is_in_profile)],
    );
    let resources = r#"{"resources": [{"type": "aws_instance", "name": "web", "account": "111122223333",
        "id": "i-0123456789abcdef0"}]}"#;
    let analysis = analysed(&[&text, resources]);
    let paths = proven(&analysis).into_iter();
    paths.flat_map(|path| path.methods.clone()).collect()
}

#[test]
fn a_role_without_an_instance_profile_is_put_into_a_new_one() {
    let all = r#"["iam:PassRole", "iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile", "ec2:RunInstances"]"#;
    assert_eq!(methods_to_instances(all, false), ["ec2-own-profile"]);
    assert_eq!(methods_to_instances(all, true), ["ec2-001"]);
    let without = r#"["iam:PassRole", "iam:CreateInstanceProfile", "ec2:RunInstances"]"#;
    assert!(methods_to_instances(without, false).is_empty());
}

#[test]
fn a_role_is_given_to_an_instance_that_runs() {
    let associate = "\"iam:PassRole\", \"ec2:AssociateIamInstanceProfile\"";
    let by = |more: &str| methods_to_instances(&format!("[{associate}{more}]"), true);
    assert_eq!(by(r#", "ssm:SendCommand""#), ["ec2-associate-command"]);
    assert_eq!(by(r#", "ssm:StartSession""#), ["ec2-associate-session"]);
    assert!(by("").is_empty(), "nobody gets into the instance");
}

/// How an instance's role gets to the administrator role, which asks for a
/// second factor by this operator.
fn with_mfa_by(operator: &str, held_by: &str) -> Vec<Certainty> {
    let mut admin = admin_role(r#"{"AWS": "arn:aws:iam::111122223333:role/worker"}"#);
    let condition = format!(
        r#""Action": "sts:AssumeRole", "Condition": {{"{operator}": {{"aws:MultiFactorAuthPresent": "true"}}}}"#
    );
    admin = admin.replace(r#""Action": "sts:AssumeRole""#, &condition);
    let own = may(r#""sts:AssumeRole""#, "*");
    let text = details(&[], &[role(ACCOUNT, "worker", held_by, &own), admin]);
    let analysis = analysed(&[&text]);
    let paths = analysis.paths.iter();
    paths.map(|path| path.certainty).collect()
}

#[test]
fn a_services_session_has_no_second_factor() {
    let service = r#"{"Service": "ec2.amazonaws.com"}"#;
    assert!(with_mfa_by("Bool", service).is_empty());
    // The key is false or absent, and nobody says which.
    assert_eq!(with_mfa_by("BoolIfExists", service), [Certainty::Depends]);
    let people = r#"{"Service": "ec2.amazonaws.com", "AWS": "111122223333"}"#;
    assert_eq!(with_mfa_by("Bool", people), [Certainty::Depends]);
}
