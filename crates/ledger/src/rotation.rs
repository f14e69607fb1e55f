//! Handing over from one key to the next, so that who knows the first can
//! follow to the last.

use signed_note::{Note, Signer};

use crate::{Entry, KeyError, LogKey, VerifierKey};

/// First line of what both keys sign; no log's origin may begin like this.
const HEADER: &str = "gardefou.key-rotation/1";

/// A hand-over, signed by the old key, which appoints, and by the new one,
/// which shows that it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Which entry records it.
    pub index: u64,
    /// Who appoints.
    pub old: VerifierKey,
    /// Who is appointed.
    pub new: VerifierKey,
}

impl Rotation {
    /// The statement of the entry that records it.
    ///
    /// # Errors
    /// A new key of another name.
    pub(crate) fn statement(index: u64, old: &LogKey, new: &LogKey) -> Result<String, KeyError> {
        let (from, to) = (old.verifier(), new.verifier());
        if from.name() != to.name() || from == to {
            return Err(KeyError::Name(to.to_string()));
        }
        let text = text(index, &from, &to);
        let mut note =
            Note::new(text.as_bytes(), &[]).map_err(|_| KeyError::Name(to.to_string()))?;
        let signers: [&dyn Signer; 2] = [old, new];
        note.add_sigs(&signers)
            .map_err(|_| KeyError::Name(to.to_string()))?;
        Ok(String::from_utf8_lossy(&note.to_bytes()).into_owned())
    }

    /// Reads the hand-over that entry `index` records, when `old` signs.
    /// `None` when it is none, or not well signed by both.
    pub fn of(index: u64, entry: &Entry, old: &VerifierKey) -> Option<Self> {
        (entry.kind == Entry::ROTATION).then_some(())?;
        let new = VerifierKey::parse(&entry.subject).ok()?.log().ok()?;
        let note = Note::from_bytes(entry.statement.as_deref()?.as_bytes()).ok()?;
        (note.text() == text(index, old, &new).as_bytes()).then_some(())?;
        let known = |key: &VerifierKey| signed_note::VerifierList::new(vec![Box::new(key.clone())]);
        note.verify(&known(old)).ok()?;
        note.verify(&known(&new)).ok()?;
        let old = old.clone();
        Some(Self { index, old, new })
    }
}

fn text(index: u64, old: &VerifierKey, new: &VerifierKey) -> String {
    format!("{HEADER}\n{}\n{index}\n{old}\n{new}\n", old.name())
}
