//! Lock files, and the manifests that pin: bytes → packages with their places.
//!
//! Every reader is strict: what is not as its tool writes it is an error with a
//! place, never an empty list. The files may be written by an attacker, so that
//! packages, nesting and lengths are capped.

mod cargo;
mod composer;
mod error;
mod format;
mod gem;
mod go;
mod gradle;
mod json;
mod maven;
mod npm;
mod nuget;
mod part;
mod pipfile;
mod pnpm;
mod python;
mod requirements;
mod requires;
mod toml;
mod xml;
mod yaml;
mod yarn;

pub use error::LockError;
pub use format::Format;
pub use part::Part;
pub(crate) use requires::{Manifest, is_outside};

use super::{Ecosystem, Listing, Package};

/// Largest lock file that is read, in bytes.
pub const MAX_BYTES: usize = 64 << 20;
/// Most packages of one lock file.
pub const MAX_PACKAGES: usize = 200_000;
/// Longest name, version or URL, in bytes.
const MAX_WORD: usize = 4_096;

/// Reads a whole lock file.
///
/// # Errors
/// What makes it none of its format, with a place where one is known.
pub fn read(format: Format, text: &str) -> Result<Listing, LockError> {
    if text.len() > MAX_BYTES {
        return Err(LockError::TooLarge);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let listing = match format {
        Format::Npm => npm::read(text),
        Format::Pnpm => pnpm::read(text),
        Format::Yarn => yarn::read(text),
        Format::Requirements => requirements::read(text),
        Format::Poetry | Format::Pdm | Format::Uv => python::read(text, format),
        Format::Pipfile => pipfile::read(text),
        Format::Cargo => cargo::read(text),
        Format::GoMod => go::module(text),
        Format::GoSum => go::sums(text),
        Format::Pom => maven::read(text),
        Format::GradleLock => gradle::lock(text),
        Format::GradleVerification => gradle::verification(text),
        Format::Composer => composer::read(text),
        Format::Gemfile => gem::read(text),
        Format::NuGetLock => nuget::lock(text),
        Format::NuGetConfig => nuget::config(text),
    }?;
    checked(listing)
}

/// Reads the parts of a lock file that a patch shows.
pub fn read_part(format: Format, text: &str) -> Part {
    part::read(format, text)
}

fn checked(listing: Listing) -> Result<Listing, LockError> {
    if listing.packages.len() > MAX_PACKAGES {
        return Err(LockError::TooMany);
    }
    let long = |package: &&Package| {
        package.name.len() > MAX_WORD
            || package.version.len() > MAX_WORD
            || package.origin.shown().len() > MAX_WORD
    };
    match listing.packages.iter().find(long) {
        Some(package) => Err(LockError::Shape("a word longer than is read", package.at)),
        None => Ok(listing),
    }
}

#[cfg(test)]
mod tests;
