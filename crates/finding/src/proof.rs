//! What CloudTrail's digest files prove of an archive, and what they do not.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Coverage, ExitStatus, MAX_LISTED, Timestamp, Tool, Untrusted};

/// Name and version of the proof's schema; the number changes when a reader of
/// the previous one could misread the new one.
pub const PROOF_SCHEMA: &str = "gardefou.trail-proof/1";

/// A span of time, the end not included.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct TimeSpan {
    /// Its first second.
    pub from: Timestamp,
    /// The second after its last.
    pub to: Timestamp,
}

/// Why some time of a trail is not proven. Each is a verdict with a name of
/// its own; its span is in [`Doubt`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DoubtKind {
    /// There is neither a digest nor a log where a trail was asked for.
    EverythingDeleted,
    /// Logs lie here and no digest does.
    NoDigest,
    /// The chain begins after the period does.
    StartNotCovered,
    /// The chain ends before the period does, and nothing shows that it went on.
    EndNotCovered,
    /// The chain ends before logs, the metadata file or the trail's other
    /// chains do: its last digests are gone.
    DigestDeletedAtTail,
    /// A digest that another one, or the metadata file, names is not here.
    DigestMissing,
    /// A digest names no predecessor although there are earlier ones.
    ChainRestarted,
    /// A digest names another predecessor than the one before it.
    PreviousElsewhere,
    /// The hash that a digest gives for its predecessor is another.
    PreviousHashMismatch,
    /// The signature that a digest gives for its predecessor is another.
    PreviousSignatureMismatch,
    /// A digest begins after the one before it ended.
    HourGap,
    /// A digest begins before the one before it ended.
    HourOverlap,
    /// The digest's signature is not that of its key over its content.
    SignatureInvalid,
    /// No signature is known for the digest: the metadata has none and no
    /// later digest repeats it.
    SignatureMissing,
    /// The key that the digest names is not among those given.
    KeyUnknown,
    /// The key that the digest names was not valid at its time.
    KeyOutsideValidity,
    /// The digest does not lie where it says that it does.
    DigestMoved,
    /// The digest is not what CloudTrail writes, or is damaged.
    DigestUnparsable,
    /// A log that a valid digest lists is not here.
    LogMissing,
    /// A log's inflated content is not what its digest says.
    LogModified,
    /// A log that no digest lists lies among those that the digests of its
    /// time list.
    LogUnlisted,
    /// A log of a time that no valid digest covers.
    LogUndigested,
    /// A file or folder could not be read, so that it is not judged.
    Unread,
}

impl DoubtKind {
    /// The name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::EverythingDeleted => "everything_deleted",
            Self::NoDigest => "no_digest",
            Self::StartNotCovered => "start_not_covered",
            Self::EndNotCovered => "end_not_covered",
            Self::DigestDeletedAtTail => "digest_deleted_at_tail",
            Self::DigestMissing => "digest_missing",
            Self::ChainRestarted => "chain_restarted",
            Self::PreviousElsewhere => "previous_elsewhere",
            Self::PreviousHashMismatch => "previous_hash_mismatch",
            Self::PreviousSignatureMismatch => "previous_signature_mismatch",
            Self::HourGap => "hour_gap",
            Self::HourOverlap => "hour_overlap",
            Self::SignatureInvalid => "signature_invalid",
            Self::SignatureMissing => "signature_missing",
            Self::KeyUnknown => "key_unknown",
            Self::KeyOutsideValidity => "key_outside_validity",
            Self::DigestMoved => "digest_moved",
            Self::DigestUnparsable => "digest_unparsable",
            Self::LogMissing => "log_missing",
            Self::LogModified => "log_modified",
            Self::LogUnlisted => "log_unlisted",
            Self::LogUndigested => "log_undigested",
            Self::Unread => "unread",
        }
    }
}

/// One reason not to believe some time of a trail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Doubt {
    /// Which verdict.
    pub kind: DoubtKind,
    /// Start of the time in doubt; open when nothing bounds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// End of the time in doubt, not included; open when nothing bounds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// The file or object that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Untrusted>,
    /// What exactly, where the kind does not say all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Untrusted>,
}

/// Which chain of digests: one for each trail, account and region.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct ChainName {
    /// Where it lies: a folder of the archive, or `s3://bucket/prefix/`.
    pub place: Untrusted,
    /// The organisation of an organisation's trail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Untrusted>,
    /// Twelve-digit account whose events the logs hold.
    pub account: Untrusted,
    /// Region whose events the logs hold.
    pub region: Untrusted,
    /// The trail's name; empty for logs without any digest.
    pub trail: Untrusted,
    /// The trail's home region; empty for logs without any digest.
    pub home_region: Untrusted,
}

