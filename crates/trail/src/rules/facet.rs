//! Fields whose values are all the same to the rules but for a few classes.
//!
//! Rules ask of most fields only a handful of things: does the address lie in
//! these networks, does the name end so. Two values of which the same things
//! are true are one class: what a rule decides of one holds for the other.
//! Values repeat from event to event, so their classes are remembered.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use ahash::RandomState;
use rsigma_eval::matcher::CompiledMatcher;
use rsigma_eval::{CompiledDetection, CompiledRule, EventValue};

use super::prefilter::{is_self_contained, nothing};
use crate::decode::{Field, Record};

/// The fields that are looked at, those first that are cheap or decide much.
const FIELDS: [Field; 23] = [
    Field::InvokedBy,
    Field::IssuerType,
    Field::ReadOnly,
    Field::ManagementEvent,
    Field::EventType,
    Field::EventCategory,
    Field::MfaAuthenticated,
    Field::AwsRegion,
    Field::AccountId,
    Field::RecipientAccountId,
    Field::IssuerAccountId,
    Field::IssuerUserName,
    Field::UserName,
    Field::VpcEndpointId,
    Field::SourceIdentity,
    Field::SessionCredentialFromConsole,
    Field::PrincipalId,
    Field::Arn,
    Field::AccessKeyId,
    Field::IssuerArn,
    Field::SourceIp,
    Field::UserAgent,
    Field::ErrorMessage,
];
/// Of these the ones that tell of the caller alone: who, from where, with what.
pub(crate) const OF_CALLER: [Field; 14] = [
    Field::InvokedBy,
    Field::IssuerType,
    Field::MfaAuthenticated,
    Field::AccountId,
    Field::IssuerAccountId,
    Field::IssuerUserName,
    Field::UserName,
    Field::SourceIdentity,
    Field::PrincipalId,
    Field::Arn,
    Field::AccessKeyId,
    Field::IssuerArn,
    Field::SourceIp,
    Field::UserAgent,
];
/// The classes of these.
pub(crate) type OfCaller = [Class; OF_CALLER.len()];
/// And those that tell of the call, whoever makes it.
pub(crate) const OF_CALL: [Field; 9] = [
    Field::ReadOnly,
    Field::ManagementEvent,
    Field::EventType,
    Field::EventCategory,
    Field::AwsRegion,
    Field::RecipientAccountId,
    Field::VpcEndpointId,
    Field::SessionCredentialFromConsole,
    Field::ErrorMessage,
];
/// Values of one field whose class is remembered. When there are more, all are
/// forgotten: an archive that changes all the time is made to hurt.
const MAX_REMEMBERED: usize = 10_000;
/// Longest value that is remembered, as written.
const MAX_WRITTEN: usize = 512;
/// Classes of one field; further ones are not told apart.
const MAX_CLASSES: usize = 256;

/// A class of values.
pub(super) type Class = u16;
/// The event has no such field.
const ABSENT: Class = 0;
/// A value of which nothing is known.
pub(super) const OTHER: Class = 1;

/// A set of facets, by index.
pub(super) type FacetSet = u32;

/// One field with what the rules ask of it.
pub(super) struct Facet<'a> {
    pub(super) field: Field,
    matchers: Vec<&'a CompiledMatcher>,
    classes: HashMap<Box<[bool]>, Class, RandomState>,
    known: HashMap<Box<str>, Class, RandomState>,
    /// The value met last: many fields hardly change.
    last: (String, Class),
}

/// The facets that any of the rules asks about, and of each rule which.
pub(super) fn facets(rules: &[CompiledRule]) -> (Vec<Facet<'_>>, Vec<FacetSet>) {
    let mut facets: Vec<Facet<'_>> = FIELDS.into_iter().map(Facet::new).collect();
    let mut asked = Asked::default();
    let uses = rules
        .iter()
        .map(|rule| {
            let mut used = 0;
            for detection in rule.detections.values() {
                used |= note(detection, &mut facets, &mut asked);
            }
            used
        })
        .collect();
    (facets, uses)
}

/// What is asked of each facet so far: many rules ask the same.
type Asked = HashSet<(usize, String)>;

