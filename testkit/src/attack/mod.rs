//! The attacks: who comes in how, then what they do.

mod compute;
mod containers;
mod data;
mod mining;
mod recon;

use crate::call::Call;
use crate::caller::{Caller, Role, Session};
use crate::clock::rfc3339;
use crate::company::OWNER;
use crate::config::Variant;
use crate::scribe::Scribe;
use crate::shape::sts;
use crate::truth::AttackTruth;
use crate::world::{DATA, GLOBAL, PROD};

/// Address from which the stolen credential is used.
pub(crate) const ADDRESS: &str = "198.18.77.23";
/// Address from which the user made by the attack is used.
pub(crate) const SECOND_ADDRESS: &str = "198.18.140.9";
/// The tool: a script on a rented Windows machine.
pub(crate) const TOOL: &str = "Boto3/1.40.61 md/Botocore#1.40.61 ua/2.1 os/windows#10 md/arch#amd64 lang/python#3.11.9 md/pyimpl#CPython m/b,Z cfg/retry-mode#legacy Botocore/1.40.61";
/// The browser, where the console is the way in.
const BROWSER: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0";
/// A role of production that every engineer's key may assume: the company's mistake.
const ADMIN: Role = Role::new(PROD, "break-glass-admin");
/// The role in the other account that the organisation made.
const OTHER_ADMIN: Role = Role::new(DATA, "OrganizationAccountAccessRole");

/// An attack under way.
#[derive(Debug)]
pub(crate) struct Raid<'a, 'b> {
    /// Writes it down.
    pub(crate) scribe: &'a mut Scribe<'b>,
    /// Remembers it.
    pub(crate) truth: &'a mut AttackTruth,
    /// Whom the attacker is.
    pub(crate) who: Caller,
    /// Account in which the attacker is.
    pub(crate) account: &'static str,
}

impl Raid<'_, '_> {
    /// Records a call, and lets a second or two pass.
    pub(crate) fn put(&mut self, region: &'static str, call: &Call) {
        self.scribe.put(&self.who, region, call);
        self.scribe.wait(1, 3);
    }

    /// Remembers the first capacity that costs, or damage that is done.
    pub(crate) fn impact(&mut self) {
        if self.truth.impact.is_empty() {
            self.truth.impact = rfc3339(self.scribe.now);
        }
    }
}

/// Lets an attack happen, starting at the scribe's time.
pub(crate) fn run(scribe: &mut Scribe<'_>, truth: &mut AttackTruth) {
    let variant = truth.variant;
    if variant == Variant::Slow {
        scribe.pace = 200;
    }
    let mut raid = enter(scribe, truth);
    match variant {
        Variant::SnapshotTheft => data::steal_snapshots(&mut raid),
        Variant::Ransom => data::ransom(&mut raid),
        Variant::ModelAbuse => data::abuse_models(&mut raid),
        _ => mining::run(&mut raid),
    }
}

/// The way in, and from there to the rights that the attack needs.
fn enter<'a, 'b>(scribe: &'a mut Scribe<'b>, truth: &'a mut AttackTruth) -> Raid<'a, 'b> {
    truth.addresses.push(ADDRESS.to_owned());
    truth.account = PROD.to_owned();
    let variant = truth.variant;
    if variant == Variant::ConsoleLogin {
        let who = console(scribe, truth);
        return Raid {
            scribe,
            truth,
            who,
            account: PROD,
        };
    }
    let key = scribe.world.key("AKIA", PROD, "marc.dubois/1");
    OWNER.clone_into(&mut truth.owner);
    truth.stolen_key.clone_from(&key);
    truth.user_agents.push(TOOL.to_owned());
    let who = Caller::user(scribe.world, PROD, OWNER, &key).via(ADDRESS, TOOL);
    let mut raid = Raid {
        scribe,
        truth,
        who,
        account: PROD,
    };
    match variant {
        Variant::RoleChain => step(&mut raid, ADMIN),
        Variant::CrossAccount => step(&mut raid, OTHER_ADMIN),
        _ => {}
    }
    raid
}

/// The stolen key finds and assumes a role; the session goes on.
fn step(raid: &mut Raid<'_, '_>, role: Role) {
    raid.put(GLOBAL, &sts::get_caller_identity());
    raid.put(GLOBAL, &recon::list_roles());
    let session = raid
        .scribe
        .assume(&raid.who, GLOBAL, role, "botocore-session-1762162871", None);
    raid.truth.session_keys.push(session.key.to_string());
    raid.scribe.wait(4, 9);
    raid.who = session;
    raid.account = role.account;
}

/// A password works after two tries, without a second factor.
fn console(scribe: &mut Scribe<'_>, truth: &mut AttackTruth) -> Caller {
    let owner = "lucas.bernard";
    owner.clone_into(&mut truth.owner);
    truth.user_agents.push(BROWSER.to_owned());
    let door = Caller::user_signing_in(scribe.world, PROD, owner).via(ADDRESS, BROWSER);
    for _ in 0..2 {
        scribe.put(&door, GLOBAL, &sts::console_login_failed(GLOBAL));
        scribe.wait(6, 15);
    }
    scribe.put(&door, GLOBAL, &sts::console_login(GLOBAL, false));
    let key = scribe.temporary_key(PROD);
    truth.session_keys.push(key.clone());
    let session = Session {
        key: &key,
        since: scribe.now,
        ..Session::default()
    };
    scribe.wait(4, 9);
    Caller::user_session(scribe.world, PROD, owner, session)
        .via(ADDRESS, BROWSER)
        .at_console()
}
