//! The identities and their links, as SVG: layers from left to right.

use std::collections::BTreeSet;

use gardefou_finding::{Identity, Incident};
use maud::{Markup, html};
use unicode_width::UnicodeWidthChar;

use super::Page;
use crate::build::tree_order;
use crate::catalogue::{Counted, Message, offset};

/// More identities than this are drawn as one node.
const MAX_NODES: usize = 40;
/// Deeper layers are drawn in this one.
const MAX_LAYER: usize = 5;
/// A node's size and the room between nodes, in the drawing's units.
const NODE_WIDTH: usize = 232;
const NODE_HEIGHT: usize = 66;
const LAYER_GAP: usize = 52;
const ROW_GAP: usize = 14;
/// Room around everything.
const MARGIN: usize = 4;
/// Columns of text that fit into a node: bold, plain, small.
const WIDE_TEXT: usize = 25;
const TEXT: usize = 30;
const SMALL_TEXT: usize = 36;
/// The narrowest drawing: few nodes are not blown up.
const MIN_WIDTH: usize = 960;

/// A node's place.
#[derive(Clone, Copy)]
struct Node {
    identity: usize,
    layer: usize,
    /// In rows, halves allowed, so twice the row.
    row2: usize,
    /// Index of its parent among the nodes.
    parent: Option<usize>,
}

impl Node {
    fn x(self) -> usize {
        MARGIN + self.layer * (NODE_WIDTH + LAYER_GAP)
    }

    fn y(self) -> usize {
        MARGIN + self.row2 * (NODE_HEIGHT + ROW_GAP) / 2
    }
}

impl Page<'_> {
    /// The graph; nothing for a lone identity.
    pub(super) fn graph(self, incident: &Incident) -> Markup {
        let nodes = layout(&incident.identities);
        if incident.identities.len() < 2 {
            return html! {};
        }
        let left = incident.identities.len() - nodes.len();
        let rows = nodes
            .iter()
            .map(|node| node.row2 / 2 + 1)
            .max()
            .unwrap_or(1);
        let layers = nodes.iter().map(|node| node.layer + 1).max().unwrap_or(1);
        let rows = rows + usize::from(left > 0);
        let width = (2 * MARGIN + layers * (NODE_WIDTH + LAYER_GAP)).max(MIN_WIDTH);
        let height = 2 * MARGIN + rows * (NODE_HEIGHT + ROW_GAP);
        let picture = html! {
            svg .chart viewBox={ "0 0 " (width) " " (height) } role="img"
                aria-label=(self.say.label(Message::ChartGraph)) {
                @for node in &nodes { (edge(&nodes, *node)) }
                @for node in &nodes { (self.node(incident, *node)) }
                @if left > 0 {
                    text .dim x=(MARGIN + 12) y=(height - NODE_HEIGHT / 2) {
                        (self.say.count(Counted::IdentitiesMore, left as u64).to_plain())
                    }
                }
            }
        };
        self.figure(Message::ChartGraph, &picture)
    }

    fn node(self, incident: &Incident, node: Node) -> Markup {
        let Some(identity) = incident.identities.get(node.identity) else {
            return html! {};
        };
        let (x, y) = (node.x(), node.y());
        let actor = &identity.actor;
        let name = actor.key.escaped();
        let what = self.builder.described_briefly(actor).to_plain();
        html! {
            g {
                title { (name) " – " (what) }
                rect .node .first[identity.link.is_none()] .made[identity.made_by_incident]
                    x=(x) y=(y) width=(NODE_WIDTH) height=(NODE_HEIGHT) rx="6" {}
                // An inner picture cuts what a wider font would let run over the edge.
                svg x=(x) y=(y) width=(NODE_WIDTH - 6) height=(NODE_HEIGHT) {
                    text .strong x="12" y="21" { (fitted(&name, WIDE_TEXT)) }
                    text x="12" y="38" { (fitted(&what, TEXT)) }
                    text .dim x="12" y="55" { (fitted(&self.joined(incident, identity), SMALL_TEXT)) }
                }
            }
        }
    }

    fn joined(self, incident: &Incident, identity: &Identity) -> String {
        match &identity.link {
            None => self.say.label(Message::WayIn),
            Some(link) => {
                let since = link.evidence.time.since(incident.first_sign);
                format!("{} · {}", offset(since), self.say.word(link.kind))
            }
        }
    }
}

