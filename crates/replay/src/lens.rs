//! What a set of policies can see of a call, so that calls that look alike to
//! all of them are judged once.
//!
//! Of each kind of call (service and name) a [`Lens`] says which parts of a
//! record matter: none, where no statement names any of its actions; the
//! caller and a few global keys; or also what the parameters tell. From those
//! parts a record's *sight* is made: two records with the same sight are the
//! same request to every policy.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, RwLock};

use ahash::RandomState;
use gardefou_iam::policy::{Statement, Test};
use gardefou_iam::request::ContextValue;
use gardefou_iam::{Policy, Principal};
use gardefou_trail::decode::{Field, Record};

use crate::mapping::{Call, Need, named_caller, principal_of};
use crate::reference::{Meaning, Reference};

/// Bits of an IPv4 network that is learnt, and of an IPv6 one.
pub const NETWORK_BITS: (u8, u8) = (24, 48);

/// Global keys that follow from parts of a record that every sight of a kind
/// that is seen holds.
const CALLER: [&str; 14] = [
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principaltype",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:username",
    "aws:viaawsservice",
    "aws:calledvia",
    "aws:multifactorauthpresent",
    "aws:securetransport",
    "aws:sourcevpce",
    "aws:sourcevpc",
    "aws:resourceaccount",
    "aws:sourceidentity",
];

/// What is seen of a kind of call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Anything at all.
    any: bool,
    region: bool,
    network: bool,
    /// The whole address.
    address: bool,
    agent: bool,
    /// When the session began.
    issued: bool,
    /// The time, or another key that is the same in no two calls.
    unique: bool,
    /// What the parameters tell.
    deep: bool,
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.any |= other.any;
        self.region |= other.region;
        self.network |= other.network;
        self.address |= other.address;
        self.agent |= other.agent;
        self.issued |= other.issued;
        self.unique |= other.unique;
        self.deep |= other.deep;
    }
}

/// One statement of the policies.
#[derive(Debug)]
struct Eye {
    policy: Arc<Policy>,
    index: usize,
    seen: Seen,
}

impl Eye {
    fn statement(&self) -> Option<&Statement> {
        self.policy.statements().get(self.index)
    }
}

/// See the module.
#[derive(Debug)]
pub struct Lens {
    eyes: Vec<Eye>,
    /// Condition keys by action, of the statements that name it.
    interest: RwLock<HashMap<String, Interest, RandomState>>,
    names_resources: bool,
    /// Whether calls that succeeded are all that counts.
    pub(crate) only_succeeded: bool,
    /// Whether what is seen of a call also depends on who makes it.
    by_caller: bool,
}

/// Condition keys in lower case.
type Interest = Arc<[String]>;

/// Most actions whose keys are remembered.
const MAX_ACTIONS: usize = 50_000;

/// Texts as a sight holds them: with an end that no text has.
fn put(sight: &mut Vec<u8>, text: &str) {
    sight.extend_from_slice(text.as_bytes());
    sight.push(0xff);
}

