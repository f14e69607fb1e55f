//! Texts that occur often, as small numbers.

use std::collections::HashMap;
use std::sync::Arc;

use ahash::RandomState;
use serde::{Deserialize, Serialize};

/// A text known to a [`Symbols`] table.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Symbol(pub(crate) u32);

/// A table of texts. Symbol 0 is the empty text.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<Arc<str>>", into = "Vec<Arc<str>>")]
pub struct Symbols {
    texts: Vec<Arc<str>>,
    index: HashMap<Arc<str>, Symbol, RandomState>,
}

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols = Self {
            texts: Vec::new(),
            index: HashMap::default(),
        };
        symbols.intern("");
        symbols
    }
}

impl From<Vec<Arc<str>>> for Symbols {
    fn from(texts: Vec<Arc<str>>) -> Self {
        let mut symbols = Self::default();
        for text in texts {
            symbols.intern(&text);
        }
        symbols
    }
}

impl From<Symbols> for Vec<Arc<str>> {
    fn from(symbols: Symbols) -> Self {
        symbols.texts
    }
}

impl Symbols {
    /// The symbol of a text, new or known.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(known) = self.index.get(text) {
            return *known;
        }
        let symbol = Symbol(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.index.insert(text, symbol);
        symbol
    }

    /// The symbol of a known text.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.index.get(text).copied()
    }

    /// The text of a symbol.
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.0 as usize).map_or("", |text| text)
    }

    /// Every text of `other` as a symbol of this table, by `other`'s symbol.
    pub(super) fn translate(&mut self, other: &Self) -> Vec<Symbol> {
        other.texts.iter().map(|text| self.intern(text)).collect()
    }
}

/// Looks a symbol of another table up in a translation.
pub(super) fn translated(table: &[Symbol], symbol: Symbol) -> Symbol {
    table.get(symbol.0 as usize).copied().unwrap_or_default()
}
