//! The methods of privilege escalation, from their data file.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::request::Action;

/// The data file.
const TEXT: &str = include_str!("../../data/methods.yml");

/// Every method and the kinds of things that they use.
#[derive(Debug)]
pub struct Methods {
    /// In the file's order.
    pub methods: Vec<Method>,
    /// Kinds of things by short name.
    pub things: BTreeMap<String, ThingKind>,
    /// Every action that a method needs; needs refer to them by number.
    pub actions: Vec<Action>,
}

/// A kind of thing: what its ARN looks like, and how a resource file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThingKind {
    /// A pattern of its ARN.
    pub arn: String,
    /// Its types in a resource file.
    #[serde(default)]
    pub types: Vec<String>,
    /// Fields that hold its name, best first.
    #[serde(default)]
    pub name: Vec<String>,
    /// Fields that hold its role or instance profile.
    #[serde(default)]
    pub role: Vec<String>,
}

/// One method.
#[derive(Debug)]
pub struct Method {
    /// Its id.
    pub id: String,
    /// The names that others gave it.
    pub also: Vec<String>,
    /// What is done, in English and French.
    pub title: [String; 2],
    /// Who can do it, where not everyone can.
    pub actor: Option<ActorKind>,
    /// What is taken over or changed.
    pub target: Target,
    /// The kind of thing that acts as the target.
    pub through: Option<String>,
    /// What must hold of the target.
    pub conditions: Conditions,
    /// Kinds of things that must exist.
    pub exists: Vec<String>,
    /// What a snapshot cannot show.
    pub assumes: Vec<String>,
    /// What the actor must be allowed to do.
    pub needs: Vec<Need>,
    /// The same by what it is done to: all actions of a group must be allowed
    /// for one and the same resource.
    pub(super) groups: Vec<(On, Vec<usize>)>,
    /// What the actor has after it.
    pub gains: Gains,
}

/// Something that the actor must be allowed to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Number of the action.
    pub action: usize,
    /// To what.
    pub on: On,
}

/// What an action is done to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// The target.
    Target,
    /// The actor itself.
    Itself,
    /// The group.
    Group,
    /// A customer managed policy that is attached to the target.
    Policy,
    /// The thing that acts as the target.
    Through,
    /// Nothing in particular: `*`.
    Any,
    /// A thing of a kind, new or not.
    Thing(String),
}

/// Who can do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// Only users.
    User,
    /// Only roles.
    Role,
}

/// What is taken over or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The actor itself.
    #[serde(rename = "self")]
    Itself,
    /// A user.
    User,
    /// A role.
    Role,
    /// A group.
    Group,
    /// A permission set of Identity Center.
    PermissionSet,
    /// A user or role that is made for it.
    New,
}

/// What the actor has after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gains {
    /// It can act as the target.
    Target,
    /// Any identity policy for the target, or for itself.
    Anything,
    /// What the group may.
    Group,
    /// What another version of a policy allows.
    Version,
    /// The target without its permissions boundary.
    Unbounded,
}

/// What must hold of the target.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// Services, one of which the role must trust.
    #[serde(default)]
    pub trusts: Vec<String>,
    /// Whether it must be in an instance profile, or in none.
    pub instance_profile: Option<bool>,
    /// Whether the user must have, or must not have, a password.
    pub login_profile: Option<bool>,
    /// Whether there must be room for an access key, or none.
    pub keys: Option<Keys>,
    /// Whether it must have a permissions boundary.
    #[serde(default)]
    pub boundary: bool,
    /// Whether the actor must be, or must not be, in the group.
    pub member: Option<bool>,
    /// Whose account it must be in.
    pub account: Option<Whose>,
    /// `everyone`: the trust policy must name every principal.
    pub trust: Option<Everyone>,
}

/// Room for access keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keys {
    /// Room for another.
    Free,
    /// Both slots are taken.
    Full,
}

/// Whose account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The actor's.
    Same,
    /// Another.
    Other,
}

/// The only word of `trust`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Everyone {
    /// Everyone.
    Everyone,
}

/// The file, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    things: BTreeMap<String, ThingKind>,
    methods: Vec<Raw>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: String,
    #[serde(default)]
    also: Vec<String>,
    title: String,
    title_fr: String,
    actor: Option<ActorKind>,
    target: Target,
    through: Option<String>,
    #[serde(default, rename = "where")]
    conditions: Conditions,
    #[serde(default)]
    exists: Vec<String>,
    #[serde(default)]
    assumes: Vec<String>,
    needs: Vec<String>,
    gains: Gains,
}

/// Why the data file does not load.
#[derive(Debug, thiserror::Error)]
pub enum MethodsError {
    /// It is not the YAML it should be.
    #[error("{0}")]
    Yaml(#[from] yaml_serde::Error),
    /// Its schema is another.
    #[error("schema {0} is not 1")]
    Schema(u32),
    /// A method asks for something that there is not.
    #[error("method `{0}`: `{1}` is not understood")]
    Method(String, String),
}

impl Methods {
    /// Loads the program's own methods.
    ///
    /// # Errors
    /// Never for a program whose tests passed.
    pub fn load() -> Result<Self, MethodsError> {
        Self::parse(TEXT)
    }

