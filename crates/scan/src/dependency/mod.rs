//! Dependencies: lock files and manifests → packages → what speaks against them.
//!
//! `lock` reads files, `version` orders versions, `advisory` knows what is
//! said of packages, `names` knows popular ones; `judge` puts them together
//! for a change, a tree or an archive.

pub mod advisory;
mod coverage;
mod ecosystem;
mod judge;
pub mod lock;
mod names;
mod package;
mod published;
pub mod version;

pub use coverage::{Database, DependencyCoverage};
pub use ecosystem::Ecosystem;
pub(crate) use judge::Dependencies;
pub use judge::DependencyOptions;
pub use package::{Listing, Origin, Package, Requirement};
pub use published::{Published, PublishedError};
