//! A CloudTrail record → what was asked of IAM.
//!
//! A [`Mapper`] turns a record into a [`Call`]: who asked, when, how it ended,
//! and what it [`Need`]s: each action on each resource, with the context keys
//! that the log holds. Every other key is *not known*; a resource that the log
//! does not name is known only as far as its type's ARN goes. What cannot be
//! mapped says why. Nothing is guessed.

mod globals;
mod implied;
mod parameters;
mod principal;
mod resource;
mod service;

use std::collections::HashMap;

use ahash::RandomState;
use gardefou_finding::{Outcome, Timestamp, WhyUnmapped};
use gardefou_iam::{Action, Context, Principal, Resource};
use gardefou_trail::decode::{Field, Record};

use crate::lens::Lens;
use crate::reference::{ActionFacts, Meaning, Reference};
pub(crate) use implied::passes_roles;
pub use parameters::Parameters;
pub(crate) use principal::{named as named_caller, of as principal_of};

/// One call, in IAM's words.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it was made.
    pub time: Timestamp,
    /// `eventID`; empty where the record has none.
    pub event_id: Box<str>,
    /// `eventSource`, such as `ec2.amazonaws.com`.
    pub service: Box<str>,
    /// `eventName`, such as `RunInstances`.
    pub name: Box<str>,
    /// `awsRegion`.
    pub region: Box<str>,
    /// Account in which it is recorded.
    pub account: Box<str>,
    /// How it ended.
    pub outcome: Outcome,
    /// Who asked.
    pub principal: Principal,
    /// The access key, where the record shows one.
    pub credential: Box<str>,
    /// All that must be allowed for the call to succeed.
    pub needs: Vec<Need>,
    /// Byte offset of the record in its inflated source.
    pub offset: u64,
    /// Number of the record in its source, from 0.
    pub record: u64,
}

/// One thing that a call must be allowed.
#[derive(Clone, Debug)]
pub struct Need {
    /// The action.
    pub action: Action,
    /// On what; known in full, or only as a pattern
    /// ([`Resource::is_pattern`]).
    pub resource: Resource,
    /// The keys that the log holds; all others are not known.
    pub context: Context,
    /// Whether the call implies it rather than being it, as `RunInstances`
    /// with a role implies `iam:PassRole`.
    pub implied: bool,
}

/// ARNs by account and name, where a snapshot tells: `user/NAME`, `role/NAME`.
/// The log names users and roles without their path.
#[derive(Clone, Debug, Default)]
pub struct Names {
    arns: HashMap<(String, String), String, RandomState>,
}

impl Names {
    /// Learns the users and roles of a snapshot.
    pub fn of(snapshot: &gardefou_iam::snapshot::Snapshot) -> Self {
        let mut names = Self::default();
        for one in &snapshot.principals {
            let kind = match one.kind {
                gardefou_iam::snapshot::Kind::User => "user",
                gardefou_iam::snapshot::Kind::Role => "role",
            };
            let key = (one.account.to_string(), format!("{kind}/{}", one.name));
            names.arns.insert(key, one.arn.to_string());
        }
        names
    }

    fn get(&self, account: &str, name: &str) -> Option<&str> {
        let key = (account.to_owned(), name.to_owned());
        self.arns.get(&key).map(String::as_str)
    }
}

/// Maps records to calls.
#[derive(Debug)]
pub struct Mapper<'a> {
    reference: &'a Reference,
    names: Names,
    /// The policies that will be asked.
    lens: Option<&'a Lens>,
}

impl<'a> Mapper<'a> {
    /// A mapper that knows no more than the reference.
    pub fn new(reference: &'a Reference) -> Self {
        Self {
            reference,
            names: Names::default(),
            lens: None,
        }
    }

    /// With the users and roles of a snapshot.
    #[must_use]
    pub fn with_names(mut self, names: Names) -> Self {
        self.names = names;
        self
    }

    /// With policies that will be asked: where they name a condition key of a
    /// service that the reference does not list for an action, requests of
    /// that action do not have it, and the context says so.
    #[must_use]
    pub fn asking(mut self, lens: &'a Lens) -> Self {
        self.lens = Some(lens);
        self
    }

