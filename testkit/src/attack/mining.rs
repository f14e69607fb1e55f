//! The campaign of November 2025, in its published order; names are our own.

use crate::attack::{Raid, SECOND_ADDRESS, TOOL, compute, containers, recon};
use crate::call::Call;
use crate::caller::Caller;
use crate::config::Variant;
use crate::shape::ecs::Place;
use crate::shape::instances::describe_instances;
use crate::shape::source::{IAM, S3};
use crate::shape::{iam, lambda, store};
use crate::world::GLOBAL;

/// Role and function that stay behind.
const FUNCTION_ROLE: &str = "lambda-basic-exec-k41";
const FUNCTION: &str = "svc-status-k41";
/// The user that stays behind, to send mail.
const MAIL_USER: &str = "ops-mailer-k41";

/// From the first look to the user that stays behind.
pub(crate) fn run(raid: &mut Raid<'_, '_>) {
    recon::run(raid);
    raid.scribe.wait(50, 80);
    roles(raid);
    containers::clusters(raid);
    raid.scribe.wait(20, 40);
    compute::prepare(raid);
    raid.scribe.wait(10, 30);
    containers::services(raid);
    compute::groups(raid);
    raid.scribe.wait(20, 40);
    function(raid);
    raid.scribe.wait(30, 60);
    let key = mail_user(raid);
    raid.scribe.wait(200, 320);
    mail(raid, &key);
    if raid.truth.variant != Variant::Slow {
        look_back(raid);
    }
}

/// Roles for what follows: service-linked ones, and one for the function.
fn roles(raid: &mut Raid<'_, '_>) {
    let account = raid.account;
    raid.put(
        GLOBAL,
        &iam::linked_role_taken("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling"),
    );
    raid.put(
        GLOBAL,
        &iam::linked_role_taken("ecs.amazonaws.com", "AWSServiceRoleForECS"),
    );
    let spot = iam::create_linked_role(
        raid.scribe,
        account,
        "spot.amazonaws.com",
        "AWSServiceRoleForEC2Spot",
    );
    raid.put(GLOBAL, &spot);
    let trust = iam::trust_service("lambda.amazonaws.com");
    let role = iam::create_role(raid.scribe, account, FUNCTION_ROLE, &trust);
    raid.put(GLOBAL, &role);
    raid.put(
        GLOBAL,
        &iam::attach_role_policy(
            FUNCTION_ROLE,
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        ),
    );
    raid.truth.created_roles.push(FUNCTION_ROLE.to_owned());
}

/// A function that anybody on the internet can call.
fn function(raid: &mut Raid<'_, '_>) {
    let place = Place {
        account: raid.account,
        region: GLOBAL,
    };
    let role = format!("arn:aws:iam::{}:role/{FUNCTION_ROLE}", raid.account);
    let create = lambda::create_function(raid.scribe, place, FUNCTION, &role);
    raid.put(GLOBAL, &create);
    raid.scribe.wait(3, 8);
    let url = lambda::create_url(raid.scribe, place, FUNCTION, "NONE");
    raid.put(GLOBAL, &url);
    raid.put(GLOBAL, &lambda::open_url(place, FUNCTION));
    raid.truth.functions.push(FUNCTION.to_owned());
}

/// A user with a key and a password who can send mail.
fn mail_user(raid: &mut Raid<'_, '_>) -> String {
    let key = raid.scribe.world.key("AKIA", raid.account, MAIL_USER);
    let create = iam::create_user(raid.scribe, raid.account, MAIL_USER);
    raid.put(GLOBAL, &create);
    let login = iam::create_login(raid.scribe, MAIL_USER, false);
    raid.put(GLOBAL, &login);
    raid.put(
        GLOBAL,
        &iam::attach_user_policy(MAIL_USER, "arn:aws:iam::aws:policy/AmazonSESFullAccess"),
    );
    let create = iam::create_access_key(raid.scribe, MAIL_USER, &key);
    raid.put(GLOBAL, &create);
    raid.truth.created_users.push(MAIL_USER.to_owned());
    raid.truth.created_keys.push(key.clone());
    key
}

/// The new user's key at work, from the attacker's second address.
fn mail(raid: &mut Raid<'_, '_>, key: &str) {
    let who =
        Caller::user(raid.scribe.world, raid.account, MAIL_USER, key).via(SECOND_ADDRESS, TOOL);
    raid.truth.addresses.push(SECOND_ADDRESS.to_owned());
    if !raid.truth.user_agents.iter().any(|agent| agent == TOOL) {
        raid.truth.user_agents.push(TOOL.to_owned());
    }
    let before = std::mem::replace(&mut raid.who, who);
    raid.put(GLOBAL, &store::get_send_quota());
    raid.put(GLOBAL, &store::list_identities());
    let buckets = Call::read(S3, "ListBuckets")
        .request(r#"{"Host":"s3.amazonaws.com"}"#)
        .denied(&raid.who, "s3:ListAllMyBuckets", "arn:aws:s3:::*");
    raid.put(GLOBAL, &buckets);
    let users = Call::read(IAM, "ListUsers").denied(
        &raid.who,
        "iam:ListUsers",
        &format!("arn:aws:iam::{}:user/", raid.account),
    );
    raid.put(GLOBAL, &users);
    raid.put(
        GLOBAL,
        &store::create_email_identity("notice-portal.example"),
    );
    raid.who = before;
}

/// Two hours later, the attacker looks whether everything still runs.
fn look_back(raid: &mut Raid<'_, '_>) {
    raid.scribe.wait(7_000, 7_600);
    for region in ["us-east-1", "us-west-2"] {
        raid.put(region, &describe_instances(&[]));
    }
}
