//! Records to facts: the first look at an archive.

mod call;
mod grants;
mod identity;
mod memo;
mod origin;
mod scanner;
mod seen;
mod targets;

pub(crate) use call::Call;
pub(crate) use identity::{key_of, user_name_of_arn};
pub(crate) use origin::{agent as agent_of, network as network_of};
pub(crate) use scanner::fingerprint;
pub use scanner::{Scanner, TimeRange, fingerprint_of};
pub use seen::{NeverSeen, Seen, SeenEvents};
pub(crate) use targets::targets;
