//! `gardefou contain apply`, `undo` and `status`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use gardefou_contain::{
    Carried, Course, Options, StepEnd, Stop, apply as carry_out, courses, digest, undo as take_back,
};
use gardefou_finding::{ExitStatus, Plan, PlanStatus, StepState, StepStatus, Thing, Untrusted};
use gardefou_host::{Lines, Stream, print};
use gardefou_report::render_plan_status;

use super::args::{ApplyOptions, Shown, StatusOptions};
use super::cloud::{Caller, Live};
use super::journal::{LedgerJournal, records};
use super::{approve, read_plan};
use crate::commands::Error;
use crate::commands::ledger::args::Form;
use crate::messages::say;

/// Carries a plan out.
pub(super) fn apply(options: &ApplyOptions) -> Result<ExitStatus, Error> {
    run(options, true)
}

/// Undoes it.
pub(super) fn undo(options: &ApplyOptions) -> Result<ExitStatus, Error> {
    run(options, false)
}

fn run(options: &ApplyOptions, is_apply: bool) -> Result<ExitStatus, Error> {
    let plan = read_plan(&options.plan)?;
    must_have(&plan, options.step.as_deref())?;
    approve::check(options, &plan)?;
    let mut cloud = Live::connect(Duration::from_secs(options.timeout.max(1)))?;
    let caller = cloud.caller()?;
    if is_apply {
        spare(&plan, &caller)?;
    }
    ask(options, &plan, &caller, is_apply)?;
    let digest = digest(&plan);
    let mut journal = LedgerJournal::open(&options.ledger)?;
    journal.keep_plan(&plan, &digest)?;
    let mut courses = courses(&journal.records(&digest)?, &digest);
    let how = Options {
        digest: &digest,
        account: &caller.account,
        only: options.step.as_deref(),
        spread: options.spread,
    };
    let io = (&mut cloud, &mut journal);
    let carried = if is_apply {
        carry_out(&plan, &mut courses, io, &how)
    } else {
        take_back(&plan, &mut courses, io, &how)
    };
    journal.publish()?;
    let status = PlanStatus {
        plan: digest,
        steps: ends(&carried, is_apply),
    };
    tell(&status, &options.shown)?;
    Ok(exit(&carried))
}

fn must_have(plan: &Plan, step: Option<&str>) -> Result<(), Error> {
    match step {
        Some(id) if !plan.steps.iter().any(|step| step.id == id) => {
            Err(Error::Usage(format!("the plan has no step `{id}`")))
        }
        _ => Ok(()),
    }
}

/// Refuses a plan that would shut out whoever carries it out.
fn spare(plan: &Plan, caller: &Caller) -> Result<(), Error> {
    let path = caller.arn.split(':').nth(5).unwrap_or_default();
    let mut parts = path.split('/');
    let (kind, name) = match parts.next() {
        Some("user") => ("user", parts.next_back()),
        Some("assumed-role") => ("role", parts.next()),
        _ => return Ok(()),
    };
    let Some(name) = name else { return Ok(()) };
    let hits = plan.steps.iter().find(|step| {
        let ours = step.account.as_ref().map(Untrusted::as_str);
        ours.is_none_or(|account| account == caller.account) && shuts_out(&step.thing, kind, name)
    });
    match hits {
        Some(step) => Err(Error::Usage(format!(
            "step {} would shut out `{}`, whose credentials these are; plan with --responder",
            step.id, caller.arn
        ))),
        None => Ok(()),
    }
}

fn shuts_out(thing: &Thing, kind: &str, who: &str) -> bool {
    use gardefou_finding::Holder;
    match thing {
        Thing::UserKeys { user, .. } | Thing::Login { user } => kind == "user" && user == who,
        Thing::User { name } => kind == "user" && name == who,
        Thing::Role { name } => kind == "role" && name == who,
        Thing::InlinePolicy {
            holder,
            document: Some(_),
            ..
        } => match holder {
            Holder::User(name) => kind == "user" && name == who,
            Holder::Role(name) => kind == "role" && name == who,
            Holder::Group(_) => false,
        },
        _ => false,
    }
}

