//! One call: its intent, the call, its outcome.

use gardefou_finding::AwsCall;

use super::{Cloud, Course, Direction, Ended, Journal, Record, Stop, Trouble, What};

/// How often a call that AWS throttles is made.
const TRIES: u32 = 6;

/// What follows a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The next call.
    GoOn,
    /// The state has to be read first.
    Look,
}

/// A step under way: where its records go, and what they say so far.
pub(super) struct Work<'w, C, J> {
    pub(super) cloud: &'w mut C,
    pub(super) journal: &'w mut J,
    pub(super) plan: &'w str,
    pub(super) step: &'w str,
    pub(super) direction: Direction,
    pub(super) course: &'w mut Course,
}

impl<C: Cloud, J: Journal> Work<'_, C, J> {
    /// Writes down what happened; when this returns, it is durable.
    pub(super) fn tell(&mut self, what: What) -> Result<(), Stop> {
        let record = Record {
            plan: self.plan.to_owned(),
            step: self.step.to_owned(),
            direction: self.direction,
            what,
        };
        self.journal.record(&record).map_err(Stop::Journal)?;
        self.course.add(&record);
        Ok(())
    }

    /// Makes a call.
    pub(super) fn send(&mut self, call: &AwsCall) -> Result<Next, Stop> {
        let mut pause = 1;
        for _ in 0..TRIES {
            let number = self.course.intents + 1;
            self.tell(What::Intent {
                number,
                call: call.clone(),
            })?;
            let answer = self.cloud.call(call).map(drop);
            let ended = ended(&answer);
            self.tell(What::Outcome { number, ended })?;
            match answer {
                Ok(()) | Err(Trouble::Unreadable(_)) => return Ok(Next::GoOn),
                // Gone, or never there: the state says which.
                Err(Trouble::NotFound(_) | Trouble::Unknown(_)) => return Ok(Next::Look),
                Err(Trouble::Throttled(_)) => {
                    self.cloud.wait(pause);
                    pause *= 2;
                }
                // What was taken from a user or role a moment ago may still
                // be seen by the call that deletes it.
                Err(Trouble::Refused { ref code, .. }) if code == "DeleteConflict" => {
                    return Ok(Next::Look);
                }
                Err(trouble) => return Err(Stop::Call(trouble)),
            }
        }
        Err(Stop::Call(Trouble::Throttled("again and again".to_owned())))
    }
}

fn ended(answer: &Result<(), Trouble>) -> Ended {
    match answer.clone() {
        Ok(()) => Ended::Done,
        Err(Trouble::Unreadable(detail)) => Ended::DoneUnreadable { detail },
        Err(Trouble::Refused { code, message }) => Ended::Refused { code, message },
        Err(Trouble::NotFound(detail)) => Ended::NotFound { detail },
        Err(Trouble::Throttled(_)) => Ended::Throttled,
        Err(Trouble::NotSent(detail)) => Ended::NotSent { detail },
        Err(Trouble::Unknown(detail)) => Ended::Unknown { detail },
    }
}
