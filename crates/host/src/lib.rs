//! The only input and output: files, object stores, clock.
//!
//! Floor 3. Everything above and below is pure or asks this crate. The API is
//! blocking; nothing reaches the network unless an `s3://` source was named.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the crate that may touch files, the environment and the clock"
)]

mod advisories;
mod archive;
mod aws;
mod clock;
mod companion;
mod error;
mod git;
mod inflate;
mod layout;
mod ledger;
mod list;
mod progress;
mod read;
mod s3;
mod save;
mod sign;
mod source;
mod spool;
mod terminal;
mod tree;
mod walk;
mod write;
mod xml;

pub use advisories::{AdvisoryFile, TakeRecord, osv_records, source_name};
pub use archive::{Archive, ReadOptions, ReadOutcome, Scope, Worker};
pub use aws::{AwsClient, AwsError, read_answer};
pub use clock::{now, pause, user_name};
pub use companion::{companion, read_bytes, showing};
pub use error::SourceError;
pub use git::{APPROVAL_NOTES, Changes, GitError, Repository};
pub use layout::{DELIVERY_DELAY, PRUNING_MARGIN, Selection};
pub use ledger::{
    HttpAnswer, HttpRequest, KeyFileError, KeyOrigin, LedgerFolder, LedgerLock, Lines,
    WitnessFolder, random, read_key, read_limited, serve_http, write_key,
};
pub use progress::{Progress, ProgressCallback};
pub use read::{Consumer, Limits, ReadSummary, Reader};
pub use s3::UserMetadata;
pub use sign::ssh_sign;
pub use source::{Object, Origin, Source};
pub use spool::Spool;
pub use terminal::{Stream, Terminal};
pub use tree::{judge_paths, with_deep_stack};
pub use write::{Printed, own_path, print, read_text, text_files, write_atomically, write_program};