    /// Loads methods from a text.
    ///
    /// # Errors
    /// When it is not well formed, or a method refers to what is not there.
    pub fn parse(text: &str) -> Result<Self, MethodsError> {
        let file: File = yaml_serde::from_str(text)?;
        if file.schema != 1 {
            return Err(MethodsError::Schema(file.schema));
        }
        let mut loaded = Self {
            methods: Vec::new(),
            things: file.things,
            actions: Vec::new(),
        };
        for raw in file.methods {
            let method = loaded.method(raw)?;
            loaded.methods.push(method);
        }
        Ok(loaded)
    }

    fn method(&mut self, raw: Raw) -> Result<Method, MethodsError> {
        let wrong = |what: &str| MethodsError::Method(raw.id.clone(), what.to_owned());
        let kinds = raw.exists.iter().chain(&raw.through);
        if let Some(kind) = kinds
            .into_iter()
            .find(|kind| !self.things.contains_key(*kind))
        {
            return Err(wrong(kind));
        }
        let mut needs = Vec::with_capacity(raw.needs.len());
        for need in &raw.needs {
            needs.push(self.need(need).ok_or_else(|| wrong(need))?);
        }
        Ok(Method {
            groups: groups(&needs),
            needs,
            id: raw.id,
            also: raw.also,
            title: [raw.title, raw.title_fr],
            actor: raw.actor,
            target: raw.target,
            through: raw.through,
            conditions: raw.conditions,
            exists: raw.exists,
            assumes: raw.assumes,
            gains: raw.gains,
        })
    }

    /// `ACTION on THING`
    fn need(&mut self, text: &str) -> Option<Need> {
        let (action, on) = text.split_once(" on ")?;
        let on = match on {
            "target" => On::Target,
            "self" => On::Itself,
            "group" => On::Group,
            "policy" => On::Policy,
            "through" => On::Through,
            "any" => On::Any,
            kind => On::Thing(self.things.contains_key(kind).then(|| kind.to_owned())?),
        };
        let action = Action::new(action).ok()?;
        let known = self.actions.iter().position(|one| *one == action);
        let action = known.unwrap_or_else(|| {
            self.actions.push(action);
            self.actions.len() - 1
        });
        Some(Need { action, on })
    }
}

fn groups(needs: &[Need]) -> Vec<(On, Vec<usize>)> {
    let mut groups: Vec<(On, Vec<usize>)> = Vec::new();
    for need in needs {
        match groups.iter_mut().find(|(on, _)| *on == need.on) {
            Some((_, actions)) => actions.push(need.action),
            None => groups.push((need.on.clone(), vec![need.action])),
        }
    }
    groups
}

impl On {
    /// Whether it is the same for every target.
    pub(super) fn is_independent(&self) -> bool {
        matches!(self, Self::Any | Self::Thing(_))
    }
}

impl Method {
    /// Whether the role's own trust policy decides, as for `sts:AssumeRole`.
    pub(super) fn only_assumes(&self, methods: &Methods) -> bool {
        self.needs.len() == 1
            && self
                .needs
                .iter()
                .all(|need| methods.is_assume_role(need.action))
    }
}

impl Methods {
    /// Whether an action is `sts:AssumeRole`, which the role's trust policy
    /// has to allow as well.
    pub(super) fn is_assume_role(&self, action: usize) -> bool {
        self.is(action, "sts:assumerole")
    }

    /// Whether an action is `iam:PassRole`.
    pub(super) fn is_pass_role(&self, action: usize) -> bool {
        self.is(action, "iam:passrole")
    }

    fn is(&self, action: usize, lower: &str) -> bool {
        self.actions
            .get(action)
            .is_some_and(|one| one.lower() == lower)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_file_loads_and_names_are_unique() {
        let loaded = Methods::load().unwrap();
        assert!(loaded.methods.len() > 100);
        let ids: BTreeSet<_> = loaded.methods.iter().map(|one| &one.id).collect();
        assert_eq!(ids.len(), loaded.methods.len());
        let words = ["agent", "running", "network", "trigger", "identity_center"];
        for method in &loaded.methods {
            assert!(!method.needs.is_empty(), "{}", method.id);
            assert!(
                method
                    .assumes
                    .iter()
                    .all(|word| words.contains(&word.as_str())),
                "{}",
                method.id
            );
            let uses_through = method.needs.iter().any(|need| need.on == On::Through);
            assert!(!uses_through || method.through.is_some(), "{}", method.id);
        }
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        let text = |needs: &str| {
            format!(
                "{{schema: 1, things: {{}}, methods: [{{id: a, title: a, title_fr: a, target: role, gains: target, needs: [{needs}]}}]}}"
            )
        };
        assert!(Methods::parse(&text("iam:PassRole on target")).is_ok());
        assert!(Methods::parse(&text("iam:PassRole on nothing")).is_err());
        assert!(Methods::parse(&text("PassRole")).is_err());
    }
}
