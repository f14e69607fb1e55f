//! Guardrails: policies that prevent, as data.
//!
//! A file of `guardrails/` says what a guardrail is for, its parameters, its
//! policy with the parameters' places, and examples of what it stops and lets
//! through, which are its tests. `docs/replay.md` describes the form.
//!
//! A [`Guardrail`] becomes a [`Bound`] one when its parameters have values:
//! those given, those learnt from a history, or the defaults.

use std::collections::BTreeMap;
use std::sync::Arc;

use gardefou_iam::{Policy, PolicyError, PolicyKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Largest file of a guardrail, in bytes.
pub const MAX_FILE: usize = 256 << 10;

/// Most values of a parameter.
pub const MAX_VALUES: usize = 500;

/// Most bytes of a service control policy, without spaces between its tokens
/// ("Quotas and service limits for AWS Organizations").
pub const MAX_SCP: usize = 5_120;

/// Name and text of every file of `guardrails`.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/guardrails.rs"));

/// Where a guardrail is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A service control policy of an organisation.
    Scp,
    /// A permissions boundary of some roles.
    Boundary,
    /// No policy: a setting to make elsewhere.
    Advice,
}

/// What a parameter's values are learnt from: those that the history's
/// legitimate calls have, where the guardrail would stop them otherwise.
/// Written `regions`, `networks`, `principals`, `actions` or `largest KEY`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Learn {
    /// Regions.
    Regions,
    /// Networks: IPv4 /24, IPv6 /48.
    Networks,
    /// ARNs of users and roles.
    Principals,
    /// Actions, and those that the log may not show.
    Actions,
    /// The largest number of this condition key.
    Largest(String),
}

impl TryFrom<String> for Learn {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(' ') {
            None if text == "regions" => Ok(Self::Regions),
            None if text == "networks" => Ok(Self::Networks),
            None if text == "principals" => Ok(Self::Principals),
            None if text == "actions" => Ok(Self::Actions),
            Some(("largest", key)) => Ok(Self::Largest(key.trim().to_owned())),
            _ => Err(format!("`{text}` is nothing that is learnt")),
        }
    }
}

/// A parameter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// What it is.
    pub about: String,
    /// How it is learnt.
    #[serde(default)]
    pub learn: Option<Learn>,
    /// Its values where nothing else says them.
    #[serde(default)]
    pub default: Vec<String>,
    /// Its values in the examples; the default where there are none.
    #[serde(default)]
    pub example: Vec<String>,
}

/// An example: a request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// ARN of who asks.
    pub principal: String,
    /// The action.
    pub action: String,
    /// The resource; `*` where there is none.
    #[serde(default = "any")]
    pub resource: String,
    /// The context's keys.
    #[serde(default)]
    pub context: BTreeMap<String, Value>,
}

fn any() -> String {
    "*".to_owned()
}

/// Examples of what a guardrail does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// It stops these.
    pub stops: Vec<Example>,
    /// It lets these through.
    pub lets: Vec<Example>,
}

/// A guardrail, as its file says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardrail {
    /// Its name, which is its file's.
    pub id: String,
    /// What it does, in a few words.
    pub title: String,
    /// The same in French.
    pub title_fr: String,
    /// Where it is put.
    pub kind: Kind,
    /// Why one wants it.
    pub why: String,
    /// What to know before putting it there.
    #[serde(default)]
    pub caveats: Vec<String>,
    /// Its parameters by name.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
    /// ARN patterns of the roles that a boundary is for: a parameter's name.
    #[serde(default)]
    pub principals: Option<String>,
    /// The parameter of which every legitimate identity of an incident's chain
    /// makes a guardrail of its own.
    #[serde(default)]
    pub each: Option<String>,
    /// The policy, with `{{parameter}}` in the place of values; none for
    /// advice.
    #[serde(default)]
    pub policy: Option<Value>,
    /// Examples.
    #[serde(default)]
    pub examples: Examples,
}

