//! The journal that cannot be quietly rewritten. Floor 0: imports no other crate of ours.
//!
//! Entries are leaves of an RFC 6962 Merkle tree, kept as a C2SP tlog-tiles log
//! under a signed checkpoint. What an entry is about (its payload) lies beside
//! the tree, salted, so that it can be erased while every proof stands.
//!
//! This crate decides; it reads and writes through [`Store`] only, and takes
//! time, randomness and keys as arguments. Formats: [tlog-tiles], [signed-note],
//! [tlog-checkpoint], [tlog-cosignature], [tlog-proof], [tlog-policy] and
//! [tlog-witness] of C2SP.
//!
//! [tlog-tiles]: https://c2sp.org/tlog-tiles
//! [signed-note]: https://c2sp.org/signed-note
//! [tlog-checkpoint]: https://c2sp.org/tlog-checkpoint
//! [tlog-cosignature]: https://c2sp.org/tlog-cosignature
//! [tlog-proof]: https://c2sp.org/tlog-proof
//! [tlog-policy]: https://c2sp.org/tlog-policy
//! [tlog-witness]: https://c2sp.org/tlog-witness

mod checkpoint;
mod entry;
mod error;
mod examine;
mod frontier;
mod hashing;
mod journal;
mod key;
mod layout;
mod merkle;
mod payload;
mod payload_file;
mod policy;
mod proof;
mod reader;
mod rotation;
mod statement;
mod store;
mod tail;
mod terms;
mod verify;
mod witness;
mod witnessed;
mod writer;

pub use checkpoint::{Checkpoint, MAX_TREE_SIZE, SignedCheckpoint};
pub use entry::{Entry, EntryError, MAX_ENTRY, NewEntry, Time};
pub use error::LedgerError;
pub use frontier::Frontier;
pub use key::{Cosigner, KeyError, LogKey, SecretKey, VerifierKey};
pub use layout::{CHECKPOINT, JOURNAL, TILE_WIDTH, bundle_path, payload_path, tile_path};
pub use merkle::{
    MAX_PROOF_HASHES, ProofError, check_consistency, check_inclusion, check_subtree_consistency,
    check_subtree_inclusion,
};
pub use payload::{Digest, MAX_PAYLOAD, Payload, SALT_SIZE};
pub use policy::{Policy, PolicyError};
pub use proof::{Extra, Proof, ProofFileError};
pub use reader::Reader;
pub use rotation::Rotation;
pub use statement::{is_signed_by, sign_text};
pub use store::Store;
pub use terms::Terms;
pub use tlog_tiles::Hash;
pub use verify::{Content, Fault, Report, verify, verify_on};
pub use witness::{AddCheckpoint, MAX_REQUEST, Refusal, cosignature, judge, sha256_hex};
pub use witnessed::{add_cosignatures, keep_witnessed};
pub use writer::{BATCH_BYTES, BATCH_ENTRIES, Erasure, Receipt, Writer, WriterState};
