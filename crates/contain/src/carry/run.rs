//! Step after step.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{AwsCall, AwsService, Plan, PlanStep, Timestamp, Untrusted};
use serde_json::Value;
use thiserror::Error;

use super::send::{Next, Work};
use super::{Cloud, Course, Direction, Journal, Trouble, What};
use crate::things::{goal, observe, recoverable, same, satisfies, toward, up_to};

/// The parameter with a policy's content.
const DOCUMENT: &str = "PolicyDocument";

/// How often a state is read again before a step is given up.
const ROUNDS: u32 = 8;

/// What is to be carried out, and how.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// Digest of the plan.
    pub digest: &'o str,
    /// The account of the credentials: steps of other accounts wait.
    pub account: &'o str,
    /// Only this step.
    pub only: Option<&'o str>,
    /// Seconds that changes of IAM take to spread; the steps are looked at
    /// again after them.
    pub spread: u64,
}

/// Why a step stopped.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Stop {
    /// The journal could not be written: nothing more is done.
    #[error("the ledger cannot be written: {0}")]
    Journal(String),
    /// The state could not be read.
    #[error("the state cannot be read: {0}")]
    Read(Trouble),
    /// A call failed.
    #[error("{0}")]
    Call(Trouble),
    /// A dry run says that a call of the step is not permitted.
    #[error("nothing of the step was done: a dry run of {operation} was refused ({trouble})")]
    NotPermitted {
        /// The call's operation.
        operation: String,
        /// What AWS said.
        trouble: Trouble,
    },
    /// All calls are done, and the state is not what they are for.
    #[error("the calls are done, but the state is not what they lead to")]
    NotReached,
    /// Undo: somebody changed the state since.
    #[error("the state is no longer what the step left")]
    Changed,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepEnd {
    /// Done now.
    Done,
    /// Done in an earlier run.
    DoneBefore,
    /// There was nothing to do.
    Already,
    /// It was undone, and is not done again.
    Undone,
    /// It is of another account.
    OtherAccount,
    /// It stopped; no step after it was begun.
    Stopped(Stop),
    /// It was done, and somebody changed it back while changes spread.
    Reverted,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Each step that was looked at, by its id, in order.
    pub steps: Vec<(String, StepEnd)>,
}

impl Carried {
    /// Whether every step is at its end.
    pub fn is_complete(&self) -> bool {
        !self.steps.iter().any(|(_, end)| {
            matches!(
                end,
                StepEnd::Stopped(_) | StepEnd::OtherAccount | StepEnd::Reverted
            )
        })
    }
}

/// Carries a plan out, from where the journal says it is. Stops at the first
/// step that cannot be done.
pub fn apply(
    plan: &Plan,
    courses: &mut BTreeMap<String, Course>,
    (cloud, journal): (&mut impl Cloud, &mut impl Journal),
    options: &Options<'_>,
) -> Carried {
    let mut carried = Carried::default();
    for step in chosen(plan, options) {
        let course = courses.entry(step.id.clone()).or_default();
        let mut work = work(step, course, (cloud, journal), options, Direction::Apply);
        if carried.ends(step, options, || carry_out(step, plan.made, &mut work)) {
            return carried;
        }
    }
    look_again(plan, (cloud, journal), options, courses, &mut carried);
    carried
}

fn chosen<'p>(
    plan: &'p Plan,
    options: &Options<'p>,
) -> impl DoubleEndedIterator<Item = &'p PlanStep> {
    let only = options.only;
    plan.steps
        .iter()
        .filter(move |step| only.is_none_or(|id| step.id == id))
}

fn other_account(step: &PlanStep, options: &Options<'_>) -> bool {
    let account = step.account.as_ref().map(Untrusted::as_str);
    account.is_some_and(|account| account != options.account)
}

impl Carried {
    /// Notes how a step ended, unless it is another account's; whether all
    /// stops here.
    fn ends(
        &mut self,
        step: &PlanStep,
        options: &Options<'_>,
        act: impl FnOnce() -> Result<StepEnd, Stop>,
    ) -> bool {
        let end = if other_account(step, options) {
            StepEnd::OtherAccount
        } else {
            act().unwrap_or_else(StepEnd::Stopped)
        };
        let is_stop = matches!(end, StepEnd::Stopped(_));
        self.steps.push((step.id.clone(), end));
        is_stop
    }
}

fn work<'w, C, J>(
    step: &'w PlanStep,
    course: &'w mut Course,
    (cloud, journal): (&'w mut C, &'w mut J),
    options: &Options<'w>,
    direction: Direction,
) -> Work<'w, C, J> {
    Work {
        cloud,
        journal,
        plan: options.digest,
        step: &step.id,
        direction,
        course,
    }
}