/// What one chain of digests proves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChainProof {
    /// Which chain.
    pub name: ChainName,
    /// `s3://bucket/prefix/` that its digests say they were delivered to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_to: Option<Untrusted>,
    /// Digests of the period, backfills not counted.
    pub digests: u64,
    /// Those whose place and signature are right.
    pub digests_valid: u64,
    /// Backfill digests of the period.
    pub backfills: u64,
    /// Those whose place and signature are right.
    pub backfills_valid: u64,
    /// Logs that its valid digests list.
    pub logs_listed: u64,
    /// Those that are here, unchanged.
    pub logs_valid: u64,
    /// The time that it proves, clipped to the period: nothing was changed,
    /// deleted or added in it.
    pub proven: Vec<TimeSpan>,
    /// Number of doubts of every kind.
    pub doubts: BTreeMap<DoubtKind, u64>,
    /// The first [`MAX_LISTED`] doubts of each kind.
    pub doubts_listed: Vec<Doubt>,
}

/// Where the public keys came from; a proof is worth as much as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeySource {
    /// A file that the user named.
    #[default]
    Named,
    /// A file that lay with the archive: who could rewrite the archive could
    /// rewrite it too.
    BesideArchive,
    /// CloudTrail's own `ListPublicKeys`.
    Api,
}

/// What the digests of an archive prove, and everything that they do not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrailProof {
    /// [`PROOF_SCHEMA`].
    pub schema: String,
    /// Which program wrote it.
    pub tool: Tool,
    /// Start of the period asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// End of the period asked for. Without one, digests deleted at the tail
    /// of every chain cannot be noticed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Where the public keys came from.
    pub keys: KeySource,
    /// Fingerprints of the keys that vouch for what is proven.
    pub fingerprints: Vec<Untrusted>,
    /// What is proven in every chain.
    pub proven: Vec<TimeSpan>,
    /// Each chain by itself.
    pub chains: Vec<ChainProof>,
    /// Chains that did not fit in the list; their doubts are counted.
    pub chains_left_out: u64,
    /// Number of doubts of every kind, over all chains and about none.
    pub doubts: BTreeMap<DoubtKind, u64>,
    /// The first [`MAX_LISTED`] doubts of each kind that belong to no chain.
    pub doubts_listed: Vec<Doubt>,
    /// Files beside the trail that hold no CloudTrail record.
    pub other_files: u64,
    /// What was read, skipped and failed.
    pub coverage: Coverage,
}

impl TrailProof {
    /// Whether all of the period is proven.
    pub fn is_proven(&self) -> bool {
        self.doubts.is_empty() && !self.proven.is_empty()
    }

    /// The one place that decides the exit status of a verification: 3 when
    /// something could not be read, 1 when something is not proven, else 0.
    pub fn exit_status(&self) -> ExitStatus {
        if !self.coverage.is_complete() {
            ExitStatus::Incomplete
        } else if self.is_proven() {
            ExitStatus::Clean
        } else {
            ExitStatus::Findings
        }
    }
}

/// What the digests of an investigated archive prove, for the report's head.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProofSummary {
    /// What is proven in every chain.
    pub proven: Vec<TimeSpan>,
    /// Number of doubts of every kind; `verify-trail` lists them.
    pub doubts: BTreeMap<DoubtKind, u64>,
    /// Where the public keys came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<KeySource>,
    /// Why nothing was verified although digests are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unverified: Option<Untrusted>,
}

impl From<TrailProof> for ProofSummary {
    fn from(proof: TrailProof) -> Self {
        Self {
            proven: proof.proven,
            doubts: proof.doubts,
            keys: Some(proof.keys),
            unverified: None,
        }
    }
}

/// Doubts, all counted, the first of each kind listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Number of every kind.
    pub counts: BTreeMap<DoubtKind, u64>,
    /// The first [`MAX_LISTED`] of each kind.
    pub listed: Vec<Doubt>,
}

impl Doubts {
    /// Counts a doubt and lists it while there is room.
    pub fn add(&mut self, doubt: Doubt) {
        let count = self.counts.entry(doubt.kind).or_default();
        *count += 1;
        if *count <= MAX_LISTED as u64 {
            self.listed.push(doubt);
        }
    }

    /// Adds how many doubts of a kind there are beyond those added one by one.
    pub fn add_unlisted(&mut self, kind: DoubtKind, count: u64) {
        if count > 0 {
            *self.counts.entry(kind).or_default() += count;
        }
    }
}
