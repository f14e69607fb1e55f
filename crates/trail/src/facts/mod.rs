//! What one look at an archive leaves behind: small facts, keyed, mergeable.
//!
//! Merging is commutative and associative, and repeating a fact changes
//! nothing but counts (which the caller guards by never counting a duplicate
//! delivery), so that any split of an archive and any order give one answer.

mod correlations;
mod evidence;
mod grant;
mod matches;
mod principal;
mod store;
mod symbols;

pub use correlations::{CorrelationFact, Correlations, FieldValue, Shape};
pub use evidence::{Evidence, Place};
pub use grant::{Grant, Grants};
pub(crate) use matches::Sighting;
pub use matches::{Match, MatchKey, Matches};
pub use principal::{ActionClass, Habit, Principal, Span};
pub(crate) use principal::{SeenCall, day};
pub use store::{Credential, Facts};
pub use symbols::{Symbol, Symbols};