/// Notes what a detection asks of the facets; which ones it asks about.
fn note<'a>(
    detection: &'a CompiledDetection,
    facets: &mut [Facet<'a>],
    asked: &mut Asked,
) -> FacetSet {
    match detection {
        CompiledDetection::AllOf(items) => items.iter().fold(0, |used, item| {
            let path = item.field.as_deref();
            let found = facets
                .iter_mut()
                .enumerate()
                .find(|(_, facet)| path == Some(facet.field.path()));
            let Some((index, facet)) = found else {
                return used;
            };
            if is_self_contained(&item.matcher) && asked.insert((index, spelled(&item.matcher))) {
                facet.matchers.push(&item.matcher);
            }
            used | 1 << index
        }),
        CompiledDetection::AnyOf(parts) | CompiledDetection::And(parts) => {
            let mut used = 0;
            for part in parts {
                used |= note(part, facets, asked);
            }
            used
        }
        CompiledDetection::Keywords(_)
        | CompiledDetection::ArrayMatch { .. }
        | CompiledDetection::Conditional { .. } => 0,
    }
}

/// A self-contained matcher as text: two of one text match the same values.
fn spelled(matcher: &CompiledMatcher) -> String {
    let all = |children: &[CompiledMatcher]| {
        let children: Vec<String> = children.iter().map(spelled).collect();
        children.join(", ")
    };
    match matcher {
        // The automaton is made from the needles, and is long to write down.
        CompiledMatcher::AhoCorasickSet {
            needles,
            case_insensitive,
            ..
        } => format!("one of {needles:?}, {case_insensitive}"),
        CompiledMatcher::Not(inner) => format!("not ({})", spelled(inner)),
        CompiledMatcher::AnyOf(children) => format!("any ({})", all(children)),
        CompiledMatcher::AllOf(children) => format!("all ({})", all(children)),
        CompiledMatcher::CaseInsensitiveGroup { children, mode } => {
            format!("{mode:?} in any case ({})", all(children))
        }
        // A regular expression's flags are part of its pattern.
        plain => format!("{plain:?}"),
    }
}

impl<'a> Facet<'a> {
    fn new(field: Field) -> Self {
        Self {
            field,
            matchers: Vec::new(),
            classes: HashMap::default(),
            known: HashMap::default(),
            last: (String::new(), OTHER),
        }
    }

    /// The class of a record's value.
    pub(super) fn class(&mut self, record: &Record<'_>) -> Class {
        let Some(written) = record.written(self.field) else {
            return ABSENT;
        };
        if self.last.0 == written {
            return self.last.1;
        }
        let class = self.look_up(written);
        self.last.0.clear();
        if written.len() <= MAX_WRITTEN {
            self.last.0.push_str(written);
            self.last.1 = class;
        }
        class
    }

    fn look_up(&mut self, written: &str) -> Class {
        if let Some(class) = self.known.get(written) {
            return *class;
        }
        let class = self.classify(written);
        if written.len() <= MAX_WRITTEN {
            if self.known.len() >= MAX_REMEMBERED {
                self.known.clear();
            }
            self.known.insert(written.into(), class);
        }
        class
    }

    fn classify(&mut self, written: &str) -> Class {
        let Some(value) = value(written) else {
            return OTHER;
        };
        let met = self.matchers.iter();
        let met: Box<[bool]> = met
            .map(|matcher| matcher.matches(&value, &nothing()))
            .collect();
        let next = self.classes.len();
        match self.classes.entry(met) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(_) if next >= MAX_CLASSES => OTHER,
            Entry::Vacant(slot) => {
                let class = Class::try_from(next).map_or(OTHER, |next| next + OTHER + 1);
                *slot.insert(class)
            }
        }
    }
}

/// A written value as rules see it; `None` where that takes more than a look:
/// escapes, numbers, `null`, lists and objects.
pub(super) fn value(written: &str) -> Option<EventValue<'_>> {
    match written {
        "true" => Some(EventValue::Bool(true)),
        "false" => Some(EventValue::Bool(false)),
        _ => {
            let text = written.strip_prefix('"')?.strip_suffix('"')?;
            let is_simple = memchr::memchr(b'\\', text.as_bytes()).is_none();
            is_simple.then_some(EventValue::Str(Cow::Borrowed(text)))
        }
    }
}
