//! Cases: requests with their policies, in the JSON form of `docs/iam.md`.
//!
//! A case that is not valid is answered with an error and a denial: what
//! cannot be judged is not allowed.

mod read;

use gardefou_finding::Untrusted;
use serde::Serialize;

use crate::policy::PolicyError;
use crate::{
    Action, Answer, Attached, Context, Decision, Level, Principal, Reason, Request, Resource,
    Stack, Step, evaluate, explain,
};

/// A request and the policies that it has to pass.
#[derive(Clone, Debug)]
pub struct Case {
    /// Who.
    pub principal: Principal,
    /// What.
    pub action: Action,
    /// To which resource.
    pub resource: Resource,
    /// In which context.
    pub context: Context,
    /// The policies.
    pub policies: Policies,
    /// Members that the form does not know, by path. They were not used.
    pub ignored: Vec<Untrusted>,
}

/// The policies of a case.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// `identity_policies`
    pub identity: Vec<Attached>,
    /// `resource_policy`
    pub resource: Vec<Attached>,
    /// `permissions_boundaries`
    pub boundaries: Vec<Attached>,
    /// `session_policies`
    pub session: Vec<Attached>,
    /// `service_control_policies`
    pub service_control: Vec<Level>,
    /// `resource_control_policies`
    pub resource_control: Vec<Level>,
    /// `endpoint_policies`
    pub endpoint: Vec<Attached>,
}

impl Policies {
    /// The stack that these policies are.
    pub fn stack(&self) -> Stack<'_> {
        Stack {
            identity: &self.identity,
            resource: &self.resource,
            boundaries: &self.boundaries,
            session: &self.session,
            service_control: &self.service_control,
            resource_control: &self.resource_control,
            endpoint: &self.endpoint,
        }
    }
}

impl Case {
    /// The request.
    pub fn request(&self) -> Request<'_> {
        Request {
            principal: &self.principal,
            action: &self.action,
            resource: &self.resource,
            context: &self.context,
        }
    }

    /// What AWS would decide.
    pub fn answer(&self) -> Answer {
        evaluate(&self.request(), &self.policies.stack())
    }

    /// What every statement said.
    pub fn explain(&self) -> Vec<Step> {
        explain(&self.request(), &self.policies.stack())
    }
}

/// A case of a file: its name, and the case or why it is none.
#[derive(Clone, Debug)]
pub struct Named {
    /// The case's name, when it has one.
    pub name: Option<Untrusted>,
    /// The case.
    pub case: Result<Case, PolicyError>,
}

/// An answer to a case.
#[derive(Clone, Debug)]
pub struct CaseAnswer {
    /// The case's name.
    pub name: Option<Untrusted>,
    /// The decision; [`Decision::ImplicitDeny`] where there is an error.
    pub decision: Decision,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Members that the form does not know and that were not used.
    pub ignored: Vec<Untrusted>,
    /// Why the case could not be judged.
    pub error: Option<CaseError>,
    /// What every statement said, where that was asked for.
    pub trace: Vec<Step>,
}

/// Why a case could not be judged.
#[derive(Clone, Debug, Serialize)]
pub struct CaseError {
    /// What is wrong.
    pub message: Untrusted,
    /// Where in the case, such as `identity_policies[0].policy.Version`.
    pub path: Untrusted,
    /// The line in the file, from 1.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
}

/// Reads cases: a list of them, or one.
///
/// # Errors
/// When `text` is no JSON. What is wrong with a single case is in that case.
pub fn read(text: &str) -> Result<Vec<Named>, PolicyError> {
    read::cases(text)
}

impl Named {
    /// What AWS would decide, or why that cannot be said.
    pub fn answer(&self) -> CaseAnswer {
        match &self.case {
            Ok(case) => {
                let answer = case.answer();
                CaseAnswer {
                    name: self.name.clone(),
                    decision: answer.decision,
                    reasons: answer.reasons,
                    ignored: case.ignored.clone(),
                    error: None,
                    trace: Vec::new(),
                }
            }
            Err(error) => CaseAnswer {
                name: self.name.clone(),
                decision: Decision::ImplicitDeny,
                reasons: Vec::new(),
                ignored: Vec::new(),
                error: Some(error.into()),
                trace: Vec::new(),
            },
        }
    }
}

impl Named {
    /// The same, with what every statement said.
    pub fn answer_with_trace(&self) -> CaseAnswer {
        CaseAnswer {
            trace: self.case.as_ref().map(Case::explain).unwrap_or_default(),
            ..self.answer()
        }
    }
}

impl From<&PolicyError> for CaseError {
    fn from(error: &PolicyError) -> Self {
        Self {
            message: error.problem.to_string().into(),
            path: error.path.clone().into(),
            line: error.line,
            column: error.column,
        }
    }
}
