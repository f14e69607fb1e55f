//! All chains together: which logs to hash, and what is proven in the end.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use gardefou_finding::{
    ChainName, ChainProof, Coverage, Doubt, DoubtKind, Doubts, KeySource, PROOF_SCHEMA, TimeSpan,
    Timestamp, Tool, TrailProof, Untrusted,
};

use super::chain::{Chain, ChainKey, HOUR};
use super::check::Checked;
use super::content::Hash;
use super::keys::PublicKeys;
use super::log::LogOutcomes;
use super::metadata::Metadata;
use super::period::{Period, intersection};
use super::place::{Group, Kind, LogName, Place};
use super::survey::Survey;

/// Most chains told one by one; an organisation of a thousand accounts in all
/// regions has more, and its doubts are counted all the same.
const MAX_CHAINS: usize = 2000;

/// Seconds that a log's name leaves open: it gives the minute.
const MINUTE: i64 = 60;

/// What a digest expects of a log.
#[derive(Clone, Copy, Debug)]
struct Expected {
    /// The chain whose digest lists it.
    chain: u32,
    /// The time of that digest.
    span: TimeSpan,
    hash: Hash,
    /// Whether another digest gives another hash.
    disputed: bool,
}

/// The logs of a group, as their names tell.
#[derive(Clone, Copy, Debug)]
struct Logs {
    first: Timestamp,
    last: Timestamp,
    count: u64,
}

/// Puts checked digests together.
#[derive(Debug)]
pub struct Judge<'a> {
    survey: &'a Survey<'a>,
    period: Period,
    chains: Vec<Chain<'a>>,
    /// What is expected of each file, by number.
    expected: Vec<Option<Box<Expected>>>,
    /// The files to read: logs that were listed, and files that nothing tells of.
    wanted: Vec<u32>,
    /// Logs of the period, by what could list them.
    logs: BTreeMap<Group<'a>, Logs>,
    /// Digests that the metadata file names, of chains that are not here.
    orphans: Vec<(Timestamp, String)>,
}

impl<'a> Judge<'a> {
    /// Orders the digests into chains and judges them, whatever order they
    /// come in.
    pub fn new(
        survey: &'a Survey<'a>,
        period: Period,
        keys: &PublicKeys,
        metadata: &Metadata,
        checked: Vec<Checked>,
    ) -> Self {
        let mut judge = Self {
            survey,
            period,
            chains: Vec::new(),
            expected: (0..survey.len()).map(|_| None).collect(),
            wanted: Vec::new(),
            logs: logs_by_group(survey, &period),
            orphans: Vec::new(),
        };
        judge.chains = chains_of(survey, period, checked);
        judge.assign_metadata(metadata);
        for chain in &mut judge.chains {
            chain.settle(keys);
            chain.judge(survey);
        }
        judge.judge_ends();
        judge.expect_logs();
        judge.judge_unlisted();
        judge.choose_wanted();
        judge
    }

    /// Numbers of the files to read next, each through a [`super::LogCheck`].
    pub fn wanted(&self) -> &[u32] {
        &self.wanted
    }

    /// What a log's hash must be, and the chain that says so.
    pub(crate) fn expected(&self, file: u32) -> Option<(usize, Hash)> {
        let expected = self.expectation(file)?;
        let chain = usize::try_from(expected.chain).ok()?;
        Some((chain, expected.hash))
    }

    fn expectation(&self, file: u32) -> Option<&Expected> {
        let index = usize::try_from(file).ok()?;
        self.expected.get(index)?.as_deref()
    }

    /// Gives each digest that only the metadata file names to its chain.
    fn assign_metadata(&mut self, metadata: &Metadata) {
        let survey = self.survey;
        let digests = survey.digests().iter();
        let here: HashSet<&str> = digests
            .filter_map(|file| Some(&*metadata.of(survey.name(*file))?.key))
            .collect();
        for name in metadata.keys().filter(|name| !here.contains(name)) {
            let Kind::Digest(digest) = Place::of(name).kind() else {
                continue;
            };
            let missing = (digest.end, name.to_owned());
            match self.chain_of(&ChainKey::of(&digest)) {
                Some(chain) if !digest.backfill => chain.only_in_metadata.push(missing),
                _ => self.orphans.push(missing),
            }
        }
        self.orphans.sort();
    }

    /// The chain that a key of the metadata file belongs to. A copy keeps the
    /// end of the place that the key names.
    fn chain_of(&mut self, key: &ChainKey<'_>) -> Option<&mut Chain<'a>> {
        let same = |chain: &&mut Chain<'_>| {
            let (a, b) = (&chain.key, key);
            (a.group.organisation, a.group.account, a.group.region)
                == (b.group.organisation, b.group.account, b.group.region)
                && (a.trail, a.home_region) == (b.trail, b.home_region)
                && a.group.base.ends_with(b.group.base)
        };
        let chains = self.chains.iter_mut().filter(same);
        chains.min_by_key(|chain| chain.key.group.base.len())
    }

