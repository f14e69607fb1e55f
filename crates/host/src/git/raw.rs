//! The raw format of `git diff-tree` and `git diff-index` with `-z`.
//!
//! Source: git's documentation of *git-diff-tree*, "Raw output format".

use std::collections::BTreeMap;

/// A file that a commit touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) status: char,
    pub(super) mode: u32,
    pub(super) old_id: String,
    pub(super) id: String,
    pub(super) path: String,
    pub(super) old_path: Option<String>,
}

/// The entries of each commit; those of an index have an empty commit id.
pub(super) fn entries(output: &[u8]) -> BTreeMap<String, Vec<Entry>> {
    let mut commits: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    let mut commit = String::new();
    let mut fields = output.split(|byte| *byte == 0);
    while let Some(field) = fields.next() {
        let text = String::from_utf8_lossy(field);
        let text = text.trim_start_matches('\n');
        if text.starts_with(':') {
            let mut next = || {
                fields
                    .next()
                    .map(|field| String::from_utf8_lossy(field).into_owned())
            };
            if let Some(entry) = entry(text, &mut next) {
                commits.entry(commit.clone()).or_default().push(entry);
            }
        } else if !text.is_empty() {
            text.clone_into(&mut commit);
        }
    }
    commits
}

/// `:100644 100644 old new M`, with one more mode and id for each further parent.
fn entry(head: &str, next: &mut impl FnMut() -> Option<String>) -> Option<Entry> {
    let parents = head.bytes().take_while(|byte| *byte == b':').count();
    let words: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
    let mode = u32::from_str_radix(words.get(parents)?, 8).ok()?;
    let old_id = (*words.get(parents + 1)?).to_owned();
    let id = (*words.get(2 * parents + 1)?).to_owned();
    let status = words
        .get(2 * parents + 2)?
        .chars()
        .last()
        .filter(char::is_ascii_alphabetic);
    let status = status.or_else(|| words.get(2 * parents + 2)?.chars().next())?;
    let first = next()?;
    let is_moved = parents == 1 && matches!(status, 'R' | 'C');
    let (path, old_path) = if is_moved {
        (next()?, Some(first))
    } else {
        (first, None)
    };
    Some(Entry {
        status,
        mode,
        old_id,
        id,
        path,
        old_path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_moved_and_merged_files_are_read() {
        let text = "c1\0:100644 100755 a b M\0x\0:100644 100644 a b R90\0old\0new\0c2\0::100644 100644 100644 a b c MM\0y\0";
        let found = entries(text.as_bytes());
        let first = &found["c1"];
        assert_eq!(
            (first[0].path.as_str(), first[0].mode, first[0].status),
            ("x", 0o100_755, 'M')
        );
        assert_eq!(
            (first[1].path.as_str(), first[1].old_path.as_deref()),
            ("new", Some("old"))
        );
        let merged = &found["c2"][0];
        assert_eq!(
            (
                merged.old_id.as_str(),
                merged.id.as_str(),
                merged.path.as_str()
            ),
            ("a", "c", "y")
        );
    }
}
