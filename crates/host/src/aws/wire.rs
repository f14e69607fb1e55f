//! A call as the HTTP request of its service, unsigned; and its answer.

use gardefou_finding::AwsCall;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::error::AwsError;
use super::send::Unsigned;
use super::service::{Protocol, of};
use super::{rest, xml};

/// What a form leaves as it is, as AWS's own SDKs write it.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Writes a call in the protocol of its service.
///
/// # Errors
/// An operation that is not one, or a REST operation that is not known.
pub(crate) fn write(call: &AwsCall) -> Result<Unsigned, AwsError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    if call.operation.is_empty() || !call.operation.bytes().all(plain) {
        return Err(AwsError::Unsendable("no operation".to_owned()));
    }
    Ok(match of(call.service).protocol {
        Protocol::Query(version) => form(call, version, ".member"),
        Protocol::Ec2(version) => form(&singular(call), version, ""),
        Protocol::Json11(target) => Unsigned {
            method: "POST",
            path: "/".to_owned(),
            headers: vec![
                ("content-type", "application/x-amz-json-1.1".to_owned()),
                ("x-amz-target", format!("{target}.{}", call.operation)),
            ],
            body: Value::Object(call.parameters.clone()).to_string(),
        },
        Protocol::RestJson => {
            let rest = rest::write(call)?;
            Unsigned {
                method: rest.method,
                path: rest.path,
                headers: vec![("content-type", "application/json".to_owned())],
                body: rest.body,
            }
        }
    })
}

fn form(call: &AwsCall, version: &str, list: &str) -> Unsigned {
    let mut body = format!("Action={}&Version={version}", call.operation);
    for (name, value) in &call.parameters {
        flatten(name, value, list, &mut body);
    }
    let form = "application/x-www-form-urlencoded; charset=utf-8";
    Unsigned {
        method: "POST",
        path: "/".to_owned(),
        headers: vec![("content-type", form.to_owned())],
        body,
    }
}

/// Lists and structures as names with dots.
fn flatten(name: &str, value: &Value, list: &str, into: &mut String) {
    match value {
        Value::Null => {}
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                flatten(&format!("{name}{list}.{}", place + 1), item, list, into);
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                flatten(&format!("{name}.{member}"), value, list, into);
            }
        }
        Value::String(text) => into.push_str(&format!("&{name}={}", encode(text))),
        other => into.push_str(&format!("&{name}={}", encode(&other.to_string()))),
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, FORM)
        .to_string()
        .replace("%20", "+")
}

/// EC2 sends its lists under the name of one item: `InstanceIds` are
/// `InstanceId.1` and so on, and what tags are put on is a `ResourceId`.
fn singular(call: &AwsCall) -> AwsCall {
    let rename = |members: &Map<String, Value>| -> Map<String, Value> {
        members
            .iter()
            .map(|(name, value)| (one_of(name, value), value.clone()))
            .collect()
    };
    let mut call = call.clone();
    let mut members = rename(&call.parameters);
    // A filter's own list of values is named likewise.
    for value in members.values_mut() {
        if let Value::Array(items) = value {
            for item in items {
                if let Value::Object(inner) = item {
                    *inner = rename(inner);
                }
            }
        }
    }
    call.parameters = members;
    call
}

fn one_of(name: &str, value: &Value) -> String {
    match (name, value) {
        ("Resources", Value::Array(_)) => "ResourceId".to_owned(),
        (_, Value::Array(_)) => name.strip_suffix('s').unwrap_or(name).to_owned(),
        _ => name.to_owned(),
    }
}

/// Reads an answer that is no error.
///
/// # Errors
/// What is neither XML nor JSON of reasonable size and depth.
pub fn read(call: &AwsCall, body: &[u8]) -> Result<Value, AwsError> {
    match of(call.service).protocol {
        Protocol::Query(_) => {
            let root = xml::read(body)?;
            let result = format!("{}Result", call.operation);
            let found = root.get(&result).cloned();
            Ok(found.unwrap_or_else(|| Value::Object(Map::new())))
        }
        Protocol::Ec2(_) => xml::read(body),
        Protocol::Json11(_) | Protocol::RestJson => json(body),
    }
}