impl Lens {
    /// The lens of these policies.
    pub fn new<'p>(policies: impl IntoIterator<Item = &'p Arc<Policy>>) -> Self {
        let mut eyes = Vec::new();
        let mut names_resources = false;
        for policy in policies {
            for (index, statement) in policy.statements().iter().enumerate() {
                let listed = statement
                    .resources()
                    .map_or(&[][..], |scope| scope.listed());
                let is_open = listed.iter().all(|it| it.is_everything());
                names_resources |= !is_open;
                eyes.push(Eye {
                    policy: policy.clone(),
                    index,
                    seen: of_statement(statement, is_open),
                });
            }
        }
        Self {
            eyes,
            interest: RwLock::default(),
            names_resources,
            only_succeeded: true,
            by_caller: false,
        }
    }

    /// Does not look, in a role's call, at what only statements about users ask
    /// for. Then there are far fewer sights, but no longer one for each
    /// difference that a statement of an action names.
    ///
    /// Only for policies of which no condition that must match
    /// `aws:PrincipalArn` has a parameter: what is learnt could match more.
    #[must_use]
    pub fn by_caller(mut self) -> Self {
        self.by_caller = true;
        self
    }

    /// Also looks at calls that were denied, for the fidelity.
    #[must_use]
    pub fn with_denied(mut self) -> Self {
        self.only_succeeded = false;
        self
    }

    /// Condition keys, in lower case, that the policies name for an action in
    /// lower case.
    pub fn interest(&self, action: &str) -> Arc<[String]> {
        let known = self.interest.read().map_or_else(
            |it| it.into_inner().get(action).cloned(),
            |it| it.get(action).cloned(),
        );
        if let Some(known) = known {
            return known;
        }
        let naming = self.naming(std::slice::from_ref(&action));
        let statements = naming.filter_map(Eye::statement);
        let keys: BTreeSet<String> = statements
            .flat_map(|statement| statement.conditions())
            .map(|condition| condition.key_lower().to_owned())
            .collect();
        let keys: Interest = keys.into_iter().collect();
        if let Ok(mut interest) = self.interest.write()
            && interest.len() < MAX_ACTIONS
        {
            interest.insert(action.to_owned(), keys.clone());
        }
        keys
    }

    /// The statements that name one of these actions, in lower case.
    fn naming<'l>(&'l self, actions: &'l [impl AsRef<str>]) -> impl Iterator<Item = &'l Eye> {
        self.eyes.iter().filter(|eye| {
            eye.statement().is_some_and(|statement| {
                let scope = statement.actions();
                actions.iter().any(|action| scope.names(action.as_ref()))
            })
        })
    }

    /// What is seen of calls that need these actions, in lower case; by anyone,
    /// or by a caller whose ARN is known.
    fn of_actions(&self, actions: &[String], caller: Option<&Principal>) -> Seen {
        let mut seen = Seen::default();
        for eye in self.naming(actions) {
            seen.any = true;
            let statement = eye.statement().zip(caller);
            if statement.is_none_or(|(statement, caller)| statement.may_bind(caller)) {
                seen.add(eye.seen);
            }
        }
        seen
    }

    /// What the policies see of a need that is mapped: its action, resource
    /// where any policy names resources, and the keys that they ask about but
    /// that a sight has otherwise.
    fn put_need(&self, sight: &mut Vec<u8>, need: &Need) {
        put(sight, need.action.as_str());
        if self.names_resources {
            put(sight, need.resource.as_str());
        }
        for key in self.interest(need.action.lower()).iter() {
            if is_shallow(key) {
                continue;
            }
            match need.context.value(key) {
                None => sight.push(0xfe),
                Some(ContextValue::One(one)) => put(sight, one),
                Some(ContextValue::Many(many)) => {
                    many.iter().for_each(|one| put(sight, one));
                    sight.push(0xfd);
                }
            }
        }
        sight.push(0xfc);
    }
}

/// Whether a sight holds a key apart from the parameters.
fn is_shallow(lower: &str) -> bool {
    CALLER.contains(&lower)
        || matches!(
            lower,
            "aws:requestedregion" | "aws:sourceip" | "aws:useragent" | "aws:tokenissuetime"
        )
}

fn of_statement(statement: &Statement, is_open: bool) -> Seen {
    let mut seen = Seen {
        any: true,
        deep: !is_open,
        ..Seen::default()
    };
    for condition in statement.conditions() {
        match condition.key_lower() {
            "aws:requestedregion" => seen.region = true,
            "aws:sourceip" => {
                let fine = condition.values().iter().any(|value| is_fine(value));
                seen.address |= fine;
                seen.network |= !fine;
            }
            "aws:useragent" => seen.agent = true,
            // Whether it is there follows from the kind of key.
            "aws:tokenissuetime" => seen.issued |= condition.operator().test != Test::Null,
            "aws:currenttime" | "aws:epochtime" | "aws:userid" => seen.unique = true,
            key if CALLER.contains(&key) => {}
            _ => seen.deep = true,
        }
    }
    seen
}

/// Whether a network is smaller than those that sights tell apart. The
/// network that stands for one to be learnt is none.
fn is_fine(network: &str) -> bool {
    let (address, bits) = network.split_once('/').unwrap_or((network, ""));
    if network == "0.0.0.0/32" {
        return false;
    }
    let most = if address.contains(':') {
        NETWORK_BITS.1
    } else {
        NETWORK_BITS.0
    };
    bits.parse::<u8>().map_or(true, |bits| bits > most)
}

