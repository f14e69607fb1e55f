//! What to do next: ordered AWS CLI lines for an incident's own identifiers.
//!
//! Order: stop the way in; stop what costs and replaces itself; clear
//! protection, then terminate; close public doors; remove what was made;
//! restore what was switched off; rotate what was read; look at the rest.
//! What the incident *made* is stopped and removed; what it only *changed* may
//! be somebody's production, and is looked at.

mod access;
mod compute;
mod doors;
mod people;
mod restore;
mod shell;
mod sso;

use gardefou_finding::{
    Identity, NextStep, Resource, ResourceAction, ResourceKind, ResourceState, StepKind, Timestamp,
    Untrusted,
};

use crate::resource::{Detail, SecretRead};
use shell::Line;

/// Most steps given; a last one says how many more there are.
pub const MAX_STEPS: usize = 500;
/// Most ids in one line.
const MAX_BATCH: usize = 50;
/// Most lines in one step.
const MAX_LINES: usize = 50;

/// What the steps are made from.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// Identities of the incident, the way in first.
    pub identities: &'a [Identity],
    /// Its resources.
    pub resources: &'a [Resource],
    /// Secrets that it read.
    pub secrets: &'a [SecretRead],
    /// Regions that it called.
    pub regions: &'a [&'a str],
    /// Resources that `resources` leaves out.
    pub left_out: u64,
    /// Sessions issued before this are denied: the time of the report.
    pub now: Timestamp,
}

/// What to do next, in order; at most [`MAX_STEPS`] and one that says how many
/// more.
pub fn next_steps(scene: &Scene<'_>) -> Vec<NextStep> {
    let mut steps = Steps::default();
    access::stop_the_way_in(scene, &mut steps);
    compute::stop(scene, &mut steps);
    doors::close(scene, &mut steps);
    people::remove(scene, &mut steps);
    doors::tidy(scene, &mut steps);
    restore::restore(scene, &mut steps);
    restore::look(scene, &mut steps);
    steps.into_steps()
}

/// Steps in the making.
#[derive(Default)]
struct Steps {
    steps: Vec<NextStep>,
    more: u64,
}

/// Where a step is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Place<'a> {
    account: Option<&'a str>,
    region: Option<&'a str>,
}

impl Steps {
    /// Adds a step. If no line could be made, or a name cannot be one of AWS's,
    /// what is left is to look.
    fn add(
        &mut self,
        kind: StepKind,
        target: &str,
        place: Place<'_>,
        lines: impl IntoIterator<Item = Line>,
    ) {
        self.add_counted(kind, (target, 1), place, lines);
    }

    /// Adds a step that is done to several things alike.
    fn add_all(
        &mut self,
        kind: StepKind,
        ids: &[&str],
        place: Place<'_>,
        lines: impl IntoIterator<Item = Line>,
    ) {
        self.add_counted(kind, (&together(ids), ids.len() as u64), place, lines);
    }

    fn add_counted(
        &mut self,
        kind: StepKind,
        (target, count): (&str, u64),
        place: Place<'_>,
        lines: impl IntoIterator<Item = Line>,
    ) {
        if self.steps.len() >= MAX_STEPS {
            self.more = self.more.saturating_add(1);
            return;
        }
        let texts: Option<Vec<String>> =
            lines.into_iter().take(MAX_LINES).map(Line::text).collect();
        let kind = if texts.is_some() {
            kind
        } else {
            StepKind::Review
        };
        self.steps.push(NextStep {
            kind,
            target: Untrusted::new(target),
            count,
            commands: texts
                .unwrap_or_default()
                .into_iter()
                .map(Untrusted::new)
                .collect(),
            account: place.account.map(Untrusted::new),
            region: place.region.map(Untrusted::new),
        });
    }

    fn into_steps(mut self) -> Vec<NextStep> {
        if self.more > 0 {
            self.steps.push(NextStep {
                kind: StepKind::MoreSteps,
                target: Untrusted::default(),
                count: self.more,
                commands: Vec::new(),
                account: None,
                region: None,
            });
        }
        self.steps
    }
}

impl<'a> Scene<'a> {
    /// Resources of a kind, in the order of the incident.
    fn of(self, kind: ResourceKind) -> impl Iterator<Item = &'a Resource> {
        self.resources
            .iter()
            .filter(move |resource| resource.kind == kind)
    }

    /// Resources of a kind that the incident made and that are not gone.
    fn made(self, kind: ResourceKind) -> impl Iterator<Item = &'a Resource> {
        self.of(kind)
            .filter(|resource| is_made(resource) && !is_gone(resource))
    }

    /// Resources of a kind that the incident changed only, and that are not gone.
    fn changed(self, kind: ResourceKind) -> impl Iterator<Item = &'a Resource> {
        self.of(kind)
            .filter(|resource| !is_made(resource) && !is_gone(resource))
    }
}

fn is_made(resource: &Resource) -> bool {
    resource.action == ResourceAction::Created
}

fn is_gone(resource: &Resource) -> bool {
    resource.state == ResourceState::Deleted
}

fn detail(resource: &Resource, detail: Detail) -> Option<&str> {
    resource.details.get(detail.key()).map(Untrusted::as_str)
}

fn id(resource: &Resource) -> &str {
    resource.id.as_str()
}

fn place(resource: &Resource) -> Place<'_> {
    let region = resource.region.as_str();
    Place {
        account: resource.account.as_ref().map(Untrusted::as_str),
        region: (region != "global" && !region.is_empty()).then_some(region),
    }
}

/// Where the step is done in no region.
fn globally(resource: &Resource) -> Place<'_> {
    Place {
        region: None,
        ..place(resource)
    }
}

/// Several ids as a step's target: three and how many more.
fn together(ids: &[&str]) -> String {
    let shown: Vec<&str> = ids.iter().take(3).copied().collect();
    match ids.len().saturating_sub(3) {
        0 => shown.join(", "),
        more => format!("{} (+{more})", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests;
