//! The administrator: an IAM user with a second factor who looks after identities.

use crate::call::Call;
use crate::caller::Caller;
use crate::company::{Day, people};
use crate::scribe::Scribe;
use crate::shape::source::IAM;
use crate::shape::{compute, iam};
use crate::world::{GLOBAL, HOME, PROD, agent};

/// The administrator's name.
pub(crate) const ADMIN: &str = "claire.moreau";

/// A look on Mondays and Thursdays, a task now and then.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    if !matches!(day.weekday, 0 | 3) {
        return;
    }
    scribe.at(day.time(9, 10)).wait(0, 3_000);
    let who = people::user_at_console(scribe, ADMIN, agent::FIREFOX);
    look(scribe, &who);
    scribe.wait(30, 120);
    match day.index {
        3 => new_hire(scribe, &who),
        10 => rotate(scribe, &who),
        14 => {
            scribe.put(&who, GLOBAL, &iam::reset_password("lucas.bernard"));
        }
        21 => quota(scribe, &who),
        24 => service_key(scribe, &who),
        _ => {}
    }
}

fn look(scribe: &mut Scribe<'_>, who: &Caller) {
    scribe.all(
        who,
        GLOBAL,
        &[
            Call::read(IAM, "ListUsers").request(r#"{"maxItems":1000}"#),
            Call::read(IAM, "GetAccountSummary"),
            Call::read(IAM, "ListMFADevices").request(format!(r#"{{"userName":"{ADMIN}"}}"#)),
            iam::about_user("ListAccessKeys", "lucas.bernard"),
        ],
    );
}

/// Somebody joins support: a user with a password to change, in a group.
fn new_hire(scribe: &mut Scribe<'_>, who: &Caller) {
    let name = "amelie.roche";
    let calls = [
        iam::create_user(scribe, PROD, name),
        iam::create_login(scribe, name, true),
        iam::add_to_group(name, "support"),
    ];
    scribe.all(who, GLOBAL, &calls);
}

/// The engineer's other key is replaced: make, wait, deactivate, delete.
fn rotate(scribe: &mut Scribe<'_>, who: &Caller) {
    let name = "lucas.bernard";
    let old = scribe.world.key("AKIA", PROD, "lucas.bernard/1");
    let new = scribe.world.key("AKIA", PROD, "lucas.bernard/2");
    let create = iam::create_access_key(scribe, name, &new);
    scribe.put(who, GLOBAL, &create);
    scribe.wait(900, 1_500);
    scribe.put(who, GLOBAL, &iam::update_access_key(name, &old, "Inactive"));
    scribe.wait(300, 600);
    scribe.put(who, GLOBAL, &iam::delete_access_key(name, &old));
}

fn quota(scribe: &mut Scribe<'_>, who: &Caller) {
    let raise = compute::raise_quota(
        scribe,
        "fargate",
        "L-3032A538",
        "Fargate On-Demand vCPU resource count",
        400,
    );
    scribe.all(
        who,
        HOME,
        &[compute::get_quota("fargate", "L-3032A538"), raise],
    );
}

/// A user for a supplier's tool, with a key and one narrow group.
fn service_key(scribe: &mut Scribe<'_>, who: &Caller) {
    let name = "svc-newsletter";
    let key = scribe.world.key("AKIA", PROD, "svc-newsletter");
    let calls = [
        iam::create_user(scribe, PROD, name),
        iam::add_to_group(name, "newsletter-readers"),
        iam::create_access_key(scribe, name, &key),
    ];
    scribe.all(who, GLOBAL, &calls);
}
