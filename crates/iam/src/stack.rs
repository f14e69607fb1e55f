//! The policies that a request has to pass.

use std::sync::Arc;

use serde::Serialize;

use crate::Policy;

/// A policy under the name by which people know it.
#[derive(Clone, Debug)]
pub struct Attached {
    /// Its name or ARN; from outside.
    pub name: Arc<str>,
    /// The policy.
    pub policy: Arc<Policy>,
}

impl Attached {
    /// A policy with its name.
    pub fn new(name: impl Into<Arc<str>>, policy: impl Into<Arc<Policy>>) -> Self {
        Self {
            name: name.into(),
            policy: policy.into(),
        }
    }
}

/// The SCPs or RCPs of one level of an organisation: the root, a unit, or the
/// account. A level without a policy allows nothing.
#[derive(Clone, Debug)]
pub struct Level {
    /// Its name; from outside.
    pub name: Arc<str>,
    /// The policies attached there.
    pub policies: Vec<Attached>,
}

/// All policies that a request has to pass. A part that is empty is one that
/// does not exist: no boundary, no session policy, no organisation, no
/// endpoint.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stack<'a> {
    /// Policies of the principal, and of its groups.
    pub identity: &'a [Attached],
    /// Policies attached to the resource; one allow of any is enough.
    pub resource: &'a [Attached],
    /// The permissions boundary; of several, each must allow.
    pub boundaries: &'a [Attached],
    /// Session policies; one allow of any is enough.
    pub session: &'a [Attached],
    /// Service control policies of the principal's account, every level of
    /// which must allow. Leave them out for the management account.
    pub service_control: &'a [Level],
    /// Resource control policies of the resource's account, every level of
    /// which must allow. Leave them out for the management account.
    pub resource_control: &'a [Level],
    /// Policies of the VPC endpoint; of several, each must allow.
    pub endpoint: &'a [Attached],
}

/// The parts of a [`Stack`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Layer {
    /// Identity policies.
    #[serde(rename = "identity_policy")]
    Identity,
    /// Resource policies.
    #[serde(rename = "resource_policy")]
    Resource,
    /// Permissions boundaries.
    #[serde(rename = "permissions_boundary")]
    Boundary,
    /// Session policies.
    #[serde(rename = "session_policy")]
    Session,
    /// Service control policies.
    #[serde(rename = "service_control_policy")]
    ServiceControl,
    /// Resource control policies.
    #[serde(rename = "resource_control_policy")]
    ResourceControl,
    /// VPC endpoint policies.
    #[serde(rename = "endpoint_policy")]
    Endpoint,
}

impl Layer {
    /// Its name in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity_policy",
            Self::Resource => "resource_policy",
            Self::Boundary => "permissions_boundary",
            Self::Session => "session_policy",
            Self::ServiceControl => "service_control_policy",
            Self::ResourceControl => "resource_control_policy",
            Self::Endpoint => "endpoint_policy",
        }
    }
}
