//! The context of a request: what is known beside who, what and where.

use super::key::Derived;
use super::{Key, Request};

/// The keys of a request with their values. A key that is not in it is absent,
/// unless it is listed as not known or the context is
/// [`incomplete`](Context::incomplete).
#[derive(Clone, Debug, Default)]
pub struct Context {
    known: Vec<(Box<str>, ContextValue)>,
    unknown: Vec<(Box<str>, Box<str>)>,
    is_incomplete: bool,
}

/// What a key holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue {
    /// One value. Numbers, booleans, dates and addresses are written as text.
    One(Box<str>),
    /// Several, or none: a key that is multivalued.
    Many(Box<[Box<str>]>),
}

/// What a look-up in the context gives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'a> {
    /// The key is not in the request.
    Absent,
    /// Nobody knows.
    Unknown,
    /// One value.
    One(&'a str),
    /// Several values.
    Many(&'a [Box<str>]),
}

impl Context {
    /// A context in which every key is known: those that are not added are
    /// absent.
    pub fn complete() -> Self {
        Self::default()
    }

    /// A context in which every key that is not added, and does not follow
    /// from the request itself, is not known.
    pub fn incomplete() -> Self {
        Self {
            is_incomplete: true,
            ..Self::default()
        }
    }

    /// Adds a key with one value, in place of what it was.
    #[must_use]
    pub fn with(self, key: &str, value: &str) -> Self {
        self.with_value(key, ContextValue::One(value.into()))
    }

    /// Adds a key with several values, in place of what it was.
    #[must_use]
    pub fn with_all<'a>(self, key: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.with_value(key, ContextValue::Many(values))
    }

    /// Adds a key, in place of what it was.
    #[must_use]
    pub fn with_value(mut self, key: &str, value: ContextValue) -> Self {
        self.forget(key);
        self.known.push((key.to_lowercase().into(), value));
        self
    }

    /// Lists a key whose value, or absence, nobody knows. A name that ends
    /// with a star stands for all keys that begin so.
    #[must_use]
    pub fn with_unknown(mut self, key: &str) -> Self {
        self.forget(key);
        self.unknown.push((key.to_lowercase().into(), key.into()));
        self
    }

    /// Takes a key out: it is absent, or not known when the context is
    /// incomplete.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.forget(key);
        self
    }

    fn forget(&mut self, key: &str) {
        let lower = key.to_lowercase();
        self.known.retain(|(known, _)| **known != *lower);
        self.unknown.retain(|(unknown, _)| **unknown != *lower);
    }

    /// The value that was added for a key; none for one that is absent, not
    /// known, or follows from the request.
    pub fn value(&self, key: &str) -> Option<&ContextValue> {
        let lower = key.to_lowercase();
        let (_, value) = self.known.iter().find(|(known, _)| **known == *lower)?;
        Some(value)
    }

    /// Whether keys that were not added are not known.
    pub fn is_incomplete(&self) -> bool {
        self.is_incomplete
    }

    /// The keys that are listed as not known, as they were given.
    pub fn unknown_keys(&self) -> impl Iterator<Item = &str> {
        self.unknown.iter().map(|(_, spelled)| &**spelled)
    }

    /// The value of the key with this name in lower case, when it has one.
    pub(crate) fn text(&self, lower: &str) -> Option<&str> {
        match self.get(lower)? {
            Found::One(one) => Some(one),
            Found::Many([one]) => Some(one),
            _ => None,
        }
    }

    /// What is said of the key with this name in lower case.
    fn get(&self, lower: &str) -> Option<Found<'_>> {
        if let Some((_, value)) = self.known.iter().find(|(known, _)| **known == *lower) {
            return Some(match value {
                ContextValue::One(one) => Found::One(one),
                ContextValue::Many(many) => match &**many {
                    [] => Found::Absent,
                    many => Found::Many(many),
                },
            });
        }
        self.listed_as_unknown(lower).map(|_| Found::Unknown)
    }

    fn listed_as_unknown(&self, lower: &str) -> Option<&str> {
        self.unknown
            .iter()
            .find(|(unknown, _)| match unknown.strip_suffix('*') {
                Some(start) => lower.starts_with(start),
                None => **unknown == *lower,
            })
            .map(|(_, spelled)| &**spelled)
    }

    /// How to name a key that is not known: as the context spells it.
    pub(crate) fn name_of<'a>(&'a self, key: &'a Key) -> &'a str {
        self.listed_as_unknown(key.lower())
            .filter(|spelled| !spelled.ends_with('*'))
            .unwrap_or(key.spelled())
    }
}

impl<'a> Request<'a> {
    /// What the request holds for a key: what the context says, else what
    /// follows from the request.
    pub(crate) fn find(&self, key: &Key) -> Found<'a> {
        if let Some(found) = self.context.get(key.lower()) {
            return found;
        }
        match key.derived() {
            Some(derived) => self.derive(derived),
            None => self.remainder(),
        }
    }

    /// What a key is that nothing is said of.
    fn remainder(&self) -> Found<'a> {
        if self.context.is_incomplete {
            Found::Unknown
        } else {
            Found::Absent
        }
    }

    fn derive(&self, derived: Derived) -> Found<'a> {
        let principal = self.principal;
        let found = |value: Option<&'a str>| value.map_or(Found::Absent, Found::One);
        let perhaps = |value: Option<&'a str>| value.map_or_else(|| self.remainder(), Found::One);
        match derived {
            Derived::CalledViaFirst | Derived::CalledViaLast | Derived::ViaAwsService => {
                self.called_via(derived)
            }
            // Both are always there, and say the same time.
            Derived::CurrentTime => self.said_of("aws:epochtime"),
            Derived::EpochTime => self.said_of("aws:currenttime"),
            Derived::PrincipalAccount => found(principal.account_key()),
            Derived::PrincipalArn => found(principal.principal_arn()),
            Derived::PrincipalIsAwsService => Found::One(if principal.is_service() {
                "true"
            } else {
                "false"
            }),
            Derived::PrincipalServiceName => found(principal.service()),
            Derived::PrincipalType => found(principal.type_key()),
            Derived::UserName => found(principal.user_name()),
            Derived::ResourceAccount => perhaps(self.resource.account()),
            Derived::UserId => perhaps(principal.user_id()),
        }
    }

    fn said_of(&self, lower: &str) -> Found<'a> {
        self.context.get(lower).unwrap_or_else(|| self.remainder())
    }

    /// The keys that follow from `aws:CalledVia`, the chain of services.
    fn called_via(&self, derived: Derived) -> Found<'a> {
        let chain = self.said_of("aws:calledvia");
        let (first, last) = match chain {
            Found::One(only) => (only, only),
            Found::Many([first, .., last]) => (&**first, &**last),
            Found::Many([only]) => (&**only, &**only),
            Found::Many([]) | Found::Absent | Found::Unknown => return chain,
        };
        Found::One(match derived {
            Derived::CalledViaFirst => first,
            Derived::CalledViaLast => last,
            _ => "true",
        })
    }
}
