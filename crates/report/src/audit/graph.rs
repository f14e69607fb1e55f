//! Who can become whom, as SVG: everyone who gets somewhere on the left, what
//! is reached on the right, in as many columns as there are steps.
//!
//! Principals that get to the same places, and that the same principals get
//! to, are one box: an account where everybody of a team can do the same is a
//! few boxes, not hundreds of lines into one corner.

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{Audit, Certainty, Untrusted};
use maud::{Markup, html};

/// More principals than this are counted, not drawn.
const MAX_NODES: usize = 500;
/// Columns; what is further from the end stands in the first.
const MAX_COLUMNS: usize = 6;
/// Names listed in the note of a box.
const MAX_NAMES: usize = 100;
/// Sizes, in the drawing's units.
const ROW: usize = 20;
const COLUMN: usize = 300;
const WIDTH: usize = 230;
const MARGIN: usize = 8;
/// Characters that fit into a box.
const NAME: usize = 34;

/// A principal or bucket with the fewest steps that it is from an end.
type Depths<'a> = BTreeMap<&'a Untrusted, usize>;

/// Steps, each once.
type Edges<'a> = BTreeSet<(&'a Untrusted, &'a Untrusted, Certainty)>;

/// Where a step leads, or comes from.
type Ends<'a> = BTreeSet<(&'a Untrusted, Certainty)>;

/// Draws the paths that have a target.
pub(crate) fn draw(audit: &Audit, label: &str) -> Markup {
    let (depths, edges) = nodes(audit);
    let boxes = boxes(&depths, &edges);
    let of: BTreeMap<&Untrusted, usize> = boxes
        .iter()
        .enumerate()
        .flat_map(|(nth, one)| one.members.iter().map(move |member| (*member, nth)))
        .collect();
    let lines: BTreeSet<(usize, usize, Certainty)> = edges
        .iter()
        .filter_map(|(from, to, certainty)| Some((*of.get(from)?, *of.get(to)?, *certainty)))
        .collect();
    let (places, width, height) = places(&boxes, &lines);
    let with_account = audit.summary.accounts > 1;
    html! {
        svg .chart viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(label) {
            @for (from, to, certainty) in &lines {
                @if let (Some(a), Some(b)) = (places.get(from), places.get(to)) {
                    (edge(*a, *b, *certainty))
                }
            }
            @for (nth, one) in boxes.iter().enumerate() {
                @if let Some(place) = places.get(&nth) { (drawn(one, *place, with_account)) }
            }
        }
    }
}

/// The nodes with their distance from the end, and the edges.
fn nodes(audit: &Audit) -> (Depths<'_>, Edges<'_>) {
    let mut depths = Depths::new();
    let mut edges = Edges::new();
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

/// Nodes that lead to the same places.
struct Bundle<'a> {
    depth: usize,
    members: Vec<&'a Untrusted>,
}

/// The boxes, each column's together. Ends stand alone.
fn boxes<'a>(depths: &Depths<'a>, edges: &Edges<'a>) -> Vec<Bundle<'a>> {
    let (mut to, mut from): (BTreeMap<_, Ends<'a>>, BTreeMap<_, Ends<'a>>) = Default::default();
    for (source, target, certainty) in edges {
        to.entry(*source).or_default().insert((*target, *certainty));
        from.entry(*target)
            .or_default()
            .insert((*source, *certainty));
    }
    let mut same: BTreeMap<_, Vec<&'a Untrusted>> = BTreeMap::new();
    for (node, depth) in depths {
        let alone = (*depth == 0).then_some(*node);
        let key = (*depth, alone, to.remove(node), from.remove(node));
        same.entry(key).or_default().push(*node);
    }
    same.into_iter()
        .map(|((depth, ..), members)| Bundle { depth, members })
        .collect()
}

/// A box's left upper corner.
type Place = (usize, usize);

