//! Texts signed with a ledger's key that are no checkpoints: approvals.

use signed_note::{Note, Signature, Signer as _, Verifier as _};

use crate::{KeyError, LogKey, VerifierKey};

/// Signs a text as a note (C2SP signed-note). What is signed must not be a
/// checkpoint of anybody: its second line must be no number.
///
/// # Errors
/// A text that could be a checkpoint, or that no note can hold.
pub fn sign_text(text: &str, key: &LogKey) -> Result<Vec<u8>, KeyError> {
    let refuse = || KeyError::Name(key.name().to_owned());
    if tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).is_ok() {
        return Err(refuse());
    }
    let signature = key.sign(text.as_bytes()).map_err(|_| refuse())?;
    let signature = Signature::new(key.name().to_owned(), key.key_id(), signature);
    let note = Note::new(text.as_bytes(), &[signature.map_err(|_| refuse())?]);
    Ok(note.map_err(|_| refuse())?.to_bytes())
}

/// Whether a note is this text, signed by this key.
pub fn is_signed_by(note: &[u8], text: &str, key: &VerifierKey) -> bool {
    let Some(signatures) = note.strip_prefix(text.as_bytes()) else {
        return false;
    };
    let Some(signatures) = signatures.strip_prefix(b"\n") else {
        return false;
    };
    let lines = signatures
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let mut own = lines
        .filter_map(|line| Signature::from_bytes(line).ok())
        .filter(|one| one.name() == key.name() && one.id() == key.key_id())
        .peekable();
    own.peek().is_some() && own.all(|one| key.verify(text.as_bytes(), one.signature()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SecretKey;

    fn key(seed: u8) -> LogKey {
        LogKey::new("example.com/ann", SecretKey::from_seed(&[seed; 32])).unwrap()
    }

    #[test]
    fn a_note_is_of_one_text_and_one_key() {
        let text = "gardefou.contain/approval\nsha256:00\n";
        let note = sign_text(text, &key(1)).unwrap();
        assert!(is_signed_by(&note, text, &key(1).verifier()));
        assert!(!is_signed_by(&note, text, &key(2).verifier()));
        let other = text.replace("00", "01");
        assert!(!is_signed_by(&note, &other, &key(1).verifier()));
        assert!(!is_signed_by(text.as_bytes(), text, &key(1).verifier()));
    }

    #[test]
    fn no_checkpoint_is_signed_as_a_text() {
        let root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        assert!(sign_text(&format!("example.com/log\n3\n{root}\n"), &key(1)).is_err());
    }
}
