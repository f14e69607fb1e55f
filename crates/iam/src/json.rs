//! A JSON document whose parts know their place.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::policy::{PolicyError, Problem};

/// A JSON value in a document: its text, and how it was reached.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    document: &'a str,
    text: &'a str,
    place: Place<'a>,
}

#[derive(Clone, Copy)]
struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Member(&'a str),
    Item(usize),
}

/// An object's members, in order, each name once.
pub(crate) struct Members<'a>(Vec<(String, &'a str)>);

impl<'a> Node<'a> {
    /// The whole of `part`, a slice of `document`.
    pub(crate) fn root(document: &'a str, part: &'a str) -> Result<Self, PolicyError> {
        let node = Self::unread(document, part);
        let raw: &RawValue = node.read()?;
        Ok(Self {
            text: raw.get(),
            ..node
        })
    }

    /// The whole of `part` before anything is known of it, to say that.
    pub(crate) fn unread(document: &'a str, part: &'a str) -> Self {
        Self {
            document,
            text: part,
            place: Place {
                parent: None,
                step: Step::Root,
            },
        }
    }

    /// An error at this place.
    pub(crate) fn error(&self, problem: Problem) -> PolicyError {
        self.error_at(self.offset(), problem)
    }

    /// The path of what is at `path` within this value.
    pub(crate) fn path_to(&self, path: &str) -> String {
        match (self.place.to_string(), path) {
            (own, "") => own,
            (own, path) if path.starts_with('[') => own + path,
            (own, path) => format!("{own}.{path}"),
        }
    }

    fn error_at(&self, offset: usize, problem: Problem) -> PolicyError {
        let before = self.document.get(..offset).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        PolicyError {
            problem,
            path: self.place.to_string(),
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: offset - start + 1,
        }
    }

    /// Where the value begins in the document.
    fn offset(&self) -> usize {
        // Both are slices of one text, so the difference of their addresses
        // is the place; a text from elsewhere would count as the beginning.
        let at = (self.text.as_ptr().addr()).wrapping_sub(self.document.as_ptr().addr());
        if at <= self.document.len() { at } else { 0 }
    }

    fn read<T: Deserialize<'a>>(&self) -> Result<T, PolicyError> {
        serde_json::from_str(self.text).map_err(|error| {
            let inner: usize = self
                .text
                .split_inclusive('\n')
                .take(error.line().saturating_sub(1))
                .map(str::len)
                .sum();
            let offset = self.offset() + inner + error.column().saturating_sub(1);
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default();
            self.error_at(
                offset.min(self.document.len()),
                Problem::Json(text.to_owned()),
            )
        })
    }

    /// The members, when this is an object.
    pub(crate) fn members(&self) -> Result<Members<'a>, PolicyError> {
        if !self.text.starts_with('{') {
            return Err(self.error(Problem::Expected("an object")));
        }
        let members: Members<'a> = self.read()?;
        let mut names: Vec<&str> = members.0.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair.first() == pair.last()) {
            Some(pair) => {
                let name = pair.first().copied().unwrap_or_default().to_owned();
                Err(self.error(Problem::Duplicate(name)))
            }
            None => Ok(members),
        }
    }

    /// A member of this object.
    pub(crate) fn member<'b>(&'b self, name: &'b str, text: &'b str) -> Node<'b> {
        self.child(Step::Member(name), text)
    }

    fn child<'b>(&'b self, step: Step<'b>, text: &'b str) -> Node<'b> {
        Node {
            document: self.document,
            text,
            place: Place {
                parent: Some(&self.place),
                step,
            },
        }
    }

    /// Calls `each` with the value's items; a value that is no list is its
    /// only item.
    pub(crate) fn each(
        &self,
        mut each: impl FnMut(&Node<'_>) -> Result<(), PolicyError>,
    ) -> Result<(), PolicyError> {
        if !self.is_list() {
            return each(self);
        }
        let items: Vec<&RawValue> = self.read()?;
        for (index, item) in items.iter().enumerate() {
            each(&self.child(Step::Item(index), item.get()))?;
        }
        Ok(())
    }

    /// The value's JSON text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The document that the value is a part of.
    pub(crate) fn document(&self) -> &'a str {
        self.document
    }

    /// Whether this is `null`.
    pub(crate) fn is_null(&self) -> bool {
        self.text == "null"
    }

    /// Whether this is a list.
    pub(crate) fn is_list(&self) -> bool {
        self.text.starts_with('[')
    }

    /// The text, when this is a string.
    pub(crate) fn string(&self) -> Result<String, PolicyError> {
        if !self.is_string() {
            return Err(self.error(Problem::Expected("a string")));
        }
        self.read()
    }

    /// Whether this is a string.
    pub(crate) fn is_string(&self) -> bool {
        self.text.starts_with('"')
    }

    /// The text of a string, a number or a boolean.
    pub(crate) fn scalar(&self) -> Result<String, PolicyError> {
        match self.text.bytes().next() {
            Some(b'"') => self.read(),
            Some(b'{' | b'[' | b'n') | None => {
                Err(self.error(Problem::Expected("a string, a number or a boolean")))
            }
            Some(_) => Ok(self.text.to_owned()),
        }
    }

    /// Whether this is an object.
    pub(crate) fn is_object(&self) -> bool {
        self.text.starts_with('{')
    }
}

impl<'a> Members<'a> {
    /// Each name with its value's text.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), *text))
    }

    /// The text of the value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|(other, _)| *other == name).map(|it| it.1)
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((name, value.get()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        let is_first = self.parent.is_none_or(|parent| parent.parent.is_none());
        match self.step {
            Step::Root => Ok(()),
            Step::Member(name) if is_first => f.write_str(name),
            Step::Member(name) => write!(f, ".{name}"),
            Step::Item(index) => write!(f, "[{index}]"),
        }
    }
}
