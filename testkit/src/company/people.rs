//! People: through the company's sign-on at the console or the command line.

use crate::call::Call;
use crate::caller::{Caller, Role, Session};
use crate::company::Day;
use crate::scribe::Scribe;
use crate::shape::source::{EC2, ECS, KMS, LAMBDA, RDS, S3};
use crate::shape::{instances, store, sts};
use crate::world::{DATA, HOME, OFFICE, PROD, VPN, agent};

/// What engineers become in production.
pub(crate) const ENGINEER: Role = Role::new(PROD, "sso-engineer");
/// What the data team becomes.
pub(crate) const ANALYST: Role = Role::new(DATA, "sso-analyst");

/// Who works there, with which role.
const STAFF: &[(&str, Role)] = &[
    ("ines.fontaine", ENGINEER),
    ("paul.girard", ENGINEER),
    ("sofia.marin", ANALYST),
    ("nadia.benali", ENGINEER),
];

/// What the console reads when people look around.
const LOOKS: &[(&str, &str, &str)] = &[
    (
        EC2,
        "DescribeInstances",
        r#"{"maxResults":1000,"instancesSet":{},"filterSet":{}}"#,
    ),
    (
        EC2,
        "DescribeInstanceStatus",
        r#"{"maxResults":1000,"instancesSet":{},"filterSet":{},"includeAllInstances":false}"#,
    ),
    (
        EC2,
        "DescribeVolumes",
        r#"{"maxResults":500,"volumeSet":{},"filterSet":{}}"#,
    ),
    (
        EC2,
        "DescribeAccountAttributes",
        r#"{"accountAttributeNameSet":{"items":[{"attributeName":"supported-platforms"}]},"filterSet":{}}"#,
    ),
    (ECS, "ListClusters", r#"{"maxResults":100}"#),
    (
        ECS,
        "DescribeServices",
        r#"{"cluster":"shop","services":["shop-api","checkout"]}"#,
    ),
    (RDS, "DescribeDBInstances", "null"),
    (LAMBDA, "ListFunctions20150331", r#"{"maxItems":50}"#),
    (KMS, "ListAliases", r#"{"limit":100}"#),
    (
        "monitoring.amazonaws.com",
        "DescribeAlarms",
        r#"{"maxRecords":100,"alarmTypes":["MetricAlarm"]}"#,
    ),
    ("logs.amazonaws.com", "DescribeLogGroups", r#"{"limit":50}"#),
    (
        "ce.amazonaws.com",
        "GetCostAndUsage",
        r#"{"timePeriod":{"start":"2025-10-01","end":"2025-11-01"},"granularity":"MONTHLY","metrics":["UnblendedCost"]}"#,
    ),
    (
        "cloudtrail.amazonaws.com",
        "LookupEvents",
        r#"{"maxResults":50}"#,
    ),
];

/// Two or three people a workday.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    if !day.works() {
        return;
    }
    for (name, role) in STAFF {
        if !scribe.dice.chance(60) {
            continue;
        }
        let hour = scribe.dice.range(7, 15);
        let minute = scribe.dice.range(0, 59);
        scribe.at(day.time(hour, minute));
        let who = at_console(scribe, *role, name);
        look_around(scribe, &who, 4);
    }
}

/// A person signs on with a second factor and opens the console.
pub(crate) fn at_console(scribe: &mut Scribe<'_>, role: Role, name: &str) -> Caller {
    let place = if scribe.dice.chance(70) { OFFICE } else { VPN };
    let who = sign_on(scribe, role, name, place, agent::CHROME_MAC);
    scribe.put(&who, HOME, &sts::console_login(HOME, true));
    scribe.wait(3, 15);
    who.at_console()
}

/// A person signs on for the command line.
pub(crate) fn at_command_line(scribe: &mut Scribe<'_>, role: Role, name: &str) -> Caller {
    sign_on(scribe, role, name, OFFICE, agent::CHROME_MAC).via(OFFICE, agent::CLI_MAC)
}

/// The company's sign-on gives a role, from a place with a tool.
pub(crate) fn sign_on(
    scribe: &mut Scribe<'_>,
    role: Role,
    name: &str,
    place: &str,
    tool: &str,
) -> Caller {
    let key = scribe.temporary_key(role.account);
    let person = sts::saml_person(role.account, name).via(place, tool);
    let call = sts::assume_role_with_saml(scribe, role, name, &key);
    scribe.put(&person, HOME, &call);
    let session = Session {
        name,
        key: &key,
        since: scribe.now,
        mfa: true,
        ..Session::default()
    };
    let who = Caller::role(scribe.world, role, session);
    scribe.wait(1, 3);
    who.via(place, tool)
}

/// A burst of reads, as the pages of the console make them.
pub(crate) fn look_around(scribe: &mut Scribe<'_>, who: &Caller, calls: usize) {
    let first = usize::try_from(scribe.dice.range(0, 12)).unwrap_or(0);
    for (source, name, request) in LOOKS.iter().cycle().skip(first).take(calls) {
        scribe.put(who, HOME, &Call::read(source, name).request(*request));
        scribe.wait(0, 6);
    }
    if scribe.dice.chance(25) {
        let bucket = store::bucket(
            Call::read(S3, "GetBucketPolicy"),
            &who.account,
            "belmarais-website",
            r#","policy":"""#,
        )
        .failed("NoSuchBucketPolicy", "The bucket policy does not exist");
        let page = who.clone().via(&who.ip, agent::S3_CONSOLE);
        scribe.put(&page, HOME, &bucket);
    }
}

/// An IAM user with a second factor forgets the password twice a month.
pub(crate) fn forgotten_password(scribe: &mut Scribe<'_>, day: Day) {
    if !day.works() || day.index % 9 != 3 {
        return;
    }
    scribe.at(day.time(8, 20)).wait(0, 900);
    let door =
        Caller::user_signing_in(scribe.world, PROD, "lucas.bernard").via(OFFICE, agent::CHROME_MAC);
    for _ in 0..scribe.dice.range(1, 2) {
        scribe.put(&door, HOME, &sts::console_login_failed(HOME));
        scribe.wait(8, 25);
    }
    let who = user_at_console(scribe, "lucas.bernard", agent::CHROME_MAC);
    look_around(scribe, &who, 5);
}

/// On Tuesdays an IAM user exchanges a key and a code for a session, at the command line.
pub(crate) fn session_with_code(scribe: &mut Scribe<'_>, day: Day) {
    const NAME: &str = "lucas.bernard";
    if day.weekday != 1 {
        return;
    }
    scribe.at(day.time(10, 15)).wait(0, 2_400);
    // The administrator replaces this key on the eleventh day.
    let label = if day.index <= 10 {
        "lucas.bernard/1"
    } else {
        "lucas.bernard/2"
    };
    let key = scribe.world.key("AKIA", PROD, label);
    let user = Caller::user(scribe.world, PROD, NAME, &key).via(OFFICE, agent::CLI_MAC);
    let temporary = scribe.temporary_key(PROD);
    let serial = format!("arn:aws:iam::{PROD}:mfa/{NAME}");
    let call = sts::get_session_token(scribe, &serial, &temporary);
    scribe.put(&user, HOME, &call);
    let session = Session {
        key: &temporary,
        since: scribe.now,
        mfa: true,
        ..Session::default()
    };
    let who = Caller::user_session(scribe.world, PROD, NAME, session);
    let who = who.via(OFFICE, agent::CLI_MAC);
    scribe.wait(4, 20);
    scribe.put(&who, HOME, &instances::describe_instances(&[]));
    scribe.wait(20, 90);
    let report = store::get_object(scribe, PROD, "belmarais-reports", "finance/month.csv");
    scribe.put(&who, HOME, &report);
}

/// An IAM user signs in with a second factor.
pub(crate) fn user_at_console(scribe: &mut Scribe<'_>, name: &str, tool: &str) -> Caller {
    let door = Caller::user_signing_in(scribe.world, PROD, name).via(OFFICE, tool);
    scribe.put(&door, HOME, &sts::console_login(HOME, true));
    let key = scribe.temporary_key(PROD);
    let session = Session {
        name,
        key: &key,
        since: scribe.now,
        mfa: true,
        ..Session::default()
    };
    scribe.wait(2, 9);
    Caller::user_session(scribe.world, PROD, name, session)
        .via(OFFICE, tool)
        .at_console()
}

/// Once, an engineer protects the one database host that is not managed.
pub(crate) fn protect_database_host(scribe: &mut Scribe<'_>, day: Day) {
    if day.index != 16 {
        return;
    }
    scribe.at(day.time(9, 40));
    let who = at_console(scribe, ENGINEER, "nadia.benali");
    let host = scribe.world.id("i", "database-host");
    scribe.put(
        &who,
        HOME,
        &instances::describe_instances(std::slice::from_ref(&host)),
    );
    scribe.wait(20, 60);
    let protect = instances::protect(scribe, &host, true);
    scribe.put(&who, HOME, &protect);
}