/// Why a guardrail's file is none.
#[derive(Debug, thiserror::Error)]
pub enum GuardrailError {
    /// Too large.
    #[error("more than {MAX_FILE} bytes")]
    TooLarge,
    /// Not of the form.
    #[error("not a guardrail: {0}")]
    Form(String),
    /// A guardrail that is no advice has no policy, or advice has one.
    #[error("`{0}`: a policy where none belongs, or none where one does")]
    Policy(String),
    /// The policy names a parameter that there is not.
    #[error("`{0}`: no parameter `{1}`")]
    Parameter(String, String),
    /// A parameter has no value.
    #[error("`{0}`: parameter `{1}` has no value")]
    NoValue(String, String),
    /// More values than are read.
    #[error("`{0}`: more than {MAX_VALUES} values")]
    ManyValues(String),
    /// The policy is not valid.
    #[error("`{0}`: {1}")]
    NotValid(String, PolicyError),
}

/// Values of parameters by name.
pub type Values = BTreeMap<String, Vec<String>>;

/// A guardrail whose parameters have values.
#[derive(Clone, Debug)]
pub struct Bound {
    /// Its name.
    pub id: String,
    /// Where it is put.
    pub kind: Kind,
    /// The values.
    pub values: Values,
    /// The policy as JSON.
    pub document: Value,
    /// The policy.
    pub policy: Arc<Policy>,
    /// The roles that a boundary is for, as ARN patterns.
    pub principals: Vec<String>,
}

impl Bound {
    /// Bytes of the policy, as AWS counts them.
    pub fn bytes(&self) -> usize {
        self.document.to_string().len()
    }

    /// Whether AWS would refuse it for its size.
    pub fn is_too_large(&self) -> bool {
        let most = match self.kind {
            Kind::Boundary => 6_144,
            Kind::Scp | Kind::Advice => MAX_SCP,
        };
        self.bytes() > most
    }
}

/// The program's own guardrails, in order of their name.
///
/// # Errors
/// When one does not load, which a test excludes.
pub fn library() -> Result<Vec<Guardrail>, GuardrailError> {
    FILES
        .iter()
        .map(|(_, text)| Guardrail::parse(text))
        .collect()
}

impl Guardrail {
    /// Reads a guardrail's file.
    ///
    /// # Errors
    /// When it is not of the form, or its policy is not valid.
    pub fn parse(text: &str) -> Result<Self, GuardrailError> {
        if text.len() > MAX_FILE {
            return Err(GuardrailError::TooLarge);
        }
        let guardrail: Self =
            yaml_serde::from_str(text).map_err(|error| GuardrailError::Form(error.to_string()))?;
        if guardrail.policy.is_none() != (guardrail.kind == Kind::Advice) {
            return Err(GuardrailError::Policy(guardrail.id));
        }
        if guardrail.kind != Kind::Advice {
            guardrail.blank()?;
        }
        Ok(guardrail)
    }

    /// Whether a parameter is learnt.
    pub fn is_learnt(&self) -> bool {
        self.parameters.values().any(|one| one.learn.is_some())
    }

    /// With values that no call has for what is learnt: whatever it could
    /// stop, it stops.
    ///
    /// # Errors
    /// As [`Guardrail::bind`].
    pub fn blank(&self) -> Result<Bound, GuardrailError> {
        self.blank_with(&Values::new())
    }

    /// The same beside values that are given.
    pub(crate) fn blank_with(&self, given: &Values) -> Result<Bound, GuardrailError> {
        let learnt = self.parameters.iter().filter_map(|(name, one)| {
            let blank = match one.learn.as_ref()? {
                Learn::Regions => "none",
                Learn::Networks => "0.0.0.0/32",
                Learn::Principals => "arn:aws:iam::000000000000:role/none",
                // Which needs no permission.
                Learn::Actions => "sts:GetCallerIdentity",
                Learn::Largest(_) => "-1",
            };
            Some((name.clone(), vec![blank.to_owned()]))
        });
        let mut values: Values = learnt.collect();
        values.extend(given.clone());
        self.bind(&values)
    }

