//! Advisories: OSV records → one compact file → the entries of a package.

mod entry;
mod osv;
mod table;
mod write;

pub use entry::{Class, Entry, Match};
pub use osv::{MAX_RECORD, OsvError};
pub use table::{Advisories, Pages, TableError};
pub use write::{Builder, Head};
