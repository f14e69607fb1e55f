//! From single resources to patterns.
//!
//! A policy that lists every object that was ever written is none that anybody
//! can keep. What counts up (`task-definition/shop:41`, `:42`) and what is many
//! in one place (objects of a folder) becomes a pattern, and is told.

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{Untrusted, Widening};

use crate::request::Resource;

/// More resources than these in one place are a pattern.
const FEW: usize = 8;

/// Most patterns for one action; more are widened further.
const MOST: usize = 40;

/// Colons before the part of an ARN that names the resource.
const COLONS: usize = 5;

/// The patterns for resources, in order, and which of them stand for several.
pub(super) fn patterns(resources: &BTreeSet<String>) -> (Vec<String>, Vec<Widening>) {
    if resources.contains("*") {
        return (vec!["*".to_owned()], Vec::new());
    }
    // How many single resources each pattern stands for.
    let mut all: BTreeMap<String, u64> = resources.iter().map(|one| (one.clone(), 1)).collect();
    join(&mut all, 1, revision);
    while join(&mut all, FEW, place) {}
    while all.len() > MOST && join(&mut all, 1, place) {}
    let widened = all.iter().filter(|(_, count)| **count > 1);
    let widened = widened
        .map(|(pattern, count)| Widening {
            pattern: Untrusted::new(pattern.as_str()),
            resources: *count,
        })
        .collect();
    (all.into_keys().collect(), widened)
}

/// A resource as a policy has to spell it, so that what is a wildcard or a
/// variable there stays a character. Where the log tells only a pattern, its
/// stars stay stars.
pub(super) fn spelled(resource: &Resource) -> String {
    let text = resource.as_str().replace("${", "${$}{");
    if resource.is_pattern() || text == "*" {
        return text;
    }
    text.replace('*', "${*}").replace('?', "${?}")
}

/// Puts a pattern in the place of more than `few` that have the same head; says
/// whether it did.
fn join(all: &mut BTreeMap<String, u64>, few: usize, head: impl Fn(&str) -> Option<&str>) -> bool {
    let mut heads: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in all.keys() {
        if let Some(head) = head(one) {
            heads.entry(head.to_owned()).or_default().push(one.clone());
        }
    }
    heads.retain(|_, members| members.len() > few);
    for (head, members) in &heads {
        let count = members
            .iter()
            .filter_map(|one| all.remove(one))
            .sum::<u64>();
        *all.entry(format!("{head}*")).or_default() += count;
    }
    !heads.is_empty()
}

/// What stands before a number after a colon: `task-definition/shop:`.
fn revision(arn: &str) -> Option<&str> {
    let (head, number) = arn.rsplit_once(':')?;
    let counts = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = head.bytes().filter(|byte| *byte == b':').count() >= COLONS;
    (counts && is_name).then(|| arn.get(..=head.len()))?
}

/// The place that a resource is in: up to the last separator of its own part,
/// which must leave something of it, so that an account, a type or a bucket
/// is never let go.
fn place(arn: &str) -> Option<&str> {
    let own = arn
        .match_indices(':')
        .nth(COLONS - 1)
        .map(|(colon, _)| colon + 1)?;
    let inner = arn.trim_end_matches('*').trim_end_matches(['/', ':']);
    let last = inner.get(own..)?.rfind(['/', ':'])?;
    (last > 0).then(|| arn.get(..=own + last))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(resources: &[String]) -> Vec<String> {
        patterns(&resources.iter().cloned().collect()).0
    }

    #[test]
    fn a_few_are_listed() {
        let few: Vec<String> = (0..4).map(|n| format!("arn:aws:s3:::b/{n}")).collect();
        assert_eq!(of(&few), few);
        assert_eq!(of(&["*".to_owned(), few[0].clone()]), ["*"]);
    }

    #[test]
    fn many_in_one_place_are_a_pattern() {
        let many = |n: usize| (0..n).map(|n| format!("arn:aws:s3:::b/assets/{n}.js"));
        let mut all: Vec<String> = many(30).collect();
        all.push("arn:aws:s3:::b/index.html".to_owned());
        assert_eq!(
            of(&all),
            ["arn:aws:s3:::b/assets/*", "arn:aws:s3:::b/index.html"]
        );
        let (_, widened) = patterns(&many(30).collect());
        assert_eq!(widened[0].resources, 30);
    }

    #[test]
    fn what_counts_up_is_a_pattern() {
        let tasks = ["41", "42"]
            .map(|n| format!("arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:{n}"));
        assert_eq!(
            of(&tasks),
            ["arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:*"]
        );
    }

    #[test]
    fn buckets_accounts_and_types_stay() {
        let buckets: Vec<String> = (0..90)
            .map(|n| format!("arn:aws:s3:::bucket-{n}"))
            .collect();
        assert_eq!(of(&buckets).len(), 90);
        let accounts: Vec<String> = (0..90)
            .map(|n| format!("arn:aws:iam::{n:012}:role/deploy"))
            .collect();
        assert_eq!(of(&accounts).len(), 90);
        let users: Vec<String> = (0..90)
            .map(|n| format!("arn:aws:iam::111122223333:user/u{n}"))
            .collect();
        assert_eq!(of(&users), ["arn:aws:iam::111122223333:user/*"]);
    }

    #[test]
    fn too_many_places_are_widened() {
        let deep: Vec<String> = (0..300)
            .map(|n| format!("arn:aws:s3:::b/year/{}/x{n}", n % 100))
            .collect();
        assert_eq!(of(&deep), ["arn:aws:s3:::b/year/*"]);
    }
}
