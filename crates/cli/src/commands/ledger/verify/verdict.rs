//! What a verification proves, what contradicts it, and what it cannot rule out.

use gardefou_finding::ExitStatus;
use gardefou_ledger::{Digest, Entry, Policy, Proof, Report, SignedCheckpoint, VerifierKey};
use serde_json::{Value, json};

use super::super::args::Form;
use super::super::escaped;

/// Name and version of the JSON form.
const SCHEMA: &str = "gardefou.ledger-verdict/1";

/// What whoever verifies knows besides the key.
#[derive(Debug)]
pub(crate) struct Given {
    /// Sizes of the checkpoints that were kept elsewhere.
    pub(crate) kept: Vec<u64>,
    /// Which witnesses suffice.
    pub(crate) policy: Option<Policy>,
    /// The newest checkpoint that was cosigned, as the folder has it.
    pub(crate) witnessed: Option<SignedCheckpoint>,
}

/// A verdict in words.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// What is proven, if nothing contradicts it.
    proven: Vec<String>,
    /// What contradicts the claim.
    faults: Vec<String>,
    /// What else is worth knowing.
    notes: Vec<String>,
    /// What this proof cannot rule out.
    limits: Vec<String>,
    /// Numbers for programs.
    facts: Value,
}

impl Verdict {
    /// A claim that is refuted by its own form.
    pub(crate) fn refuted(why: &str) -> Self {
        Self {
            faults: vec![escaped(why)],
            ..Self::default()
        }
    }

    /// Of a whole ledger.
    pub(crate) fn of_ledger(report: &Report, given: &Given) -> Self {
        let mut verdict = Self {
            faults: report
                .faults
                .iter()
                .map(|fault| escaped(&fault.to_string()))
                .collect(),
            facts: facts(report),
            ..Self::default()
        };
        if report.more_faults > 0 {
            verdict
                .faults
                .push(format!("and {} more", report.more_faults));
        }
        verdict.tell_entries(report);
        verdict.tell_notes(report);
        let witnessed = verdict.tell_witnesses(report, given);
        verdict.tell_tail(report, given, witnessed);
        verdict
    }

    fn tell_entries(&mut self, report: &Report) {
        let tree = report.checkpoint.checkpoint();
        self.proven.push(format!(
            "all {} entries of `{}` hash to the root {} that the key signed",
            tree.size,
            escaped(&tree.origin),
            tree.root
        ));
        for rotation in &report.rotations {
            self.proven.push(format!(
                "entry {}: the key {:08x} appointed the key {:08x}",
                rotation.index,
                rotation.old.id(),
                rotation.new.id()
            ));
        }
        if report.payloads > 0 {
            self.proven
                .push(format!("{} payloads are unchanged", report.payloads));
        }
        if report.erased > 0 {
            self.proven.push(format!(
                "{} payloads were erased, each recorded",
                report.erased
            ));
        }
    }

    fn tell_notes(&mut self, report: &Report) {
        if report.absent > 0 {
            self.limits.push(format!(
                "{} payloads are not here and were not looked at",
                report.absent
            ));
        }
        if report.backwards > 0 {
            self.notes.push(format!(
                "{} entries have a time before their predecessor's: a clock was set back",
                report.backwards
            ));
        }
        if report.is_torn {
            self.notes
                .push("a torn write of an append that never returned is left over".to_owned());
        }
    }

    /// Whether the policy's witnesses cosigned; how many entries they vouch for.
    fn tell_witnesses(&mut self, report: &Report, given: &Given) -> Option<u64> {
        let policy = given
            .policy
            .as_ref()
            .filter(|one| !one.is_without_witnesses())?;
        let size = report.checkpoint.checkpoint().size;
        let candidates = [Some(&report.checkpoint), given.witnessed.as_ref()];
        let met = candidates
            .into_iter()
            .flatten()
            .find(|one| policy.is_met_by(one));
        let Some(met) = met else {
            self.faults
                .push("the policy's quorum of witnesses has not cosigned".to_owned());
            return None;
        };
        let seen = met.checkpoint().size;
        if seen < size {
            self.faults.push(format!(
                "the policy's quorum of witnesses has cosigned the first {seen} of {size} entries only"
            ));
        }
        self.proven.push(format!(
            "{} cosigned: whoever trusts the quorum knows that everybody was shown the same first {seen} entries, which cannot have been changed, cut off or replaced since",
            cosigners(policy, met)
        ));
        Some(seen)
    }

    /// Whether anything rules out that the tail was cut off or all was replaced.
    fn tell_tail(&mut self, report: &Report, given: &Given, witnessed: Option<u64>) {
        let size = report.checkpoint.checkpoint().size;
        let kept = given.kept.iter().max().copied();
        if let Some(kept) = kept {
            self.proven.push(format!(
                "a kept checkpoint rules out that any of the first {kept} entries was changed, cut off or replaced since it was kept"
            ));
        }
        match kept.max(witnessed) {
            Some(known) if known == size => self.limits.push(format!(
                "that there were more than {size} entries, if the later ones were never witnessed or kept"
            )),
            Some(known) => self.limits.push(format!(
                "entries {known} to {}: the ledger's key alone vouches for them, so who holds it could have replaced them or cut off later ones",
                size.saturating_sub(1)
            )),
            None => self.limits.push(
                "a cut tail or a whole replacement by who holds the ledger's key: neither a kept checkpoint (--checkpoint) nor witnesses (--policy) were given".to_owned(),
            ),
        }
        self.limits.push(
            "that what an entry says is true: actors and subjects are the words of who appended"
                .to_owned(),
        );
    }

