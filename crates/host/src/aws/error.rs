//! How a call can fail, told apart by what is known of its outcome.

use thiserror::Error;

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AwsError {
    /// No credentials, no region, or a certificate bundle that cannot be read.
    #[error("AWS configuration: {0}")]
    Configuration(String),
    /// A call that cannot be written: nothing was sent.
    #[error("the call cannot be made: {0}")]
    Unsendable(String),
    /// No connection: nothing was sent.
    #[error("no connection: {0}")]
    NotSent(String),
    /// AWS refused, and nothing was done.
    #[error("{code}: {message}")]
    Refused {
        /// AWS's code, such as `AccessDenied`.
        code: String,
        /// Its message.
        message: String,
    },
    /// What the call is about does not exist, and nothing was done.
    #[error("{code}: {message}")]
    NotFound {
        /// AWS's code, such as `NoSuchEntity`.
        code: String,
        /// Its message.
        message: String,
    },
    /// Refused for its rate, and nothing was done.
    #[error("throttled ({0})")]
    Throttled(String),
    /// Sent, but no whole answer came, or one that says that something broke:
    /// whether it was done is not known.
    #[error("no answer: {0}")]
    Lost(String),
    /// Done, as the status says, but the answer cannot be read.
    #[error("the answer cannot be read: {0}")]
    Malformed(String),
}

impl AwsError {
    /// Whether it is not known if the call took effect.
    pub fn leaves_it_open(&self) -> bool {
        matches!(self, Self::Lost(_))
    }

    /// Whether asking again may help.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Throttled(_) | Self::Lost(_) | Self::NotSent(_))
    }

    /// From the status and code of an answer that is an error.
    pub(super) fn of_answer(status: u16, code: &str, message: &str) -> Self {
        let (code, message) = (shorten(code), shorten(message));
        if is_throttling(&code) || status == 429 {
            return Self::Throttled(code);
        }
        if status >= 500 {
            return Self::Lost(format!("HTTP status {status}: {code} {message}"));
        }
        // EC2 has `InvalidInstanceID.NotFound`, IAM `NoSuchEntity`, others
        // `…NotFoundException`, SageMaker a validation that found no record.
        let is_no_record = code == "ValidationException" && message.contains("RecordNotFound");
        let names_it = code.contains("NotFound") || code.starts_with("NoSuch");
        if status == 404 || names_it || is_no_record {
            return Self::NotFound { code, message };
        }
        let code = if code.is_empty() {
            format!("HTTP status {status}")
        } else {
            code
        };
        Self::Refused { code, message }
    }
}

/// The codes by which AWS's SDKs know throttling.
fn is_throttling(code: &str) -> bool {
    [
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "LimitExceededException.Rate",
        "SlowDown",
        "PriorRequestNotComplete",
        "EC2ThrottledException",
    ]
    .contains(&code)
}

/// No server makes a message of ours longer than this.
fn shorten(text: &str) -> String {
    text.chars().take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_whether_anything_was_done() {
        let of = |status, code| AwsError::of_answer(status, code, "m");
        assert!(matches!(of(400, "Throttling"), AwsError::Throttled(_)));
        assert!(matches!(
            of(503, "RequestLimitExceeded"),
            AwsError::Throttled(_)
        ));
        assert!(of(500, "InternalFailure").leaves_it_open());
        assert!(of(502, "").leaves_it_open());
        assert!(matches!(of(404, "NoSuchEntity"), AwsError::NotFound { .. }));
        assert!(matches!(
            of(400, "InvalidInstanceID.NotFound"),
            AwsError::NotFound { .. }
        ));
        let AwsError::Refused { code, .. } = of(403, "AccessDenied") else {
            panic!("a denial is a refusal");
        };
        assert_eq!(code, "AccessDenied");
    }
}
