//! How S3 can fail to answer.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use thiserror::Error;

use crate::aws::causes;
use crate::aws::partition::is_label;
use crate::aws::send::{self, SendError};
use crate::xml::{self, Element};

/// Longest error that is read, in bytes.
const MAX_ERROR: usize = 64 << 10;

/// Most elements of an error.
const MAX_ELEMENTS: usize = 1000;

/// Longest code or message that is told, in characters.
const MAX_TEXT: usize = 400;

/// Codes of errors that pass, as the AWS SDKs have them for S3.
const PASSING: &[&str] = &[
    "BandwidthLimitExceeded",
    "InternalError",
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Why S3 did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum S3Error {
    /// No provider has credentials.
    #[error("{0}")]
    NoCredentials(String),
    /// An answer that is an error.
    #[error("{}", .0.told())]
    Answered(Box<Refusal>),
    /// No whole answer, or one that is none of S3's.
    #[error("{0}")]
    Lost(String),
    /// A request that cannot be made.
    #[error("{0}")]
    Unsendable(String),
}

impl S3Error {
    /// The answer, if there was one.
    pub(super) fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Answered(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether asking again may help.
    pub(super) fn passes(&self) -> bool {
        match self {
            Self::Lost(_) => true,
            Self::Answered(refusal) => refusal.passes(),
            Self::NoCredentials(_) | Self::Unsendable(_) => false,
        }
    }
}

impl From<SendError> for S3Error {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NoCredentials(text) => Self::NoCredentials(text),
            SendError::Unsendable(error) => Self::Unsendable(error.to_string()),
            SendError::Broken(error) => Self::Lost(causes(&error)),
            SendError::Late => Self::Lost(error.to_string()),
        }
    }
}

/// What an answer that is an error says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    /// HTTP's.
    pub(super) status: u16,
    /// S3's code, such as `AccessDenied`.
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    /// The region that the bucket is said to lie in.
    pub(super) region: Option<String>,
    /// How long to wait before asking again.
    pub(super) after: Option<Duration>,
    /// Whether it was the clock, which is right by now.
    pub(super) clock_was_wrong: bool,
}

impl Refusal {
    /// Reads an answer. A body that cannot be read says nothing.
    pub(super) async fn read(answer: HttpResponse) -> Self {
        let status = answer.status().as_u16();
        let header = |name| answer.headers().get(name).map(str::to_owned);
        let region = header("x-amz-bucket-region");
        let after = header("x-amz-retry-after").and_then(|text| text.parse().ok());
        let body = send::whole(answer, MAX_ERROR).await.unwrap_or_default();
        let mut refusal = Self::of_body(status, &body);
        refusal.region = region.or(refusal.region).filter(|region| is_label(region));
        refusal.after = after.map(Duration::from_millis);
        refusal
    }

    fn of_body(status: u16, body: &[u8]) -> Self {
        if body.is_empty() {
            // As HEAD's answers are, which have no body.
            let code = (status == 404).then(|| "NotFound".to_owned());
            return Self {
                status,
                code,
                ..Self::default()
            };
        }
        let root = xml::read(body, MAX_ELEMENTS).unwrap_or_default();
        Self::of_element(status, &root)
    }

    /// Reads `<Error>`, or what has one in it.
    pub(super) fn of_element(status: u16, root: &Element) -> Self {
        let error = root.child("Error").unwrap_or(root);
        let text = |name| {
            let text = error.text_of(name)?.trim().chars().take(MAX_TEXT);
            Some(text.collect::<String>()).filter(|text| !text.is_empty())
        };
        Self {
            status,
            code: text("Code"),
            message: text("Message"),
            region: text("Region"),
            ..Self::default()
        }
    }

    pub(super) fn has_code(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    fn passes(&self) -> bool {
        let code = self.code.as_deref();
        self.clock_was_wrong
            || matches!(self.status, 429 | 500 | 502 | 503 | 504)
            || code.is_some_and(|code| PASSING.contains(&code))
    }

    /// S3's code and message where it gave them, in one line.
    fn told(&self) -> String {
        match (&self.code, &self.message) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.clone(),
            (None, _) => format!("HTTP status {}", self.status),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn read(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Refusal {
        let status = status.try_into().unwrap();
        let mut answer = HttpResponse::new(status, SdkBody::from(body));
        for (name, value) in headers {
            answer.headers_mut().insert(*name, *value);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(Refusal::read(answer))
    }

    fn told(refusal: Refusal) -> String {
        S3Error::Answered(Box::new(refusal)).to_string()
    }

    #[test]
    fn an_error_is_its_code_and_message() {
        let body = "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code>\
            <Message>Access &lt;Denied&gt;</Message><RequestId>x</RequestId></Error>";
        let refusal = read(403, &[], body);
        assert!(!refusal.passes());
        assert_eq!(told(refusal), "AccessDenied: Access <Denied>");
        let nested = "<ErrorResponse><Error><Code>X</Code></Error></ErrorResponse>";
        assert_eq!(told(read(400, &[], nested)), "X");
        assert_eq!(told(read(404, &[], "")), "NotFound");
        for hostile in [
            "",
            "<html>",
            "{}",
            "<Error><Code></Code></Error>",
            "<Error>&a;",
        ] {
            assert_eq!(
                told(read(403, &[], hostile)),
                "HTTP status 403",
                "{hostile}"
            );
        }
    }

    #[test]
    fn a_message_without_end_is_cut() {
        let long = "x".repeat(60_000);
        let body = |text: &str| format!("<Error><Code>C</Code><Message>{text}</Message></Error>");
        assert_eq!(told(read(403, &[], &body(&long))).len(), MAX_TEXT + 3);
        let endless = read(403, &[], &body(&long.repeat(2)));
        assert_eq!(told(endless), "HTTP status 403");
    }

    #[test]
    fn a_region_is_believed_when_it_is_one() {
        let wrong =
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>";
        assert_eq!(read(400, &[], wrong).region.as_deref(), Some("eu-west-3"));
        let header = |region| [("x-amz-bucket-region", region)];
        let moved = read(301, &header("cn-north-1"), wrong);
        assert_eq!(moved.region.as_deref(), Some("cn-north-1"));
        for hostile in ["evil.example/", "", "eu-west-3.evil", "a@b"] {
            assert_eq!(read(301, &header(hostile), "").region, None, "{hostile}");
        }
    }

    #[test]
    fn what_passes_is_known_by_status_or_code() {
        let coded = |status, code| {
            let body = format!("<Error><Code>{code}</Code></Error>");
            read(status, &[], &body).passes()
        };
        for status in [429, 500, 502, 503, 504] {
            assert!(read(status, &[], "").passes(), "{status}");
        }
        assert!(coded(400, "RequestTimeout") && coded(200, "InternalError"));
        for (status, code) in [
            (403, "AccessDenied"),
            (404, "NoSuchKey"),
            (412, "x"),
            (501, "x"),
        ] {
            assert!(!coded(status, code), "{code}");
        }
        let slow = read(503, &[("x-amz-retry-after", "1500")], "");
        assert_eq!(slow.after, Some(Duration::from_millis(1500)));
    }
}
