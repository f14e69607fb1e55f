//! Whether a statement applies to a request.

use super::condition;
use super::principal::{self, Grip};
use super::scan::Asked;
use crate::pattern::overlap;
use crate::policy::{Part, ResourcePattern, Scope, Statement};
use crate::request::Found;
use crate::{Action, Context, Principal, Request, Resource, Tri};

/// What an answer names, beside keys, that nobody knows: which resource it is.
const UNKNOWN_RESOURCE: &str = "Resource";

/// Whether `statement` applies, and how it takes hold of the principal.
pub(crate) fn applies(statement: &Statement, asked: Asked<'_>) -> (Tri, Grip) {
    let request = asked.request;
    if !statement.actions().names(request.action.lower()) {
        return (Tri::False, Grip::None);
    }
    let grip = principal::grip(statement, asked);
    if grip == Grip::None {
        return (Tri::False, grip);
    }
    let resource = resource(statement.resources(), request);
    if resource.is_false() {
        return (Tri::False, grip);
    }
    let conditions = condition::all(statement.conditions(), request);
    (resource.and(conditions), grip)
}

impl Statement {
    /// Whether the statement can apply to any request of a principal, as far as
    /// its conditions on `aws:PrincipalArn` tell. Of somebody whose ARN nobody
    /// knows they tell nothing.
    pub fn may_bind(&self, principal: &Principal) -> bool {
        let (Ok(action), Ok(resource)) = (Action::new("any:Any"), Resource::new("*", None)) else {
            return true;
        };
        let request = Request {
            principal,
            action: &action,
            resource: &resource,
            context: &Context::incomplete(),
        };
        let mut conditions = self.conditions().iter();
        !conditions.any(|one| {
            one.key_lower() == "aws:principalarn" && condition::one(one, &request).is_false()
        })
    }
}

pub(crate) fn resource(scope: Option<&Scope<ResourcePattern>>, request: &Request<'_>) -> Tri {
    let Some(scope) = scope else {
        return Tri::True;
    };
    let mut is_listed = Tri::False;
    for pattern in scope.listed() {
        let text = request.resource.as_str();
        let matches = if request.resource.is_pattern() {
            of_some(pattern, text)
        } else {
            condition::matches(pattern.template(), text, request)
        };
        is_listed = is_listed.or(matches);
        if is_listed.is_true() {
            break;
        }
    }
    if scope.is_except() {
        !is_listed
    } else {
        is_listed
    }
}

/// Whether a pattern of a policy matches a resource of which only a pattern is
/// known.
fn of_some(pattern: &ResourcePattern, known: &str) -> Tri {
    match pattern.template().fixed() {
        None => Tri::Unknown,
        Some(_) => overlap(pattern.as_str(), known),
    }
}

/// The keys that an unknown statement depends on, as they are to be named.
pub(crate) fn unknown_keys<'a>(statement: &'a Statement, request: &Request<'a>) -> Vec<&'a str> {
    let mut keys: Vec<&'a str> = Vec::new();
    let resources = statement.resources().map_or(&[][..], Scope::listed);
    let in_resources = resources.iter().flat_map(|it| it.template().parts());
    let unknown_conditions = statement
        .conditions()
        .iter()
        .filter(|one| condition::one(one, request).is_unknown());
    let mut add = |key: &'a crate::request::Key| {
        let name = request.context.name_of(key);
        if matches!(request.find(key), Found::Unknown) && !keys.contains(&name) {
            keys.push(name);
        }
    };
    if resource(statement.resources(), request).is_unknown() {
        in_resources.filter_map(Part::key).for_each(&mut add);
    }
    for one in unknown_conditions {
        add(&one.key);
        let parts = one.operands.templates().iter().flat_map(|it| it.parts());
        parts.filter_map(Part::key).for_each(&mut add);
    }
    if request.resource.is_pattern() && resource(statement.resources(), request).is_unknown() {
        keys.push(UNKNOWN_RESOURCE);
    }
    keys
}
