//! One call as CloudTrail records it, and its rendering.

use std::fmt::Write as _;

use crate::caller::Caller;
use crate::clock::rfc3339;
use crate::dice::Dice;

/// What kind of record a call leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A management call.
    Management,
    /// A call on data: objects, invocations.
    Data,
    /// A sign-in at the console.
    SignIn,
    /// Something that a service reports, without a call.
    ServiceEvent,
}

/// A call, before anybody makes it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    source: &'static str,
    name: &'static str,
    read: bool,
    kind: Kind,
    error: Option<(String, String)>,
    request: Option<String>,
    response: Option<String>,
    additional: Option<String>,
    resources: Option<String>,
    endpoint: Option<String>,
    shared: Option<String>,
}

impl Call {
    /// A call that changes nothing.
    pub(crate) fn read(source: &'static str, name: &'static str) -> Self {
        Self {
            source,
            name,
            read: true,
            kind: Kind::Management,
            error: None,
            request: None,
            response: None,
            additional: None,
            resources: None,
            endpoint: None,
            shared: None,
        }
    }

    /// A call that changes something.
    pub(crate) fn write(source: &'static str, name: &'static str) -> Self {
        Self {
            read: false,
            ..Self::read(source, name)
        }
    }

    /// With these `requestParameters` (JSON).
    pub(crate) fn request(mut self, json: impl Into<String>) -> Self {
        self.request = Some(json.into());
        self
    }

    /// With these `responseElements` (JSON); dropped when the call fails.
    pub(crate) fn response(mut self, json: impl Into<String>) -> Self {
        self.response = Some(json.into());
        self
    }

    /// With this `additionalEventData` (JSON).
    pub(crate) fn additional(mut self, json: impl Into<String>) -> Self {
        self.additional = Some(json.into());
        self
    }

    /// With these `resources` (a JSON list).
    pub(crate) fn resources(mut self, json: impl Into<String>) -> Self {
        self.resources = Some(json.into());
        self
    }

    /// Recorded as this kind.
    pub(crate) fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Through this VPC endpoint.
    pub(crate) fn endpoint(mut self, id: String) -> Self {
        self.endpoint = Some(id);
        self
    }

    /// Recorded in two accounts under this `sharedEventID`.
    pub(crate) fn shared(mut self, id: String) -> Self {
        self.shared = Some(id);
        self
    }

    /// That fails: nothing is answered.
    pub(crate) fn failed(mut self, code: &str, message: impl Into<String>) -> Self {
        self.error = Some((code.into(), message.into()));
        self.response = None;
        self
    }

