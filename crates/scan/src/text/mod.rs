//! Text as it would be read: normalised, with every place leading back.
//!
//! A check never sees only what was typed. Beside the plain text there are
//! layers: Unicode folded to what it looks like, strings that are put together
//! from parts, and what encoded parts decode to. Each keeps a map from its own
//! offsets to the file's.

mod decode;
mod fold;
mod join;
mod layer;
mod mapped;
mod prose;

pub(crate) use fold::is_disguised;
pub use layer::{Layer, Layers, Via, layers};
pub use mapped::Mapped;
pub use prose::prose;

pub(crate) use fold::look_alike;
