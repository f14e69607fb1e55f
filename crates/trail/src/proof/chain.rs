//! One chain of digests, in order of time: which are valid, which follow on
//! each other, and what lies between, before and after them.

use std::collections::HashMap;

use gardefou_finding::{Doubt, DoubtKind, Doubts, TimeSpan, Timestamp, Untrusted};

use super::check::{Checked, Head};
use super::content::{Hash, Previous};
use super::keys::PublicKeys;
use super::period::Period;
use super::place::{DigestName, Group};
use super::survey::Survey;

/// Seconds that a digest covers as a rule.
pub(crate) const HOUR: i64 = 60 * 60;

/// Which chain: what a digest's name says, but for its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ChainKey<'a> {
    pub(crate) group: Group<'a>,
    pub(crate) trail: &'a str,
    pub(crate) home_region: &'a str,
}

impl<'a> ChainKey<'a> {
    pub(crate) fn of(name: &DigestName<'a>) -> Self {
        Self {
            group: name.group,
            trail: name.trail,
            home_region: name.home_region,
        }
    }
}

/// A digest in its chain.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) file: u32,
    /// The time that it covers: what it says when it is valid, else the hour
    /// that its name says, which an attacker cannot stretch.
    pub(crate) span: TimeSpan,
    head: Option<Head>,
    faults: Vec<(DoubtKind, Option<String>)>,
    /// The logs that it lists and that are here, until they are handed on.
    pub(crate) listed: Vec<(u32, Hash)>,
    pub(crate) absent: u64,
    absent_named: Vec<String>,
    /// Whether nothing speaks against all of its time.
    sound: bool,
    /// Whether it goes on where the digest before it ended, and says so.
    joined: bool,
}

impl Link {
    fn of(checked: Checked, named_end: Timestamp) -> Self {
        let before = Timestamp::from_seconds(named_end.seconds() - HOUR);
        let named = TimeSpan {
            from: before.unwrap_or_else(Timestamp::epoch),
            to: named_end,
        };
        Self {
            file: checked.file,
            span: named,
            head: checked.head,
            faults: checked.faults,
            listed: checked.listed,
            absent: checked.absent,
            absent_named: checked.absent_named,
            sound: false,
            joined: false,
        }
    }

    /// Whether its place and signature are right, so that what it says is
    /// CloudTrail's word.
    pub(crate) fn is_valid(&self) -> bool {
        self.faults.is_empty() && self.head.is_some()
    }

    pub(crate) fn touches(&self, period: &Period) -> bool {
        period.touches(Some(self.span.from), Some(self.span.to))
    }

    pub(crate) fn fingerprint(&self) -> Option<&str> {
        self.head.as_ref().map(|head| head.fingerprint.as_str())
    }
}

/// A chain and its backfills.
#[derive(Debug)]
pub(crate) struct Chain<'a> {
    pub(crate) key: ChainKey<'a>,
    pub(crate) links: Vec<Link>,
    pub(crate) backfills: Vec<Link>,
    /// Ends of the digests that the metadata file names and that are not here.
    pub(crate) only_in_metadata: Vec<(Timestamp, String)>,
    pub(crate) claimed: Option<String>,
    pub(crate) doubts: Doubts,
    period: Period,
}

impl<'a> Chain<'a> {
    pub(crate) fn new(key: ChainKey<'a>, period: Period) -> Self {
        Self {
            key,
            links: Vec::new(),
            backfills: Vec::new(),
            only_in_metadata: Vec::new(),
            claimed: None,
            doubts: Doubts::default(),
            period,
        }
    }

    pub(crate) fn add(&mut self, checked: Checked, name: &DigestName<'a>) {
        let link = Link::of(checked, name.end);
        if name.backfill {
            self.backfills.push(link);
        } else {
            self.links.push(link);
        }
    }

