//! GitHub workflows and actions that strangers can steer.
//!
//! Sources: GitHub's *Security hardening for GitHub Actions*; the incidents of
//! tj-actions (2025), Shai-Hulud (2025) and Cline (2026). zizmor's models are not
//! used: they give no line numbers, and a patch shows parts of files.

mod judge;
mod model;

pub(crate) use model::{Node, Value, node_within};

use super::files::is_workflow;
use super::{Check, CheckId, Out, Text};
use crate::coverage::Unread;

pub(crate) struct Workflows;

impl Check for Workflows {
    fn id(&self) -> CheckId {
        CheckId::Workflow
    }

    fn keywords(&self) -> &'static [&'static str] {
        &[
            "on:",
            "\"on\"",
            "jobs",
            "steps",
            "uses",
            "run",
            "permissions",
            "runs-on",
        ]
    }

    fn text(&self, text: &Text<'_>, out: &mut Out<'_>) {
        if !text.is_plain() || !is_workflow(&text.file.path.to_ascii_lowercase()) {
            return;
        }
        match model::Workflow::parse(text.text()) {
            Ok(workflow) => judge::judge(text, &workflow, out),
            Err(error) => {
                // A part of a file is read line by line; a whole one that does
                // not parse is not judged whole, and that is told.
                if text.view.is_whole() {
                    out.unread(text.file, Unread::BadSyntax, &error);
                }
                judge::judge(text, &model::Workflow::of_lines(text.text()), out);
            }
        }
    }
}