fn json(body: &[u8]) -> Result<Value, AwsError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(body).map_err(|error| AwsError::Malformed(error.to_string()))
}

/// Code and message of an answer that is an error; empty where there is none.
pub(super) fn explain(header: Option<&str>, body: &[u8]) -> (String, String) {
    let parsed = json(body).or_else(|_| xml::read(body)).unwrap_or_default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    // `Error` of the query protocol, `Errors.Error` of EC2's.
    let error = [parsed.pointer("/Errors/Error"), parsed.get("Error")]
        .into_iter()
        .flatten()
        .next()
        .unwrap_or(&parsed);
    let code = header
        .map(str::to_owned)
        .or_else(|| text(error.get("__type")))
        .or_else(|| text(error.get("Code")))
        .or_else(|| text(error.get("code")))
        .unwrap_or_default();
    let message = text(error.get("message"))
        .or_else(|| text(error.get("Message")))
        .unwrap_or_default();
    // `namespace#Code:http://…`
    let code = code.rsplit('#').next().unwrap_or_default();
    let code = code.split(':').next().unwrap_or_default();
    (code.to_owned(), message)
}

#[cfg(test)]
mod tests {
    use gardefou_finding::AwsService;
    use serde_json::json;

    use super::*;

    #[test]
    fn each_protocol_has_its_spelling() {
        let groups = AwsCall::new(AwsService::Autoscaling, "SuspendProcesses")
            .with("AutoScalingGroupName", "a b")
            .with("ScalingProcesses", vec!["Launch", "AZRebalance"]);
        assert_eq!(
            write(&groups).unwrap().body,
            "Action=SuspendProcesses&Version=2011-01-01&AutoScalingGroupName=a+b\
             &ScalingProcesses.member.1=Launch&ScalingProcesses.member.2=AZRebalance"
        );
        let ec2 = AwsCall::new(AwsService::Ec2, "DescribeInstances")
            .with("InstanceIds", vec!["i-1"])
            .with("Filters", json!([{"Name": "x", "Values": ["1", "2"]}]));
        assert_eq!(
            write(&ec2).unwrap().body,
            "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=x&Filter.1.Value.1=1\
             &Filter.1.Value.2=2&InstanceId.1=i-1"
        );
        let attribute = AwsCall::new(AwsService::Ec2, "ModifyInstanceAttribute")
            .with("DisableApiTermination", json!({"Value": false}));
        assert!(
            write(&attribute)
                .unwrap()
                .body
                .ends_with("&DisableApiTermination.Value=false")
        );
        let ecs = write(&AwsCall::new(AwsService::Ecs, "StopTask").with("task", "t")).unwrap();
        assert_eq!(ecs.body, r#"{"task":"t"}"#);
        assert_eq!(
            ecs.headers[1].1,
            "AmazonEC2ContainerServiceV20141113.StopTask"
        );
        assert!(write(&AwsCall::new(AwsService::Ecs, "a&b")).is_err());
    }

    #[test]
    fn every_form_of_error_is_read() {
        let query =
            b"<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>m</Message></Error></ErrorResponse>";
        let ec2 = b"<Response><Errors><Error><Code>NoSuchEntity</Code><Message>m</Message></Error></Errors></Response>";
        let json = br#"{"__type":"com.amazonaws#NoSuchEntity","message":"m"}"#;
        for body in [&query[..], ec2, json] {
            assert_eq!(
                explain(None, body),
                ("NoSuchEntity".to_owned(), "m".to_owned())
            );
        }
        let header = Some("ResourceNotFoundException:http://internal.amazon.com/");
        assert_eq!(
            explain(header, br#"{"Message":"m"}"#).0,
            "ResourceNotFoundException"
        );
        assert_eq!(explain(None, b"<html"), (String::new(), String::new()));
    }
}
