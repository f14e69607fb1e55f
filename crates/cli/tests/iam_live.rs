//! An account asked of AWS (moto, which is not ours) and the same account as
//! the files that boto3 gives: the same findings and paths.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and makes its own servers"
)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Place, Run, run};
use gardefou_testkit::moto::{KEYS, Moto};
use serde_json::Value;

/// Fills an account: more users than a page holds, an organization whose
/// policy denies something, and ways to become an administrator. Then writes
/// what boto3 gets of it as files.
const SEED: &str = r#"
import base64, json, sys, boto3
endpoint, out = sys.argv[1:3]
iam = boto3.client('iam', endpoint_url=endpoint)
allow = lambda action, resource='*': json.dumps({'Version': '2012-10-17',
    'Statement': [{'Sid': 'One', 'Effect': 'Allow', 'Action': action, 'Resource': resource}]})
trust = lambda principal: json.dumps({'Version': '2012-10-17',
    'Statement': [{'Effect': 'Allow', 'Principal': principal, 'Action': 'sts:AssumeRole'}]})
for n in range(130):
    iam.create_user(UserName=f'user-{n:03}', Tags=[{'Key': 'team', 'Value': 'a&b <"'}] if n % 2 else [])
iam.put_user_policy(UserName='user-007', PolicyName='self', PolicyDocument=allow('iam:PutUserPolicy'))
iam.create_login_profile(UserName='user-008', Password='correct horse battery')
device = iam.create_virtual_mfa_device(VirtualMFADeviceName='d')['VirtualMFADevice']['SerialNumber']
iam.create_login_profile(UserName='user-009', Password='correct horse battery')
iam.enable_mfa_device(UserName='user-009', SerialNumber=device, AuthenticationCode1='123456', AuthenticationCode2='123457')
iam.create_access_key(UserName='user-010')
iam.create_group(GroupName='team')
iam.add_user_to_group(GroupName='team', UserName='user-011')
policy = iam.create_policy(PolicyName='pass', PolicyDocument=allow(['iam:PassRole', 'lambda:*']))['Policy']['Arn']
iam.attach_group_policy(GroupName='team', PolicyArn=policy)
iam.create_role(RoleName='admin', AssumeRolePolicyDocument=trust({'Service': 'lambda.amazonaws.com'}))
iam.attach_role_policy(RoleName='admin', PolicyArn='arn:aws:iam::aws:policy/AdministratorAccess')
iam.create_role(RoleName='open', AssumeRolePolicyDocument=trust({'AWS': '*'}), PermissionsBoundary=policy)
iam.update_account_password_policy(MinimumPasswordLength=9)

def whole(name, key, **more):
    return {key: [one for page in iam.get_paginator(name).paginate(**more) for one in page[key]]}

def save(name, value):
    with open(f'{out}/{name}', 'w') as file:
        json.dump(value, file, default=lambda one: one.isoformat())

details = {}
for page in iam.get_paginator('get_account_authorization_details').paginate():
    for key in ('UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'):
        details.setdefault(key, []).extend(page[key])
save('details.json', details)
while iam.generate_credential_report()['State'] != 'COMPLETE':
    pass
report = iam.get_credential_report()
save('credentials.json', {'Content': base64.b64encode(report['Content']).decode(), 'ReportFormat': 'text/csv'})
save('summary.json', {'SummaryMap': iam.get_account_summary()['SummaryMap']})
save('passwords.json', {'PasswordPolicy': iam.get_account_password_policy()['PasswordPolicy']})
save('devices.json', whole('list_mfa_devices', 'MFADevices', UserName='user-009'))
"#;

/// Runs `gardefou iam` with moto as AWS.
fn iam(place: &Place, endpoint: &str, args: &[&str]) -> Run {
    let cloud = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_REGION", "us-east-1"),
    ];
    let args = [&["iam"], args].concat();
    let run = run(place.path(), &args, None, &[KEYS, &cloud].concat());
    run.assert_sane();
    run
}

