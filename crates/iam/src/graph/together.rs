//! Who holds two principals, one of which may write the other's policies.
//!
//! A method asks everything of one principal. Whoever may take a role holds two:
//! a user whose role may give that user any policy needs no other right. So
//! those who may write another's policies, and lead nowhere by themselves, are
//! looked at once more, together with everyone who can act as both.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::admin::Admin;
use super::edge::{Edges, customer_policies, fits, tidy};
use super::method::{Gains, Method, Target};
use super::search::Way;
use super::seed::To;
use super::step::{Aim, Use};
use super::world::{Class, Outcome};
use crate::snapshot::{Id, Principal};

/// Most principals whose policies one writer is tried on.
const MAX_WRITTEN: usize = 2000;
/// Most of those that are followed, beside those who hold the writer.
const MAX_FOLLOWED: usize = 50;
/// Most ways that are told of one principal.
const MAX_TOLD: usize = 3;

/// A way in steps, each with who takes it.
#[derive(Debug)]
pub(super) struct Together {
    pub(super) from: Id,
    pub(super) steps: Vec<(Id, Way)>,
}

/// All of them, for those who get nowhere by other ways.
pub(super) fn together(
    edges: &Edges<'_>,
    admin: &Admin<'_>,
    reach: &BTreeSet<Id>,
) -> Vec<Together> {
    let mut holders = Holders::new(edges, reach);
    let mut found = Vec::new();
    let mut told: BTreeMap<Id, usize> = BTreeMap::new();
    for writer in (0..edges.world.snapshot.principals.len()).filter(|id| !reach.contains(id)) {
        if !writes_at_all(edges, writer) {
            continue;
        }
        let holding = holders.of(writer);
        if holding.is_empty() {
            continue;
        }
        let mut followed = 0;
        for (written, uses) in written(edges, admin, writer) {
            if !holding.contains_key(&written) {
                followed += 1;
            }
            if followed > MAX_FOLLOWED {
                break;
            }
            let both = holders.of(written);
            let holds = |id: &Id| *id == written || both.contains_key(id);
            for from in holding.keys().copied().filter(holds) {
                let count = told.entry(from).or_default();
                if *count < MAX_TOLD {
                    *count += 1;
                    let steps = steps(from, (writer, &holding), (written, &both), &uses);
                    found.push(Together { from, steps });
                }
            }
        }
    }
    found
}

/// From one to the writer, what the writer writes, and on to whom it wrote.
fn steps(
    from: Id,
    (writer, holding): (Id, &Routes),
    (written, both): (Id, &Routes),
    uses: &[Use],
) -> Vec<(Id, Way)> {
    let mut steps = route(from, writer, holding);
    let write = Way {
        to: To::Principal(written),
        uses: uses.to_vec(),
        ends: from == written,
        cost: 0,
    };
    steps.push((writer, write));
    if from != written {
        steps.extend(route(from, written, both));
    }
    steps
}

/// Everyone who can act as one, and by which first step.
type Routes = BTreeMap<Id, Way>;

fn route(from: Id, to: Id, routes: &Routes) -> Vec<(Id, Way)> {
    let mut steps = Vec::new();
    let mut at = from;
    while let Some(way) = routes.get(&at).filter(|_| at != to) {
        steps.push((at, way.clone()));
        let To::Principal(next) = way.to else { break };
        if steps.len() > routes.len() {
            break;
        }
        at = next;
    }
    steps
}

/// Looks for everyone who can act as a principal, once.
struct Holders<'e, 'w> {
    edges: &'e Edges<'w>,
    reach: &'e BTreeSet<Id>,
    known: HashMap<Id, Rc<Routes>>,
}

impl<'e, 'w> Holders<'e, 'w> {
    fn new(edges: &'e Edges<'w>, reach: &'e BTreeSet<Id>) -> Self {
        Self {
            edges,
            reach,
            known: HashMap::new(),
        }
    }

    fn of(&mut self, target: Id) -> Rc<Routes> {
        if let Some(known) = self.known.get(&target) {
            return Rc::clone(known);
        }
        let routes = Rc::new(self.find(target));
        self.known.insert(target, Rc::clone(&routes));
        routes
    }

