//! What a record must have and may not have to count as an event.

use std::borrow::Cow;
use std::collections::BTreeSet;

use gardefou_finding::{FailureReason, Timestamp};

use super::fields::Field;
use super::json::{string_end, unquote};
use super::scan::non_space;
use super::time;
use super::walk::Walked;

/// Why a record is no event, and the field that is at fault.
pub(super) type Fault = (FailureReason, Option<&'static str>);

/// Optional fields that are text.
const TEXTS: [Field; 26] = [
    Field::EventVersion,
    Field::EventId,
    Field::AwsRegion,
    Field::SourceIp,
    Field::UserAgent,
    Field::ErrorMessage,
    Field::EventType,
    Field::EventCategory,
    Field::RecipientAccountId,
    Field::RequestId,
    Field::SharedEventId,
    Field::IdentityType,
    Field::PrincipalId,
    Field::Arn,
    Field::AccountId,
    Field::AccessKeyId,
    Field::UserName,
    Field::InvokedBy,
    Field::SourceIdentity,
    Field::IssuerType,
    Field::IssuerArn,
    Field::IssuerUserName,
    Field::IssuerAccountId,
    Field::IssuerPrincipalId,
    Field::CreationDate,
    Field::VpcEndpointId,
];

/// Optional fields that are objects.
const OBJECTS: [Field; 4] = [
    Field::UserIdentity,
    Field::SessionContext,
    Field::SessionIssuer,
    Field::SessionAttributes,
];

/// Optional fields that say yes or no, as a literal or as text.
const FLAGS: [Field; 2] = [Field::ReadOnly, Field::MfaAuthenticated];

/// Checks a record that has been walked and reads its time.
pub(super) fn record(raw: &str, walked: &Walked) -> Result<Timestamp, Fault> {
    if let Some(field) = walked.duplicate {
        return Err((FailureReason::DuplicateKey, Some(field.path())));
    }
    if walked.suspect && has_duplicate(raw) {
        return Err((FailureReason::DuplicateKey, None));
    }
    for field in [Field::EventTime, Field::EventSource, Field::EventName] {
        required(raw, walked, field)?;
    }
    optional(raw, walked)?;
    let written = walked
        .span(Field::EventTime)
        .and_then(|span| raw.get(span.range()));
    let text = written.and_then(unquote).unwrap_or_default();
    time::parse(&text).ok_or((FailureReason::BadTime, Some(Field::EventTime.path())))
}

fn required(raw: &str, walked: &Walked, field: Field) -> Result<(), Fault> {
    match first_byte(raw, walked, field) {
        Some(b'"')
            if walked
                .span(field)
                .is_some_and(|span| span.range().len() > 2) =>
        {
            Ok(())
        }
        Some(b'"' | b'n') | None => Err((FailureReason::MissingField, Some(field.path()))),
        Some(_) => Err((FailureReason::WrongType, Some(field.path()))),
    }
}

fn optional(raw: &str, walked: &Walked) -> Result<(), Fault> {
    // Whatever is text in the record is as it should be, but for the objects.
    const SET: u128 = set(&TEXTS);
    let texts: &[Field] = if walked.unquoted & SET == 0 {
        &[]
    } else {
        &TEXTS
    };
    let wrong = |fields: &[Field], allowed: &[u8]| {
        fields.iter().copied().find(|field| {
            first_byte(raw, walked, *field).is_some_and(|byte| !allowed.contains(&byte))
        })
    };
    let fault = wrong(texts, b"\"n").or_else(|| wrong(&OBJECTS, b"{n"));
    if let Some(field) = fault.or_else(|| wrong(&FLAGS, b"tfn\"")) {
        return Err((FailureReason::WrongType, Some(field.path())));
    }
    Ok(())
}

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated when compiling, where `get` is not const"
)]
const fn set(fields: &[Field]) -> u128 {
    let mut set = 0;
    let mut index = 0;
    while index < fields.len() {
        set |= fields[index].bit();
        index += 1;
    }
    set
}

#[inline(always)]
fn first_byte(raw: &str, walked: &Walked, field: Field) -> Option<u8> {
    let span = walked.span(field)?;
    raw.as_bytes().get(span.range().start).copied()
}

/// Whether an object of a valid value holds the same key twice, escapes read.
fn has_duplicate(raw: &str) -> bool {
    let bytes = raw.as_bytes();
    let mut open: Vec<BTreeSet<Cow<'_, str>>> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' => open.push(BTreeSet::new()),
            b'}' => drop(open.pop()),
            b'"' => {
                let end = string_end(bytes, at + 1);
                let is_key = bytes.get(non_space(bytes, end + 1)) == Some(&b':');
                if let (true, Some(keys)) = (is_key, open.last_mut())
                    && !keys.insert(raw.get(at..=end).and_then(unquote).unwrap_or_default())
                {
                    return true;
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    false
}
