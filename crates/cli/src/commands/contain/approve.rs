//! `gardefou contain approve`, and who has approved.

use std::path::Path;

use gardefou_contain::{PLAN_NAMESPACE, approval_note, digest};
use gardefou_finding::{ExitStatus, Plan, Timestamp};
use gardefou_host::{KeyOrigin, now, read_key, read_text, ssh_sign, write_atomically};
use gardefou_ledger::{LogKey, VerifierKey, is_signed_by, sign_text};
use gardefou_scan::trust::{AllowedSigners, SignedBy};

use super::args::{ApplyOptions, ApproveOptions};
use super::read_plan;
use crate::commands::Error;
use crate::commands::ledger::public;
use crate::messages::say;

/// Largest approval that is read, in bytes.
const MAX_NOTE: u64 = 64 << 10;
/// Largest list of allowed signers that is read, in bytes.
const MAX_SIGNERS: u64 = 16 << 20;

/// Signs a plan's digest.
pub(super) fn run(options: &ApproveOptions) -> Result<ExitStatus, Error> {
    let plan = read_plan(&options.plan)?;
    let text = approval_note(&plan);
    let (note, told) = match &options.ssh_key {
        Some(key) => by_ssh(key, &text)?,
        None => by_key(options, &text)?,
    };
    write_atomically(&options.out, &note).map_err(|error| Error::file(&options.out, error))?;
    say(&format!("gardefou: approved sha256:{}", digest(&plan)));
    told.iter().for_each(|line| say(line));
    Ok(ExitStatus::Clean)
}

/// An approval, and what is said of it.
type Signed = (Vec<u8>, Option<String>);

fn by_key(options: &ApproveOptions, text: &str) -> Result<Signed, Error> {
    let (Some(name), Some(file)) = (&options.name, &options.key) else {
        return Err(Error::Usage("no key to sign with".to_owned()));
    };
    let secret = read_key(&KeyOrigin::File(file.clone()))?;
    let key = LogKey::new(name, secret)?;
    let note = sign_text(text, &key)?;
    let told = format!("gardefou: the public key is {}", key.verifier());
    Ok((note, Some(told)))
}

fn by_ssh(key: &Path, text: &str) -> Result<Signed, Error> {
    let signature = ssh_sign(key, PLAN_NAMESPACE, text.as_bytes());
    let signature = signature.map_err(|error| Error::file(key, error))?;
    Ok((signature.into_bytes(), None))
}

/// Refuses when fewer people have approved the plan, exactly as it is, than
/// must have.
pub(super) fn check(options: &ApplyOptions, plan: &Plan) -> Result<(), Error> {
    if options.require_approval == 0 {
        return Ok(());
    }
    let approvals = options.approval.iter().map(|path| read(path));
    let approvals = approvals.collect::<Result<Vec<String>, _>>()?;
    let text = approval_note(plan);
    let signers = allowed(options.allowed_signers.as_deref())?;
    let people = noted(options, &approvals, &text)? + signed(&signers, &approvals, &text);
    if people < options.require_approval {
        return Err(Error::Usage(format!(
            "{people} of {} approvals: nobody else who may approve has signed this plan as it is",
            options.require_approval
        )));
    }
    Ok(())
}

/// How many people have signed a note.
fn noted(options: &ApplyOptions, approvals: &[String], text: &str) -> Result<usize, Error> {
    let mut people: Vec<VerifierKey> = Vec::new();
    for choice in &options.approver {
        let key = public(choice)?;
        // One person with two names for one key is one person.
        let is_known = people.iter().any(|one| one.bytes() == key.bytes());
        let mut notes = approvals.iter();
        if !is_known && notes.any(|note| is_signed_by(note.as_bytes(), text, &key)) {
            people.push(key);
        }
    }
    Ok(people.len())
}

/// How many people have signed with an SSH key.
fn signed(signers: &AllowedSigners, approvals: &[String], text: &str) -> usize {
    let at = now().unwrap_or_else(Timestamp::epoch);
    let mut people: Vec<SignedBy<'_>> = Vec::new();
    for approval in approvals {
        let found = signers.signer(approval, PLAN_NAMESPACE, text.as_bytes(), at);
        people.extend(
            found
                .ok()
                .filter(|one| !people.iter().any(|known| known.is_same(one))),
        );
    }
    people.len()
}

fn allowed(path: Option<&Path>) -> Result<AllowedSigners, Error> {
    let Some(path) = path else {
        return Ok(AllowedSigners::default());
    };
    let text = read_text(path, MAX_SIGNERS).map_err(|error| Error::file(path, error))?;
    AllowedSigners::parse(&text)
        .map_err(|error| Error::Usage(format!("`{}`: {error}", path.display())))
}

fn read(path: &Path) -> Result<String, Error> {
    read_text(path, MAX_NOTE).map_err(|error| Error::file(path, error))
}
