//! The formula of the decision.

use super::Verdict;
use super::scan::{self, Asked, Said};
use crate::request::PrincipalType;
use crate::{Layer, Request, Rule, Stack};

/// What denies, and what grants when nothing denies.
pub(crate) fn outcome<V: Verdict>(request: &Request<'_>, stack: &Stack<'_>) -> (V, V) {
    let asked = Asked {
        request,
        is_bounded: !stack.boundaries.is_empty(),
    };
    let (endpoint_deny, endpoint) = scan::each::<V>(asked, Layer::Endpoint, stack.endpoint);
    if is_caller_identity(request) {
        return (
            endpoint_deny,
            endpoint.and(V::of_rule(true, Rule::CallerIdentity)),
        );
    }
    let limits = limits::<V>(asked, stack);
    let own: Own<V> = Own::new(asked, stack);
    let resource = scan::layer::<V>(asked, Layer::Resource, None, stack.resource);
    let deny = endpoint_deny.or(limits.deny).or(own.deny.clone());
    let deny = deny.or(resource.deny.clone());
    let grant = grant(request, &own, &resource);
    (deny, grant.and(limits.allow).and(endpoint))
}

/// `sts:GetCallerIdentity` needs no permission, and a policy cannot take it
/// away ("GetCallerIdentity" in the STS API Reference).
fn is_caller_identity(request: &Request<'_>) -> bool {
    request.action.lower() == "sts:getcalleridentity"
        && request.principal.kind() != PrincipalType::Anonymous
}

/// What the organisation says.
struct Limits<V> {
    deny: V,
    allow: V,
}

/// Whether policies of this layer bind the principal: SCPs bind those of
/// accounts, RCPs whoever comes, neither binds service-linked roles; what is
/// attached to an identity binds that.
pub(crate) fn binds(layer: Layer, request: &Request<'_>) -> bool {
    let principal = request.principal;
    match layer {
        Layer::Endpoint => true,
        _ if is_caller_identity(request) => false,
        Layer::Resource => true,
        Layer::Identity | Layer::Boundary | Layer::Session => principal.has_identity(),
        Layer::ResourceControl => !principal.is_service_linked(),
        Layer::ServiceControl => {
            let is_member = principal.has_identity() || principal.kind() == PrincipalType::Root;
            is_member && !principal.is_service_linked()
        }
    }
}

fn limits<V: Verdict>(asked: Asked<'_>, stack: &Stack<'_>) -> Limits<V> {
    let of = |layer, levels| {
        if binds(layer, asked.request) {
            scan::levels::<V>(asked, layer, levels)
        } else {
            (V::plain(false), V::plain(true))
        }
    };
    let (scp_deny, scp) = of(Layer::ServiceControl, stack.service_control);
    let (rcp_deny, rcp) = of(Layer::ResourceControl, stack.resource_control);
    Limits {
        deny: scp_deny.or(rcp_deny),
        allow: scp.and(rcp),
    }
}

/// What the principal brings: its own policies and what limits them.
struct Own<V> {
    deny: V,
    /// Its boundary and session policies allow.
    limits: V,
    /// Its identity policies allow, within those limits.
    allow: V,
}

impl<V: Verdict> Own<V> {
    fn new(asked: Asked<'_>, stack: &Stack<'_>) -> Self {
        let principal = asked.request.principal;
        if principal.kind() == PrincipalType::Root {
            return Self::of_root(asked.request);
        }
        if !principal.has_identity() {
            return Self {
                deny: V::plain(false),
                limits: V::plain(true),
                allow: V::plain(false),
            };
        }
        let identity = scan::layer::<V>(asked, Layer::Identity, None, stack.identity);
        let (boundary_deny, boundary) = scan::each::<V>(asked, Layer::Boundary, stack.boundaries);
        let (session_deny, session) = session::<V>(asked, stack);
        let limits: V = boundary.and(session);
        let allow = identity.any().on_layer(Layer::Identity, None);
        Self {
            deny: identity.deny.or(boundary_deny).or(session_deny),
            allow: allow.and(limits.clone()),
            limits,
        }
    }

    /// A root user has no policies and may do all, but assume a role.
    fn of_root(request: &Request<'_>) -> Self {
        let allow = if request.action.lower() == "sts:assumerole" {
            V::of_rule(false, Rule::RootCannotAssumeRole)
        } else {
            V::of_rule(true, Rule::RootUser)
        };
        Self {
            deny: V::plain(false),
            limits: allow.clone(),
            allow,
        }
    }
}

/// Session policies; a federated user's session without any has no identity
/// permissions ("Session policies" in "Policy evaluation logic").
fn session<V: Verdict>(asked: Asked<'_>, stack: &Stack<'_>) -> (V, V) {
    if stack.session.is_empty() {
        let is_federated = asked.request.principal.kind() == PrincipalType::FederatedUser;
        let allow = if is_federated {
            V::of_rule(false, Rule::FederatedWithoutSessionPolicy)
        } else {
            V::plain(true)
        };
        return (V::plain(false), allow);
    }
    let said = scan::layer::<V>(asked, Layer::Session, None, stack.session);
    (said.deny.clone(), said.any().on_layer(Layer::Session, None))
}

/// What grants: the table "Resource-based policies and implicit denies in
/// other policy types" of "Policy evaluation logic", and for two accounts
/// "Cross-account policy evaluation logic".
fn grant<V: Verdict>(request: &Request<'_>, own: &Own<V>, resource: &Said<V>) -> V {
    let principal = request.principal;
    let any = || resource.any().on_layer(Layer::Resource, None);
    let Some(account) = principal.account() else {
        return any();
    };
    let is_cross = request
        .resource
        .account()
        .is_some_and(|owner| owner != account);
    if is_cross {
        return any().and(own.allow.clone());
    }
    if principal.kind() == PrincipalType::Root {
        return if must_be_named(request) {
            any().and(own.allow.clone())
        } else {
            own.allow.clone()
        };
    }
    let named = resource.direct.clone();
    let named = named.or(resource.role.clone().and(own.limits.clone()));
    if must_be_named(request) {
        // The policy may name the account, and leave it to identity policies.
        let delegated = resource.account.clone().and(own.allow.clone());
        let granted = named.or(delegated);
        return if resource.any().tri().is_false() {
            granted.on_layer(Layer::Resource, None)
        } else {
            granted
        };
    }
    named.or(own.allow.clone())
}

/// Roles and KMS keys: their policies must allow also within the account.
fn must_be_named(request: &Request<'_>) -> bool {
    let resource = request.resource.as_str();
    match request.action.service() {
        "sts" => resource.contains(":role/"),
        "kms" => resource.contains(":key/"),
        _ => false,
    }
}