/// Asks whether to go on, unless that was answered before.
fn ask(options: &ApplyOptions, plan: &Plan, caller: &Caller, is_apply: bool) -> Result<(), Error> {
    let steps = plan.steps.len();
    let what = if is_apply { "carry out" } else { "undo" };
    say(&format!(
        "gardefou: {what} {steps} steps in account {} as {}",
        Untrusted::new(caller.account.as_str()).escaped(),
        Untrusted::new(caller.arn.as_str()).escaped()
    ));
    if is_apply && let Some(minutes) = age(plan).filter(|minutes| *minutes > FRESH) {
        say(&format!(
            "gardefou: the plan is {minutes} minutes old; sessions that were issued since are not \
             denied: plan anew to deny them"
        ));
    }
    if options.yes {
        return Ok(());
    }
    say("gardefou: type `yes` to go on");
    let input = Path::new("-");
    let wrong = |error| Error::file(input, error);
    let mut lines = Lines::open(input, 1 << 10).map_err(wrong)?;
    let line = lines.next_line().map_err(wrong)?.unwrap_or_default();
    if line.trim_ascii() == b"yes" {
        return Ok(());
    }
    Err(Error::Usage("nothing was done".to_owned()))
}

/// Minutes within which a plan denies what a role's changed trust lets in.
const FRESH: i64 = 60;

/// Minutes since a plan was made.
fn age(plan: &Plan) -> Option<i64> {
    Some(gardefou_host::now()?.since(plan.made) / 60)
}

fn ends(carried: &Carried, is_apply: bool) -> Vec<StepStatus> {
    let end = |end: &StepEnd| match end {
        StepEnd::Done if is_apply => (StepState::Done, None),
        StepEnd::Done | StepEnd::Undone => (StepState::Undone, None),
        StepEnd::DoneBefore => (StepState::Done, None),
        StepEnd::Already => (StepState::Already, None),
        StepEnd::OtherAccount => (StepState::OtherAccount, None),
        StepEnd::Reverted => (StepState::Reverted, None),
        StepEnd::Stopped(stop) => (StepState::Stopped, Some(stop.to_string())),
    };
    let steps = carried.steps.iter();
    steps
        .map(|(id, how)| {
            let (state, detail) = end(how);
            StepStatus {
                id: id.clone(),
                state,
                detail: detail.map(Untrusted::new),
            }
        })
        .collect()
}

/// The one place that decides the exit status of a run.
fn exit(carried: &Carried) -> ExitStatus {
    let is_unread = |end: &StepEnd| {
        matches!(
            end,
            StepEnd::Stopped(Stop::Journal(_) | Stop::Read(_)) | StepEnd::OtherAccount
        )
    };
    if carried.steps.iter().any(|(_, end)| is_unread(end)) {
        ExitStatus::Incomplete
    } else if carried.is_complete() {
        ExitStatus::Clean
    } else {
        ExitStatus::Findings
    }
}

fn tell(status: &PlanStatus, shown: &Shown) -> Result<(), Error> {
    let options = gardefou_report::Options {
        lang: shown.lang,
        ..gardefou_report::Options::default()
    };
    let text = render_plan_status(status, shown.format == Form::Json, &options);
    print(Stream::Out, &text).map(drop).map_err(Error::output)
}

/// Tells how far a plan is.
pub(super) fn status(options: &StatusOptions) -> Result<ExitStatus, Error> {
    let plan = read_plan(&options.plan)?;
    let digest = digest(&plan);
    let courses = courses(&records(&options.ledger, &digest)?, &digest);
    let steps = plan.steps.iter().map(|step| StepStatus {
        id: step.id.clone(),
        state: state(&courses, &step.id),
        detail: None,
    });
    let status = PlanStatus {
        plan: digest,
        steps: steps.collect(),
    };
    tell(&status, &options.shown)?;
    let is_open = |step: &StepStatus| matches!(step.state, StepState::Open | StepState::Begun);
    Ok(if status.steps.iter().any(is_open) {
        ExitStatus::Findings
    } else {
        ExitStatus::Clean
    })
}

fn state(courses: &BTreeMap<String, Course>, id: &str) -> StepState {
    match courses.get(id) {
        None => StepState::Open,
        Some(course) if course.undone => StepState::Undone,
        Some(course) if course.undoing => StepState::Begun,
        Some(course) if course.already => StepState::Already,
        Some(course) if course.left.is_some() => StepState::Done,
        Some(course) if course.before.is_some() => StepState::Begun,
        Some(_) => StepState::Open,
    }
}
