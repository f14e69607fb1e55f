//! Who can become whom, as SVG: everyone who gets somewhere on the left, what
//! is reached on the right, in as many columns as there are steps.

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{Audit, Certainty, Untrusted};
use maud::{Markup, html};

/// More principals than this are counted, not drawn.
const MAX_NODES: usize = 500;
/// Columns; what is further from the end stands in the first.
const MAX_COLUMNS: usize = 6;
/// Sizes, in the drawing's units.
const ROW: usize = 20;
const COLUMN: usize = 300;
const WIDTH: usize = 230;
const MARGIN: usize = 8;
/// Characters of a name that fit into a node.
const NAME: usize = 34;

/// A principal or bucket with the fewest steps that it is from an end.
type Depths<'a> = BTreeMap<&'a Untrusted, usize>;

/// Draws the paths that have a target.
pub(crate) fn draw(audit: &Audit, label: &str) -> Markup {
    let (depths, edges) = nodes(audit);
    let places = places(&depths, &edges);
    let columns = depths.values().max().map_or(1, |deepest| deepest + 1);
    let rows = places.values().map(|(_, row)| row + 1).max().unwrap_or(1);
    let (width, height) = (
        2 * MARGIN + (columns - 1) * COLUMN + WIDTH,
        2 * MARGIN + rows * ROW,
    );
    html! {
        svg .chart viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(label) {
            @for (from, to, certainty) in &edges {
                @if let (Some(a), Some(b)) = (places.get(from), places.get(to)) {
                    (edge(*a, *b, *certainty))
                }
            }
            @for (node, place) in &places { (drawn(node, *place, depths.get(node) == Some(&0))) }
        }
    }
}

/// The nodes with their distance from the end, and the edges, each once.
fn nodes(audit: &Audit) -> (Depths<'_>, BTreeSet<(&Untrusted, &Untrusted, Certainty)>) {
    let mut depths = Depths::new();
    let mut edges = BTreeSet::new();
    for path in audit
        .paths
        .iter()
        .filter(|path| path.certainty != Certainty::NoTarget)
    {
        let count = path.steps.len();
        let new = path
            .steps
            .iter()
            .filter(|step| !depths.contains_key(&step.from))
            .count();
        if depths.len() + new > MAX_NODES {
            continue;
        }
        for (at, step) in path.steps.iter().enumerate() {
            let depth = (count - at).min(MAX_COLUMNS - 1);
            if step.from != step.to {
                edges.insert((&step.from, &step.to, path.certainty));
            }
            let known = depths.entry(&step.from).or_insert(depth);
            *known = (*known).min(depth);
            if at + 1 == count && step.from != step.to {
                depths.insert(&step.to, 0);
            }
        }
    }
    (depths, edges)
}

/// Column and row of each node: those that lead to the same place together.
fn places<'a>(
    depths: &Depths<'a>,
    edges: &BTreeSet<(&'a Untrusted, &'a Untrusted, Certainty)>,
) -> BTreeMap<&'a Untrusted, (usize, usize)> {
    let deepest = depths.values().max().copied().unwrap_or(0);
    let mut places: BTreeMap<&Untrusted, (usize, usize)> = BTreeMap::new();
    for depth in 0..=deepest {
        let mut column: Vec<(usize, &Untrusted)> = Vec::new();
        for node in depths
            .iter()
            .filter(|(_, at)| **at == depth)
            .map(|(node, _)| *node)
        {
            let next = edges
                .iter()
                .filter(|(from, _, _)| *from == node)
                .filter_map(|(_, to, _)| places.get(to));
            column.push((next.map(|(_, row)| *row).min().unwrap_or(usize::MAX), node));
        }
        column.sort();
        for (row, (_, node)) in column.into_iter().enumerate() {
            places.insert(node, (deepest - depth, row));
        }
    }
    places
}

fn corner((column, row): (usize, usize)) -> (usize, usize) {
    (MARGIN + column * COLUMN, MARGIN + row * ROW)
}

fn edge(from: (usize, usize), to: (usize, usize), certainty: Certainty) -> Markup {
    let ((x1, y1), (x2, y2)) = (corner(from), corner(to));
    let (x1, y1, y2) = (x1 + WIDTH, y1 + ROW / 2, y2 + ROW / 2);
    let bend = COLUMN / 8;
    let way = format!(
        "M{x1} {y1} C{} {y1} {} {y2} {x2} {y2}",
        x1 + bend,
        x2.saturating_sub(bend)
    );
    let dashes = (certainty != Certainty::Proven).then_some("4 3");
    html! {
        path .edge d=(way) fill="none" stroke="currentColor" stroke-opacity="0.45" stroke-dasharray=[dashes] {}
    }
}

fn drawn(node: &Untrusted, place: (usize, usize), is_end: bool) -> Markup {
    let (x, y) = corner(place);
    let whole = node.escaped();
    let name = whole.rsplit(':').next().unwrap_or(&whole);
    let cut: String = if name.chars().count() > NAME {
        let tail: Vec<char> = name.chars().rev().take(NAME - 1).collect();
        std::iter::once('…').chain(tail.into_iter().rev()).collect()
    } else {
        name.to_owned()
    };
    html! {
        g {
            title { (whole) }
            rect .node .first[is_end] x=(x) y=(y + 1) width=(WIDTH) height=(ROW - 3) rx="3" {}
            svg x=(x) y=(y) width=(WIDTH - 4) height=(ROW) {
                text .strong[is_end] x="6" y="14" font-size="11" { (cut) }
            }
        }
    }
}
