//! A file as a change leaves it.

use super::View;

/// What a change does to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was not there before.
    Added,
    /// It was there, perhaps under another path.
    Modified,
    /// It is no longer there.
    Deleted,
    /// Part of a tree or an archive, without a before.
    Present,
}

/// What is known of a file's content after the change.
#[derive(Clone, Debug)]
pub enum Content {
    /// Text, whole or the parts that a patch shows.
    Text(View),
    /// Bytes that are no text.
    Binary(Vec<u8>),
    /// Bytes that are no text, and that the patch does not show.
    Unseen,
    /// The target of a symbolic link.
    Link(String),
    /// A commit of another repository (a submodule).
    Submodule(String),
    /// Nothing: deleted, or only its mode or name changed.
    Nothing,
}

/// A file as a change leaves it.
#[derive(Clone, Debug)]
pub struct File {
    /// Path after the change with `/` between its parts (before it, when deleted).
    pub path: String,
    /// Path before the change, where it was another.
    pub old_path: Option<String>,
    /// What the change does to it.
    pub status: Status,
    /// Whether it is executable after the change.
    pub is_executable: bool,
    /// Its content.
    pub content: Content,
}

impl File {
    /// A whole file of a tree.
    pub fn present(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self::with(path, Status::Present, Content::of(bytes))
    }

    /// A file with this status and content.
    pub fn with(path: impl Into<String>, status: Status, content: Content) -> Self {
        Self {
            path: path.into(),
            old_path: None,
            status,
            is_executable: false,
            content,
        }
    }

    /// The text, where the content is text.
    pub fn view(&self) -> Option<&View> {
        match &self.content {
            Content::Text(view) => Some(view),
            _ => None,
        }
    }

    /// Last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

impl Content {
    /// Text when it is text, else bytes. UTF-16 with a byte order mark is text.
    pub fn of(bytes: Vec<u8>) -> Self {
        match text_of(bytes) {
            Ok(text) => Self::Text(View::whole(text)),
            Err(bytes) => Self::Binary(bytes),
        }
    }

    /// What `new` has that `old` had not.
    pub fn between(old: &[u8], new: Vec<u8>) -> Self {
        match (text_of(old.to_vec()), text_of(new)) {
            (Ok(old), Ok(new)) => Self::Text(View::between(&old, new)),
            (Err(_), Ok(new)) => Self::Text(View::whole(new)),
            (_, Err(new)) => Self::Binary(new),
        }
    }
}

/// How far a NUL byte is looked for: the same as git's.
const SNIFFED: usize = 8000;

/// The text, or the bytes again when they are none. A few bytes that are not
/// UTF-8 make no binary: they are replaced, as an old encoding would need.
fn text_of(bytes: Vec<u8>) -> Result<String, Vec<u8>> {
    if let Some(text) = utf16(&bytes) {
        return Ok(text);
    }
    let head = bytes.get(..SNIFFED).unwrap_or(&bytes);
    // A damaged archive may hold no NUL, and is no text for that.
    if crate::archive::is_archive(&bytes) {
        return Err(bytes);
    }
    if memchr::memchr(0, head).is_some() {
        return Err(bytes);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) if is_mostly_text(error.as_bytes()) => {
            Ok(String::from_utf8_lossy(error.as_bytes()).into_owned())
        }
        Err(error) => Err(error.into_bytes()),
    }
}

fn is_mostly_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..SNIFFED).unwrap_or(bytes);
    let control = |b: &&u8| **b < 0x20 && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let high = head.iter().filter(|b| **b >= 0x80).count();
    head.iter().filter(control).count() * 50 <= head.len() && high * 3 <= head.len()
}

fn utf16(bytes: &[u8]) -> Option<String> {
    let decode = |from: fn([u8; 2]) -> u16| {
        let units = bytes.get(2..)?.chunks_exact(2);
        let units: Vec<u16> = units
            .filter_map(|pair| pair.try_into().ok().map(from))
            .collect();
        Some(String::from_utf16_lossy(&units))
    };
    match bytes {
        [0xff, 0xfe, ..] => decode(u16::from_le_bytes),
        [0xfe, 0xff, ..] => decode(u16::from_be_bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_bytes() {
        assert!(matches!(
            Content::of(b"caf\xe9 latin1\n".to_vec()),
            Content::Text(_)
        ));
        assert!(matches!(
            Content::of(b"\x7fELF\0\0".to_vec()),
            Content::Binary(_)
        ));
        let wide = Content::of(b"\xff\xfer\0m\0".to_vec());
        assert!(matches!(wide, Content::Text(view) if view.text() == "rm"));
    }
}
