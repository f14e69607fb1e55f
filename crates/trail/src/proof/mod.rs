//! What CloudTrail's digest files prove of an archive.
//!
//! CloudTrail delivers, for each trail, account and region, a *digest* an hour:
//! the names and SHA-256 hashes of the logs it delivered, the hash and the
//! signature of the digest before, all signed with RSA (AWS CloudTrail user
//! guide, "CloudTrail digest file structure" and "Custom implementations of
//! CloudTrail log file integrity validation"). A digest proves what it lists.
//! That nothing was deleted or added follows only from the whole chain and from
//! the whole folder, so every span of time that either leaves open is a doubt
//! with a name of its own ([`gardefou_finding::DoubtKind`]).
//!
//! The way of the data: a [`Survey`] sorts the archive's names; each digest's
//! content goes through a [`DigestCheck`]; [`Judge`] puts the digests together
//! and says which logs to hash; each of those goes through a [`LogCheck`]; and
//! [`Judge::tell`] says what is proven. Content is looked at piece by piece and
//! forgotten: what grows with the archive is a few words for each file's name.
//!
//! Names inside digests are never opened. They are looked up among the names of
//! the survey, and what is not there is missing.

mod chain;
mod check;
mod content;
mod judge;
mod keys;
mod log;
mod metadata;
mod period;
mod place;
mod survey;

pub use check::{Checked, DigestCheck, MAX_DIGEST, is_unread};
pub use judge::Judge;
pub use keys::{KeyError, PublicKeys};
pub use log::{LogCheck, LogOutcomes};
pub use metadata::{Metadata, MetadataError, UserMetadata, metadata_file};
pub use period::Period;
pub use survey::Survey;
