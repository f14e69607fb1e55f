//! The global condition keys that a record holds.
//!
//! "AWS global condition context keys" of the IAM User Guide, against the
//! "CloudTrail record contents" of the CloudTrail User Guide.

use std::net::IpAddr;

use gardefou_iam::Context;
use gardefou_iam::request::PrincipalType;
use gardefou_trail::decode::{Field, Record};

use super::Asked;

/// The context with every global key that the record holds; keys that it does
/// not hold are not known.
pub(super) fn context(asked: &Asked<'_>) -> Context {
    let record = asked.record;
    let time = record.time();
    let mut context = Context::incomplete()
        .with("aws:CurrentTime", &time.to_string())
        .with("aws:EpochTime", &time.seconds().to_string());
    context = texts(context, record);
    context = origin(context, asked);
    context = session(context, asked);
    context = tags(context, asked);
    who(context, asked)
}

fn texts(mut context: Context, record: &Record<'_>) -> Context {
    let texts = [
        ("aws:RequestedRegion", record.aws_region()),
        ("aws:UserAgent", record.user_agent()),
    ];
    for (key, value) in texts {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            context = context.with(key, &value);
        }
    }
    let is_tls = record
        .written(Field::TlsDetails)
        .is_some_and(|details| details.starts_with('{'));
    if is_tls {
        context = context.with("aws:SecureTransport", "true");
    }
    context
}

/// Where it came from: an address, an endpoint, or a service.
fn origin(mut context: Context, asked: &Asked<'_>) -> Context {
    let record = asked.record;
    let source = record.source_ip().unwrap_or_default();
    let address = source.parse::<IpAddr>().ok();
    let endpoint = record.vpc_endpoint_id().filter(|id| !id.is_empty());
    match (&endpoint, address) {
        // Through an endpoint, the address is `aws:VpcSourceIp`.
        (Some(endpoint), address) => {
            context = context
                .with("aws:SourceVpce", endpoint)
                .with_all("aws:SourceIp", []);
            if let Some(address) = address {
                context = context.with("aws:VpcSourceIp", &address.to_string());
            }
        }
        (None, Some(address)) => {
            context = context
                .with("aws:SourceIp", &address.to_string())
                .with_all("aws:SourceVpce", [])
                .with_all("aws:SourceVpc", [])
                .with_all("aws:VpcSourceIp", []);
        }
        (None, None) => {}
    }
    via_service(context, asked, address.is_some())
}

/// Whether a service called on the principal's behalf, with its credentials.
/// A role's session that a service uses by itself is not that, and where the
/// log cannot tell the two apart, nobody knows.
fn via_service(context: Context, asked: &Asked<'_>, has_address: bool) -> Context {
    let invoked = asked.record.invoked_by().filter(|by| !by.is_empty());
    let direct = |context: Context| {
        context
            .with("aws:ViaAWSService", "false")
            .with_all("aws:CalledVia", [])
    };
    match (invoked, asked.principal.kind()) {
        (None, _) if has_address => direct(context),
        (_, PrincipalType::Service) => direct(context),
        (Some(_), _) if asked.principal.is_service_linked() => direct(context),
        (Some(by), PrincipalType::User | PrincipalType::Root) => context
            .with("aws:ViaAWSService", "true")
            .with_all("aws:CalledVia", [by.as_ref()]),
        _ => context,
    }
}

/// What the record says of the session; a long-lived key has none.
fn session(mut context: Context, asked: &Asked<'_>) -> Context {
    let record = asked.record;
    let key = record.access_key_id().unwrap_or_default();
    if key.starts_with("AKIA") {
        return context
            .with_all("aws:TokenIssueTime", [])
            .with_all("aws:MultiFactorAuthPresent", [])
            .with_all("aws:MultiFactorAuthAge", [])
            .with_all("aws:SourceIdentity", [])
            .with_all("aws:FederatedProvider", []);
    }
    if let Some(issued) = record.creation_date() {
        context = context.with("aws:TokenIssueTime", &issued);
    }
    if let Some(mfa) = record.mfa_authenticated() {
        context = context.with(
            "aws:MultiFactorAuthPresent",
            if mfa { "true" } else { "false" },
        );
        if !mfa {
            context = context.with_all("aws:MultiFactorAuthAge", []);
        }
    }
    match record.source_identity() {
        Some(identity) => context.with("aws:SourceIdentity", &identity),
        None => context,
    }
}

/// Tags that the request gives. The record shows all parameters or none.
fn tags(mut context: Context, asked: &Asked<'_>) -> Context {
    let Some(tags) = asked.parameters.tags() else {
        return context;
    };
    let names: Vec<&str> = tags.iter().map(|(name, _)| name.as_str()).collect();
    context = context.with_all("aws:TagKeys", names);
    for (name, value) in &tags {
        context = context.with(&format!("aws:RequestTag/{name}"), value);
    }
    context
}

/// What the ARN of the principal does not tell.
fn who(context: Context, asked: &Asked<'_>) -> Context {
    let record = asked.record;
    match record.principal_id() {
        // A foreign user or role of whom the log shows only the id.
        Some(id) if record.identity_type().as_deref() == Some("AWSAccount") => context
            .with("aws:userid", &id)
            .with_unknown("aws:PrincipalArn")
            .with_unknown("aws:PrincipalType")
            .with_unknown("aws:username"),
        Some(id) if asked.principal.has_identity() => context.with("aws:userid", &id),
        _ => context,
    }
}
