//! Functions, mail and rules of EventBridge.

use gardefou_finding::{AwsCall, AwsService};
use serde_json::{Value, json};

use super::{Ask, text};

/// A function and its alias, if it is about one.
type Function<'a> = (&'a str, Option<&'a str>);

fn lambda(operation: &str, (name, qualifier): Function<'_>, region: Option<&str>) -> AwsCall {
    AwsCall::new(AwsService::Lambda, operation)
        .region(region)
        .with("FunctionName", name)
        .maybe("Qualifier", qualifier)
}

pub(super) fn observe_url<E>(
    function: Function<'_>,
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let pages = ask(&lambda("GetFunctionUrlConfig", function, region))?;
    let Some(found) = pages.as_deref().and_then(<[Value]>::first) else {
        return Ok(Value::Null);
    };
    Ok(json!({
        "auth": text(found, "/AuthType"),
        "invoke_mode": text(found, "/InvokeMode"),
        "cors": found.get("Cors").filter(|cors| cors.as_object().is_some_and(|it| !it.is_empty())),
    }))
}

pub(super) fn url_toward(
    function: Function<'_>,
    region: Option<&str>,
    from: &Value,
    to: &Value,
) -> Vec<AwsCall> {
    let delete = (!from.is_null()).then(|| lambda("DeleteFunctionUrlConfig", function, region));
    if to.is_null() {
        return delete.into_iter().collect();
    }
    let create = lambda("CreateFunctionUrlConfig", function, region)
        .maybe("AuthType", text(to, "/auth"))
        .maybe("InvokeMode", text(to, "/invoke_mode"))
        .maybe(
            "Cors",
            to.get("cors").filter(|cors| !cors.is_null()).cloned(),
        );
    // Another one in its place goes first.
    delete.into_iter().chain([create]).collect()
}

pub(super) fn observe_permission<E>(
    function: Function<'_>,
    statement: &str,
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let pages = ask(&lambda("GetPolicy", function, region))?;
    let policy = pages
        .as_deref()
        .and_then(<[Value]>::first)
        .and_then(|page| text(page, "/Policy"))
        .and_then(|policy| serde_json::from_str::<Value>(policy).ok());
    let statements = policy
        .as_ref()
        .and_then(|it| it.get("Statement")?.as_array());
    let mut statements = statements.into_iter().flatten();
    let found = statements.find(|one| text(one, "/Sid") == Some(statement));
    Ok(found.cloned().unwrap_or_default())
}

pub(super) fn permission_toward(
    function: Function<'_>,
    statement: &str,
    region: Option<&str>,
    (from, to): (&Value, &Value),
) -> Vec<AwsCall> {
    let call = |operation| lambda(operation, function, region).with("StatementId", statement);
    let remove = (!from.is_null()).then(|| call("RemovePermission"));
    if to.is_null() {
        return remove.into_iter().collect();
    }
    let principal = match to.get("Principal") {
        Some(Value::Object(kinds)) => kinds.values().next().and_then(Value::as_str),
        Some(other) => other.as_str(),
        None => None,
    };
    let add = call("AddPermission")
        .maybe("Action", text(to, "/Action"))
        .maybe("Principal", principal)
        .maybe("SourceArn", condition(to, "aws:sourcearn"))
        .maybe("SourceAccount", condition(to, "aws:sourceaccount"))
        .maybe("PrincipalOrgID", condition(to, "aws:principalorgid"))
        .maybe("FunctionUrlAuthType", url_auth(to));
    remove.into_iter().chain([add]).collect()
}

/// AWS has it as a condition, emulators as a member of the statement.
fn url_auth(statement: &Value) -> Option<&str> {
    condition(statement, "lambda:functionurlauthtype")
        .or_else(|| text(statement, "/FunctionUrlAuthType"))
}

