//! `gardefou ledger verify`

use std::num::NonZeroUsize;
use std::path::Path;

use gardefou_finding::ExitStatus;
use gardefou_host::{LedgerFolder, read_limited};
use gardefou_ledger::{
    Content, LedgerError, MAX_PAYLOAD, Policy, Proof, Reader, Report, SignedCheckpoint,
    VerifierKey, verify_on,
};

use super::args::Verify;
use super::{Error, checkpoint_in, public, put};

mod verdict;

use verdict::{Given, Verdict};

/// Largest proof file that is read, in bytes.
const MAX_PROOF: usize = 1 << 20;

/// Verifies a ledger or a proof, and tells what is proven.
pub(crate) fn run(options: &Verify) -> Result<ExitStatus, Error> {
    let key = public(&options.vkey)?.log()?;
    let verdict = match (&options.proof, &options.dir) {
        (Some(path), _) => proof(options, path, &key)?,
        (None, Some(dir)) => whole(options, dir, &key)?,
        (None, None) => return Err(Error::Usage("a folder or --proof is needed".to_owned())),
    };
    put(&verdict.render(options.format))?;
    Ok(verdict.status())
}

fn whole(options: &Verify, dir: &Path, key: &VerifierKey) -> Result<Verdict, Error> {
    let kept = options.checkpoint.iter().map(|path| checkpoint_in(path));
    let kept = kept.collect::<Result<Vec<_>, _>>()?;
    let policy = options.policy.as_deref().map(policy_in).transpose()?;
    let accepted = policy.as_ref().map(Policy::logs).unwrap_or_default();
    if !accepted.is_empty() && !accepted.contains(key) {
        return Err(Error::Usage(
            "the policy does not accept this ledger's key".to_owned(),
        ));
    }
    let content = match (options.opaque, options.without_payloads) {
        (true, _) => Content::Opaque,
        (false, true) => Content::WithoutPayloads,
        (false, false) => Content::Ledger,
    };
    let sizes: Vec<u64> = kept.iter().map(|one| one.checkpoint().size).collect();
    match judge(&LedgerFolder::new(dir), key, content, kept) {
        Ok((report, witnessed)) => {
            let given = Given {
                kept: sizes,
                policy,
                witnessed,
            };
            Ok(Verdict::of_ledger(&report, &given))
        }
        // What contradicts itself was read well enough to be judged.
        Err(error @ (LedgerError::Damaged { .. } | LedgerError::Entry(_))) => {
            Ok(Verdict::refuted(&error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Verifies, and that the checkpoint which witnesses cosigned, as it lies in
/// the folder, is of the same history.
fn judge(
    folder: &LedgerFolder,
    key: &VerifierKey,
    content: Content,
    mut kept: Vec<SignedCheckpoint>,
) -> Result<(Report, Option<SignedCheckpoint>), LedgerError> {
    let reader = Reader::open(folder)?;
    let witnessed = || match content {
        Content::Opaque => Ok(None),
        _ => reader.witnessed(),
    };
    kept.extend(witnessed()?);
    let report = verify_on(threads(), &reader, key, content, kept)?;
    Ok((report, witnessed()?))
}

/// As many as there are processors; more than eight would wait for the disk.
fn threads() -> NonZeroUsize {
    let machine = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    NonZeroUsize::new(8).map_or(machine, |most| machine.min(most))
}

fn policy_in(path: &Path) -> Result<Policy, Error> {
    let bytes = read_limited(path, 256 << 10).map_err(|error| Error::file(path, error))?;
    let name = path.display();
    Policy::parse(&bytes).map_err(|error| Error::Usage(format!("`{name}`: {error}")))
}

fn proof(options: &Verify, path: &Path, key: &VerifierKey) -> Result<Verdict, Error> {
    let read = |path: &Path, most| {
        read_limited(path, most).map_err(|error| Error::Unreadable(path.to_path_buf(), error))
    };
    let proof = match Proof::parse(&read(path, MAX_PROOF)?) {
        Ok(proof) => proof,
        Err(error) => return Ok(Verdict::refuted(&error.to_string())),
    };
    let payload = options
        .payload
        .as_deref()
        .map(|path| read(path, MAX_PAYLOAD));
    let payload = payload.transpose()?;
    let policy = options.policy.as_deref().map(policy_in).transpose()?;
    Ok(Verdict::of_proof(
        &proof,
        key,
        payload.as_deref(),
        policy.as_ref(),
    ))
}
