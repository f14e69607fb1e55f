//! What a ledger needs of the machine: its folder, its lock, keys, randomness.

mod folder;
mod input;
mod keys;
mod serve;
mod witness;

pub use folder::{LedgerFolder, LedgerLock};
pub use input::{Lines, random, read_limited};
pub use keys::{KeyFileError, Origin as KeyOrigin, read_key, write_key};
pub use serve::{HttpAnswer, HttpRequest, serve_http};
pub use witness::WitnessFolder;