    /// Settles which digests are valid, and puts them in order.
    pub(crate) fn settle(&mut self, keys: &PublicKeys) {
        self.settle_claims();
        self.verify_by_successors(keys);
        for link in self.links.iter_mut().chain(&mut self.backfills) {
            link.sound = link.is_valid() && link.absent == 0;
            if let Some(head) = link.head.as_ref().filter(|_| link.faults.is_empty()) {
                link.span = TimeSpan {
                    from: head.start,
                    to: head.end,
                };
            }
        }
        let order = |link: &Link| (link.span.to, link.span.from, link.file);
        self.links.sort_by_key(order);
        self.backfills.sort_by_key(order);
        self.only_in_metadata.sort();
    }

    /// All digests of a chain were delivered to one place. On disk that place
    /// is only what they say; those that contradict most others are not in
    /// their own.
    fn settle_claims(&mut self) {
        let mut votes: HashMap<&str, u64> = HashMap::new();
        let claims = |link: &Link| link.head.as_ref().map(|head| head.claimed.clone());
        for head in self.links.iter().filter_map(|link| link.head.as_ref()) {
            *votes.entry(&head.claimed).or_default() += 1;
        }
        let most = votes
            .into_iter()
            .max_by_key(|(claim, count)| (*count, *claim));
        self.claimed = most
            .map(|(claim, _)| claim.to_owned())
            .or_else(|| self.backfills.iter().find_map(claims));
        for link in self.links.iter_mut().chain(&mut self.backfills) {
            let claim = link.head.as_ref().map(|head| &head.claimed);
            let moved = link
                .faults
                .iter()
                .any(|(kind, _)| *kind == DoubtKind::DigestMoved);
            if claim.is_some() && claim != self.claimed.as_ref() && !moved {
                link.faults.push((DoubtKind::DigestMoved, claim.cloned()));
            }
        }
    }

    /// Digests whose signature the metadata lacks, by that which the next
    /// digest repeats.
    fn verify_by_successors(&mut self, keys: &PublicKeys) {
        let mut repeated: HashMap<u32, Box<[u8]>> = HashMap::new();
        for head in self.links.iter().filter_map(|link| link.head.as_ref()) {
            if let (Some(file), Some(previous)) = (head.previous_file, &head.previous) {
                repeated.insert(file, previous.signature.clone());
            }
        }
        for link in self.links.iter_mut().chain(&mut self.backfills) {
            let known = repeated.get(&link.file).map(AsRef::as_ref);
            let head = link.head.as_mut();
            let fault = head.and_then(|head| head.verify_later(keys, known));
            link.faults.extend(fault.map(|kind| (kind, None)));
        }
    }

    /// The end of the last digest that is valid.
    pub(crate) fn last_valid_end(&self) -> Option<Timestamp> {
        let valid = self.links.iter().filter(|link| link.is_valid());
        valid.map(|link| link.span.to).max()
    }

    /// Says what is wrong with the digests, and between and before them.
    pub(crate) fn judge(&mut self, survey: &Survey<'_>) {
        let links = std::mem::take(&mut self.links);
        let backfills = std::mem::take(&mut self.backfills);
        for link in links.iter().chain(&backfills) {
            self.judge_alone(link, survey);
        }
        if let Some(first) = links.first() {
            self.judge_start(first);
        }
        self.links = links;
        for index in 1..self.links.len() {
            self.judge_pair(index, survey);
        }
        // What a backfill cannot vouch for is in doubt in its hour.
        for link in backfills.iter().filter(|link| !link.sound) {
            self.taint(link.span);
        }
        self.backfills = backfills;
    }

    fn judge_alone(&mut self, link: &Link, survey: &Survey<'_>) {
        let name = survey.name(link.file);
        for (kind, detail) in &link.faults {
            self.doubt(
                *kind,
                Some(link.span.from),
                Some(link.span.to),
                Some(name),
                detail.as_deref(),
            );
        }
        if !link.is_valid() || !link.touches(&self.period) {
            return;
        }
        for url in &link.absent_named {
            let (from, to) = (Some(link.span.from), Some(link.span.to));
            self.doubt(DoubtKind::LogMissing, from, to, Some(url), None);
        }
        let unnamed = link.absent - link.absent_named.len() as u64;
        self.doubts.add_unlisted(DoubtKind::LogMissing, unnamed);
    }

