//! Go's `go.mod` and `go.sum` (<https://go.dev/ref/mod>).

use std::collections::HashMap;

use super::{Ecosystem, Listing, LockError, Package};
use crate::dependency::Origin;

/// Reads what a `go.mod` requires, with what it puts in its place.
pub(super) fn module(text: &str) -> Result<Listing, LockError> {
    let mut reader = Module::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        reader.line(line, at + indent)?;
        at += line.len();
    }
    if !reader.has_module {
        return Err(LockError::Shape("no `module`", 0));
    }
    Ok(reader.finish())
}

#[derive(Default)]
struct Module {
    has_module: bool,
    /// The directive whose block is open.
    block: Option<String>,
    requires: Vec<Package>,
    replaced: Vec<(Vec<String>, Vec<String>, usize)>,
}

impl Module {
    fn line(&mut self, line: &str, at: usize) -> Result<(), LockError> {
        let line = line.split_once("//").map_or(line, |(head, _)| head);
        let words: Vec<String> = line.split_whitespace().map(unquoted).collect();
        let refs: Vec<&str> = words.iter().map(String::as_str).collect();
        match (self.block.clone(), refs.as_slice()) {
            (_, []) => {}
            (Some(_), [")"]) => self.block = None,
            (None, [directive, "("]) => self.block = Some((*directive).to_owned()),
            (Some(directive), words) => self.directive(&directive, words, at)?,
            (None, [directive, words @ ..]) => self.directive(directive, words, at)?,
        }
        Ok(())
    }

    fn directive(&mut self, name: &str, words: &[&str], at: usize) -> Result<(), LockError> {
        match (name, words) {
            ("module", [_]) => self.has_module = true,
            ("require", [path, version]) => {
                self.requires
                    .push(Package::new(Ecosystem::Go, path, version, at));
            }
            ("replace", words) => {
                let arrow = words.iter().position(|word| *word == "=>");
                let arrow = arrow.ok_or(LockError::Shape("a replacement without `=>`", at))?;
                let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
                let (old, new) = words.split_at_checked(arrow).unwrap_or_default();
                self.replaced
                    .push((own(old), own(new.get(1..).unwrap_or_default()), at));
            }
            ("go" | "toolchain" | "exclude" | "retract" | "godebug" | "tool" | "ignore", _) => {}
            _ => return Err(LockError::Shape("a line that is no directive", at)),
        }
        Ok(())
    }

    /// The requirements, each as what replaces it.
    fn finish(mut self) -> Listing {
        let named = self.requires.iter().enumerate();
        let places: HashMap<String, usize> = named.map(|(i, p)| (p.name.clone(), i)).collect();
        for (old, new, at) in &self.replaced {
            let (Some(path), Some(target)) = (old.first(), new.first()) else {
                continue;
            };
            let Some(package) = places
                .get(path)
                .and_then(|index| self.requires.get_mut(*index))
            else {
                continue;
            };
            if old.get(1).is_none_or(|version| *version == package.version) {
                package.at = *at;
                match new.get(1) {
                    Some(version) => {
                        package.name.clone_from(target);
                        package.version.clone_from(version);
                    }
                    None => package.origin = Origin::Local,
                }
            }
        }
        Listing {
            packages: self.requires,
            direct: None,
        }
    }
}

fn unquoted(word: &str) -> String {
    word.trim_matches(['"', '`']).to_owned()
}

/// Reads the digests of a `go.sum`: those of modules, not of their `go.mod`.
pub(super) fn sums(text: &str) -> Result<Listing, LockError> {
    let mut listing = Listing::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [_, version, sum] if version.ends_with("/go.mod") && sum.starts_with("h1:") => {}
            [path, version, sum] if sum.starts_with("h1:") => {
                let mut package = Package::new(Ecosystem::Go, path, version, at);
                package.integrity = vec![(*sum).to_owned()];
                listing.packages.push(package);
            }
            _ => return Err(LockError::Shape("a line that is no digest", at)),
        }
        at += line.len();
    }
    Ok(listing)
}