/// The network of an address: IPv4 /24, IPv6 /48.
pub fn network(address: &str) -> Option<String> {
    Some(match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(four) => {
            let [a, b, c, _] = four.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(six) => {
            let [a, b, c, ..] = six.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    })
}

/// Remembers what is seen of each kind of call, and networks. One for each
/// worker.
#[derive(Debug, Default)]
pub(crate) struct Sights {
    kinds: HashMap<Box<[u8]>, Seen, RandomState>,
    networks: HashMap<Box<str>, Box<str>, RandomState>,
    name: Vec<u8>,
}

/// Most kinds of calls that are remembered.
const MAX_KINDS: usize = 50_000;

/// Most networks that are remembered.
const MAX_NETWORKS: usize = 50_000;

/// How much of a record was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// No policy names any of its actions.
    Nothing,
    /// The sight is whole.
    Whole,
    /// The sight needs what the record maps to.
    Deep,
}

impl Sights {
    /// Puts the sight of a record, but for what its parameters tell.
    pub(crate) fn look(
        &mut self,
        lens: &Lens,
        reference: &Reference,
        record: &Record<'_>,
        sight: &mut Vec<u8>,
    ) -> Depth {
        let seen = self.kind(lens, reference, record);
        sight.extend_from_slice(&self.name);
        let text = |field| record.text(field).unwrap_or_default();
        match text(Field::IssuerArn) {
            arn if arn.is_empty() => put(sight, &text(Field::Arn)),
            arn => put(sight, &arn),
        }
        put(sight, &text(Field::InvokedBy));
        if !seen.any {
            return Depth::Nothing;
        }
        put(sight, &text(Field::IdentityType));
        put(sight, &text(Field::AccountId));
        put(sight, &text(Field::EventType));
        put(sight, text(Field::AccessKeyId).get(..4).unwrap_or_default());
        put(
            sight,
            record.written(Field::MfaAuthenticated).unwrap_or_default(),
        );
        put(sight, &text(Field::RecipientAccountId));
        put(sight, &text(Field::VpcEndpointId));
        put(sight, &text(Field::SourceIdentity));
        sight.push(u8::from(record.written(Field::TlsDetails).is_some()));
        sight.push(u8::from(record.written(Field::CreationDate).is_some()));
        self.global(seen, record, sight);
        if seen.deep { Depth::Deep } else { Depth::Whole }
    }

    fn global(&mut self, seen: Seen, record: &Record<'_>, sight: &mut Vec<u8>) {
        let text = |field| record.text(field).unwrap_or_default();
        if seen.region || seen.deep {
            put(sight, &text(Field::AwsRegion));
        }
        let address = text(Field::SourceIp);
        if seen.address {
            put(sight, &address);
        } else if seen.network {
            self.network(&address, sight);
        } else {
            sight.push(u8::from(address.parse::<IpAddr>().is_ok()));
        }
        if seen.agent {
            put(sight, &text(Field::UserAgent));
        }
        if seen.issued {
            put(sight, &text(Field::CreationDate));
        }
        if seen.unique {
            put(sight, &record.time().to_string());
            put(sight, &text(Field::PrincipalId));
        }
    }

    fn network(&mut self, address: &str, sight: &mut Vec<u8>) {
        if let Some(known) = self.networks.get(address) {
            put(sight, known);
            return;
        }
        let coarse = network(address).unwrap_or_else(|| address.to_owned());
        put(sight, &coarse);
        if self.networks.len() < MAX_NETWORKS {
            self.networks.insert(address.into(), coarse.into());
        }
    }

    fn kind(&mut self, lens: &Lens, reference: &Reference, record: &Record<'_>) -> Seen {
        let (source, event) = (record.event_source(), record.event_name());
        self.name.clear();
        put(&mut self.name, &source);
        put(&mut self.name, &event);
        let name = self.name.len();
        let caller = if lens.by_caller {
            named_caller(record)
        } else {
            None
        };
        put(&mut self.name, caller.as_deref().unwrap_or_default());
        let known = self.kinds.get(self.name.as_slice()).copied();
        let seen = known.unwrap_or_else(|| {
            let principal = caller.and_then(|_| principal_of(record));
            let (actions, may_imply) = actions(reference, &source, &event);
            let mut seen = lens.of_actions(&actions, principal.as_ref());
            // Whether it does only its parameters tell.
            seen.deep |= seen.any && may_imply;
            if self.kinds.len() < MAX_KINDS {
                self.kinds.insert(self.name.as_slice().into(), seen);
            }
            seen
        });
        // A sight begins with the name alone.
        self.name.truncate(name);
        seen
    }