    fn find(&self, target: Id) -> Routes {
        let mut routes = Routes::new();
        let mut open = vec![target];
        while let Some(next) = open.pop() {
            let full =
                |id: Id| id == target || self.reach.contains(&id) || routes.contains_key(&id);
            let into = self.edges.into(next, &full);
            for (member, uses) in into {
                let way = Way {
                    to: To::Principal(next),
                    uses,
                    ends: false,
                    cost: 0,
                };
                routes.insert(member, way);
                open.push(member);
            }
        }
        routes
    }
}

/// Methods that write what a principal may: its own policies or its groups'.
fn writing<'m>(edges: &Edges<'m>) -> impl Iterator<Item = (usize, &'m Method)> {
    let methods = edges.world.methods.methods.iter().enumerate();
    methods.filter(|(_, method)| match (method.target, method.gains) {
        (Target::Itself, Gains::Anything) => !method.conditions.boundary,
        (Target::Group, Gains::Anything | Gains::Group) => true,
        _ => false,
    })
}

fn class_of<'w>(edges: &Edges<'w>, id: Id) -> Option<&'w Class> {
    let world = edges.world;
    world.classes.get(*world.class_of.get(id)?)
}

/// Whether a principal has a right of any of those methods.
fn writes_at_all(edges: &Edges<'_>, writer: Id) -> bool {
    let Some(class) = class_of(edges, writer) else {
        return false;
    };
    writing(edges).any(|(_, method)| method.needs.iter().all(|need| class.touches(need.action)))
}

/// Whose policies a principal may write, with what that one then is: those who
/// would have everything.
fn written(edges: &Edges<'_>, admin: &Admin<'_>, writer: Id) -> Vec<(Id, Vec<Use>)> {
    let world = edges.world;
    let Some(class) = class_of(edges, writer) else {
        return Vec::new();
    };
    let classes = world.by_account.get(&class.account);
    let theirs = classes
        .into_iter()
        .flatten()
        .filter_map(|id| world.classes.get(*id));
    let others = theirs.flat_map(|class| class.members.iter().map(move |id| (class, *id)));
    let mut found = Vec::new();
    for (their, id) in others.filter(|(_, id)| *id != writer).take(MAX_WRITTEN) {
        let Some(principal) = world.snapshot.principals.get(id) else {
            continue;
        };
        let mut uses: Vec<Use> = writing(edges)
            .filter(|(_, method)| fits(method, their))
            .filter_map(|(number, method)| {
                let tried = Written {
                    edges,
                    admin,
                    class,
                    writer,
                    their,
                    id,
                    principal,
                };
                tried.by(number, method)
            })
            .collect();
        if !uses.is_empty() {
            tidy(&mut uses);
            found.push((id, uses));
        }
    }
    found
}

/// A writer, and one who may be written.
struct Written<'t, 'w> {
    edges: &'t Edges<'w>,
    admin: &'t Admin<'w>,
    class: &'t Class,
    writer: Id,
    their: &'t Class,
    id: Id,
    principal: &'t Principal,
}

impl Written<'_, '_> {
    fn by(&self, number: usize, method: &Method) -> Option<Use> {
        if method.target == Target::Itself {
            let aim = Aim {
                itself: Some(self.id),
                policies: customer_policies(self.principal),
                ..Aim::default()
            };
            return self.with(number, &aim, self.admin.would_be(self.their, self.id));
        }
        let snapshot = self.edges.world.snapshot;
        let groups = snapshot.groups.iter().enumerate();
        let mut groups = groups.filter(|(id, group)| {
            let is_member = self.principal.groups.contains(id);
            group.account == self.principal.account && is_member == (method.gains != Gains::Group)
        });
        groups.find_map(|(_, group)| {
            let aim = Aim {
                itself: Some(self.id),
                group: &group.arn,
                ..Aim::default()
            };
            let outcome = if method.gains == Gains::Group {
                let more = group
                    .policies
                    .iter()
                    .map(|one| (group.arn.clone(), one.clone()));
                let more: Vec<_> = more.collect();
                let class = self.their.with_identity(self.edges.world, &more);
                self.admin.is(&class, self.id)
            } else {
                self.admin.would_be(self.their, self.id)
            };
            let mut one = self.with(number, &aim, outcome)?;
            one.through = Some(group.arn.to_string());
            Some(one)
        })
    }

    fn with(&self, number: usize, aim: &Aim<'_>, outcome: Outcome) -> Option<Use> {
        let Outcome::Yes(depends) = outcome else {
            return None;
        };
        let world = self.edges.world;
        let mut found = world.try_method(self.class, self.writer, number, aim)?;
        found.depends.extend(depends);
        Some(found)
    }
}