    /// Whether the chain begins before the period does, or with its own start.
    fn judge_start(&mut self, first: &Link) {
        if self
            .period
            .since
            .is_some_and(|since| first.span.from <= since)
        {
            return;
        }
        let previous = first.head.as_ref().and_then(|head| head.previous.as_ref());
        let (from, to) = (self.period.since, Some(first.span.from));
        match previous {
            Some(previous) => {
                let url = previous.url.clone();
                self.doubt(DoubtKind::DigestMissing, from, to, Some(&url), None);
            }
            None if self.period.since.is_some() => {
                self.doubt(DoubtKind::StartNotCovered, from, to, None, None);
            }
            None => {}
        }
    }

    /// Whether a digest goes on where the one before it ended.
    fn judge_pair(&mut self, index: usize, survey: &Survey<'_>) {
        let Some([before, link]) = self.links.get(index - 1..=index) else {
            return;
        };
        let name = survey.name(link.file);
        let found = match &link.head {
            Some(head) => {
                let start = link.span.from;
                let pair = Pair {
                    before,
                    head,
                    start,
                };
                pair.judge(survey.name(before.file), name)
            }
            // It says nothing, so that the time before its own is a hole.
            None if before.span.to < link.span.from => {
                let between = (before.span.to, link.span.from);
                vec![doubt(DoubtKind::HourGap, between, name)]
            }
            None => return,
        };
        let tainted = found
            .iter()
            .any(|doubt| doubt.kind == DoubtKind::PreviousHashMismatch);
        let before_span = before.span;
        if let Some(link) = self.links.get_mut(index) {
            link.joined = found.is_empty();
        }
        for doubt in found {
            self.doubt_within(doubt);
        }
        if tainted {
            self.taint(before_span);
        }
    }

    /// Whether the chain goes on to `end`; `asked` when somebody wanted that,
    /// `shown` when something shows that it did.
    pub(crate) fn judge_end(&mut self, end: Timestamp, shown: Option<Timestamp>) {
        // One that is not valid counts for its name's hour only, which is in
        // doubt by itself, and what lies before it is a gap.
        let Some(last) = self.links.last().map(|link| link.span.to) else {
            return self.judge_metadata(None);
        };
        self.judge_metadata(Some(last));
        let known = self.only_in_metadata.last().map(|(end, _)| *end);
        let shown = shown.max(known).filter(|shown| *shown > last);
        let asked = self.period.until.is_some();
        let due = end.since(last) >= if asked { 1 } else { HOUR };
        let kind = match (due, shown) {
            (false, _) => return,
            (true, Some(_)) => DoubtKind::DigestDeletedAtTail,
            (true, None) => DoubtKind::EndNotCovered,
        };
        let from = self.period.since.map_or(last, |since| since.max(last));
        self.doubt(kind, Some(from), Some(end), None, None);
    }

    /// Digests that the metadata file names and that no gap accounts for.
    fn judge_metadata(&mut self, last: Option<Timestamp>) {
        let told: Vec<Doubt> = self.doubts.listed.clone();
        let missing = |doubt: &&Doubt| doubt.kind == DoubtKind::DigestMissing;
        let told: Vec<Doubt> = told.iter().filter(missing).cloned().collect();
        for (end, name) in self.only_in_metadata.clone() {
            let accounted = told.iter().any(|doubt| {
                doubt.from.is_none_or(|from| from < end) && doubt.to.is_none_or(|to| end <= to)
            });
            if accounted || last.is_some_and(|last| end > last) {
                continue;
            }
            let from = Timestamp::from_seconds(end.seconds() - HOUR);
            let why = "named by the metadata file";
            self.doubt(
                DoubtKind::DigestMissing,
                from,
                Some(end),
                Some(&name),
                Some(why),
            );
        }
    }

    /// Takes its time away from every digest that a span touches.
    pub(crate) fn taint(&mut self, span: TimeSpan) {
        let touched = |link: &&mut Link| link.span.from < span.to && span.from < link.span.to;
        for link in self.links.iter_mut().filter(touched) {
            link.sound = false;
        }
    }

