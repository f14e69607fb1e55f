//! Which rules an event matches, mostly without asking any of them.
//!
//! What an event's [`Signature`] leaves open, the classes of a few further
//! fields decide mostly. They are asked about one after another, and only as
//! long as a rule depends on them: a decision tree that grows with what is met.
//! rsigma is asked only about what its leaves leave open.

use std::collections::HashMap;

use ahash::RandomState;

use super::facet::{Class, Facet, FacetSet, OF_CALLER, OTHER, OfCaller, facets, value};
use super::prefilter::{Known, KnownFields, Truth, truth};
use super::rest::Rest;
use super::{Candidates, RuleIndex, RuleSet, Signature};
use crate::decode::{Field, Record};

/// Nodes of the tree; an archive that needs more is made to hurt, and its
/// further events are asked about rule by rule.
const MAX_NODES: usize = 100_000;
/// Open rules of which the rest is kept; beyond, whole rules are asked.
const MAX_RESTS: usize = 20_000;

/// A worker's decisions. One for each thread.
pub struct Matcher<'a> {
    rules: &'a RuleSet,
    facets: Vec<Facet<'a>>,
    /// For each rule the facets that it asks about.
    uses: Vec<FacetSet>,
    /// Nodes by signature.
    roots: HashMap<Vec<u8>, usize, RandomState>,
    nodes: Vec<Node>,
    /// Rests of open rules that were kept.
    rests: usize,
    /// How often the tree was begun anew.
    age: u32,
    candidates: Candidates,
    key: Vec<u8>,
}

/// What was decided of a record: it holds for all with the same signature and
/// the same classes of values, as long as the tree stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision {
    node: usize,
    age: u32,
}

/// A place in the tree: what is decided, and what decides the rest.
struct Node {
    /// Rules that surely match, in order.
    sure: Box<[RuleIndex]>,
    /// Rules that are not decided here, in order.
    open: Box<[Open]>,
    /// The facet that is asked about next; `None`: nothing decides more.
    facet: Option<usize>,
    /// Nodes by the class of that facet.
    next: Vec<(Class, usize)>,
}

/// A rule that is not decided.
struct Open {
    rule: RuleIndex,
    /// What is left of it, where the node is a leaf and there was room.
    rest: Option<Box<Rest>>,
}

/// The way to a node: facets that were asked about, and those that answered.
#[derive(Clone, Copy, Default)]
struct Way {
    asked: FacetSet,
    known: FacetSet,
}

impl Way {
    fn add(&mut self, facet: usize, class: Class) {
        self.asked |= 1 << facet;
        if class != OTHER {
            self.known |= 1 << facet;
        }
    }
}

impl<'a> Matcher<'a> {
    /// A matcher that has decided nothing yet.
    pub fn new(rules: &'a RuleSet) -> Self {
        let (facets, uses) = facets(rules.detections());
        Self {
            rules,
            facets,
            uses,
            roots: HashMap::default(),
            nodes: Vec::new(),
            rests: 0,
            age: 0,
            candidates: Candidates::default(),
            key: Vec::new(),
        }
    }

    /// Puts the rules that match a record into `matched`, in order.
    pub fn matches(
        &mut self,
        signature: &Signature<'_>,
        record: &Record<'_>,
        matched: &mut Vec<RuleIndex>,
    ) {
        if let Some(decision) = self.decide(signature, record) {
            self.apply(decision, record, matched);
            return;
        }
        matched.clear();
        let rules = self.rules;
        let candidates = self.candidates.of(rules.detections(), signature).iter();
        matched.extend(candidates.filter(|rule| rules.matches(**rule, record)));
    }

    /// What can be decided of a record without asking any rule; `None` where
    /// its signature does not tell all.
    pub(crate) fn decide(
        &mut self,
        signature: &Signature<'_>,
        record: &Record<'_>,
    ) -> Option<Decision> {
        let node = is_plain(signature, record).then(|| self.leaf(signature, record))?;
        Some(Decision {
            node,
            age: self.age,
        })
    }

    /// Puts the rules that match into `matched`, in order, by what was decided
    /// of a record like this one; `false` where that is forgotten.
    pub(crate) fn apply(
        &self,
        decision: Decision,
        record: &Record<'_>,
        matched: &mut Vec<RuleIndex>,
    ) -> bool {
        matched.clear();
        let node = self.nodes.get(decision.node);
        let Some(node) = node.filter(|_| decision.age == self.age) else {
            return false;
        };
        node.apply(self.rules, record, matched);
        true
    }

    /// The classes of all that tells of the caller alone. Callers of the same
    /// classes and the same `userIdentity.type` are one to every decision.
    pub(crate) fn caller(&mut self, record: &Record<'_>) -> OfCaller {
        let mut classes = OfCaller::default();
        for (class, field) in classes.iter_mut().zip(OF_CALLER) {
            let mut facets = self.facets.iter_mut();
            if let Some(facet) = facets.find(|facet| facet.field == field) {
                *class = facet.class(record);
            }
        }
        classes
    }

    /// The last node on the way of a record, grown where it is new.
    fn leaf(&mut self, signature: &Signature<'_>, record: &Record<'_>) -> usize {
        signature.write_key(&mut self.key);
        let mut way = Way::default();
        let mut at = match self.roots.get(self.key.as_slice()) {
            Some(root) => *root,
            None => self.grow_root(signature, record),
        };
        while let Some(node) = self.nodes.get(at)
            && let Some(index) = node.facet
            && let Some(facet) = self.facets.get_mut(index)
        {
            let class = facet.class(record);
            way.add(index, class);
            let known = node.next.iter().find(|(of, _)| *of == class);
            match known.copied() {
                Some((_, next)) => at = next,
                None if self.nodes.len() >= MAX_NODES => break,
                None => at = self.grow(at, class, way, signature, record),
            }
        }
        at
    }

