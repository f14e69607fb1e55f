//! What a call touches, and the inventory of what is left of it.
//!
//! [`touches`] reads one call; [`Inventory`] takes the touches of an incident in
//! time order and keeps each resource's last known state. Both bear any JSON:
//! absent, null and wrong-typed fields only make them tell less.

mod capacity;
mod detail;
mod inventory;
mod names;
mod policy;
mod row;
mod secrets;
mod service;
mod view;

pub use capacity::{
    Capacity, Choice, Function, Group, Launch, Other, Service, TaskSize, Template, TemplateRef,
};
pub use detail::Detail;
pub use inventory::{Change, Held, Inventory, Key, Stock, build, key_of, still_open};
pub(crate) use inventory::{awaits_deletion, is_expiring, is_unversioned};
pub(crate) use policy::trust_document;
pub use secrets::{SecretRead, SecretStore, is_secret_read, secrets_read};

use std::borrow::Cow;

use gardefou_finding::{Outcome, ResourceAction, ResourceKind, ResourceState, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use view::{View, shorten};

/// Most touches kept of one call; the rest is counted.
pub const MAX_TOUCHES: usize = 1000;
/// Longest detail kept, in bytes.
const MAX_DETAIL: usize = 400;
/// Most values kept of one field: more than any AWS call takes.
const MAX_DETAILS: usize = 24;

/// A call as the log has it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// `eventSource`, for example `ec2.amazonaws.com`.
    pub service: &'a str,
    /// `eventName`, for example `RunInstances`.
    pub name: &'a str,
    /// `awsRegion`.
    pub region: &'a str,
    /// `recipientAccountId`.
    pub account: Option<&'a str>,
    /// `requestParameters`.
    pub request: Option<&'a Value>,
    /// `responseElements`.
    pub response: Option<&'a Value>,
    /// How it ended; only what succeeded touches anything.
    pub outcome: Outcome,
    /// `eventTime`.
    pub time: Timestamp,
}

/// A resource by kind and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ref {
    /// Kind.
    pub kind: ResourceKind,
    /// Id as in [`Touch::id`].
    pub id: String,
}

/// How a call touched one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Touch {
    /// What it is.
    pub kind: ResourceKind,
    /// Its id or name, in one form whatever form the call used: functions,
    /// clusters and roles by name, ECS services and tasks as `cluster/name`,
    /// attachments of policies as `user/alice/arn…`.
    pub id: String,
    /// What was done.
    pub action: ResourceAction,
    /// State after the call; `Unknown` leaves what was known.
    pub state: ResourceState,
    /// Facts worth a line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<(Detail, String)>,
    /// What it can run, as far as this call tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// What it belongs to, for example the group that launched an instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Ref>,
}

/// What one call touched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Touches {
    /// At most [`MAX_TOUCHES`].
    pub touches: Vec<Touch>,
    /// How many more there were.
    pub more: u64,
}

/// Whether a call is one that [`touches`] knows. Two binary searches.
pub fn is_notable(service: &str, name: &str) -> bool {
    service::effect(service, name).is_some()
}

/// What a call touched; nothing for a call that did not succeed, that was a
/// dry run, or that is not known.
pub fn touches(call: &Call<'_>) -> Touches {
    let view = View { call };
    if call.outcome != Outcome::Succeeded || view.flag("req.dryRun") == Some(true) {
        return Touches::default();
    }
    let Some(effect) = service::effect(call.service, call.name) else {
        return Touches::default();
    };
    let mut touches = effect.run(view);
    let more = touches.len().saturating_sub(MAX_TOUCHES);
    touches.truncate(MAX_TOUCHES);
    touches.shrink_to_fit();
    Touches {
        touches,
        more: u64::try_from(more).unwrap_or(u64::MAX),
    }
}

impl Touch {
    fn new(
        kind: ResourceKind,
        id: impl Into<String>,
        action: ResourceAction,
        state: ResourceState,
    ) -> Self {
        let (details, capacity, owner) = (Vec::new(), None, None);
        Self {
            kind,
            id: id.into(),
            action,
            state,
            details,
            capacity,
            owner,
        }
    }

    /// Made by the call, and active.
    fn made(kind: ResourceKind, id: impl Into<String>) -> Self {
        Self::new(kind, id, ResourceAction::Created, ResourceState::Active)
    }

    /// Changed; the call does not tell the state.
    fn changed(kind: ResourceKind, id: impl Into<String>) -> Self {
        Self::new(kind, id, ResourceAction::Changed, ResourceState::Unknown)
    }

    /// Used; nothing about it changed.
    fn used(kind: ResourceKind, id: impl Into<String>) -> Self {
        Self::new(kind, id, ResourceAction::Used, ResourceState::Unknown)
    }

    /// Deleted.
    fn gone(kind: ResourceKind, id: impl Into<String>) -> Self {
        Self::new(kind, id, ResourceAction::Deleted, ResourceState::Deleted)
    }

    fn state(mut self, state: ResourceState) -> Self {
        self.state = state;
        self
    }

    /// Adds a fact, if there is one.
    fn note<'t>(mut self, detail: Detail, text: Option<impl Into<Cow<'t, str>>>) -> Self {
        if let Some(text) = text
            && self.details.len() < MAX_DETAILS
        {
            self.details
                .push((detail, shorten(&text.into(), MAX_DETAIL)));
        }
        self
    }

    fn sized(mut self, capacity: Capacity) -> Self {
        self.capacity = Some(capacity);
        self
    }

    fn of(mut self, owner: Option<Ref>) -> Self {
        self.owner = owner;
        self
    }
}

#[cfg(test)]
mod tests;