    /// Each chain must reach the end of the period; without one, as far as
    /// anything else in the archive shows that time went on.
    fn judge_ends(&mut self) {
        let named = |chain: &Chain<'_>| chain.only_in_metadata.last().map(|(end, _)| *end);
        let latest = self
            .chains
            .iter()
            .flat_map(|chain| [chain.last_valid_end(), named(chain)])
            .flatten()
            .max();
        let Some(end) = self.period.until.or(latest) else {
            return;
        };
        let latest_digest = self.chains.iter().filter_map(Chain::last_valid_end).max();
        for chain in &mut self.chains {
            let logs = self.logs.get(&chain.key.group).map(|logs| logs.last);
            let others = latest_digest
                .zip(chain.last_valid_end())
                .filter(|(latest, own)| latest.since(*own) >= HOUR)
                .map(|(latest, _)| latest);
            chain.judge_end(end, logs.max(others));
        }
    }

    /// Hands on what valid digests list.
    fn expect_logs(&mut self) {
        for (number, chain) in (0..).zip(&mut self.chains) {
            for link in chain.links.iter_mut().chain(&mut chain.backfills) {
                let listed = std::mem::take(&mut link.listed);
                if !link.is_valid() {
                    continue;
                }
                for (file, hash) in listed {
                    let expected = Expected {
                        chain: number,
                        span: link.span,
                        hash,
                        disputed: false,
                    };
                    expect(&mut self.expected, file, expected);
                }
            }
        }
    }

    /// Logs of the period that no valid digest lists.
    fn judge_unlisted(&mut self) {
        let with_chain: BTreeMap<Group<'a>, Vec<usize>> = self.chains_by_group();
        for file in self.survey.logs() {
            let Kind::Log(log) = self.survey.place(*file).kind() else {
                continue;
            };
            if !self.period.contains(log.delivered) || self.expectation(*file).is_some() {
                continue;
            }
            if let Some(chains) = with_chain.get(&log.group) {
                self.judge_one_unlisted(*file, &log, chains);
            }
        }
    }

    fn judge_one_unlisted(&mut self, file: u32, log: &LogName<'_>, chains: &[usize]) {
        let covered = chains.iter().find_map(|index| {
            let span = self.chains.get(*index)?.covering(log.delivered)?;
            Some((*index, span))
        });
        let (index, kind, span) = match covered {
            Some((index, span)) => (index, DoubtKind::LogUnlisted, span),
            None => {
                let index = chains.first().copied().unwrap_or_default();
                (index, DoubtKind::LogUndigested, minute(log.delivered))
            }
        };
        if let Some(chain) = self.chains.get_mut(index) {
            let name = self.survey.name(file);
            chain.doubt(kind, Some(span.from), Some(span.to), Some(name), None);
            chain.taint(span);
        }
    }