/// Reads a step's state. Reading nothing at all, where an error is no answer,
/// must not pass for a thing that is gone.
fn look(step: &PlanStep, cloud: &mut impl Cloud) -> Result<Value, Stop> {
    let mut ask = |call: &AwsCall| match cloud.read(call) {
        Ok(pages) => Ok(Some(pages)),
        Err(Trouble::NotFound(_)) => Ok(None),
        Err(trouble) => Err(Stop::Read(trouble)),
    };
    observe(&step.thing, step.region.as_deref(), &mut ask)
}

fn carry_out<C: Cloud, J: Journal>(
    step: &PlanStep,
    made: Timestamp,
    work: &mut Work<'_, C, J>,
) -> Result<StepEnd, Stop> {
    if work.course.undone || work.course.undoing {
        return Ok(StepEnd::Undone);
    }
    let mut now = look(step, work.cloud)?;
    // Times of issue have no fractions: this second's sessions are denied as well.
    let age = work.cloud.now().since(made).saturating_add(1);
    let step = &up_to_date(step, (&now, work.course), age);
    if work.course.is_over() {
        if satisfies(&step.thing, &goal(&step.thing, &now), &now) {
            return Ok(StepEnd::DoneBefore);
        }
        work.tell(What::Reopened { state: now.clone() })?;
    }
    if work.course.before.is_none() {
        if satisfies(&step.thing, &goal(&step.thing, &now), &now) {
            work.tell(What::Already)?;
            return Ok(StepEnd::Already);
        }
        work.tell(What::Saved { state: now.clone() })?;
    }
    if work.course.intents == 0 {
        now = rehearse(step, work, now)?;
    }
    let reached = drive(step, work, now, |_, now| goal(&step.thing, now))?;
    work.tell(What::Reached { state: reached })?;
    Ok(StepEnd::Done)
}

/// The step with sessions denied that began since the plan was made: a thief takes
/// another until the step is done.
fn up_to_date<'s>(
    step: &'s PlanStep,
    (now, course): (&Value, &Course),
    seconds: i64,
) -> Cow<'s, PlanStep> {
    // What was put may not be seen yet.
    let put = course.done.iter().rev().find_map(document_of);
    let Some(thing) = up_to(&step.thing, [Some(now), put.as_ref()], seconds) else {
        return Cow::Borrowed(step);
    };
    let mut step = step.clone();
    step.thing = thing;
    Cow::Owned(step)
}

/// Asks EC2, before anything of the step is done, whether each of its kinds of
/// calls would be permitted: a step that is refused half-way leaves half of it.
/// The state then.
fn rehearse<C: Cloud, J: Journal>(
    step: &PlanStep,
    work: &mut Work<'_, C, J>,
    now: Value,
) -> Result<Value, Stop> {
    let needed = toward(
        &step.thing,
        step.region.as_deref(),
        &now,
        &goal(&step.thing, &now),
    );
    let mut asked = BTreeSet::new();
    let mut is_done = false;
    for call in needed.iter().filter(|call| call.service == AwsService::Ec2) {
        if !asked.insert(call.operation.as_str()) {
            continue;
        }
        match work.cloud.call(&call.clone().with("DryRun", true)) {
            Err(trouble) if denies(&trouble) => {
                return Err(Stop::NotPermitted {
                    operation: call.operation.clone(),
                    trouble,
                });
            }
            // Permitted, or not told: the call itself will tell.
            Err(_) => {}
            // AWS never answers so; what does took it for the call itself.
            Ok(_) => is_done = true,
        }
    }
    if is_done {
        look(step, work.cloud)
    } else {
        Ok(now)
    }
}

fn denies(trouble: &Trouble) -> bool {
    let Trouble::Refused { code, .. } = trouble else {
        return false;
    };
    code == "UnauthorizedOperation" || code.starts_with("AccessDenied")
}

/// Makes calls until the state is the wanted one, which may follow from the
/// state; the state then.
fn drive<C: Cloud, J: Journal>(
    step: &PlanStep,
    work: &mut Work<'_, C, J>,
    mut now: Value,
    wanted: impl Fn(&Course, &Value) -> Value,
) -> Result<Value, Stop> {
    let region = step.region.as_deref();
    for round in 0..ROUNDS {
        let to = wanted(work.course, &now);
        let needed = toward(&step.thing, region, &now, &to);
        settle(work, &needed)?;
        if satisfies(&step.thing, &to, &now) {
            return Ok(now);
        }
        let calls: Vec<&AwsCall> = needed
            .iter()
            .filter(|call| !work.course.done.contains(call))
            .collect();
        if needed.is_empty() {
            return Err(Stop::NotReached);
        }
        let mut is_clean = !calls.is_empty();
        for call in calls {
            if work.send(call)? == Next::Look {
                is_clean = false;
                break;
            }
        }
        // What was just done is there at once, or takes a while to be seen.
        if !is_clean || round > 0 {
            work.cloud.wait(1 << round.min(5));
        }
        now = look(step, work.cloud)?;
    }
    Err(Stop::NotReached)
}