    /// With the examples' values.
    ///
    /// # Errors
    /// As [`Guardrail::bind`].
    pub fn exemplary(&self) -> Result<Bound, GuardrailError> {
        let values = self.parameters.iter();
        let given = values.filter(|(_, one)| !one.example.is_empty());
        self.bind(
            &given
                .map(|(name, one)| (name.clone(), one.example.clone()))
                .collect(),
        )
    }

    /// With these values, and the defaults for what they leave out.
    ///
    /// # Errors
    /// When a parameter has no value or the policy is not valid with them.
    pub fn bind(&self, given: &Values) -> Result<Bound, GuardrailError> {
        let mut values = Values::new();
        for (name, parameter) in &self.parameters {
            let list = given.get(name).filter(|list| !list.is_empty());
            let list = list.unwrap_or(&parameter.default);
            if list.is_empty() {
                return Err(GuardrailError::NoValue(self.id.clone(), name.clone()));
            }
            if list.len() > MAX_VALUES {
                return Err(GuardrailError::ManyValues(self.id.clone()));
            }
            values.insert(name.clone(), list.clone());
        }
        let template = self.policy.clone().unwrap_or_default();
        let document = self.fill(template, &values)?;
        let kind = match self.kind {
            Kind::Boundary => PolicyKind::Boundary,
            Kind::Scp | Kind::Advice => PolicyKind::ServiceControl,
        };
        let policy = Policy::from_value(&document, kind)
            .map_err(|error| GuardrailError::NotValid(self.id.clone(), error))?;
        let principals = self.principals.as_ref().and_then(|name| values.get(name));
        Ok(Bound {
            id: self.id.clone(),
            kind: self.kind,
            principals: principals.cloned().unwrap_or_default(),
            values,
            document,
            policy: policy.into(),
        })
    }

    /// Puts the values in their places: in a list as further items, elsewhere
    /// as a list.
    fn fill(&self, template: Value, values: &Values) -> Result<Value, GuardrailError> {
        Ok(match template {
            Value::String(text) => match self.named(&text, values)? {
                Some([one]) => Value::String(one.clone()),
                Some(list) => list.iter().cloned().map(Value::String).collect(),
                None => Value::String(self.within(text, values)),
            },
            Value::Array(items) => {
                let mut filled = Vec::new();
                for item in items {
                    match self.fill(item, values)? {
                        Value::Array(more) => filled.extend(more),
                        one => filled.push(one),
                    }
                }
                Value::Array(filled)
            }
            Value::Object(members) => {
                let mut filled = serde_json::Map::new();
                for (name, value) in members {
                    filled.insert(self.within(name, values), self.fill(value, values)?);
                }
                Value::Object(filled)
            }
            other => other,
        })
    }

    /// The values of the parameter that is all of a text.
    fn named<'v>(
        &self,
        text: &str,
        values: &'v Values,
    ) -> Result<Option<&'v [String]>, GuardrailError> {
        let inner = text.strip_prefix("{{").and_then(|it| it.strip_suffix("}}"));
        let Some(name) = inner else {
            return Ok(None);
        };
        match values.get(name.trim()) {
            Some(list) => Ok(Some(list)),
            None => Err(GuardrailError::Parameter(self.id.clone(), name.to_owned())),
        }
    }

    /// A text with the first value of each parameter in it.
    fn within(&self, text: String, values: &Values) -> String {
        values.iter().fold(text, |text, (name, list)| {
            let first = list.first().map_or("", String::as_str);
            text.replace(&format!("{{{{{name}}}}}"), first)
        })
    }
}

#[cfg(test)]
mod tests {
    use gardefou_iam::{Action, Context, Principal, Resource};

    use super::*;
    use crate::effect::{Effect, Guard};

