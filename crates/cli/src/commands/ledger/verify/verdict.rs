//! What a verification proves, what contradicts it, and what it cannot rule out.

use gardefou_finding::ExitStatus;
use gardefou_ledger::{Entry, Proof, Report, VerifierKey};
use serde_json::{Value, json};

use super::super::args::Form;
use super::super::escaped;

/// Name and version of the JSON form.
const SCHEMA: &str = "gardefou.ledger-verdict/1";

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
    pub(crate) fn of_ledger(report: &Report) -> Self {
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
        verdict.tell_tail(report);
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

    /// Whether anything rules out that the tail was cut off or all was replaced.
    fn tell_tail(&mut self, report: &Report) {
        let size = report.checkpoint.checkpoint().size;
        let kept = report.kept.iter().max().copied();
        if let Some(kept) = kept {
            self.proven.push(format!(
                "a kept checkpoint rules out that any of the first {kept} entries was changed, cut off or replaced since it was kept"
            ));
        }
        match kept {
            Some(kept) if kept == size => {}
            Some(kept) => self.limits.push(format!(
                "entries {kept} to {} are vouched for by the ledger's key alone: who holds it could have replaced them, and entries after {} could have been cut off",
                size.saturating_sub(1),
                size.saturating_sub(1)
            )),
            None => self.limits.push(
                "a cut tail or a whole replacement by who holds the ledger's key: neither a witness nor a kept checkpoint was given".to_owned(),
            ),
        }
        self.limits.push(
            "that what an entry says is true: actors and subjects are the words of who appended"
                .to_owned(),
        );
    }

    /// Of one entry's proof.
    pub(crate) fn of_proof(proof: &Proof, key: &VerifierKey, payload: Option<&[u8]>) -> Self {
        let mut verdict = Self::default();
        let tree = proof.checkpoint.checkpoint();
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

    fn tell_entry(
        &mut self,
        proof: &Proof,
        entry: &Entry,
        payload: Option<Option<gardefou_ledger::Digest>>,
    ) {
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
        "kept_checkpoints": report.kept,
        "faults": report.faults.len() as u64 + report.more_faults,
    })
}
