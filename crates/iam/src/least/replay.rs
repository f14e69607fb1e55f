//! The history, put to a proposal: what succeeded must be allowed.

use std::collections::BTreeMap;
use std::sync::Arc;

use gardefou_finding::{ProposalReplay, RefusedRequest, Untrusted};
use serde_json::{Value, json};

use super::Past;
use crate::policy::{PolicyError, PolicyKind};
use crate::request::Request;
use crate::{Attached, Decision, Policy, Stack, evaluate};

/// Most kinds of refused requests that are listed.
const MAX_REFUSED: usize = 1_000;

/// Evaluates each request with the documents as the principal's only identity
/// policies. What else had to allow it did: resources are taken to delegate to
/// the principal's account, and boundaries and SCPs to stay as they are.
///
/// # Errors
/// When a document is no valid policy, which would be a fault of the program.
pub fn replay(past: &[Past], documents: &[Value]) -> Result<ProposalReplay, PolicyError> {
    let identity: Vec<Attached> = documents
        .iter()
        .map(|one| {
            Ok(Attached::new(
                "proposal",
                Policy::from_value(one, PolicyKind::Identity)?,
            ))
        })
        .collect::<Result<_, PolicyError>>()?;
    let mut told = ProposalReplay::default();
    let mut refused: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
    for one in past {
        told.requests += one.count;
        let decision = decision(one, &identity)?;
        if decision == Decision::Allow {
            told.allowed += one.count;
        } else {
            let what = (one.action.as_str(), one.resource.as_str(), decision.word());
            *refused.entry(what).or_default() += one.count;
        }
    }
    let listed = refused.into_iter().take(MAX_REFUSED);
    told.refused = listed.map(refused_request).collect();
    Ok(told)
}

fn refused_request(
    ((action, resource, decision), requests): ((&str, &str, &str), u64),
) -> RefusedRequest {
    RefusedRequest {
        action: action.to_owned(),
        resource: Untrusted::new(resource),
        decision: decision.to_owned(),
        requests,
    }
}

/// What a request comes to with some identity policies alone.
fn decision(one: &Past, identity: &[Attached]) -> Result<Decision, PolicyError> {
    let other_side = Arc::new(delegation(one.principal.account().unwrap_or_default())?);
    let resource = [Attached::new("the resource's policy", other_side)];
    let request = Request {
        principal: &one.principal,
        action: &one.action,
        resource: &one.resource,
        context: &one.context,
    };
    let stack = Stack {
        identity,
        resource: &resource,
        ..Stack::default()
    };
    Ok(evaluate(&request, &stack).decision)
}

/// A resource policy by which the account's identity policies decide.
fn delegation(account: &str) -> Result<Policy, PolicyError> {
    let principal = format!("arn:aws:iam::{account}:root");
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "*", "Resource": "*"}]});
    Policy::from_value(&policy, PolicyKind::Resource)
}
