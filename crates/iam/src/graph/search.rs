//! The search: backwards from what is worth reaching.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::admin::{Admin, Administrators, administrators};
use super::edge::{Edges, tidy};
use super::hypothesis::hypotheses;
use super::seed::{Seed, Seeds, To};
use super::step::Use;
use super::tell::{Teller, doubts};
use super::together::together;
use super::world::{Outcome, Question, World};
use super::{Analysis, Limits};
use crate::request::Action;
use crate::snapshot::{Id, Thing};
use crate::stack::Attached;

/// A doubt is as long as this many steps: a certain way is preferred.
const DOUBT: u32 = 1000;

/// A way on from a principal.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// Where it leads.
    pub(super) to: To,
    /// The methods that do it, best first.
    pub(super) uses: Vec<Use>,
    /// Whether `to` is the end; else its own best way follows.
    pub(super) ends: bool,
    /// Steps to the end, and doubts.
    pub(super) cost: u32,
}

/// What the search knows of principals.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Ways on, cheapest first.
    pub(super) ways: BTreeMap<Id, Vec<Way>>,
    /// The least cost of each principal that gets there.
    cost: BTreeMap<Id, u32>,
}

/// Searches everything.
pub(super) fn search(world: &World<'_>, limits: &Limits) -> Analysis {
    let admin = Admin::new(world);
    let admins = administrators(world, &admin);
    let certain: BTreeSet<Id> = admins
        .iter()
        .filter(|(_, outcome)| outcome.doubt() == 0)
        .map(|(id, _)| *id)
        .collect();
    let edges = Edges::new(world);
    let seeds = Seeds::find(&edges, &admin, limits.ways, &|id| certain.contains(&id));
    let to_admin = to_administrators(&edges, &admins, seeds, limits);
    let mut teller = Teller::new(world, limits.paths);
    teller.administrators(&to_admin, &admins, limits.ways);
    let mut reach: BTreeSet<Id> = certain
        .iter()
        .chain(to_admin.ways.keys())
        .copied()
        .collect();
    for one in together(&edges, &admin, &reach) {
        teller.together(&one);
        reach.insert(one.from);
    }
    let left_out = to_buckets(&edges, &reach, limits, &mut teller);
    for hypothesis in hypotheses(&edges, &reach) {
        teller.hypothesis(hypothesis);
    }
    let (paths, paths_left_out) = teller.finish();
    let perhaps = admins.iter().filter_map(|(id, outcome)| match outcome {
        Outcome::Yes(on) if !on.is_empty() => Some((*id, on.clone())),
        _ => None,
    });
    Analysis {
        perhaps: perhaps.collect(),
        administrators: certain,
        paths,
        paths_left_out,
        buckets_left_out: left_out,
    }
}

fn price(uses: &[Use]) -> u32 {
    1 + DOUBT
        * uses
            .iter()
            .map(|one| doubts(&one.depends))
            .min()
            .unwrap_or(0)
            .min(1000)
}

/// Ways to administrators: from them and from seeds, backwards.
fn to_administrators(
    edges: &Edges<'_>,
    admins: &Administrators,
    seeds: Vec<Seed>,
    limits: &Limits,
) -> Found {
    let mut found = Found::default();
    let mut starts = Vec::new();
    for (id, outcome) in admins {
        starts.push((DOUBT * u32::try_from(outcome.doubt()).unwrap_or(1), *id));
    }
    for (from, ways) in merged(seeds) {
        let least = ways.iter().map(|way| way.cost).min().unwrap_or(DOUBT);
        starts.push((least, from));
        found.ways.insert(from, ways);
    }
    let done: BTreeSet<Id> = admins
        .iter()
        .filter(|(_, one)| one.doubt() == 0)
        .map(|(id, _)| *id)
        .collect();
    backwards(edges, starts, &done, limits.ways, found)
}

/// Seeds of each principal, those with the same end together.
fn merged(seeds: Vec<Seed>) -> BTreeMap<Id, Vec<Way>> {
    let mut by_end: BTreeMap<(Id, To), Vec<Use>> = BTreeMap::new();
    for seed in seeds {
        by_end
            .entry((seed.from, seed.to))
            .or_default()
            .push(seed.found);
    }
    let mut ways: BTreeMap<Id, Vec<Way>> = BTreeMap::new();
    for ((from, to), mut uses) in by_end {
        tidy(&mut uses);
        let cost = price(&uses);
        ways.entry(from).or_default().push(Way {
            to,
            uses,
            ends: true,
            cost,
        });
    }
    ways
}