    fn judged(bound: &Bound, example: &Example) -> Effect {
        let mut context = Context::complete();
        for (key, value) in &example.context {
            context = match value {
                Value::Array(many) => {
                    context.with_all(key, many.iter().map(|one| one.as_str().unwrap()))
                }
                Value::String(one) => context.with(key, one),
                one => context.with(key, &one.to_string()),
            };
        }
        let need = crate::Need {
            action: Action::new(&example.action).unwrap(),
            resource: Resource::new(&example.resource, None).unwrap(),
            context,
            implied: false,
        };
        let principal = Principal::parse(&example.principal).unwrap();
        Guard::new(bound).need(&principal, &need)
    }

    #[test]
    fn nothing_that_is_learnt_makes_a_statement_about_more_callers() {
        for guardrail in library().unwrap() {
            if guardrail.kind == Kind::Advice {
                continue;
            }
            let blank = guardrail.blank().unwrap();
            let all = blank.policy.statements().iter();
            let all = all.flat_map(|statement| statement.conditions());
            let must_match =
                all.filter(|one| one.key_lower() == "aws:principalarn" && !one.operator().negated);
            for value in must_match.flat_map(|one| one.values()) {
                let mut learnt = blank.values.values().flatten();
                let value: &str = value.as_ref();
                assert!(learnt.all(|one| one != value), "{}: {value}", guardrail.id);
            }
        }
    }

    #[test]
    fn every_guardrail_does_what_its_examples_say() {
        let library = library().unwrap();
        assert!(library.len() >= 20);
        for guardrail in library.iter().filter(|one| one.kind != Kind::Advice) {
            let id = &guardrail.id;
            let bound = guardrail.exemplary().unwrap();
            assert!(!bound.is_too_large(), "{id}: {} bytes", bound.bytes());
            assert!(!guardrail.examples.stops.is_empty(), "{id}");
            assert!(!guardrail.examples.lets.is_empty(), "{id}");
            for example in &guardrail.examples.stops {
                assert_eq!(judged(&bound, example), Effect::Stops, "{id}: {example:?}");
            }
            for example in &guardrail.examples.lets {
                assert_eq!(judged(&bound, example), Effect::Lets, "{id}: {example:?}");
            }
        }
    }

    #[test]
    fn files_are_named_as_their_guardrails() {
        for (file, text) in FILES {
            let guardrail = Guardrail::parse(text).unwrap();
            assert_eq!(*file, format!("{}.yml", guardrail.id));
        }
    }

    #[test]
    fn every_action_that_a_guardrail_names_exists() {
        let reference = crate::Reference::load();
        let mut unknown = Vec::new();
        for guardrail in library().unwrap() {
            let Some(policy) = guardrail.policy.as_ref() else {
                continue;
            };
            let mut names = Vec::new();
            strings(policy, &mut names);
            let actions = names.iter().filter(|name| {
                let parts: Vec<&str> = name.split(':').collect();
                parts.len() == 2 && !name.contains(['*', '{', '/']) && !name.contains(' ')
            });
            unknown.extend(
                actions
                    .filter(|name| reference.action(&name.to_lowercase()).is_none())
                    .map(|name| format!("{} {name}", guardrail.id)),
            );
        }
        assert_eq!(unknown, Vec::<String>::new());
    }

    fn strings(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::String(text) => into.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|one| strings(one, into)),
            Value::Object(members) => members.values().for_each(|one| strings(one, into)),
            _ => {}
        }
    }

    #[test]
    fn what_is_no_guardrail_says_why() {
        for (text, why) in [
            ("id: x", "missing field"),
            (
                "id: x\ntitle: t\ntitle_fr: t\nkind: scp\nwhy: w",
                "none where one does",
            ),
            (
                "id: x\ntitle: t\ntitle_fr: t\nkind: scp\nwhy: w\npolicy: {Statement: {Effect: Deny, Action: '{{no}}', Resource: '*'}}",
                "no parameter `no`",
            ),
            ("id: x\nunknown: 1", "unknown field"),
        ] {
            let error = Guardrail::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
