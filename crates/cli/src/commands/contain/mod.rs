//! `gardefou contain`: incident → plan → what is done, told, and undone.

mod approve;
pub(crate) mod args;
mod cloud;
mod journal;
mod plan;
mod run;

use std::path::Path;

use gardefou_contain::shows_what_it_does;
use gardefou_finding::{ExitStatus, PLAN_SCHEMA, Plan, Untrusted};
use gardefou_host::read_text;

use self::args::Contain;
use super::Error;

/// Largest plan or report that is read, in bytes.
const MAX_FILE: u64 = 256 << 20;

/// Runs `gardefou contain`.
pub(crate) fn run(command: &Contain) -> Result<ExitStatus, Error> {
    match command {
        Contain::Plan(options) => plan::run(options),
        Contain::Apply(options) => run::apply(options),
        Contain::Undo(options) => run::undo(options),
        Contain::Status(options) => run::status(options),
        Contain::Approve(options) => approve::run(options),
    }
}

/// Reads a plan, strictly: what is not understood is not carried out.
fn read_plan(path: &Path) -> Result<Plan, Error> {
    let text = read_text(path, MAX_FILE).map_err(|error| Error::file(path, error))?;
    let wrong = |what: String| Error::Usage(format!("`{}` is no plan: {what}", path.display()));
    let plan: Plan = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if plan.schema != PLAN_SCHEMA {
        return Err(wrong(format!("schema `{}`", plan.schema)));
    }
    if let Some(step) = plan.steps.iter().find(|step| !shows_what_it_does(step)) {
        let id = Untrusted::new(step.id.as_str());
        let what = "the calls that it shows are not those of its thing";
        return Err(wrong(format!("step {}: {what}", id.escaped())));
    }
    Ok(plan)
}