/// The value of a condition key, whatever its operator.
fn condition<'v>(statement: &'v Value, key: &str) -> Option<&'v str> {
    let operators = statement.get("Condition")?.as_object()?;
    let mut pairs = operators.values().filter_map(Value::as_object).flatten();
    let (_, value) = pairs.find(|(name, _)| name.eq_ignore_ascii_case(key))?;
    value.as_str()
}

pub(super) fn observe_concurrency<E>(
    function: &str,
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let pages = ask(&lambda("GetFunctionConcurrency", (function, None), region))?;
    let found = pages.as_deref().and_then(<[Value]>::first);
    Ok(found.map_or(
        Value::Null,
        |page| json!({"reserved": page.get("ReservedConcurrentExecutions")}),
    ))
}

pub(super) fn concurrency_toward(function: &str, region: Option<&str>, to: &Value) -> Vec<AwsCall> {
    let call = |operation| lambda(operation, (function, None), region);
    vec![match to.pointer("/reserved").and_then(Value::as_i64) {
        Some(count) => call("PutFunctionConcurrency").with("ReservedConcurrentExecutions", count),
        None => call("DeleteFunctionConcurrency"),
    }]
}

fn mail(operation: &str, region: Option<&str>) -> AwsCall {
    AwsCall::new(AwsService::Ses, operation).region(region)
}

pub(super) fn observe_mail<E>(
    identity: &str,
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let call = mail("GetIdentityVerificationAttributes", region).with("Identities", vec![identity]);
    let pages = ask(&call)?.unwrap_or_default();
    let found = pages
        .first()
        .and_then(|page| page.get("VerificationAttributes")?.get(identity));
    Ok(found.map_or(
        Value::Null,
        |one| json!({"verified": text(one, "/VerificationStatus") == Some("Success")}),
    ))
}

/// What was verified asks its owner again.
pub(super) fn mail_toward(identity: &str, region: Option<&str>, to: &Value) -> Vec<AwsCall> {
    vec![match (to.is_null(), identity.contains('@')) {
        (true, _) => mail("DeleteIdentity", region).with("Identity", identity),
        (false, true) => mail("VerifyEmailIdentity", region).with("EmailAddress", identity),
        (false, false) => mail("VerifyDomainIdentity", region).with("Domain", identity),
    }]
}

/// A rule and its bus.
type Rule<'a> = (&'a str, Option<&'a str>);

fn events(operation: &str, (name, bus): Rule<'_>, region: Option<&str>) -> AwsCall {
    AwsCall::new(AwsService::Events, operation)
        .region(region)
        .with("Name", name)
        .maybe("EventBusName", bus)
}

pub(super) fn observe_rule<E>(
    rule: Rule<'_>,
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let pages = ask(&events("DescribeRule", rule, region))?.unwrap_or_default();
    let state = pages.first().and_then(|page| text(page, "/State"));
    Ok(state.map_or(Value::Null, |state| json!({"state": state})))
}

pub(super) fn rule_toward(rule: Rule<'_>, region: Option<&str>, to: &Value) -> Vec<AwsCall> {
    let operation = match text(to, "/state") {
        Some("DISABLED") => "DisableRule",
        Some(_) => "EnableRule",
        None => return Vec::new(),
    };
    vec![events(operation, rule, region)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_given_back_as_it_was() {
        let statement = json!({"Sid": "public", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "lambda:InvokeFunction", "Resource": "arn",
            "Condition": {"StringEquals": {"AWS:SourceAccount": "1"}, "ArnLike": {"AWS:SourceArn": "arn:x"}}});
        let calls = permission_toward(("f", None), "public", None, (&Value::Null, &statement));
        assert_eq!(
            Value::Object(calls[0].parameters.clone()),
            json!({"FunctionName": "f", "StatementId": "public", "Action": "lambda:InvokeFunction",
                "Principal": "s3.amazonaws.com", "SourceArn": "arn:x", "SourceAccount": "1"})
        );
    }
}
