//! `gardefou ledger export`: everything that an auditor needs, and how to use it.

use std::path::Path;

use gardefou_finding::ExitStatus;
use gardefou_host::{LedgerFolder, write_atomically};
use gardefou_ledger::{CHECKPOINT, Reader, Store};

use super::args::Export;
use super::{Error, escaped, put};

/// The page that says how to verify without us.
const PAGE: &str = include_str!("export/HOW-TO-VERIFY.md");

/// An independent verifier, in another language, on another implementation.
const PROGRAM: &str = include_str!("../../../../ledger/tests/go/verify.go");

/// Copies a ledger into a new folder, without its journal and without keys.
pub(crate) fn run(options: &Export) -> Result<ExitStatus, Error> {
    let to = &options.to;
    let is_empty = to
        .read_dir()
        .map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return Err(Error::Usage(format!("`{}` is not empty", to.display())));
    }
    let from = LedgerFolder::new(&options.folder.dir);
    let reader = Reader::open(&from)?;
    let target = LedgerFolder::new(to);
    let mut files = 0u64;
    let mut copy = |path: &str, bytes: &[u8]| {
        files += 1;
        target
            .write(path, 0, bytes)
            .map_err(|error| Error::file(&to.join(path), error))
    };
    for path in reader.paths() {
        copy(&path, &reader.file(&path)?)?;
    }
    if !options.without_payloads {
        for n in 0..reader.bundles() {
            let (path, bytes) = reader.payload_file(n)?;
            copy(&path, &bytes)?;
        }
    }
    for (path, content) in extra(options, &reader)? {
        copy(path, &content)?;
    }
    write_page(to, &reader)?;
    put(&format!(
        "{} entries, {files} files in `{}`; HOW-TO-VERIFY.md there says how to verify them\n",
        reader.size(),
        escaped(&to.to_string_lossy())
    ))?;
    Ok(ExitStatus::Clean)
}

/// Small files beside the tiles.
fn extra(
    options: &Export,
    reader: &Reader<'_, LedgerFolder>,
) -> Result<Vec<(&'static str, Vec<u8>)>, Error> {
    let tip = reader.tip();
    let witnessed = reader.witnessed()?;
    let newest = match &witnessed {
        Some(witnessed) if witnessed.body() == tip.body() => witnessed,
        _ => tip,
    };
    let mut files = vec![(CHECKPOINT, newest.to_bytes())];
    if let Some(witnessed) = &witnessed {
        files.push(("witnessed", witnessed.to_bytes()));
    }
    let folder = LedgerFolder::new(&options.folder.dir);
    if let Ok(key) = folder.read("vkey", 0, 4_096) {
        files.push(("vkey", key));
    }
    files.push(("verify.go", PROGRAM.as_bytes().to_vec()));
    Ok(files)
}

fn write_page(to: &Path, reader: &Reader<'_, LedgerFolder>) -> Result<(), Error> {
    let tree = reader.tip().checkpoint();
    let page = PAGE
        .replace("{origin}", &escaped(&tree.origin))
        .replace("{size}", &tree.size.to_string())
        .replace("{root}", &tree.root.to_string());
    let path = to.join("HOW-TO-VERIFY.md");
    write_atomically(&path, page.as_bytes()).map_err(|error| Error::file(&path, error))
}