    fn grow_root(&mut self, signature: &Signature<'_>, record: &Record<'_>) -> usize {
        let all = self.rules.detections().len();
        let all: Vec<RuleIndex> = (0..all).filter_map(|n| n.try_into().ok()).collect();
        if self.nodes.len() >= MAX_NODES {
            // Room for those to come: what was learned is learned again.
            self.roots.clear();
            self.nodes.clear();
            self.rests = 0;
            self.age = self.age.wrapping_add(1);
        }
        let root = self.node(Vec::new(), &all, Way::default(), signature, record);
        self.roots.insert(self.key.clone(), self.nodes.len());
        self.nodes.push(root);
        self.nodes.len() - 1
    }

    fn grow(
        &mut self,
        parent: usize,
        class: Class,
        way: Way,
        signature: &Signature<'_>,
        record: &Record<'_>,
    ) -> usize {
        let Some(node) = self.nodes.get(parent) else {
            return parent;
        };
        let open: Vec<RuleIndex> = node.open.iter().map(|open| open.rule).collect();
        let child = self.node(node.sure.to_vec(), &open, way, signature, record);
        let at = self.nodes.len();
        self.nodes.push(child);
        if let Some(node) = self.nodes.get_mut(parent) {
            node.next.push((class, at));
        }
        at
    }

    /// Decides what is open by what is known at the end of a way.
    fn node(
        &mut self,
        mut sure: Vec<RuleIndex>,
        open: &[RuleIndex],
        way: Way,
        signature: &Signature<'_>,
        record: &Record<'_>,
    ) -> Node {
        let known = Decisive {
            signature,
            record,
            facets: &self.facets,
            known: way.known,
        };
        let mut left = Vec::new();
        let mut used: FacetSet = 0;
        for index in open {
            let rule = self.rules.detections().get(usize::from(*index));
            match rule.map_or(Truth::False, |rule| truth(rule, &known)) {
                Truth::True => sure.push(*index),
                Truth::Unknown => {
                    left.push(*index);
                    used |= self.uses.get(usize::from(*index)).copied().unwrap_or(0);
                }
                Truth::False => {}
            }
        }
        sure.sort_unstable();
        let facet = self.most_telling(used & !way.asked, &left, &known);
        let has_room = facet.is_none() && self.rests < MAX_RESTS;
        let open: Box<[Open]> = left
            .into_iter()
            .map(|index| Open::of(self.rules, index, has_room.then_some(&known)))
            .collect();
        if has_room {
            self.rests += open.len();
        }
        Node {
            sure: sure.into_boxed_slice(),
            open,
            facet,
            next: Vec::new(),
        }
    }

    /// The facet that decides most of the open rules for this record, and so
    /// probably for others on the same way; of equal ones the first.
    fn most_telling(
        &self,
        facets: FacetSet,
        open: &[RuleIndex],
        known: &Decisive<'_>,
    ) -> Option<usize> {
        let decided = |facet: &usize| {
            let with = Decisive {
                known: known.known | 1 << facet,
                ..*known
            };
            let rules = open.iter().filter_map(|index| {
                let rule = self.rules.detections().get(usize::from(*index))?;
                (truth(rule, &with) != Truth::Unknown).then_some(())
            });
            rules.count()
        };
        let facets = (0..self.facets.len()).filter(|facet| facets & 1 << facet != 0);
        facets.rev().max_by_key(decided)
    }
}

impl Open {
    /// A rule, without what these fields decide.
    fn of(rules: &RuleSet, rule: RuleIndex, known: Option<&Decisive<'_>>) -> Self {
        let whole = rules.detections().get(usize::from(rule));
        let rest = whole
            .zip(known)
            .and_then(|(whole, known)| Rest::of(whole, known));
        Self {
            rule,
            rest: rest.map(Box::new),
        }
    }

    fn matches(&self, rules: &RuleSet, record: &Record<'_>) -> bool {
        match &self.rest {
            Some(rest) => rest.matches(record),
            None => rules.matches(self.rule, record),
        }
    }
}

impl Node {
    fn apply(&self, rules: &RuleSet, record: &Record<'_>, matched: &mut Vec<RuleIndex>) {
        matched.extend_from_slice(&self.sure);
        let asked = self.open.iter().filter(|open| open.matches(rules, record));
        matched.extend(asked.map(|open| open.rule));
        if !self.sure.is_empty() && !self.open.is_empty() {
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

/// The signature and the facets of a record that are known so far, and nothing
/// else of it, since what is decided holds for every record of these classes.
#[derive(Clone, Copy)]
struct Decisive<'d> {
    signature: &'d Signature<'d>,
    record: &'d Record<'d>,
    facets: &'d [Facet<'d>],
    known: FacetSet,
}

impl KnownFields for Decisive<'_> {
    fn field(&self, path: &str) -> Known<'_> {
        let facets = self.facets.iter().enumerate();
        let Some((index, facet)) = facets
            .into_iter()
            .find(|(_, facet)| facet.field.path() == path)
        else {
            return self.signature.field(path);
        };
        if self.known & 1 << index == 0 {
            return Known::Nothing;
        }
        match self.record.written(facet.field) {
            None => Known::Absent,
            Some(written) => value(written).map_or(Known::Nothing, Known::Value),
        }
    }
}
