//! The chain of identities, and where the calls came from.

use gardefou_finding::{Actor, ActorKind, Identity, Incident, Untrusted};

use super::{Builder, total};
use crate::catalogue::{Counted, Message, Sentence, offset};
use crate::document::{Block, Figure, Section, TreeLine};

/// Deeper links are drawn at this depth: a chain of a thousand sessions must
/// not push its text off the page.
const MAX_DEPTH: usize = 6;

/// A place in the tree of identities.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Index in `Incident::identities`.
    pub(crate) identity: usize,
    /// Number of links from a root.
    pub(crate) depth: usize,
    /// Whether it is the last of its siblings.
    pub(crate) last: bool,
    /// For each level above but the root's, whether that branch goes on.
    pub(crate) trunk: Vec<bool>,
}

/// Every identity once, each after the one it came from. A link to nowhere or
/// in a circle makes its identity a root: the tree never loses one.
pub(crate) fn tree_order(identities: &[Identity]) -> Vec<Place> {
    let mut children = vec![Vec::new(); identities.len()];
    let mut roots = Vec::new();
    for (index, identity) in identities.iter().enumerate() {
        match identity.link.as_ref().map(|link| link.from) {
            Some(from) if from != index && from < identities.len() => {
                if let Some(list) = children.get_mut(from) {
                    list.push(index);
                }
            }
            _ => roots.push(index),
        }
    }
    let mut seen = vec![false; identities.len()];
    let mut order = Vec::with_capacity(identities.len());
    for root in roots.into_iter().chain(0..identities.len()) {
        walk(root, &children, &mut seen, &mut order);
    }
    order
}

fn walk(root: usize, children: &[Vec<usize>], seen: &mut [bool], order: &mut Vec<Place>) {
    let mut stack = vec![Place {
        identity: root,
        depth: 0,
        last: true,
        trunk: Vec::new(),
    }];
    while let Some(place) = stack.pop() {
        let Some(flag) = seen.get_mut(place.identity) else {
            continue;
        };
        if std::mem::replace(flag, true) {
            continue;
        }
        let below = children.get(place.identity).map_or(&[][..], Vec::as_slice);
        let mut trunk = place.trunk.clone();
        if place.depth > 0 && trunk.len() < MAX_DEPTH {
            trunk.push(!place.last);
        }
        let count = below.len();
        for (nth, child) in below.iter().enumerate().rev() {
            stack.push(Place {
                identity: *child,
                depth: place.depth + 1,
                last: nth + 1 == count,
                trunk: trunk.clone(),
            });
        }
        order.push(place);
    }
}

impl<'a> Builder<'a> {
    /// Who: the identities as a tree.
    pub(super) fn who_section(&self, incident: &'a Incident) -> Section<'a> {
        let order = tree_order(&incident.identities);
        let left = order.len().saturating_sub(self.limits.identities);
        let lines = order
            .iter()
            .take(self.limits.identities)
            .filter_map(|place| self.identity_line(incident, place))
            .collect();
        let mut blocks = vec![Block::Tree(lines)];
        blocks.extend(self.more(left).map(Block::Paragraph));
        blocks.push(Block::Figure(Figure::Graph(incident)));
        self.section("who", Message::SectionWho, blocks)
    }

    fn identity_line(&self, incident: &Incident, place: &Place) -> Option<TreeLine> {
        let identity = incident.identities.get(place.identity)?;
        let mut parts = vec![self.described(&identity.actor)];
        parts.push(match &identity.link {
            Some(link) => {
                let since = link.evidence.time.since(incident.first_sign);
                let values = [
                    ("link", Sentence::plain(self.say.word(link.kind))),
                    ("call", Sentence::quote(&link.evidence.call)),
                    ("offset", Sentence::plain(offset(since))),
                ];
                self.say.fill(Message::LinkedBy, &values)
            }
            None => self.say.plain(Message::WayIn),
        });
        if identity.made_by_incident {
            parts.push(self.say.plain(Message::MadeByIncident));
        }
        parts.push(self.calls(identity));
        Some(TreeLine {
            trunk: place.trunk.clone(),
            last: place.last,
            root: place.depth == 0,
            head: self.name(&identity.actor.key),
            text: Sentence::join(parts, " · "),
        })
    }

    fn calls(&self, identity: &Identity) -> Sentence {
        let count = total(&identity.calls);
        if count == 0 {
            return self.say.plain(Message::NeverActed);
        }
        let values = [
            ("calls", self.say.count(Counted::Calls, count)),
            ("outcomes", self.outcomes(&identity.calls)),
        ];
        self.say.fill(Message::CallsDetail, &values)
    }

    /// What an actor is, without its key: `access key of marc.dubois`.
    pub(crate) fn described_briefly(&self, actor: &Actor) -> Sentence {
        let name = actor
            .name
            .as_ref()
            .filter(|name| !name.is_empty() && **name != actor.key);
        let message = match (actor.kind, name) {
            (ActorKind::AccessKey, Some(_)) => Message::ActorKey,
            (ActorKind::AccessKey, None) => Message::ActorKeyNameless,
            (ActorKind::Session, Some(_)) => Message::ActorSession,
            (ActorKind::Session, None) => Message::ActorSessionNameless,
            (ActorKind::Root, _) => Message::ActorRoot,
            (ActorKind::Console, Some(_)) => Message::ActorConsole,
            (ActorKind::Console, None) => Message::ActorConsoleNameless,
            (ActorKind::Service, _) => Message::ActorService,
            (ActorKind::Principal, Some(_)) => Message::ActorPrincipal,
            (ActorKind::Principal, None) => Message::ActorPrincipalNameless,
            (ActorKind::Unknown, _) => Message::ActorUnknown,
        };
        let name = name.map_or_else(Sentence::default, Sentence::quote);
        self.say.fill(message, &[("name", name)])
    }

    /// The same with its account, where there are several.
    fn described(&self, actor: &Actor) -> Sentence {
        let described = self.described_briefly(actor);
        match &actor.account {
            Some(account) if self.names_accounts() && !account.is_empty() => {
                let account = self
                    .say
                    .fill(Message::InAccount, &[("account", Sentence::quote(account))]);
                Sentence::join(vec![described, account], ", ")
            }
            _ => described,
        }
    }

    /// The shortest name of an actor: its name as people know it, else its key.
    pub(crate) fn short_actor(&self, actor: &Actor) -> Sentence {
        match &actor.name {
            Some(name) if !name.is_empty() => Sentence::quote(name),
            _ => self.name(&actor.key),
        }
    }

    /// From where.
    pub(super) fn origin_section(&self, incident: &Incident) -> Section<'a> {
        let origin = &incident.origin;
        let fields = [
            (Message::OriginAddresses, &origin.addresses),
            (Message::OriginAgents, &origin.user_agents),
            (Message::OriginRegions, &origin.regions),
        ];
        let fields = fields
            .into_iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(label, list)| (self.say.label(label), self.tallied(list)))
            .collect();
        self.section(
            "origin",
            Message::SectionOrigin,
            vec![Block::Fields(fields)],
        )
    }

    fn tallied(&self, list: &[(Untrusted, u64)]) -> Sentence {
        let limit = self.limits.origins;
        let shown = list
            .iter()
            .take(limit)
            .map(|(value, count)| {
                self.name(value)
                    .with(&format!(" ({})", self.say.number(*count)))
            })
            .collect();
        let shown = Sentence::join(shown, ", ");
        match list.len().saturating_sub(limit) {
            0 => shown,
            left => shown.and_then(self.say.count(Counted::AndMore, left as u64)),
        }
    }
}