    /// Of one entry's proof.
    pub(crate) fn of_proof(
        proof: &Proof,
        key: &VerifierKey,
        payload: Option<&[u8]>,
        policy: Option<&Policy>,
    ) -> Self {
        let mut verdict = Self::default();
        let tree = proof.checkpoint.checkpoint();
        verdict.tell_proofs_witnesses(proof, policy);
        if !proof.checkpoint.signed_by(key) || key.name() != tree.origin {
            verdict
                .faults
                .push("the checkpoint is not signed by this key".to_owned());
        }
        let Some(extra) = proof.our_extra() else {
            verdict
                .faults
                .push("the proof does not carry its entry".to_owned());
            return verdict;
        };
        if !proof.includes(extra.entry.as_bytes()) {
            verdict
                .faults
                .push("the entry is not in the tree that was signed".to_owned());
        }
        match Entry::decode(extra.entry.as_bytes()) {
            Ok(entry) => {
                verdict.tell_entry(proof, &entry, payload.map(|bytes| extra.digest_of(bytes)))
            }
            Err(error) => verdict.faults.push(escaped(&error.to_string())),
        }
        verdict
    }

    fn tell_proofs_witnesses(&mut self, proof: &Proof, policy: Option<&Policy>) {
        match policy.filter(|one| !one.is_without_witnesses()) {
            Some(policy) if policy.is_met_by(&proof.checkpoint) => self.proven.push(format!(
                "{} cosigned the checkpoint",
                cosigners(policy, &proof.checkpoint)
            )),
            Some(_) => {
                self.faults
                    .push("the policy's quorum of witnesses has not cosigned".to_owned());
            }
            None => self.limits.push(
                "that everybody was shown this history: no witnesses (--policy) were given"
                    .to_owned(),
            ),
        }
    }

    fn tell_entry(&mut self, proof: &Proof, entry: &Entry, payload: Option<Option<Digest>>) {
        let tree = proof.checkpoint.checkpoint();
        self.proven.push(format!(
            "entry {} of `{}` ({} entries): {} {} `{}` `{}`",
            proof.index,
            escaped(&tree.origin),
            tree.size,
            entry.time,
            entry.kind,
            escaped(&entry.actor),
            escaped(&entry.subject),
        ));
        match payload {
            None => self.limits.push("the payload was not looked at".to_owned()),
            Some(Some(digest)) if digest == entry.digest => {
                self.proven
                    .push("the payload is the one that was recorded".to_owned());
            }
            Some(Some(_)) => self.faults.push("the payload is another".to_owned()),
            Some(None) => {
                self.faults
                    .push("the proof does not disclose the payload's salt".to_owned());
            }
        }
        self.facts =
            json!({"index": proof.index, "size": tree.size, "root": tree.root.to_string()});
    }

    /// The exit status that says it: 0 proven, 1 not.
    pub(crate) fn status(&self) -> ExitStatus {
        if self.faults.is_empty() {
            ExitStatus::Clean
        } else {
            ExitStatus::Findings
        }
    }

    /// For people or for programs.
    pub(crate) fn render(&self, format: Form) -> String {
        match format {
            Form::Json => format!("{}\n", self.json()),
            Form::Text => self.text(),
        }
    }

    fn json(&self) -> Value {
        json!({
            "schema": SCHEMA,
            "verdict": if self.faults.is_empty() { "proven" } else { "not proven" },
            "proven": if self.faults.is_empty() { self.proven.as_slice() } else { &[] },
            "faults": self.faults,
            "notes": self.notes,
            "not_ruled_out": self.limits,
            "facts": self.facts,
        })
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let mut block = |title: &str, lines: &[String]| {
            if !lines.is_empty() {
                text.push_str(title);
                text.push('\n');
                lines
                    .iter()
                    .for_each(|line| text.push_str(&format!("  {line}\n")));
            }
        };
        if self.faults.is_empty() {
            block("PROVEN", &self.proven);
        } else {
            block("NOT PROVEN", &self.faults);
        }
        block("note", &self.notes);
        if self.faults.is_empty() {
            block("not ruled out", &self.limits);
        }
        text
    }
}

/// The witnesses that cosigned, and when.
fn cosigners(policy: &Policy, checkpoint: &SignedCheckpoint) -> String {
    let cosigners = policy.cosigners(checkpoint);
    let told = cosigners
        .iter()
        .map(|(key, time)| format!("{} ({time})", escaped(key.name())));
    told.collect::<Vec<_>>().join(", ")
}

fn facts(report: &Report) -> Value {
    let tree = report.checkpoint.checkpoint();
    json!({
        "origin": tree.origin,
        "size": tree.size,
        "root": tree.root.to_string(),
        "signer": report.signer.as_ref().map(ToString::to_string),
        "rotations": report.rotations.len(),
        "retain_at_least_days": report.terms.as_ref().map(|terms| terms.retain_at_least_days),
        "payloads": {"unchanged": report.payloads, "erased": report.erased, "absent": report.absent},
        "faults": report.faults.len() as u64 + report.more_faults,
    })
}
