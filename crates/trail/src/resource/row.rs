//! One API call as a row of a table.

use gardefou_finding::{ResourceAction, ResourceKind, ResourceState};

use super::{Detail, Touch, View};

/// What a call does.
#[derive(Clone, Copy)]
pub(super) enum Effect {
    /// One resource, or several alike.
    Row(Row),
    /// Something that a row cannot say.
    Read(fn(View<'_>) -> Vec<Touch>),
}

/// A call that touches the resources found at a path.
#[derive(Clone, Copy)]
pub(super) struct Row {
    kind: ResourceKind,
    action: ResourceAction,
    state: ResourceState,
    ids: &'static str,
    name: fn(&str) -> String,
    details: &'static [(Detail, &'static str)],
    fixed: Option<(Detail, &'static str)>,
}

/// A call that makes things of a kind; `ids` as in [`View`].
pub(super) const fn made(kind: ResourceKind, ids: &'static str) -> Row {
    row(kind, ResourceAction::Created, ResourceState::Active, ids)
}

/// A call that changes things without telling their state.
pub(super) const fn changed(kind: ResourceKind, ids: &'static str) -> Row {
    row(kind, ResourceAction::Changed, ResourceState::Unknown, ids)
}

/// A call that starts or enables.
pub(super) const fn on(kind: ResourceKind, ids: &'static str) -> Row {
    row(kind, ResourceAction::Changed, ResourceState::Active, ids)
}

/// A call that stops or disables.
pub(super) const fn off(kind: ResourceKind, ids: &'static str) -> Row {
    row(kind, ResourceAction::Changed, ResourceState::Stopped, ids)
}

/// A call that deletes.
pub(super) const fn gone(kind: ResourceKind, ids: &'static str) -> Row {
    row(kind, ResourceAction::Deleted, ResourceState::Deleted, ids)
}

const fn row(
    kind: ResourceKind,
    action: ResourceAction,
    state: ResourceState,
    ids: &'static str,
) -> Row {
    Row {
        kind,
        action,
        state,
        ids,
        name: str::to_owned,
        details: &[],
        fixed: None,
    }
}

impl Row {
    /// With facts read at paths.
    pub(super) const fn with(mut self, details: &'static [(Detail, &'static str)]) -> Self {
        self.details = details;
        self
    }

    /// With a fact that is the same for every call of this name.
    pub(super) const fn fixed(mut self, detail: Detail, text: &'static str) -> Self {
        self.fixed = Some((detail, text));
        self
    }

    /// With ids brought into one form.
    pub(super) const fn named(mut self, name: fn(&str) -> String) -> Self {
        self.name = name;
        self
    }

    /// As an effect.
    pub(super) const fn effect(self) -> Effect {
        Effect::Row(self)
    }

    /// The touches of a call; `=word` as ids names a thing that has no id.
    pub(super) fn run(&self, view: View<'_>) -> Vec<Touch> {
        let ids = match self.ids.strip_prefix('=') {
            Some(word) => vec![word.to_owned()],
            None => view.texts(self.ids),
        };
        let details: Vec<_> = self
            .details
            .iter()
            .map(|(detail, path)| (*detail, view.joined(path)))
            .collect();
        ids.iter().map(|id| self.touch(id, &details)).collect()
    }

    fn touch(&self, id: &str, details: &[(Detail, Option<String>)]) -> Touch {
        let mut touch = Touch::new(self.kind, (self.name)(id), self.action, self.state);
        if let Some((detail, text)) = self.fixed {
            touch = touch.note(detail, Some(text));
        }
        for (detail, text) in details {
            touch = touch.note(*detail, text.as_deref());
        }
        touch
    }
}

impl Effect {
    /// The touches of a call.
    pub(super) fn run(&self, view: View<'_>) -> Vec<Touch> {
        match self {
            Self::Row(row) => row.run(view),
            Self::Read(read) => read(view),
        }
    }
}
