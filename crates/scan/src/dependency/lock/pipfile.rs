//! pipenv's `Pipfile.lock`.

use super::json::{Members, Value};
use super::{Ecosystem, Listing, LockError, Package};
use crate::dependency::Origin;

/// Reads the packages of every category.
pub(super) fn read(text: &str) -> Result<Listing, LockError> {
    let root = Value::whole(text)?.members()?;
    if root.get("_meta").is_none() {
        return Err(LockError::Shape("no `_meta`", 0));
    }
    let mut listing = Listing::default();
    for (_, value) in root.iter().filter(|(key, _)| *key != "_meta") {
        for (name, value) in value.members()?.iter() {
            listing
                .packages
                .push(package(name, &value.members()?, value.at())?);
        }
    }
    Ok(listing)
}

fn package(name: &str, members: &Members<'_>, at: usize) -> Result<Package, LockError> {
    let version = members.string("version")?.unwrap_or_default();
    let exact = version.trim_start_matches('=');
    let mut package = Package::new(Ecosystem::PyPi, name, exact, at);
    if let Some(url) = members.string("git")? {
        package.origin = Origin::Git(url);
    } else if let Some(url) = members.string("file")? {
        package.origin = Origin::of_url(&url, |_| false);
    } else if members.get("path").is_some() {
        package.origin = Origin::Local;
    }
    if let Some(hashes) = members.get("hashes") {
        let hashes = hashes.items()?;
        package.integrity = hashes.iter().map(Value::string).collect::<Result<_, _>>()?;
    }
    Ok(package)
}
