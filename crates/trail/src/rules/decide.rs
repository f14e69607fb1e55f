//! Which rules an event matches, mostly without asking any of them.
//!
//! After the [`Candidates`] of its signature, a handful of further fields (the
//! client, who invoked, whether it only reads, …) decide most rules surely.
//! Their combinations repeat from event to event, so what they decide is
//! remembered; rsigma is asked only about the rest.

use std::borrow::Cow;
use std::collections::HashMap;

use ahash::RandomState;
use rsigma_eval::{CompiledRule, EventValue};

use super::prefilter::{Known, KnownFields, Truth, truth};
use super::{Candidates, RuleIndex, RuleSet, Signature};
use crate::decode::{Field, Record};

/// Combinations remembered; an archive with more is made to hurt, and its
/// further events are asked about rule by rule.
const MAX_REMEMBERED: usize = 50_000;
/// Longest value that is remembered, as written.
const MAX_WRITTEN: usize = 512;
/// Characters of an access key that tell its kind (`AKIA`, `ASIA`).
const KEY_KIND: usize = 4;
/// What an EC2 instance's session has in its `principalId`.
const INSTANCE: &str = ":i-";

/// The fields that decide, beside the signature's.
const FACETS: [Field; 7] = [
    Field::UserAgent,
    Field::IssuerType,
    Field::InvokedBy,
    Field::ReadOnly,
    Field::ManagementEvent,
    Field::AccessKeyId,
    Field::PrincipalId,
];

/// A worker's memory. Cheap to make, one for each thread.
#[derive(Default)]
pub struct Matcher {
    candidates: Candidates,
    decided: HashMap<Vec<u8>, Decided, RandomState>,
    key: Vec<u8>,
}

/// What a combination decides.
struct Decided {
    sure: Box<[RuleIndex]>,
    ask: Box<[RuleIndex]>,
}

impl Matcher {
    /// Puts the rules that match a record into `matched`, in order.
    pub fn matches(
        &mut self,
        rules: &RuleSet,
        signature: &Signature<'_>,
        record: &Record<'_>,
        matched: &mut Vec<RuleIndex>,
    ) {
        matched.clear();
        let candidates = self.candidates.of(rules.detections(), signature);
        if candidates.is_empty() {
            return;
        }
        if !is_plain(signature, record) || !write_key(&mut self.key, signature, record) {
            matched.extend(
                candidates
                    .iter()
                    .filter(|rule| rules.matches(**rule, record)),
            );
            return;
        }
        if !self.decided.contains_key(self.key.as_slice()) {
            let decided = decide(rules.detections(), candidates, signature, record);
            if self.decided.len() >= MAX_REMEMBERED {
                decided.apply(rules, record, matched);
                return;
            }
            self.decided.insert(self.key.clone(), decided);
        }
        if let Some(decided) = self.decided.get(self.key.as_slice()) {
            decided.apply(rules, record, matched);
        }
    }
}

impl Decided {
    fn apply(&self, rules: &RuleSet, record: &Record<'_>, matched: &mut Vec<RuleIndex>) {
        matched.extend_from_slice(&self.sure);
        let asked = self.ask.iter().filter(|rule| rules.matches(**rule, record));
        matched.extend(asked);
        if !self.sure.is_empty() && !self.ask.is_empty() {
            matched.sort_unstable();
        }
    }
}

/// Whether the signature tells all of its fields: one that is there and no
/// text looks absent in it.
fn is_plain(signature: &Signature<'_>, record: &Record<'_>) -> bool {
    let told = |text: Option<&str>, field| text.is_some() || record.written(field).is_none();
    told(signature.error, Field::ErrorCode) && told(signature.identity, Field::IdentityType)
}

/// Writes what decides; `false` where a value is too long to be remembered.
fn write_key(key: &mut Vec<u8>, signature: &Signature<'_>, record: &Record<'_>) -> bool {
    signature.write_key(key);
    for facet in FACETS {
        // 0xFF and 0xFE never occur in UTF-8, so parts cannot run together.
        let Some(written) = record.written(facet) else {
            key.push(0xFE);
            continue;
        };
        let told = told(facet, written);
        if told.len() > MAX_WRITTEN {
            return false;
        }
        key.push(0xFF);
        key.extend_from_slice(told.as_bytes());
    }
    true
}

/// The part of a value, as written, that may decide.
fn told(facet: Field, written: &str) -> &str {
    match facet {
        Field::AccessKeyId => written.get(..=KEY_KIND).unwrap_or(written),
        // What differs from session to session is of no use in a memory.
        Field::PrincipalId if is_other_principal(written) => "",
        Field::PrincipalId => INSTANCE,
        _ => written,
    }
}

/// A principal's id that is surely none of an instance.
fn is_other_principal(written: &str) -> bool {
    is_simple_text(written)
        && !written
            .as_bytes()
            .windows(INSTANCE.len())
            .any(|part| part.eq_ignore_ascii_case(INSTANCE.as_bytes()))
}

/// A string without escapes.
fn is_simple_text(written: &str) -> bool {
    written.starts_with('"') && memchr::memchr(b'\\', written.as_bytes()).is_none()
}

fn decide(
    rules: &[CompiledRule],
    candidates: &[RuleIndex],
    signature: &Signature<'_>,
    record: &Record<'_>,
) -> Decided {
    let known = Facets { signature, record };
    let (mut sure, mut ask) = (Vec::new(), Vec::new());
    for index in candidates {
        let rule = rules.get(usize::from(*index));
        match rule.map_or(Truth::False, |rule| truth(rule, &known)) {
            Truth::True => sure.push(*index),
            Truth::Unknown => ask.push(*index),
            Truth::False => {}
        }
    }
    Decided {
        sure: sure.into_boxed_slice(),
        ask: ask.into_boxed_slice(),
    }
}

/// The signature and the facets of a record, and nothing else of it, since
/// what is decided holds for every record that has the same.
struct Facets<'a> {
    signature: &'a Signature<'a>,
    record: &'a Record<'a>,
}

impl KnownFields for Facets<'_> {
    fn field(&self, path: &str) -> Known<'_> {
        let Some(facet) = FACETS.into_iter().find(|facet| facet.path() == path) else {
            return self.signature.field(path);
        };
        let Some(written) = self.record.written(facet) else {
            return Known::Absent;
        };
        match (facet, written) {
            (_, "true") => Known::Value(EventValue::Bool(true)),
            (_, "false") => Known::Value(EventValue::Bool(false)),
            _ if !is_simple_text(written) => Known::Nothing,
            (Field::AccessKeyId, _) => written
                .get(1..=KEY_KIND)
                .filter(|kind| kind.bytes().all(|byte| byte.is_ascii_alphanumeric()))
                .map_or(Known::Nothing, Known::Prefix),
            (Field::PrincipalId, _) if is_other_principal(written) => Known::Lacks(INSTANCE),
            (Field::PrincipalId, _) => Known::Nothing,
            _ => Known::Value(EventValue::Str(Cow::Borrowed(written.trim_matches('"')))),
        }
    }
}
