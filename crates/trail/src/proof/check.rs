//! One digest: read, looked at for itself, its logs found in the archive.

use gardefou_finding::{DoubtKind, Failure, FailureReason, MAX_LISTED, Timestamp};

use super::content::{Content, Hash, Previous, sha256};
use super::keys::{PublicKey, PublicKeys};
use super::metadata::{Metadata, Signature};
use super::place::{DigestName, Kind, Place};
use super::survey::Survey;

/// Largest digest, in bytes when inflated: some eighty thousand logs an hour.
pub const MAX_DIGEST: usize = 32 << 20;

/// Seconds after the end of its time in which a digest is made and signed.
const SIGNED_WITHIN: i64 = 2 * 60 * 60;

/// What was found in one digest, by itself.
#[derive(Debug)]
pub struct Checked {
    /// The digest's file.
    pub(crate) file: u32,
    /// What is wrong with it, and what exactly.
    pub(crate) faults: Vec<(DoubtKind, Option<String>)>,
    /// What it says; `None` when it cannot be read.
    pub(crate) head: Option<Head>,
    /// The logs that it lists and that are here.
    pub(crate) listed: Vec<(u32, Hash)>,
    /// How many it lists that are not.
    pub(crate) absent: u64,
    /// The first of them, as URLs.
    pub(crate) absent_named: Vec<String>,
}

/// What a digest says about itself.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// SHA-256 of its inflated content.
    pub(crate) hash: Hash,
    /// `s3://bucket/prefix/` that it says it lies in.
    pub(crate) claimed: String,
    pub(crate) fingerprint: String,
    /// Its signature, where the metadata has one.
    pub(crate) signature: Option<Box<[u8]>>,
    /// What its signature is over, kept while none is known.
    pub(crate) unsigned: Option<Vec<u8>>,
    pub(crate) previous: Option<Previous>,
    /// The file of the digest before it, when that is here.
    pub(crate) previous_file: Option<u32>,
}

/// Takes the content of one digest after another.
#[derive(Debug)]
pub struct DigestCheck<'a> {
    survey: &'a Survey<'a>,
    keys: &'a PublicKeys,
    metadata: &'a Metadata,
    file: u32,
    content: Vec<u8>,
    done: Vec<Checked>,
}

impl<'a> DigestCheck<'a> {
    /// One for each thread.
    pub fn new(survey: &'a Survey<'a>, keys: &'a PublicKeys, metadata: &'a Metadata) -> Self {
        Self {
            survey,
            keys,
            metadata,
            file: 0,
            content: Vec::new(),
            done: Vec::new(),
        }
    }

    /// The digest with this number begins.
    pub fn begin(&mut self, file: u32) {
        self.file = file;
        self.content.clear();
    }

    /// More of its inflated content. What is beyond [`MAX_DIGEST`] is not kept
    /// and makes it unparsable.
    pub fn feed(&mut self, bytes: &[u8]) {
        let room = (MAX_DIGEST + 1).saturating_sub(self.content.len());
        let fits = bytes.get(..room).unwrap_or(bytes);
        self.content.extend_from_slice(fits);
    }

    /// It is done; `failure` says what of it could not be inflated.
    pub fn end(&mut self, failure: Option<&Failure>) {
        let content = std::mem::take(&mut self.content);
        let checked = match refused(&content, failure) {
            Some(fault) => self.unreadable(fault),
            None => match Content::parse(&content) {
                Ok(parsed) => self.check(&parsed, sha256(&content)),
                Err(why) => self.unreadable((DoubtKind::DigestUnparsable, Some(why))),
            },
        };
        self.done.push(checked);
        self.content = content;
    }

    /// All that was checked, in no order.
    pub fn finish(self) -> Vec<Checked> {
        self.done
    }

    fn unreadable(&self, fault: (DoubtKind, Option<String>)) -> Checked {
        Checked {
            file: self.file,
            faults: vec![fault],
            head: None,
            listed: Vec::new(),
            absent: 0,
            absent_named: Vec::new(),
        }
    }

    fn check(&self, content: &Content<'_>, hash: Hash) -> Checked {
        let Some((start, end)) = content.times() else {
            let why = "its times are none, or its end is not after its start".to_owned();
            return self.unreadable((DoubtKind::DigestUnparsable, Some(why)));
        };
        let url = content.url();
        let mut head = Head {
            start,
            end,
            hash,
            claimed: Place::of(&url).base.to_owned(),
            fingerprint: content.digest_public_key_fingerprint.to_string(),
            signature: None,
            unsigned: None,
            previous: content.previous(),
            previous_file: None,
        };
        let named = head.previous.as_ref();
        head.previous_file =
            named.and_then(|named| self.survey.find(self.file, &head.claimed, &named.url));
        let mut checked = self.logs(content, &head.claimed);
        if !self.survey.lies_at(self.file, &url) {
            checked.faults.push((DoubtKind::DigestMoved, Some(url)));
        }
        self.check_signature(content, &mut head, &mut checked.faults);
        checked.head = Some(head);
        checked
    }

