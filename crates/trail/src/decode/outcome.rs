//! How a call ended, from what the record says of errors.

use gardefou_finding::Outcome;

/// Codes of authentication and authorisation, beside those that
/// [`is_denial`] recognises by their parts.
const DENIALS: [&str; 21] = [
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "Forbidden",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MalformedCredential",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "NotAuthorizedException",
    "NotSignedUp",
    "OptInRequired",
    "PendingVerification",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "SubscriptionRequired",
    "SubscriptionRequiredException",
    "UnrecognizedClientException",
];

/// Codes that refuse a call for its rate. `LimitExceeded` alone is a quota of
/// resources, not of calls, and therefore no throttling.
const THROTTLES: [&str; 13] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededRate",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RateExceeded",
    "RateLimitExceeded",
    "RateLimitExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
];

/// The outcome of a call that ended with this error code.
pub(super) fn of_code(code: &str) -> Outcome {
    let code = without_side(code.trim());
    if is(code, "DryRunOperation") {
        Outcome::DryRun
    } else if is_throttle(code) {
        Outcome::Throttled
    } else if is_denial(code) {
        Outcome::Denied
    } else {
        Outcome::Failed
    }
}

/// The outcome of a call without a code but with a message: sign-ins tell
/// their failure so.
pub(super) fn of_message(message: &str) -> Outcome {
    let said = |words: &str| contains(message, words);
    if said("failed authentication")
        || said("not authorized")
        || said("access denied")
        || said("no username found")
    {
        Outcome::Denied
    } else {
        Outcome::Failed
    }
}

/// The code without the side that EC2 puts before it.
fn without_side(code: &str) -> &str {
    match code.split_once('.') {
        Some((side, rest)) if is(side, "Client") || is(side, "Server") => rest,
        _ => code,
    }
}

fn is_throttle(code: &str) -> bool {
    THROTTLES.iter().any(|known| is(code, known))
        || starts(code, "Throttl")
        || starts(code, "TooManyRequests")
}

fn is_denial(code: &str) -> bool {
    DENIALS.iter().any(|known| is(code, known))
        || starts(code, "AccessDenied")
        || contains(code, "Unauthorized")
        || contains(code, "AccessDenied")
        || contains(code, "NotAuthorized")
}

fn is(text: &str, other: &str) -> bool {
    text.eq_ignore_ascii_case(other)
}

fn starts(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| is(head, start))
}

fn contains(text: &str, part: &str) -> bool {
    text.as_bytes()
        .windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_the_services_mean_by_them() {
        for (code, outcome) in [
            ("Client.DryRunOperation", Outcome::DryRun),
            ("dryrunoperation", Outcome::DryRun),
            ("AccessDenied", Outcome::Denied),
            ("AccessDeniedException", Outcome::Denied),
            ("Client.UnauthorizedOperation", Outcome::Denied),
            ("Client.AuthFailure", Outcome::Denied),
            ("KMSAccessDeniedException", Outcome::Denied),
            ("Server.RequestLimitExceeded", Outcome::Throttled),
            ("ThrottlingException", Outcome::Throttled),
            ("Throttling", Outcome::Throttled),
            ("TooManyRequestsException", Outcome::Throttled),
            ("SlowDown", Outcome::Throttled),
            ("Client.InstanceLimitExceeded", Outcome::Failed),
            ("LimitExceededException", Outcome::Failed),
            ("VcpuLimitExceeded", Outcome::Failed),
            ("NoSuchEntityException", Outcome::Failed),
            ("Client.InvalidParameterValue", Outcome::Failed),
            ("Other.DryRunOperation", Outcome::Failed),
            ("é", Outcome::Failed),
        ] {
            assert_eq!(of_code(code), outcome, "{code}");
        }
    }

    #[test]
    fn a_failed_sign_in_is_denied_and_any_other_message_a_failure() {
        assert_eq!(of_message("Failed authentication"), Outcome::Denied);
        assert_eq!(
            of_message("No username found in supplied account"),
            Outcome::Denied
        );
        assert_eq!(of_message("the bucket is busy"), Outcome::Failed);
    }
}
