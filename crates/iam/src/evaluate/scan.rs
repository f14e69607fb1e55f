//! One pass over the policies of a layer.

use gardefou_finding::Untrusted;

use super::Verdict;
use super::principal::Grip;
use super::statement;
use crate::policy::{Effect, Statement};
use crate::{Attached, Layer, Level, Request, StatementRef};

/// Where a statement stands in the stack.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) layer: Layer,
    pub(crate) level: Option<&'a str>,
    pub(crate) policy: &'a str,
    pub(crate) index: usize,
    pub(crate) statement: &'a Statement,
}

impl At<'_> {
    /// The statement's name for an answer.
    pub(crate) fn name(&self) -> StatementRef {
        StatementRef {
            layer: self.layer,
            level: self.level.map(Untrusted::from),
            policy: Untrusted::new(self.policy),
            index: self.index,
            sid: self.statement.sid().map(Untrusted::from),
            effect: self.statement.effect(),
        }
    }
}

/// What the policies of a layer say. In layers without principals all that is
/// allowed is allowed directly.
#[derive(Clone)]
pub(crate) struct Said<V> {
    /// Allowed to the account as such.
    pub(crate) account: V,
    /// Allowed to the role of the session.
    pub(crate) role: V,
    /// Allowed to the principal itself, or to everybody.
    pub(crate) direct: V,
    /// Denied.
    pub(crate) deny: V,
}

impl<V: Verdict> Said<V> {
    fn nothing() -> Self {
        Self {
            account: V::plain(false),
            role: V::plain(false),
            direct: V::plain(false),
            deny: V::plain(false),
        }
    }

    /// Allowed in any way.
    pub(crate) fn any(&self) -> V {
        let named = self.role.clone().or(self.direct.clone());
        named.or(self.account.clone())
    }

    fn add(&mut self, applies: V, effect: Effect, grip: Grip) {
        let slot = match (effect, grip) {
            (Effect::Deny, _) => &mut self.deny,
            (Effect::Allow, Grip::Account) => &mut self.account,
            (Effect::Allow, Grip::Role) => &mut self.role,
            (Effect::Allow, Grip::Direct | Grip::None) => &mut self.direct,
        };
        *slot = slot.clone().or(applies);
    }

    fn is_settled(&self, effect: Effect) -> bool {
        match effect {
            Effect::Allow => self.direct.is_settled(),
            Effect::Deny => self.deny.is_settled(),
        }
    }
}

/// What is asked of a layer, beside the request.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) request: &'a Request<'a>,
    /// Whether the principal has a permissions boundary.
    pub(crate) is_bounded: bool,
}

/// What `policies` say together.
pub(crate) fn layer<V: Verdict>(
    asked: Asked<'_>,
    layer: Layer,
    level: Option<&str>,
    policies: &[Attached],
) -> Said<V> {
    let mut said = Said::nothing();
    for attached in policies {
        for (index, statement) in attached.policy.statements().iter().enumerate() {
            if said.is_settled(statement.effect()) {
                continue;
            }
            let (applies, grip) = statement::applies(statement, asked);
            if applies.is_false() {
                continue;
            }
            let at = At {
                layer,
                level,
                policy: &attached.name,
                index,
                statement,
            };
            let applies = V::of_statement(applies, at, asked.request);
            said.add(applies, statement.effect(), grip);
        }
    }
    said
}

/// Each of `policies` must allow: the two verdicts are deny and allow.
pub(crate) fn each<V: Verdict>(asked: Asked<'_>, kind: Layer, policies: &[Attached]) -> (V, V) {
    let both = (V::plain(false), V::plain(true));
    policies.iter().fold(both, |(deny, allow), attached| {
        let said = layer::<V>(asked, kind, None, std::slice::from_ref(attached));
        let allows = said.any().on_layer(kind, None);
        (deny.or(said.deny), allow.and(allows))
    })
}

/// Each of `levels` must allow: the two verdicts are deny and allow.
pub(crate) fn levels<V: Verdict>(asked: Asked<'_>, kind: Layer, levels: &[Level]) -> (V, V) {
    let both = (V::plain(false), V::plain(true));
    levels.iter().fold(both, |(deny, allow), level| {
        let said = layer::<V>(asked, kind, Some(&level.name), &level.policies);
        let allows = said.any().on_layer(kind, Some(&level.name));
        (deny.or(said.deny), allow.and(allows))
    })
}