/// Goes from the starts to everyone who can act as them, cheapest first.
fn backwards(
    edges: &Edges<'_>,
    starts: Vec<(u32, Id)>,
    done: &BTreeSet<Id>,
    most: usize,
    found: Found,
) -> Found {
    let found = RefCell::new(found);
    let mut queue: BinaryHeap<Reverse<(u32, Id)>> = starts.into_iter().map(Reverse).collect();
    let mut visited = BTreeSet::new();
    while let Some(Reverse((cost, target))) = queue.pop() {
        if !visited.insert(target) {
            continue;
        }
        found.borrow_mut().cost.insert(target, cost);
        let full = |id: Id| {
            done.contains(&id)
                || found
                    .borrow()
                    .ways
                    .get(&id)
                    .is_some_and(|ways| ways.len() >= most)
        };
        for (member, uses) in edges.into(target, &full) {
            let cost = cost.saturating_add(price(&uses));
            let way = Way {
                to: To::Principal(target),
                uses,
                ends: done.contains(&target),
                cost,
            };
            found.borrow_mut().ways.entry(member).or_default().push(way);
            queue.push(Reverse((cost, member)));
        }
    }
    let mut found = found.into_inner();
    for ways in found.ways.values_mut() {
        ways.sort_by_key(|way| way.cost);
    }
    found
}

/// Ways to the content of buckets, for those who have no way to everything.
fn to_buckets(
    edges: &Edges<'_>,
    reach: &BTreeSet<Id>,
    limits: &Limits,
    teller: &mut Teller<'_>,
) -> u64 {
    let things = &edges.world.snapshot.things;
    let buckets: Vec<&Thing> = things
        .iter()
        .filter(|one| one.kind == "aws_s3_bucket")
        .collect();
    for bucket in buckets.iter().take(limits.buckets) {
        let Some(name) = bucket.text("bucket").or(bucket.text("name")) else {
            continue;
        };
        let readers = readers(edges.world, bucket, name, reach);
        let starts = readers
            .iter()
            .map(|(id, outcome)| (DOUBT * u32::try_from(outcome.doubt()).unwrap_or(1), *id));
        let done: BTreeSet<Id> = readers.keys().chain(reach).copied().collect();
        let found = backwards(
            edges,
            starts.collect(),
            &done,
            limits.ways,
            Found::default(),
        );
        teller.bucket(name, &found, &readers, limits.ways);
    }
    buckets.len().saturating_sub(limits.buckets) as u64
}

/// Who reads objects of a bucket.
pub(super) type Readers = BTreeMap<Id, Outcome>;

fn readers(world: &World<'_>, bucket: &Thing, name: &str, reach: &BTreeSet<Id>) -> Readers {
    let mut found = Readers::new();
    let Ok(action) = Action::new("s3:GetObject") else {
        return found;
    };
    let policy = bucket_policy(world, name);
    for class in &world.classes {
        let touches = !class.patterns(&["s3:getobject"]).is_empty();
        let same = *class.account == *bucket.account;
        let by_bucket = same && !policy.is_empty();
        if !touches && !by_bucket {
            continue;
        }
        let asked = if policy.is_empty() {
            class.members.get(..1).unwrap_or_default()
        } else {
            &class.members
        };
        for member in asked {
            let outcome = reads(
                world,
                class,
                *member,
                &action,
                name,
                &bucket.account,
                &policy,
            );
            if outcome.is_yes() {
                let all = if policy.is_empty() {
                    class.members.as_slice()
                } else {
                    std::slice::from_ref(member)
                };
                found.extend(all.iter().map(|id| (*id, outcome.clone())));
            }
        }
    }
    found.retain(|id, _| !reach.contains(id));
    found
}

/// A bucket's policy, where a resource file has one that could be read.
pub(super) fn bucket_policy(world: &World<'_>, name: &str) -> Vec<Attached> {
    let things = world.snapshot.things.iter();
    let mut policies =
        things.filter(|one| one.kind == "aws_s3_bucket_policy" && one.text("bucket") == Some(name));
    let policy = policies.find_map(|one| one.policy.as_ref()?.as_ref().ok());
    policy
        .map(|policy| Attached::new("bucket policy", policy.clone()))
        .into_iter()
        .collect()
}

fn reads(
    world: &World<'_>,
    class: &super::world::Class,
    member: Id,
    action: &Action,
    name: &str,
    owner: &str,
    policy: &[Attached],
) -> Outcome {
    let mut best = Outcome::No;
    for resource in objects(class, name) {
        let what = Question {
            resource: &resource,
            owner: Some(owner),
            policies: policy,
            ..Question::default()
        };
        let outcome = world.ask_action(class, member, action, &what);
        if outcome.doubt() < best.doubt() {
            best = outcome;
        }
    }
    best
}

/// Objects of a bucket that may be read: any, or such as policies name.
pub(super) fn objects(class: &super::world::Class, name: &str) -> BTreeSet<String> {
    let form = format!("arn:aws:s3:::{name}/*");
    let patterns = class.patterns(&["s3:getobject"]);
    let plain = patterns
        .into_iter()
        .filter(|pattern| !pattern.contains("${"));
    let found = plain.filter_map(|pattern| super::witness::witness(pattern, &form));
    found
        .chain([format!("arn:aws:s3:::{name}/object")])
        .take(16)
        .collect()
}