/// A call of which nobody knew: its effect is there if it is needed no more.
fn settle<C: Cloud, J: Journal>(work: &mut Work<'_, C, J>, needed: &[AwsCall]) -> Result<(), Stop> {
    let Some((number, call)) = work.course.open.clone() else {
        return Ok(());
    };
    let seen = !needed.iter().any(|one| is_same_aim(one, &call));
    work.tell(What::Settled { number, seen })
}

/// Whether two calls are the same but for the document that they put.
fn is_same_aim(one: &AwsCall, other: &AwsCall) -> bool {
    let bare = |call: &AwsCall| {
        let mut call = call.clone();
        call.parameters.remove(DOCUMENT);
        call
    };
    bare(one) == bare(other)
}

/// The policy that a call puts.
fn document_of(call: &AwsCall) -> Option<Value> {
    serde_json::from_str(call.parameters.get(DOCUMENT)?.as_str()?).ok()
}

/// Looks at every step again when changes have spread: until then somebody
/// with rights can take a denial away.
fn look_again(
    plan: &Plan,
    (cloud, journal): (&mut impl Cloud, &mut impl Journal),
    options: &Options<'_>,
    courses: &mut BTreeMap<String, Course>,
    carried: &mut Carried,
) {
    let fresh = |end: &StepEnd| *end == StepEnd::Done;
    if !carried.steps.iter().any(|(_, end)| fresh(end)) {
        return;
    }
    cloud.wait(options.spread);
    let ends = carried.steps.iter_mut();
    let mut ends: BTreeMap<&str, &mut StepEnd> = ends.map(|(id, end)| (id.as_str(), end)).collect();
    for step in chosen(plan, options) {
        let Some(end) = ends.get_mut(step.id.as_str()).filter(|end| fresh(end)) else {
            continue;
        };
        let now = match look(step, cloud) {
            Ok(now) => now,
            Err(stop) => {
                **end = StepEnd::Stopped(stop);
                continue;
            }
        };
        let course = courses.entry(step.id.clone()).or_default();
        let current = up_to_date(step, (&now, course), 0);
        if satisfies(&step.thing, &goal(&current.thing, &now), &now) {
            continue;
        }
        let mut work = work(step, course, (cloud, journal), options, Direction::Apply);
        let told = work.tell(What::Reopened { state: now });
        **end = told.map_or_else(StepEnd::Stopped, |()| StepEnd::Reverted);
    }
}

/// Undoes what the journal says was done, last step first. Stops at the first
/// step whose state is no longer what it left.
pub fn undo(
    plan: &Plan,
    courses: &mut BTreeMap<String, Course>,
    (cloud, journal): (&mut impl Cloud, &mut impl Journal),
    options: &Options<'_>,
) -> Carried {
    let mut carried = Carried::default();
    let ids: BTreeSet<&str> = courses
        .iter()
        .filter(|(_, course)| course.before.is_some())
        .map(|(id, _)| id.as_str())
        .collect::<BTreeSet<_>>();
    let steps: Vec<&PlanStep> = chosen(plan, options)
        .filter(|step| ids.contains(step.id.as_str()))
        .collect();
    for step in steps.into_iter().rev() {
        let course = courses.entry(step.id.clone()).or_default();
        let mut work = work(step, course, (cloud, journal), options, Direction::Undo);
        if carried.ends(step, options, || take_back(step, &mut work)) {
            break;
        }
    }
    carried
}

fn take_back<C: Cloud, J: Journal>(
    step: &PlanStep,
    work: &mut Work<'_, C, J>,
) -> Result<StepEnd, Stop> {
    if work.course.undone {
        return Ok(StepEnd::Undone);
    }
    let before = work.course.before.clone().unwrap_or_default();
    let now = look(step, work.cloud)?;
    // A step that stopped half-way left no state: its undo leads from wherever
    // it is to where it was.
    if let (Some(left), false) = (&work.course.left, work.course.undoing)
        && !same(&step.thing, left, &now)
    {
        return Err(Stop::Changed);
    }
    let state = drive(step, work, now, |_, now| {
        recoverable(&step.thing, &before, now)
    })?;
    work.tell(What::Undone { state })?;
    Ok(StepEnd::Done)
}