    fn chains_by_group(&self) -> BTreeMap<Group<'a>, Vec<usize>> {
        let mut groups: BTreeMap<Group<'a>, Vec<usize>> = BTreeMap::new();
        for (index, chain) in self.chains.iter().enumerate() {
            groups.entry(chain.key.group).or_default().push(index);
        }
        groups
    }

    fn choose_wanted(&mut self) {
        let listed = |file: &u32| {
            let Some(expected) = self.expectation(*file) else {
                return false;
            };
            let (from, to) = (Some(expected.span.from), Some(expected.span.to));
            let delivered = match self.survey.place(*file).kind() {
                Kind::Log(log) => self.period.contains(log.delivered),
                Kind::Digest(_) | Kind::Other => true,
            };
            delivered || self.period.touches(from, to)
        };
        let files = 0..u32::try_from(self.survey.len()).unwrap_or(u32::MAX);
        let mut wanted: Vec<u32> = files.filter(listed).collect();
        let unlisted = |file: &&u32| self.expectation(**file).is_none();
        wanted.extend(self.survey.others().iter().filter(unlisted));
        wanted.sort_unstable();
        self.wanted = wanted;
    }

    /// What is proven. `coverage` is that of listing the archive and reading
    /// the digests.
    pub fn tell(
        mut self,
        outcomes: LogOutcomes,
        coverage: Coverage,
        keys: KeySource,
        tool: Tool,
    ) -> TrailProof {
        let mut doubts = self.general_doubts(&outcomes);
        self.tell_logs(&outcomes);
        let mut chains: Vec<ChainProof> = (0..)
            .zip(&self.chains)
            .map(|(number, chain)| self.chain_proof(number, chain, &outcomes))
            .collect();
        chains.extend(self.groups_without_digest());
        chains.sort_by(|a, b| a.name.cmp(&b.name));
        if chains.is_empty() {
            doubts.add(self.doubt_of_all(DoubtKind::EverythingDeleted, None));
        }
        let counts = total(&doubts, &chains);
        let timeless = !doubts.counts.is_empty();
        let mut all = coverage;
        all.merge(outcomes.coverage);
        TrailProof {
            schema: PROOF_SCHEMA.to_owned(),
            tool,
            since: self.period.since,
            until: self.period.until,
            keys,
            fingerprints: self.fingerprints(),
            proven: if timeless {
                Vec::new()
            } else {
                proven_in_all(&chains)
            },
            chains_left_out: chains.len().saturating_sub(MAX_CHAINS) as u64,
            chains: chains.into_iter().take(MAX_CHAINS).collect(),
            doubts: counts,
            doubts_listed: doubts.listed,
            other_files: outcomes.others,
            coverage: all,
        }
    }

    /// Doubts that no chain can bound: records where none should be, and
    /// digests of chains that are gone.
    fn general_doubts(&self, outcomes: &LogOutcomes) -> Doubts {
        let mut doubts = Doubts::default();
        let mut records = outcomes.records.clone();
        records.sort_unstable();
        for file in records {
            let name = self.survey.name(file);
            doubts.add(self.doubt_of_all(DoubtKind::LogUnlisted, Some(name)));
        }
        for (end, name) in &self.orphans {
            let from = Timestamp::from_seconds(end.seconds() - HOUR);
            if self.period.touches(from, Some(*end)) {
                doubts.add(Doubt {
                    kind: DoubtKind::DigestMissing,
                    from,
                    to: Some(*end),
                    object: Some(Untrusted::new(name.as_str())),
                    detail: Some(Untrusted::new("named by the metadata file")),
                });
            }
        }
        doubts
    }

    fn doubt_of_all(&self, kind: DoubtKind, object: Option<&str>) -> Doubt {
        Doubt {
            kind,
            from: self.period.since,
            to: self.period.until,
            object: object.map(Untrusted::new),
            detail: None,
        }
    }

    /// Gives each log that is not what it should be to its chain.
    fn tell_logs(&mut self, outcomes: &LogOutcomes) {
        let mut bad = outcomes.bad.clone();
        let wanted = self.wanted.iter().copied();
        let disputed = wanted.filter(|file| self.expectation(*file).is_some_and(|it| it.disputed));
        bad.extend(disputed.map(|file| (file, DoubtKind::LogModified, None)));
        bad.sort_unstable();
        for (file, kind, reason) in bad {
            let Some(expected) = self.expectation(file).copied() else {
                continue;
            };
            let detail = match reason {
                Some(reason) => Some(format!("{reason:?}")),
                None if expected.disputed => Some("two digests give two hashes".to_owned()),
                None => None,
            };
            let number = usize::try_from(expected.chain).unwrap_or(usize::MAX);
            let name = self.survey.name(file);
            if let Some(chain) = self.chains.get_mut(number) {
                let (from, to) = (Some(expected.span.from), Some(expected.span.to));
                chain.doubt(kind, from, to, Some(name), detail.as_deref());
                chain.taint(expected.span);
            }
        }
    }

    fn chain_proof(&self, number: u32, chain: &Chain<'_>, outcomes: &LogOutcomes) -> ChainProof {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        let in_period = |links: &[super::chain::Link], valid: bool| {
            let links = links.iter().filter(|link| link.touches(&self.period));
            links.filter(|link| !valid || link.is_valid()).count() as u64
        };
        let wanted = self
            .wanted
            .iter()
            .filter_map(|file| self.expectation(*file));
        let here = wanted.filter(|expected| expected.chain == number).count() as u64;
        let valid_links = chain.links.iter().chain(&chain.backfills);
        let absent: u64 = valid_links
            .filter(|link| link.is_valid() && link.touches(&self.period))
            .map(|link| link.absent)
            .sum();
        ChainProof {
            name: chain_name(&chain.key),
            delivered_to: chain.claimed.as_deref().map(Untrusted::new),
            digests: in_period(&chain.links, false),
            digests_valid: in_period(&chain.links, true),
            backfills: in_period(&chain.backfills, false),
            backfills_valid: in_period(&chain.backfills, true),
            logs_listed: here + absent,
            logs_valid: outcomes
                .valid
                .get(index)
                .copied()
                .unwrap_or_default()
                .into(),
            proven: chain.proven(),
            doubts: chain.doubts.counts.clone(),
            doubts_listed: sorted(chain.doubts.listed.clone()),
        }
    }

    /// Logs of the period that no digest could list.
    fn groups_without_digest(&self) -> Vec<ChainProof> {
        let with_chain = self.chains_by_group();
        let without = self
            .logs
            .iter()
            .filter(|(group, _)| !with_chain.contains_key(group));
        let proof = |(group, logs): (&Group<'_>, &Logs)| {
            let mut doubts = Doubts::default();
            doubts.add(Doubt {
                kind: DoubtKind::NoDigest,
                from: Some(logs.first),
                to: Some(minute(logs.last).to),
                object: None,
                detail: Some(Untrusted::new(format!("{} logs", logs.count))),
            });
            ChainProof {
                name: chain_name(&ChainKey {
                    group: *group,
                    trail: "",
                    home_region: "",
                }),
                doubts: doubts.counts,
                doubts_listed: doubts.listed,
                ..ChainProof::default()
            }
        };
        without.map(proof).collect()
    }

    fn fingerprints(&self) -> Vec<Untrusted> {
        let links = self
            .chains
            .iter()
            .flat_map(|chain| chain.links.iter().chain(&chain.backfills));
        let valid = links.filter(|link| link.is_valid() && link.touches(&self.period));
        let prints: BTreeSet<&str> = valid.filter_map(super::chain::Link::fingerprint).collect();
        prints.into_iter().map(Untrusted::new).collect()
    }
}

