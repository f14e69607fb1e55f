//! An archive's names, sorted into digests, logs and the rest.

use std::collections::{BTreeSet, HashMap};

use gardefou_finding::Timestamp;

use super::place::{DigestName, Kind, Place};

/// The names of all files of an archive, by number.
#[derive(Debug)]
pub struct Survey<'a> {
    names: &'a [String],
    index: HashMap<Place<'a>, u32>,
    digests: Vec<u32>,
    logs: Vec<u32>,
    others: Vec<u32>,
}

impl<'a> Survey<'a> {
    /// Sorts names: paths with `/` between their parts, or `s3://` URLs.
    pub fn new(names: &'a [String]) -> Self {
        let mut survey = Self {
            names,
            index: HashMap::with_capacity(names.len()),
            digests: Vec::new(),
            logs: Vec::new(),
            others: Vec::new(),
        };
        for (file, name) in (0..).zip(names) {
            let place = Place::of(name);
            match place.kind() {
                Kind::Digest(_) => survey.digests.push(file),
                Kind::Log(_) => survey.logs.push(file),
                Kind::Other => survey.others.push(file),
            }
            survey.index.entry(place).or_insert(file);
        }
        survey
    }

    /// Numbers of the files that are digests by their names: those to read first.
    pub fn digests(&self) -> &[u32] {
        &self.digests
    }

    /// The regions whose digests are here.
    pub fn regions(&self) -> BTreeSet<&'a str> {
        self.digest_names().map(|name| name.group.region).collect()
    }

    /// The first and the last time that a digest ends.
    pub fn times(&self) -> Option<(Timestamp, Timestamp)> {
        let first = self.digest_names().map(|name| name.end).min();
        let last = self.digest_names().map(|name| name.end).max();
        first.zip(last)
    }

    fn digest_names(&self) -> impl Iterator<Item = DigestName<'a>> {
        self.digests
            .iter()
            .filter_map(|file| match self.place(*file).kind() {
                Kind::Digest(name) => Some(name),
                Kind::Log(_) | Kind::Other => None,
            })
    }

    /// Numbers of the files that are logs by their names.
    pub(crate) fn logs(&self) -> &[u32] {
        &self.logs
    }

    /// Numbers of the files whose names say nothing.
    pub(crate) fn others(&self) -> &[u32] {
        &self.others
    }

    /// How many files there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// A file's name.
    pub(crate) fn name(&self, file: u32) -> &'a str {
        let index = usize::try_from(file).unwrap_or(usize::MAX);
        self.names.get(index).map_or("", String::as_str)
    }

    /// Where a file lies.
    pub(crate) fn place(&self, file: u32) -> Place<'a> {
        Place::of(self.name(file))
    }

    /// Whether a digest's file lies at the object that the digest says it is.
    /// A copy keeps the layout's part of a key and may lose the rest, so that
    /// on disk only that part is compared.
    pub(crate) fn lies_at(&self, file: u32, url: &str) -> bool {
        let name = self.name(file);
        if is_remote(name) {
            return name == url;
        }
        let place = Place::of(name);
        place.tail == tail_like(place, url)
    }

    /// The file that is the object `url`, named by the digest `file`, which
    /// says that it lies in the place `claimed`.
    pub(crate) fn find(&self, file: u32, claimed: &str, url: &str) -> Option<u32> {
        let name = self.name(file);
        if is_remote(name) {
            return self.exact(Place::of(url));
        }
        // Another bucket or prefix is another folder, which nobody named.
        if Place::of(url).base != claimed {
            return None;
        }
        let place = Place::of(name);
        self.exact(Place {
            base: place.base,
            tail: tail_like(place, url),
        })
    }

    fn exact(&self, place: Place<'_>) -> Option<u32> {
        self.index.get(&place).copied()
    }
}

fn is_remote(name: &str) -> bool {
    name.starts_with("s3://")
}

/// The part of `url` to compare with a file at `place`: only the name when the
/// file lies outside any layout.
fn tail_like<'a>(place: Place<'_>, url: &'a str) -> &'a str {
    let tail = Place::of(url).tail;
    if place.tail.contains('/') {
        tail
    } else {
        tail.rsplit('/').next().unwrap_or(tail)
    }
}