    /// The reference.
    pub fn reference(&self) -> &'a Reference {
        self.reference
    }

    /// What a record asked of IAM.
    ///
    /// # Errors
    /// Why it cannot be said.
    pub fn map(&self, record: &Record<'_>) -> Result<Call, WhyUnmapped> {
        if !is_request(record) {
            return Err(WhyUnmapped::NotARequest);
        }
        let source = record.event_source();
        let event = record.event_name();
        let meaning = self.reference.meaning(&source, &event);
        let principal = principal::of(record).ok_or(WhyUnmapped::NoPrincipal)?;
        let parameters = Parameters::of(record);
        let asked = Asked {
            record,
            principal: &principal,
            parameters: &parameters,
            account: account(record, &principal),
            region: record.aws_region().unwrap_or_default().into_owned(),
        };
        let mut needs = match meaning {
            Meaning::UnknownService => return Err(WhyUnmapped::UnknownService),
            Meaning::UnknownCall => return Err(WhyUnmapped::UnknownCall),
            Meaning::Request { action, path } => self.request(&asked, &action, &path),
            Meaning::Actions(actions) => actions
                .iter()
                .filter_map(|action| self.reference.action(&action.to_lowercase()))
                .flat_map(|facts| self.needs(&asked, &facts, false))
                .collect(),
        };
        if needs.is_empty() {
            return Err(WhyUnmapped::UnknownCall);
        }
        needs.extend(implied::needs(self, &asked));
        Ok(call(record, &asked, principal.clone(), needs))
    }

    /// An action on each of its resources.
    fn needs(&self, asked: &Asked<'_>, facts: &ActionFacts<'_>, implied: bool) -> Vec<Need> {
        let resources = resource::of(asked, facts, self.reference, &self.names);
        let needs = resources.into_iter().filter_map(|(kind, resource)| {
            Some(Need {
                action: Action::new(facts.action).ok()?,
                context: self.context(asked, facts, kind),
                resource,
                implied,
            })
        });
        needs.collect()
    }

    /// The context of a request about a resource of a type.
    fn context(&self, asked: &Asked<'_>, facts: &ActionFacts<'_>, kind: &str) -> Context {
        let mut context = globals::context(asked);
        for (key, value) in service::keys(asked, facts) {
            let lower = key.to_lowercase();
            if facts.has_key(kind, &lower) || is_of_provider(&lower) {
                context = context.with_value(&key, value);
            }
        }
        let lower = facts.action.to_lowercase();
        let interest = self.lens.map(|lens| lens.interest(&lower));
        for key in interest.iter().flat_map(|asked| &asked.keys) {
            if is_of_service(key) && !facts.has_key(kind, key) {
                context = context.with_all(key, []);
            }
        }
        context
    }

    /// A call whose action is HTTP's method, on the path.
    fn request(&self, asked: &Asked<'_>, action: &str, path: &str) -> Vec<Need> {
        let Some(facts) = self.reference.action(&action.to_lowercase()) else {
            return Vec::new();
        };
        let arn = resource::of_path(asked, path);
        let resource = Resource::like(&arn, None);
        let (Ok(action), Ok(resource)) = (Action::new(facts.action), resource) else {
            return Vec::new();
        };
        vec![Need {
            action,
            resource,
            context: self.context(asked, &facts, ""),
            implied: false,
        }]
    }
}

/// What is known of a record while it is mapped.
pub(crate) struct Asked<'r> {
    record: &'r Record<'r>,
    principal: &'r Principal,
    parameters: &'r Parameters,
    /// Account whose resources are asked for.
    account: String,
    region: String,
}

/// Whether a key is about a service or the request's tags rather than global.
fn is_of_service(lower: &str) -> bool {
    (!lower.starts_with("aws:") && !is_of_provider(lower))
        || lower.starts_with("aws:requesttag/")
        || lower.starts_with("aws:resourcetag/")
        || lower == "aws:tagkeys"
}

/// Whether a key is one of an identity provider, which no list can name:
/// `token.actions.githubusercontent.com:sub`.
fn is_of_provider(lower: &str) -> bool {
    lower
        .split_once(':')
        .is_some_and(|(host, _)| host.contains('.'))
}

/// Whether the record is of a request that IAM decides.
fn is_request(record: &Record<'_>) -> bool {
    let kind = record.event_type();
    let is_call = matches!(
        kind.as_deref(),
        None | Some("AwsApiCall" | "AwsConsoleAction")
    );
    is_call && record.event_source() != "signin.amazonaws.com"
}

/// Whose resources a call is about, as far as nothing says otherwise: those of
/// the account that records it.
fn account(record: &Record<'_>, principal: &Principal) -> String {
    let recipient = record.recipient_account_id().filter(|it| !it.is_empty());
    match recipient {
        Some(recipient) => recipient.into_owned(),
        None => principal.account().unwrap_or_default().to_owned(),
    }
}

fn call(record: &Record<'_>, asked: &Asked<'_>, principal: Principal, needs: Vec<Need>) -> Call {
    let text = |field| record.text(field).unwrap_or_default().into();
    Call {
        time: record.time(),
        event_id: text(Field::EventId),
        service: record.event_source().into(),
        name: record.event_name().into(),
        region: asked.region.as_str().into(),
        account: asked.account.as_str().into(),
        outcome: record.outcome(),
        principal,
        credential: text(Field::AccessKeyId),
        needs,
        offset: record.offset(),
        record: record.ordinal(),
    }
}