    /// The valid digest whose time holds a moment.
    pub(crate) fn covering(&self, time: Timestamp) -> Option<TimeSpan> {
        let after = self.links.partition_point(|link| link.span.to <= time);
        let mut later = self.links.get(after..).unwrap_or_default().iter();
        later
            .find(|link| link.is_valid() && link.span.from <= time)
            .map(|link| link.span)
    }

    /// What the chain proves of the period.
    pub(crate) fn proven(&self) -> Vec<TimeSpan> {
        let mut spans: Vec<TimeSpan> = Vec::new();
        let mut open = false;
        for link in &self.links {
            match spans
                .last_mut()
                .filter(|_| open && link.sound && link.joined)
            {
                Some(last) => last.to = link.span.to,
                None if link.sound => spans.push(link.span),
                None => {}
            }
            open = link.sound;
        }
        spans
            .into_iter()
            .filter_map(|span| self.period.clip(span))
            .collect()
    }

    /// Adds a doubt about time within the period.
    pub(crate) fn doubt(
        &mut self,
        kind: DoubtKind,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        object: Option<&str>,
        detail: Option<&str>,
    ) {
        self.doubt_within(Doubt {
            kind,
            from,
            to,
            object: object.map(Untrusted::new),
            detail: detail.map(Untrusted::new),
        });
    }

    fn doubt_within(&mut self, doubt: Doubt) {
        if self.period.touches(doubt.from, doubt.to) {
            self.doubts.add(doubt);
        }
    }
}

/// A digest that says something, and the one before it.
struct Pair<'a> {
    before: &'a Link,
    head: &'a Head,
    /// When the later one's time begins.
    start: Timestamp,
}

impl Pair<'_> {
    fn judge(&self, before_name: &str, name: &str) -> Vec<Doubt> {
        let between = (self.before.span.to, self.start);
        let Some(previous) = &self.head.previous else {
            return vec![doubt(DoubtKind::ChainRestarted, ordered(between), name)];
        };
        if self.head.previous_file.is_none() {
            let missing = widened(between);
            return vec![doubt(DoubtKind::DigestMissing, missing, &previous.url)];
        }
        if self.head.previous_file != Some(self.before.file) {
            return vec![doubt(DoubtKind::PreviousElsewhere, ordered(between), name)];
        }
        let mut found = self.judge_word(previous, before_name);
        if between.0 < between.1 {
            found.push(doubt(DoubtKind::HourGap, between, name));
        } else if between.0 > between.1 {
            found.push(doubt(DoubtKind::HourOverlap, ordered(between), name));
        }
        found
    }

    /// Whether the earlier one is what the later one says that it is.
    fn judge_word(&self, previous: &Previous, before_name: &str) -> Vec<Doubt> {
        let own = (self.before.span.from, self.before.span.to);
        let mut found = Vec::new();
        let Some(before) = &self.before.head else {
            return found;
        };
        if previous.hash != Some(before.hash) {
            found.push(doubt(DoubtKind::PreviousHashMismatch, own, before_name));
        }
        let known = before.signature.as_ref();
        if known.is_some_and(|known| *known != previous.signature) {
            let kind = DoubtKind::PreviousSignatureMismatch;
            found.push(doubt(kind, own, before_name));
        }
        found
    }
}

fn doubt(kind: DoubtKind, (from, to): (Timestamp, Timestamp), object: &str) -> Doubt {
    Doubt {
        kind,
        from: Some(from),
        to: Some(to),
        object: Some(Untrusted::new(object)),
        detail: None,
    }
}

fn ordered((a, b): (Timestamp, Timestamp)) -> (Timestamp, Timestamp) {
    (a.min(b), a.max(b))
}

/// The time of a digest that is missing between two that leave no room for it:
/// the hour before the later one.
fn widened(between: (Timestamp, Timestamp)) -> (Timestamp, Timestamp) {
    let (from, to) = ordered(between);
    if from < to {
        return (from, to);
    }
    let before = Timestamp::from_seconds(to.seconds() - HOUR);
    (before.unwrap_or_else(Timestamp::epoch), to)
}