/// A JSON audit at a fixed time.
fn audit(place: &Place, endpoint: &str, args: &[&str]) -> Value {
    let fixed = ["audit", "--format", "json", "--at", "2027-06-01T00:00:00Z"];
    let run = iam(place, endpoint, &[&fixed, args].concat());
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    run.report()
}

#[test]
fn a_live_audit_finds_what_the_files_of_the_account_show() {
    let name = "a_live_audit_finds_what_the_files_of_the_account_show";
    let Some(moto) = Moto::start(name, &[("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")]) else {
        return;
    };
    let place = Place::new();
    fs::create_dir(place.path().join("files")).unwrap();
    let files = place.path().join("files").to_string_lossy().into_owned();
    moto.run_script(SEED, &[&files]);

    let taken = iam(&place, moto.endpoint(), &["snapshot", "--out", "s.ndjson"]);
    assert_eq!(taken.status, 0, "{}", taken.stderr);
    let saved = audit(&place, "http://127.0.0.1:1", &["s.ndjson"]);
    let live = audit(&place, moto.endpoint(), &["--live"]);
    let disk = audit(&place, "http://127.0.0.1:1", &["files"]);
    for part in ["findings", "paths"] {
        assert_eq!(saved[part], live[part], "{part}");
    }
    // The files have no guardrails; all else is alike.
    let others = |report: &Value| -> Vec<Value> {
        let all = report["findings"].as_array().unwrap().iter();
        all.filter(|one| one["check"] != "no-guardrails")
            .cloned()
            .collect()
    };
    assert_eq!(others(&live), others(&disk));
    assert_eq!(live["paths"], disk["paths"]);
    let found: Vec<&str> = others(&live)
        .iter()
        .filter_map(|one| CHECKS.iter().find(|check| one["check"] == **check).copied())
        .collect();
    for check in CHECKS {
        assert!(found.contains(check), "{check}");
    }
    assert_eq!(live["summary"]["users"], 130);
}

/// What the account was filled for.
const CHECKS: &[&str] = &[
    "privilege-escalation",
    "console-user-without-mfa",
    "mfa-can-be-phished",
    "long-lived-credentials",
    "password-policy-short",
    "trust-everyone",
    "pass-role-on-everything",
];

/// Answers every request with a throttling error, but for each third.
fn throttling() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _gone = answer(stream.unwrap(), counter.fetch_add(1, Ordering::SeqCst));
        }
    });
    (endpoint, asked)
}

fn answer(mut stream: TcpStream, nth: usize) -> std::io::Result<()> {
    let body = body(&mut stream)?;
    let (status, text) = if nth % 3 == 2 && body.contains("GetCallerIdentity") {
        (
            "200 OK",
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>",
        )
    } else if nth % 3 == 2 {
        (
            "403 Forbidden",
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
        )
    } else {
        (
            "400 Bad Request",
            "<ErrorResponse><Error><Code>Throttling</Code><Message>slow</Message></Error></ErrorResponse>",
        )
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", text.len());
    write!(stream, "{head}Connection: close\r\n\r\n{text}")
}

/// The body of a request.
fn body(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line)? > 2 {
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(String::from_utf8(body).unwrap())
}

#[test]
fn throttling_is_waited_out_and_refusals_are_told() {
    let (endpoint, asked) = throttling();
    let place = Place::new();
    let args = ["snapshot", "--out", "s.ndjson", "--no-organization"];
    let run = iam(&place, &endpoint, &args);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert!(asked.load(Ordering::SeqCst) >= 9);
    let saved = fs::read_to_string(place.path().join("s.ndjson")).unwrap();
    for call in ["GetAccountAuthorizationDetails", "GetAccountSummary"] {
        assert!(saved.contains(&format!("iam:{call}")), "{saved}");
    }
    assert!(saved.contains("AccessDenied"), "{saved}");
}