    /// That is a sign-in refused at the door: a message, no code, and an answer.
    pub(crate) fn failed_sign_in(mut self, message: &str) -> Self {
        self.error = Some((String::new(), message.into()));
        self.response(r#"{"ConsoleLogin":"Failure"}"#)
    }

    /// That is refused: `who` may not do `action` (`iam:CreateUser`) on `resource`.
    pub(crate) fn denied(self, who: &Caller, action: &str, resource: &str) -> Self {
        let arn = who.arn.as_ref();
        if action.starts_with("ec2:") {
            let message = format!(
                "You are not authorized to perform this operation. User: {arn} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action."
            );
            return self.failed("Client.UnauthorizedOperation", message);
        }
        let message = format!(
            "User: {arn} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
        );
        // Services that speak JSON name the error after its class.
        let json = ["organizations:", "kms:", "ecs:"];
        let exception = json.iter().any(|service| action.starts_with(service));
        self.failed(
            if exception {
                "AccessDeniedException"
            } else {
                "AccessDenied"
            },
            message,
        )
    }

    /// That is refused for its rate.
    pub(crate) fn throttled(self) -> Self {
        if self.source == "ec2.amazonaws.com" {
            return self.failed("Client.RequestLimitExceeded", "Request limit exceeded.");
        }
        self.failed("ThrottlingException", "Rate exceeded")
    }

    /// That only asks whether it would succeed.
    pub(crate) fn dry_run(self) -> Self {
        self.failed(
            "Client.DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
        )
    }

    /// The record: JSON and its `eventID`.
    pub(crate) fn record(
        &self,
        who: &Caller,
        region: &str,
        time: i64,
        dice: &mut Dice,
    ) -> (String, String) {
        let mut out = String::with_capacity(1_536);
        out.push_str(r#"{"eventVersion":"1.11","userIdentity":"#);
        out.push_str(&who.identity);
        text(&mut out, "eventTime", &rfc3339(time));
        text(&mut out, "eventSource", self.source);
        text(&mut out, "eventName", self.name);
        text(&mut out, "awsRegion", region);
        text(&mut out, "sourceIPAddress", &who.ip);
        text(&mut out, "userAgent", &who.agent);
        if let Some((code, message)) = &self.error {
            if !code.is_empty() {
                text(&mut out, "errorCode", code);
            }
            text(&mut out, "errorMessage", message);
        }
        raw(
            &mut out,
            "requestParameters",
            self.request.as_deref().unwrap_or("null"),
        );
        raw(
            &mut out,
            "responseElements",
            self.response.as_deref().unwrap_or("null"),
        );
        if let Some(additional) = &self.additional {
            raw(&mut out, "additionalEventData", additional);
        }
        let id = dice.uuid();
        self.finish(&mut out, who, region, &id, dice);
        (out, id)
    }

    /// What follows the call's own words: ids, kind, recipient, transport.
    fn finish(&self, out: &mut String, who: &Caller, region: &str, id: &str, dice: &mut Dice) {
        if self.kind != Kind::SignIn {
            text(out, "requestID", &dice.uuid());
        }
        text(out, "eventID", id);
        raw(out, "readOnly", if self.read { "true" } else { "false" });
        if let Some(resources) = &self.resources {
            raw(out, "resources", resources);
        }
        text(out, "eventType", self.event_type());
        let data = self.kind == Kind::Data;
        raw(out, "managementEvent", if data { "false" } else { "true" });
        text(out, "recipientAccountId", &who.account);
        if let Some(shared) = &self.shared {
            text(out, "sharedEventID", shared);
        }
        if let Some(endpoint) = &self.endpoint {
            text(out, "vpcEndpointId", endpoint);
            text(out, "vpcEndpointAccountId", &who.account);
        }
        text(
            out,
            "eventCategory",
            if data { "Data" } else { "Management" },
        );
        self.transport(out, who, region);
        out.push('}');
    }

    /// `tlsDetails`, for calls over the network, and the mark of console sessions.
    fn transport(&self, out: &mut String, who: &Caller, region: &str) {
        if who.service || self.kind == Kind::ServiceEvent {
            return;
        }
        out.push_str(
            r#","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":""#,
        );
        host(out, self.source, region);
        out.push_str("\"}");
        if who.console {
            text(out, "sessionCredentialFromConsole", "true");
        }
    }

    fn event_type(&self) -> &'static str {
        match self.kind {
            Kind::Management | Kind::Data => "AwsApiCall",
            Kind::SignIn => "AwsConsoleSignIn",
            Kind::ServiceEvent => "AwsServiceEvent",
        }
    }
}

/// Name of the host that answers for a service in a region.
fn host(out: &mut String, source: &str, region: &str) {
    let name = source.strip_suffix(".amazonaws.com").unwrap_or(source);
    // Writing to a string cannot fail.
    let _ = match name {
        "iam" | "organizations" => write!(out, "{name}.amazonaws.com"),
        "signin" => write!(out, "{region}.signin.aws.amazon.com"),
        "ses" => write!(out, "email.{region}.amazonaws.com"),
        "ecr" => write!(out, "api.ecr.{region}.amazonaws.com"),
        "sagemaker" => write!(out, "api.sagemaker.{region}.amazonaws.com"),
        "bedrock" => write!(out, "bedrock-runtime.{region}.amazonaws.com"),
        _ => write!(out, "{name}.{region}.amazonaws.com"),
    };
}

/// A member with a text that needs no escape.
fn text(out: &mut String, name: &str, value: &str) {
    debug_assert!(!value.contains(['"', '\\']), "`{value}` needs an escape");
    for part in [",\"", name, "\":\"", value, "\""] {
        out.push_str(part);
    }
}

/// A member whose value is JSON already.
fn raw(out: &mut String, name: &str, value: &str) {
    for part in [",\"", name, "\":", value] {
        out.push_str(part);
    }
}