    /// Finds the logs that a digest lists.
    fn logs(&self, content: &Content<'_>, claimed: &str) -> Checked {
        let mut checked = self.unreadable((DoubtKind::DigestUnparsable, None));
        checked.faults.clear();
        for log in &content.log_files {
            let url = log.url();
            let found = self.survey.find(self.file, claimed, &url);
            match (found, log.hash()) {
                (Some(file), Some(hash)) => checked.listed.push((file, hash)),
                (_, None) => {
                    let why = "a log without a SHA-256 hash".to_owned();
                    checked.faults = vec![(DoubtKind::DigestUnparsable, Some(why))];
                }
                (None, Some(_)) => {
                    checked.absent += 1;
                    if checked.absent_named.len() < MAX_LISTED {
                        checked.absent_named.push(url);
                    }
                }
            }
        }
        checked
    }

    fn check_signature(
        &self,
        content: &Content<'_>,
        head: &mut Head,
        faults: &mut Vec<(DoubtKind, Option<String>)>,
    ) {
        let known = self.metadata.of(self.survey.name(self.file));
        let signature = known
            .map(|entry| entry.signature.clone())
            .unwrap_or_default();
        let text = content.signed_text(&head.hash);
        let keys = self.keys.of(&head.fingerprint);
        if let Some(fault) = self.key_fault(keys, head, &signature) {
            faults.push((fault, Some(head.fingerprint.clone())));
        } else if signature.bytes.is_none() {
            head.unsigned = Some(text);
        } else if !signature.known_algorithm {
            let why = "the metadata names another algorithm than SHA256withRSA".to_owned();
            faults.push((DoubtKind::SignatureInvalid, Some(why)));
        } else if !verifies(keys, &text, signature.bytes.as_deref()) {
            faults.push((DoubtKind::SignatureInvalid, None));
        }
        head.signature = signature.bytes;
    }

    /// A digest is signed soon after its end; a backfill when the metadata says
    /// so, which nobody vouches for, but which only chooses among AWS's keys.
    fn key_fault(
        &self,
        keys: &[PublicKey],
        head: &Head,
        signature: &Signature,
    ) -> Option<DoubtKind> {
        let signed = if self.is_backfill() {
            signature.generated.unwrap_or(head.end)
        } else {
            head.end
        };
        let valid = |key: &PublicKey| {
            key.from.since(signed) <= SIGNED_WITHIN && signed.seconds() <= key.to.seconds()
        };
        if keys.is_empty() {
            Some(DoubtKind::KeyUnknown)
        } else if !keys.iter().any(valid) {
            Some(DoubtKind::KeyOutsideValidity)
        } else {
            None
        }
    }

    fn is_backfill(&self) -> bool {
        matches!(
            self.survey.place(self.file).kind(),
            Kind::Digest(DigestName { backfill: true, .. })
        )
    }
}

impl Head {
    /// Verifies a digest without metadata by the signature that the digest
    /// after it repeats. It comes from nobody in particular and need not: only
    /// the key's owner can make one that verifies.
    pub(crate) fn verify_later(
        &mut self,
        keys: &PublicKeys,
        repeated: Option<&[u8]>,
    ) -> Option<DoubtKind> {
        let text = self.unsigned.take()?;
        let Some(signature) = repeated.filter(|signature| !signature.is_empty()) else {
            return Some(DoubtKind::SignatureMissing);
        };
        let valid = verifies(keys.of(&self.fingerprint), &text, Some(signature));
        self.signature = Some(signature.into());
        (!valid).then_some(DoubtKind::SignatureInvalid)
    }
}

fn verifies(keys: &[PublicKey], text: &[u8], signature: Option<&[u8]>) -> bool {
    signature.is_some_and(|signature| keys.iter().any(|key| key.signed(text, signature)))
}

/// Why content is not even parsed.
fn refused(content: &[u8], failure: Option<&Failure>) -> Option<(DoubtKind, Option<String>)> {
    if let Some(failure) = failure {
        let detail = failure.detail.as_ref();
        let detail = detail.map(|detail| detail.as_str().to_owned());
        return Some((
            fault_of(failure.reason, DoubtKind::DigestUnparsable),
            detail,
        ));
    }
    let long = content.len() > MAX_DIGEST;
    long.then(|| {
        let why = format!("longer than {MAX_DIGEST} bytes");
        (DoubtKind::DigestUnparsable, Some(why))
    })
}

/// Content that cannot be had is unread; content that is damaged is `damaged`.
pub(crate) fn fault_of(reason: FailureReason, damaged: DoubtKind) -> DoubtKind {
    if is_unread(reason) {
        DoubtKind::Unread
    } else {
        damaged
    }
}

/// Whether a failure says that content could not be had, so that nothing is
/// known of it, and not that it is damaged, which is a verdict.
pub fn is_unread(reason: FailureReason) -> bool {
    matches!(
        reason,
        FailureReason::Unreadable
            | FailureReason::InflatedTooLarge
            | FailureReason::RatioTooHigh
            | FailureReason::LimitReached
    )
}