/// Places nodes: a leaf takes a row, a parent stands in the middle of its
/// children.
fn layout(identities: &[Identity]) -> Vec<Node> {
    let order = tree_order(identities);
    let mut at = vec![None; identities.len()];
    let mut nodes: Vec<Node> = Vec::new();
    for place in order.iter().take(MAX_NODES) {
        let link = identities
            .get(place.identity)
            .and_then(|one| one.link.as_ref());
        let parent = match link {
            Some(link) if place.depth > 0 => at.get(link.from).copied().flatten(),
            _ => None,
        };
        if let Some(slot) = at.get_mut(place.identity) {
            *slot = Some(nodes.len());
        }
        let layer = place.depth.min(MAX_LAYER);
        nodes.push(Node {
            identity: place.identity,
            layer,
            row2: 0,
            parent,
        });
    }
    give_rows(&mut nodes);
    nodes
}

fn give_rows(nodes: &mut [Node]) {
    let mut spans: Vec<Option<(usize, usize)>> = vec![None; nodes.len()];
    let leaves = nodes.len() - parents(nodes).len();
    let above: Vec<_> = nodes
        .iter()
        .map(|node| parent_to_the_left(nodes, node))
        .collect();
    let mut next = 2 * leaves;
    // Backwards: in a tree's order children come after their parent.
    for index in (0..nodes.len()).rev() {
        let row2 = match spans.get(index).copied().flatten() {
            Some((first, last)) => usize::midpoint(first, last),
            None => {
                next = next.saturating_sub(2);
                next
            }
        };
        let Some(node) = nodes.get_mut(index) else {
            continue;
        };
        node.row2 = row2;
        if let Some(span) = above
            .get(index)
            .and_then(|parent| spans.get_mut((*parent)?))
        {
            let (first, last) = span.unwrap_or((row2, row2));
            *span = Some((first.min(row2), last.max(row2)));
        }
    }
}

/// The parent of a node, if it stands in a layer to the left. In the last
/// layer a parent may stand in its child's layer: then both take a row.
fn parent_to_the_left(nodes: &[Node], node: &Node) -> Option<usize> {
    node.parent
        .filter(|parent| nodes.get(*parent).is_some_and(|one| one.layer < node.layer))
}

fn parents(nodes: &[Node]) -> BTreeSet<usize> {
    nodes
        .iter()
        .filter_map(|node| parent_to_the_left(nodes, node))
        .collect()
}

fn edge(nodes: &[Node], node: Node) -> Markup {
    let Some(parent) = node.parent.and_then(|parent| nodes.get(parent)) else {
        return html! {};
    };
    if parent.layer == node.layer {
        let (x, from, to) = (node.x() + 16, parent.y() + NODE_HEIGHT, node.y());
        return html! { path .edge d={ "M" (x) " " (from) " V" (to) } {} };
    }
    let (x1, y1) = (parent.x() + NODE_WIDTH, parent.y() + NODE_HEIGHT / 2);
    let (x2, y2) = (node.x(), node.y() + NODE_HEIGHT / 2);
    let middle = usize::midpoint(x1, x2);
    html! {
        path .edge d={ "M" (x1) " " (y1) " C" (middle) " " (y1) " " (middle) " " (y2) " " (x2) " " (y2) } {}
    }
}

/// The text, cut to what fits into a node.
fn fitted(text: &str, room: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > room {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::campaign;

    #[test]
    fn parents_stand_left_of_children() {
        let report = campaign();
        let nodes = layout(&report.incidents[0].identities);
        assert!(nodes.iter().filter_map(|node| node.parent).count() > 3);
        for node in &nodes {
            assert!(
                node.parent
                    .is_none_or(|parent| nodes[parent].layer < node.layer)
            );
        }
        no_overlap(&nodes);
    }

    fn no_overlap(nodes: &[Node]) {
        for (index, node) in nodes.iter().enumerate() {
            for other in &nodes[..index] {
                let apart = node.layer != other.layer || node.row2.abs_diff(other.row2) >= 2;
                assert!(apart, "{} and {}", node.identity, other.identity);
            }
        }
    }

    #[test]
    fn circles_and_links_to_nowhere_lose_no_identity() {
        let mut identities = campaign().incidents[0].identities.clone();
        identities[1].link.as_mut().unwrap().from = 2;
        identities[4].link.as_mut().unwrap().from = 99;
        let mut seen: Vec<_> = tree_order(&identities)
            .iter()
            .map(|one| one.identity)
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..identities.len()).collect::<Vec<_>>());
        assert_eq!(layout(&identities).len(), identities.len());
    }

    #[test]
    fn a_deep_chain_stays_on_the_page() {
        let one = campaign().incidents[0].identities[1].clone();
        let mut identities = vec![one; 1_000];
        for (index, identity) in identities.iter_mut().enumerate() {
            identity.link.as_mut().unwrap().from = index.wrapping_sub(1);
        }
        let nodes = layout(&identities);
        assert_eq!(nodes.len(), MAX_NODES);
        assert!(nodes.iter().all(|node| node.layer <= MAX_LAYER));
        no_overlap(&nodes);
    }
}