    /// Adds what the parameters tell.
    pub(crate) fn deepen(lens: &Lens, call: &Call, sight: &mut Vec<u8>) {
        for need in &call.needs {
            lens.put_need(sight, need);
        }
    }
}

/// Actions that a call may need, in lower case: its own, and those that it may
/// imply; and whether there are any of those.
fn actions(reference: &Reference, source: &str, event: &str) -> (Vec<String>, bool) {
    let own = match reference.meaning(source, event) {
        Meaning::Actions(actions) => actions,
        Meaning::Request { action, .. } => vec![action],
        Meaning::UnknownService | Meaning::UnknownCall => return (Vec::new(), false),
    };
    let count = own.len();
    let mut all = Vec::new();
    for action in own {
        let lower = action.to_lowercase();
        if let Some(facts) = reference.action(&lower) {
            if crate::mapping::passes_roles(&facts) {
                all.push("iam:passrole".to_owned());
            }
            if facts.dependents.contains(&"ec2:CreateTags") {
                all.push("ec2:createtags".to_owned());
            }
        }
        all.push(lower);
    }
    let may_imply = all.len() > count;
    (all, may_imply)
}

#[cfg(test)]
mod tests {
    use gardefou_finding::{FailureReason, InputForm, SkipReason};
    use gardefou_trail::decode::{Limits, Sink, decode};
    use serde_json::{Value, json};

    use super::*;
    use crate::guardrail::{Kind, library};

    struct Looker<'l> {
        lens: &'l Lens,
        reference: Reference,
        sights: Sights,
        found: BTreeSet<Vec<u8>>,
    }

    impl Sink for Looker<'_> {
        fn record(&mut self, record: &Record<'_>) {
            let mut sight = Vec::new();
            self.sights
                .look(self.lens, &self.reference, record, &mut sight);
            self.found.insert(sight);
        }

        fn skipped(&mut self, _: u64, _: SkipReason) {}

        fn failed(&mut self, _: u64, why: FailureReason, _: Option<&str>) {
            panic!("{why:?}");
        }

        fn form(&mut self, _: InputForm) {}
    }

    /// How many sights there are of a call from two networks.
    fn sights(lens: &Lens, identity: &Value) -> usize {
        let mut looker = Looker {
            lens,
            reference: Reference::load(),
            sights: Sights::default(),
            found: BTreeSet::new(),
        };
        for address in ["198.51.100.7", "203.0.113.9"] {
            let record = json!({"eventTime": "2025-11-03T10:00:00Z", "eventName": "DescribeInstances",
                "eventSource": "ec2.amazonaws.com", "awsRegion": "eu-west-1",
                "sourceIPAddress": address, "userIdentity": identity});
            decode(
                Limits::default(),
                record.to_string().as_bytes(),
                &mut looker,
            );
        }
        looker.found.len()
    }

    #[test]
    fn what_is_asked_of_users_alone_is_not_seen_of_roles() {
        let guardrails = library().unwrap();
        let bound = guardrails.iter().filter(|one| one.kind != Kind::Advice);
        let policies: Vec<Arc<Policy>> = bound.map(|one| one.blank().unwrap().policy).collect();
        let user = json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice"});
        let role = json!({"type": "AssumedRole",
            "arn": "arn:aws:sts::111122223333:assumed-role/app/i-1",
            "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/app"}}});
        let (all, by_caller) = (Lens::new(&policies), Lens::new(&policies).by_caller());
        assert_eq!(sights(&all, &role), 2);
        assert_eq!(
            sights(&by_caller, &role),
            1,
            "networks matter only to users' keys"
        );
        assert_eq!(sights(&by_caller, &user), 2);
    }
}
