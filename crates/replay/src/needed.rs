//! What the identities of an incident's chain have needed: a guardrail that is
//! made for each identity becomes one of each that did legitimate work.

use std::collections::{BTreeMap, BTreeSet};

use gardefou_iam::least::unlogged;

use crate::guardrail::{Guardrail, Values};
use crate::history::Class;
use crate::mapping::Call;
use crate::replay::Material;

/// Most identities for which a guardrail is made: those with most steps.
const MAX_IDENTITIES: usize = 50;

/// Bytes that a policy's actions may take, so that it fits a boundary's 6,144.
const MAX_BYTES: usize = 5_600;

/// Actions that AWS answers to anybody who signs, whatever policies say.
const UNASKED: [&str; 2] = ["sts:GetCallerIdentity", "sts:GetSessionToken"];

/// Most letters of a name in a guardrail's name.
const MAX_NAME: usize = 64;

/// Services of which a history shows what CloudTrail logs only where it was
/// told to.
#[derive(Debug, Default)]
pub(crate) struct Logged(BTreeSet<&'static str>);

impl Logged {
    /// Takes note of a call.
    pub(crate) fn see(&mut self, call: &Call) {
        for need in call.needs.iter() {
            let Some((service, action)) = need.action.as_str().split_once(':') else {
                continue;
            };
            let of_service = |(known, _): &(&str, _)| known.eq_ignore_ascii_case(service);
            for (service, actions) in unlogged().filter(of_service) {
                let is_it = |one: &&str| *one == "*" || one.eq_ignore_ascii_case(action);
                if actions.iter().any(is_it) {
                    self.0.insert(service);
                }
            }
        }
    }
}

/// The actions that a history shows, and those that it could not show.
pub(crate) fn needed(mut actions: BTreeSet<String>, logged: &Logged) -> Vec<String> {
    for (service, silent) in unlogged().filter(|(service, _)| !logged.0.contains(service)) {
        actions.extend(silent.iter().map(|one| format!("{service}:{one}")));
    }
    actions.extend(UNASKED.map(str::to_owned));
    fitted(actions).into_iter().collect()
}

/// As many as a policy holds: the services with most to name become a star.
fn fitted(mut actions: BTreeSet<String>) -> BTreeSet<String> {
    let size = |all: &BTreeSet<String>| all.iter().map(|one| one.len() + 3).sum::<usize>();
    while size(&actions) > MAX_BYTES {
        let mut services: BTreeMap<&str, usize> = BTreeMap::new();
        for one in actions.iter().filter(|one| !one.ends_with(":*")) {
            let service = one.split(':').next().unwrap_or_default();
            *services.entry(service).or_default() += one.len() + 3;
        }
        let largest = services.into_iter().max_by_key(|(_, bytes)| *bytes);
        let Some(start) = largest.map(|(service, _)| format!("{service}:")) else {
            break;
        };
        actions.retain(|one| !one.starts_with(&start));
        actions.insert(format!("{start}*"));
    }
    actions
}

/// The guardrails to judge, each with what is given of its parameters.
pub(crate) fn all(material: &Material<'_>, classes: &[&Class]) -> Vec<(Guardrail, Values)> {
    let mut all = Vec::new();
    let mut identities = None;
    for guardrail in material.guardrails {
        let given = material.given.get(&guardrail.id).cloned();
        let given = given.unwrap_or_default();
        let Some(each) = &guardrail.each else {
            all.push((guardrail.clone(), given));
            continue;
        };
        let own = identities.get_or_insert_with(|| legitimate(material, classes));
        let chosen = given.get(each).unwrap_or(own).clone();
        let mut names = BTreeSet::new();
        for identity in chosen {
            let mut one = guardrail.clone();
            one.id = named(&guardrail.id, &identity, &mut names);
            let mut given = given.clone();
            given.insert(each.clone(), vec![identity]);
            all.push((one, given));
        }
    }
    all
}

/// ARNs of the users and roles of the incidents' chains that were there before
/// and do legitimate work; those with most steps first.
fn legitimate(material: &Material<'_>, classes: &[&Class]) -> Vec<String> {
    let works: BTreeSet<&str> = classes
        .iter()
        .filter_map(|class| class.call.as_ref()?.principal.principal_arn())
        .collect();
    let mut steps: BTreeMap<&str, usize> = BTreeMap::new();
    for ((incident, _, _), step) in &material.collected.steps {
        let identities = material.incidents.get(*incident);
        let identity = identities.and_then(|one| one.identities.get(step.identity));
        let arn = step.call.as_ref().ok();
        let arn = arn.and_then(|call| call.principal.principal_arn());
        if let Some(arn) = arn
            && identity.is_some_and(|one| !one.made_by_incident)
            && takes_boundary(arn)
            && works.contains(arn)
        {
            *steps.entry(arn).or_default() += 1;
        }
    }
    let mut found: Vec<(&str, usize)> = steps.into_iter().collect();
    found.sort_by_key(|(arn, steps)| (std::cmp::Reverse(*steps), *arn));
    let found = found.into_iter().take(MAX_IDENTITIES);
    found.map(|(arn, _)| arn.to_owned()).collect()
}

/// Whether a permissions boundary can be put on somebody: not on the root user,
/// and not on roles that AWS keeps for itself.
fn takes_boundary(arn: &str) -> bool {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let is_ours = resource.starts_with("role/aws-service-role/")
        || resource.starts_with("role/aws-reserved/");
    !is_ours && (resource.starts_with("user/") || resource.starts_with("role/"))
}

/// A guardrail's name for an identity: with its name, and where two have the
/// same, a number.
fn named(id: &str, identity: &str, names: &mut BTreeSet<String>) -> String {
    let name = identity.rsplit('/').next().unwrap_or_default();
    let keep = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let plain: String = name.chars().map(keep).take(MAX_NAME).collect();
    let first = format!("{id}-{plain}");
    let more = (2..).map(|number| format!("{first}-{number}"));
    let mut candidates = std::iter::once(first.clone()).chain(more);
    let free = candidates.find(|one| !names.contains(one));
    let free = free.unwrap_or(first);
    names.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(actions: &[&str]) -> BTreeSet<String> {
        actions.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn what_the_log_may_not_show_stays_allowed() {
        let silent = needed(set(&["s3:ListAllMyBuckets"]), &Logged::default());
        let has = |all: &[String], one: &str| all.iter().any(|it| it == one);
        assert!(has(&silent, "s3:GetObject") && has(&silent, "ssmmessages:*"));
        let shown = needed(set(&["s3:GetObject"]), &Logged(["s3"].into()));
        assert!(has(&shown, "s3:GetObject") && !has(&shown, "s3:PutObject"));
    }

    #[test]
    fn too_many_actions_of_a_service_become_a_star() {
        let many: BTreeSet<String> = (0..400)
            .map(|one| format!("ec2:Describe{one:04}"))
            .collect();
        let few = set(&["iam:GetUser"]);
        let fitted = fitted(many.union(&few).cloned().collect());
        assert_eq!(fitted, set(&["ec2:*", "iam:GetUser"]));
    }

    #[test]
    fn two_of_one_name_have_two_guardrails() {
        let mut names = BTreeSet::new();
        let mut name = |arn: &str| named("x", arn, &mut names);
        assert_eq!(name("arn:aws:iam::1:user/team/a.b"), "x-a-b");
        assert_eq!(name("arn:aws:iam::2:user/a.b"), "x-a-b-2");
    }

    #[test]
    fn what_aws_keeps_for_itself_takes_no_boundary() {
        let is = |resource: &str| takes_boundary(&format!("arn:aws:iam::1:{resource}"));
        assert!(is("user/a") && is("role/path/b"));
        assert!(!is("root") && !is("role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"));
    }
}
