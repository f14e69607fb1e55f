//! JSON with places: values stay text until they are looked at.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::LockError;

/// A value, and the text that it is a part of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a> {
    text: &'a str,
    raw: &'a RawValue,
}

/// The members of an object in their order.
pub(super) struct Members<'a>(Vec<(String, Value<'a>)>);

impl<'a> Value<'a> {
    /// The whole text as one value.
    pub(super) fn whole(text: &'a str) -> Result<Self, LockError> {
        let raw = serde_json::from_str(text).map_err(syntax)?;
        Ok(Self { text, raw })
    }

    /// Offset of its first byte.
    pub(super) fn at(&self) -> usize {
        let start = self.raw.get().as_ptr().addr();
        start.saturating_sub(self.text.as_ptr().addr())
    }

    fn child(&self, raw: &'a RawValue) -> Self {
        Self {
            text: self.text,
            raw,
        }
    }

    /// Its members; an error when it is no object, or has a key twice.
    pub(super) fn members(&self) -> Result<Members<'a>, LockError> {
        let pairs: Pairs<'a> = serde_json::from_str(self.raw.get())
            .map_err(|_| LockError::Shape("an object was expected", self.at()))?;
        let list: Vec<_> = pairs
            .0
            .into_iter()
            .map(|(key, raw)| (key, self.child(raw)))
            .collect();
        let mut keys: Vec<&str> = list.iter().map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        let twice = keys.windows(2).find(|pair| pair.first() == pair.last());
        match twice.and_then(|pair| pair.first()) {
            Some(key) => Err(LockError::Twice((*key).to_owned())),
            None => Ok(Members(list)),
        }
    }

    /// Its items; an error when it is no list.
    pub(super) fn items(&self) -> Result<Vec<Self>, LockError> {
        let items: Vec<&'a RawValue> = serde_json::from_str(self.raw.get())
            .map_err(|_| LockError::Shape("a list was expected", self.at()))?;
        Ok(items.into_iter().map(|raw| self.child(raw)).collect())
    }

    /// Its text; an error when it is no string.
    pub(super) fn string(&self) -> Result<String, LockError> {
        serde_json::from_str(self.raw.get())
            .map_err(|_| LockError::Shape("a string was expected", self.at()))
    }

    /// Whether it is `true`.
    pub(super) fn is_true(&self) -> bool {
        self.raw.get() == "true"
    }

    /// Whether it is an object.
    pub(super) fn is_object(&self) -> bool {
        self.raw.get().starts_with('{')
    }

    /// What was typed.
    pub(super) fn typed(&self) -> &'a str {
        self.raw.get()
    }
}

impl<'a> Members<'a> {
    pub(super) fn get(&self, name: &str) -> Option<Value<'a>> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| *value)
    }

    /// A member that must be a string when it is there.
    pub(super) fn string(&self, name: &str) -> Result<Option<String>, LockError> {
        self.get(name).map(|value| value.string()).transpose()
    }

    /// The members of a member; none when it is not there.
    pub(super) fn members(&self, name: &str) -> Result<Members<'a>, LockError> {
        let none = || Ok(Members(Vec::new()));
        self.get(name).map_or_else(none, |value| value.members())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Value<'a>)> {
        self.0.iter().map(|(key, value)| (key.as_str(), *value))
    }
}

fn syntax(error: serde_json::Error) -> LockError {
    LockError::Syntax(error.to_string())
}

/// Keys with their values, kept as they come: a map would drop repeated keys.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(Collect).map(Self)
    }
}
