//! Bundler's `Gemfile.lock`.

use std::collections::HashMap;

use super::{Ecosystem, Listing, LockError, Package};
use crate::dependency::package::host;
use crate::dependency::{Origin, Requirement};

/// Reads the gems of every section, with the section's source.
pub(super) fn read(text: &str) -> Result<Listing, LockError> {
    let mut reader = Reader::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        reader.line(line.trim_end(), at)?;
        at += line.len();
    }
    if !reader.has_section {
        return Err(LockError::Shape("no section", 0));
    }
    Ok(reader.listing)
}

#[derive(Default)]
struct Reader {
    listing: Listing,
    section: String,
    remote: String,
    has_section: bool,
    /// Where each name and version is in the listing.
    places: HashMap<(String, String), usize>,
}

impl Reader {
    fn line(&mut self, line: &str, at: usize) -> Result<(), LockError> {
        let indent = line.len() - line.trim_start().len();
        let words = line.trim_start();
        match (indent, self.section.as_str()) {
            (_, _) if words.is_empty() => {}
            (0, _) => self.head(words, at)?,
            (2, "GEM" | "GIT" | "PATH" | "PLUGIN SOURCE") => {
                if let Some(url) = words.strip_prefix("remote:") {
                    self.remote = url.trim().to_owned();
                }
            }
            (4, "GEM" | "GIT" | "PATH" | "PLUGIN SOURCE") => self.gem(words, at + indent)?,
            (2, "DEPENDENCIES") => self.direct(words, at + indent),
            (2, "CHECKSUMS") => self.checksum(words),
            _ => {}
        }
        Ok(())
    }

    fn head(&mut self, words: &str, at: usize) -> Result<(), LockError> {
        let is_head = words.bytes().all(|b| b.is_ascii_uppercase() || b == b' ');
        if !is_head {
            return Err(LockError::Shape("a line that is no section", at));
        }
        self.section = words.to_owned();
        self.remote.clear();
        self.has_section = true;
        Ok(())
    }

    fn gem(&mut self, words: &str, at: usize) -> Result<(), LockError> {
        let (name, version) = gem(words).ok_or(LockError::Shape("a line that is no gem", at))?;
        let mut package = Package::new(Ecosystem::RubyGems, name, version, at);
        package.origin = match self.section.as_str() {
            "GEM" => Origin::Registry(host(&self.remote).unwrap_or_default().to_owned()),
            "GIT" => Origin::Git(self.remote.clone()),
            _ => Origin::Local,
        };
        let key = (name.to_owned(), version.to_owned());
        self.places.insert(key, self.listing.packages.len());
        self.listing.packages.push(package);
        Ok(())
    }

    fn direct(&mut self, words: &str, at: usize) {
        let words = words.trim_end_matches('!');
        let (name, range) = words.split_once(" (").unwrap_or((words, ""));
        let list = self.listing.direct.get_or_insert_default();
        list.push(Requirement {
            name: name.to_owned(),
            range: range.trim_end_matches(')').to_owned(),
            is_optional: false,
            at,
        });
    }

    fn checksum(&mut self, words: &str) {
        let Some((head, sum)) = words.split_once(" sha256=") else {
            return;
        };
        let Some((name, version)) = gem(head) else {
            return;
        };
        let key = (name.to_owned(), version.to_owned());
        let index = self.places.get(&key).copied();
        if let Some(package) = index.and_then(|index| self.listing.packages.get_mut(index)) {
            package.integrity.push(format!("sha256:{sum}"));
        }
    }
}

/// Name and version of `name (1.2.3-platform)`.
pub(super) fn gem(words: &str) -> Option<(&str, &str)> {
    let (name, rest) = words.split_once(" (")?;
    let version = rest.strip_suffix(')')?;
    let version = version.split_once('-').map_or(version, |(head, _)| head);
    let sound = version.starts_with(|c: char| c.is_ascii_digit()) && !name.contains(' ');
    sound.then_some((name, version))
}