/// Where each box stands, those that lead to the same place together; and how
/// wide and high all is. Columns with fewer boxes are spread, so that lines
/// run side by side and not into one corner.
fn places(
    boxes: &[Bundle<'_>],
    lines: &BTreeSet<(usize, usize, Certainty)>,
) -> (BTreeMap<usize, Place>, usize, usize) {
    let deepest = boxes.iter().map(|one| one.depth).max().unwrap_or(0);
    let in_column = |depth| boxes.iter().filter(|one| one.depth == depth).count();
    let rows = (0..=deepest).map(in_column).max().unwrap_or(0).max(1);
    let mut places: BTreeMap<usize, Place> = BTreeMap::new();
    for depth in 0..=deepest {
        let mut column: Vec<(usize, usize)> = Vec::new();
        for (nth, _) in boxes
            .iter()
            .enumerate()
            .filter(|(_, one)| one.depth == depth)
        {
            let next = lines.iter().filter(|(from, ..)| *from == nth);
            let next = next.filter_map(|(_, to, _)| places.get(to));
            column.push((next.map(|(_, y)| *y).min().unwrap_or(usize::MAX), nth));
        }
        column.sort_unstable();
        let count = column.len().max(1);
        for (row, (_, nth)) in column.into_iter().enumerate() {
            let middle = (2 * row + 1) * rows * ROW / (2 * count);
            let y = MARGIN + middle.saturating_sub(ROW / 2);
            places.insert(nth, (MARGIN + (deepest - depth) * COLUMN, y));
        }
    }
    let width = 2 * MARGIN + deepest * COLUMN + WIDTH;
    (places, width, 2 * MARGIN + rows * ROW)
}

fn edge((x1, y1): Place, (x2, y2): Place, certainty: Certainty) -> Markup {
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

fn drawn(one: &Bundle<'_>, (x, y): Place, with_account: bool) -> Markup {
    let is_end = one.depth == 0;
    let names = one.members.iter().take(MAX_NAMES);
    let names: Vec<_> = names.map(|member| member.escaped().into_owned()).collect();
    let whole = names.join("\n");
    let first = names.first().map_or("", String::as_str);
    let label = label(first, one.members.len(), with_account);
    html! {
        g {
            title { (whole) }
            rect .node .first[is_end] x=(x) y=(y + 1) width=(WIDTH) height=(ROW - 3) rx="3" {}
            svg x=(x) y=(y) width=(WIDTH - 4) height=(ROW) {
                text .strong[is_end] x="6" y="14" font-size="11" { (label) }
            }
        }
    }
}

/// `111122223333 role/admin`, with how many more there are.
fn label(arn: &str, members: usize, with_account: bool) -> String {
    let name = arn.rsplit(':').next().unwrap_or(arn);
    let account = arn.split(':').nth(4).filter(|_| with_account);
    let before = account.map_or(String::new(), |account| format!("{account} "));
    let after = match members {
        0 | 1 => String::new(),
        more => format!(" +{}", more - 1),
    };
    let room = NAME.saturating_sub(before.chars().count() + after.chars().count());
    let length = name.chars().count();
    let cut: String = if length > room {
        let tail = name.chars().skip(length + 1 - room.max(1));
        std::iter::once('…').chain(tail).collect()
    } else {
        name.to_owned()
    };
    format!("{before}{cut}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_fit_and_keep_what_tells_names_apart() {
        let arn = "arn:aws:iam::111122223333:role/a/very/long/path/to/some/role-of-the-team-7";
        for (members, with_account) in [(1, false), (12, false), (1, true), (500, true)] {
            let label = label(arn, members, with_account);
            assert!(label.chars().count() <= NAME, "{label}");
            assert!(label.contains("team-7"), "{label}");
            assert_eq!(label.starts_with("111122223333 "), with_account);
        }
        assert_eq!(label("arn:aws:iam::1:user/a", 3, false), "user/a +2");
    }

    #[test]
    fn those_that_lead_to_the_same_place_are_one_box() {
        let names: Vec<Untrusted> = ["end", "a", "b", "c"].map(Untrusted::new).to_vec();
        let [end, a, b, c] = names.as_slice() else {
            unreachable!()
        };
        let depths = Depths::from([(end, 0), (a, 1), (b, 1), (c, 1)]);
        let proven = Certainty::Proven;
        let edges = Edges::from([
            (a, end, proven),
            (b, end, proven),
            (c, end, Certainty::Depends),
        ]);
        let boxes = boxes(&depths, &edges);
        let sizes: BTreeSet<usize> = boxes.iter().map(|one| one.members.len()).collect();
        assert_eq!((boxes.len(), sizes), (3, BTreeSet::from([1, 2])));
    }
}
