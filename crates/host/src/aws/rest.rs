//! Method and path of the REST operations that gardefou calls.

use std::collections::BTreeSet;

use gardefou_finding::{AwsCall, AwsService};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::error::AwsError;

/// What RFC 3986 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// An operation: its name, method, path with parameters in braces, and the
/// parameters that go into the query as these names. All others are the body.
struct Operation {
    name: &'static str,
    method: &'static str,
    path: &'static str,
    query: &'static [&'static str],
}

const fn operation(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    query: &'static [&'static str],
) -> Operation {
    Operation {
        name,
        method,
        path,
        query,
    }
}

/// Of Lambda's API model of 2015-03-31.
const LAMBDA: &[Operation] = &[
    operation(
        "ListFunctions",
        "GET",
        "/2015-03-31/functions/",
        &["Marker", "MaxItems"],
    ),
    operation(
        "GetFunctionConfiguration",
        "GET",
        "/2015-03-31/functions/{FunctionName}/configuration",
        &["Qualifier"],
    ),
    operation(
        "GetPolicy",
        "GET",
        "/2015-03-31/functions/{FunctionName}/policy",
        &["Qualifier"],
    ),
    operation(
        "AddPermission",
        "POST",
        "/2015-03-31/functions/{FunctionName}/policy",
        &["Qualifier"],
    ),
    operation(
        "RemovePermission",
        "DELETE",
        "/2015-03-31/functions/{FunctionName}/policy/{StatementId}",
        &["Qualifier"],
    ),
    operation(
        "GetFunctionUrlConfig",
        "GET",
        "/2021-10-31/functions/{FunctionName}/url",
        &["Qualifier"],
    ),
    operation(
        "CreateFunctionUrlConfig",
        "POST",
        "/2021-10-31/functions/{FunctionName}/url",
        &["Qualifier"],
    ),
    operation(
        "DeleteFunctionUrlConfig",
        "DELETE",
        "/2021-10-31/functions/{FunctionName}/url",
        &["Qualifier"],
    ),
    operation(
        "GetFunctionConcurrency",
        "GET",
        "/2019-09-30/functions/{FunctionName}/concurrency",
        &[],
    ),
    operation(
        "PutFunctionConcurrency",
        "PUT",
        "/2017-10-31/functions/{FunctionName}/concurrency",
        &[],
    ),
    operation(
        "DeleteFunctionConcurrency",
        "DELETE",
        "/2017-10-31/functions/{FunctionName}/concurrency",
        &[],
    ),
];

/// Of Batch's API model of 2016-08-10.
const BATCH: &[Operation] = &[
    operation(
        "DescribeComputeEnvironments",
        "POST",
        "/v1/describecomputeenvironments",
        &[],
    ),
    operation(
        "UpdateComputeEnvironment",
        "POST",
        "/v1/updatecomputeenvironment",
        &[],
    ),
    operation("DescribeJobQueues", "POST", "/v1/describejobqueues", &[]),
    operation("UpdateJobQueue", "POST", "/v1/updatejobqueue", &[]),
];

/// Of EKS's API model of 2017-11-01.
const EKS: &[Operation] = &[
    operation(
        "DescribeNodegroup",
        "GET",
        "/clusters/{name}/node-groups/{nodegroupName}",
        &[],
    ),
    operation(
        "UpdateNodegroupConfig",
        "POST",
        "/clusters/{name}/node-groups/{nodegroupName}/update-config",
        &[],
    ),
];

/// A REST request: method, path with query, body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rest {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) body: String,
}

/// Writes a call.
///
/// # Errors
/// An operation that is not in the table, or a path without its parameter.
pub(super) fn write(call: &AwsCall) -> Result<Rest, AwsError> {
    let table = match call.service {
        AwsService::Lambda => LAMBDA,
        AwsService::Batch => BATCH,
        AwsService::Eks => EKS,
        _ => &[],
    };
    let known = table.iter().find(|one| one.name == call.operation);
    let known = known
        .ok_or_else(|| AwsError::Unsendable(format!("{}:{}", call.service, call.operation)))?;
    let (mut path, used) = fill(known, &call.parameters)?;
    let mut separator = '?';
    for name in known.query {
        let Some(value) = call.parameters.get(*name).and_then(plain) else {
            continue;
        };
        path.push(separator);
        path.push_str(&format!("{name}={}", encode(&value)));
        separator = '&';
    }
    let in_body = |name: &str| !used.contains(name) && !known.query.contains(&name);
    let body: Map<String, Value> = call
        .parameters
        .iter()
        .filter(|(name, _)| in_body(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let has_body = matches!(known.method, "POST" | "PUT");
    let body = if has_body {
        Value::Object(body).to_string()
    } else {
        String::new()
    };
    Ok(Rest {
        method: known.method,
        path,
        body,
    })
}

/// The path with its parameters, and their names.
fn fill<'o>(
    operation: &'o Operation,
    parameters: &Map<String, Value>,
) -> Result<(String, BTreeSet<&'o str>), AwsError> {
    let mut used = BTreeSet::new();
    let mut path = String::new();
    for piece in operation.path.split_inclusive(['{', '}']) {
        if let Some(name) = piece.strip_suffix('}') {
            let value = parameters.get(name).and_then(plain);
            // An empty or dotted segment would be another path.
            let value = value.filter(|value| !value.is_empty() && value != "." && value != "..");
            let value = value.ok_or_else(|| AwsError::Unsendable(format!("no usable `{name}`")))?;
            path.push_str(&encode(&value));
            used.insert(name);
        } else {
            path.push_str(piece.trim_end_matches('{'));
        }
    }
    Ok((path, used))
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(operation: &str, name: &str) -> AwsCall {
        AwsCall::new(AwsService::Lambda, operation).with("FunctionName", name)
    }

    #[test]
    fn parameters_go_into_path_query_and_body() {
        let add = call("AddPermission", "a b/c")
            .with("Qualifier", "live")
            .with("StatementId", "s");
        let rest = write(&add).unwrap();
        assert_eq!(
            (rest.method, rest.path.as_str(), rest.body.as_str()),
            (
                "POST",
                "/2015-03-31/functions/a%20b%2Fc/policy?Qualifier=live",
                r#"{"StatementId":"s"}"#
            )
        );
        let remove = call("RemovePermission", "f").with("StatementId", "s");
        let rest = write(&remove).unwrap();
        assert_eq!(rest.path, "/2015-03-31/functions/f/policy/s");
        assert_eq!(rest.body, "");
    }

    #[test]
    fn no_name_leaves_its_place_in_the_path() {
        for name in ["", ".", ".."] {
            assert!(write(&call("GetPolicy", name)).is_err(), "{name:?}");
        }
        assert!(write(&call("InventFunction", "f")).is_err());
    }
}