/// The logs of the period, by what could list them.
fn logs_by_group<'a>(survey: &Survey<'a>, period: &Period) -> BTreeMap<Group<'a>, Logs> {
    let mut groups: BTreeMap<Group<'a>, Logs> = BTreeMap::new();
    for file in survey.logs() {
        let Kind::Log(log) = survey.place(*file).kind() else {
            continue;
        };
        if !period.contains(log.delivered) {
            continue;
        }
        let logs = groups.entry(log.group).or_insert(Logs {
            first: log.delivered,
            last: log.delivered,
            count: 0,
        });
        logs.first = logs.first.min(log.delivered);
        logs.last = logs.last.max(log.delivered);
        logs.count += 1;
    }
    groups
}

fn chains_of<'a>(survey: &Survey<'a>, period: Period, checked: Vec<Checked>) -> Vec<Chain<'a>> {
    let mut chains: BTreeMap<ChainKey<'a>, Chain<'a>> = BTreeMap::new();
    for digest in checked {
        if let Kind::Digest(name) = survey.place(digest.file).kind() {
            let key = ChainKey::of(&name);
            let chain = chains.entry(key).or_insert_with(|| Chain::new(key, period));
            chain.add(digest, &name);
        }
    }
    chains.into_values().collect()
}

/// Notes what a log must be; two digests that disagree leave it in dispute.
fn expect(expected: &mut [Option<Box<Expected>>], file: u32, new: Expected) {
    let index = usize::try_from(file).unwrap_or(usize::MAX);
    match expected.get_mut(index) {
        Some(Some(known)) => known.disputed |= known.hash != new.hash,
        Some(slot) => *slot = Some(Box::new(new)),
        None => {}
    }
}

fn minute(from: Timestamp) -> TimeSpan {
    let to = Timestamp::from_seconds(from.seconds() + MINUTE).unwrap_or(from);
    TimeSpan { from, to }
}

fn chain_name(key: &ChainKey<'_>) -> ChainName {
    ChainName {
        place: Untrusted::new(key.group.base),
        organisation: key.group.organisation.map(Untrusted::new),
        account: Untrusted::new(key.group.account),
        region: Untrusted::new(key.group.region),
        trail: Untrusted::new(key.trail),
        home_region: Untrusted::new(key.home_region),
    }
}

fn sorted(mut doubts: Vec<Doubt>) -> Vec<Doubt> {
    doubts
        .sort_by(|a, b| (a.from, a.to, a.kind, &a.object).cmp(&(b.from, b.to, b.kind, &b.object)));
    doubts
}

fn total(general: &Doubts, chains: &[ChainProof]) -> BTreeMap<DoubtKind, u64> {
    let mut counts = general.counts.clone();
    for (kind, count) in chains.iter().flat_map(|chain| &chain.doubts) {
        *counts.entry(*kind).or_default() += count;
    }
    counts
}

fn proven_in_all(chains: &[ChainProof]) -> Vec<TimeSpan> {
    let mut chains = chains.iter();
    let Some(first) = chains.next() else {
        return Vec::new();
    };
    chains.fold(first.proven.clone(), |proven, chain| {
        intersection(&proven, &chain.proven)
    })
}
