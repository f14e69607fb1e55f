//! Cargo's `Cargo.lock` (<https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html>).

use super::toml::{Table, document, needed, string, table, tables};
use super::{Ecosystem, Listing, LockError, Package};
use crate::dependency::Origin;
use crate::dependency::package::host;

/// crates.io, as lock files name it.
const CRATES_IO: [&str; 2] = [
    "registry+https://github.com/rust-lang/crates.io-index",
    "sparse+https://index.crates.io/",
];

/// Reads the packages; those without a source are part of the same work.
pub(super) fn read(text: &str) -> Result<Listing, LockError> {
    let root = document(text)?;
    if !root.contains_key("package") && !root.contains_key("version") {
        return Err(LockError::Shape("neither packages nor a version", 0));
    }
    let mut listing = Listing::default();
    for (at, entry) in tables(&root, "package")? {
        let mut package = Package::new(
            Ecosystem::Cargo,
            needed(entry, "name", at)?,
            needed(entry, "version", at)?,
            at,
        );
        package.origin = string(entry, "source")?.map_or(Origin::Local, origin);
        package.integrity = checksum(&root, entry, &package)?;
        listing.packages.push(package);
    }
    Ok(listing)
}

pub(super) fn origin(source: &str) -> Origin {
    match source.split_once('+') {
        _ if CRATES_IO.contains(&source) => Origin::Registry("crates.io".to_owned()),
        Some(("git", url)) => Origin::Git(url.to_owned()),
        Some((_, url)) => Origin::Registry(host(url).unwrap_or(url).to_owned()),
        None => Origin::Registry(source.to_owned()),
    }
}

/// The digest: beside the package, or in `[metadata]` before version 2.
fn checksum(
    root: &Table<'_>,
    entry: &Table<'_>,
    package: &Package,
) -> Result<Vec<String>, LockError> {
    let mut sum = string(entry, "checksum")?;
    if let (None, Some(metadata), Some(source)) =
        (sum, table(root, "metadata"), string(entry, "source")?)
    {
        let key = format!("checksum {} {} ({source})", package.name, package.version);
        sum = string(metadata, &key)?;
    }
    Ok(sum.map(|sum| format!("sha256:{sum}")).into_iter().collect())
}
