//! Copies of objects on disk, as they are stored.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use gardefou_finding::Coverage;

use crate::read::Body;
use crate::s3::Fetched;
use crate::source::{Origin, Source, unreadable};

/// Longest part of a key that any file system takes, in bytes.
const MAX_PART: usize = 255;

/// Writes every object that was got below `directory`. Answers how many there
/// are, and what could not be had or written.
pub(crate) fn save_all(sources: &[Source], fetched: &Fetched, directory: &Path) -> (u64, Coverage) {
    let mut coverage = Coverage::default();
    let mut saved = 0;
    while let Some((index, body)) = fetched.take() {
        let (Some(source), Some(body)) = (sources.get(index), body) else {
            continue;
        };
        match body.and_then(|body| save(source, body, directory)) {
            Ok(()) => saved += 1,
            Err(error) => coverage.fail(unreadable(source.name(), error)),
        }
    }
    (saved, coverage)
}

fn save(source: &Source, body: Body, directory: &Path) -> io::Result<()> {
    let Origin::Object(object) = &source.origin else {
        return Err(io::Error::other("not an object"));
    };
    let below = path_of(&object.key);
    let below = below.ok_or_else(|| io::Error::other("a key that is not safe as a path"))?;
    let path = directory.join(below);
    let folder = path.parent().unwrap_or(directory);
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".gardefou-")
        .tempfile_in(folder)?;
    match body {
        Body::Memory(bytes) => file.write_all(&bytes)?,
        Body::Stream(mut stream) => {
            io::copy(&mut stream, &mut file)?;
        }
    }
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// A key as a path that stays where it is put. Keys are anybody's who may
/// write to the bucket: nothing of one may lead up, to the root or to a device.
fn path_of(key: &str) -> Option<PathBuf> {
    let safe = |part: &&str| {
        !matches!(*part, "" | "." | "..")
            && part.len() <= MAX_PART
            && !part
                .chars()
                .any(|c| c.is_control() || matches!(c, '\\' | ':'))
    };
    let parts: Vec<&str> = key.split('/').collect();
    parts.iter().all(safe).then(|| parts.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_that_stay_below_are_paths() {
        let good = "AWSLogs/o-a/1/CloudTrail/eu-west-3/x_y-z.json.gz";
        assert_eq!(path_of(good).unwrap(), Path::new(good));
        for bad in [
            "",
            "/etc/passwd",
            "a//b",
            "a/../b",
            "..",
            "./a",
            "a/",
            "C:\\x",
            "a\\..\\b",
            "a\0b",
            "a\nb",
        ] {
            assert_eq!(path_of(bad), None, "{bad:?}");
        }
        assert_eq!(path_of(&"x".repeat(300)), None);
    }
}
