//! What is judged: files with what a change brings to them, and who brings it.

mod commit;
mod file;
mod patch;
mod view;

pub use commit::{Commit, ObjectSignature, Signature, SignatureKind};
pub use file::{Content, File, Status};
pub use patch::{PatchError, PatchFault, parse_patch};
pub use view::View;

/// Files that come together: one commit, one patch, the index, a tree or an
/// archive's content.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The commit, where the change is one.
    pub commit: Option<Commit>,
    /// Its files.
    pub files: Vec<File>,
    /// What of it could not be read as a patch.
    pub faults: Vec<PatchFault>,
}

impl Change {
    /// The file that has this path after the change.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}
