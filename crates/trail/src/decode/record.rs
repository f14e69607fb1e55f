//! One CloudTrail record, read where it lies.

use std::borrow::Cow;
use std::cell::OnceCell;

use gardefou_finding::{Outcome, Timestamp};
use serde_json::Value;

use super::fields::{Field, TOP_LEVEL};
use super::json;
use super::outcome;
use super::walk::{self, Walked};

/// A record that has everything an event must have. It borrows the buffer that
/// the decoder was fed; nothing is copied until a field with escapes or a
/// whole object is asked for.
#[derive(Debug)]
pub struct Record<'a> {
    raw: &'a str,
    walked: &'a Walked,
    time: Timestamp,
    offset: u64,
    ordinal: u64,
    value: OnceCell<Value>,
}

/// What a record looks like apart from white space and the order of keys. The
/// same event delivered twice has the same shape; another event that bears the
/// same `eventID` seldom has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Number of members of the record and of all objects in it.
    pub members: u64,
    /// Bytes, white space between the tokens not counted.
    pub bytes: u64,
}

/// Bytes of the longest answer that is searched for a sign-in's failure; such
/// answers hold one or two members.
const LONGEST_ANSWER: usize = 256;

/// Accessors of text fields: name, field.
macro_rules! texts {
    ($($name:ident $field:ident)*) => {
        $(
            #[doc = concat!("The text of [`Field::", stringify!($field), "`], where the record has it.")]
            pub fn $name(&self) -> Option<Cow<'a, str>> {
                self.text(Field::$field)
            }
        )*
    };
}

impl<'a> Record<'a> {
    pub(super) fn new(
        raw: &'a str,
        walked: &'a Walked,
        time: Timestamp,
        offset: u64,
        ordinal: u64,
    ) -> Self {
        Self {
            raw,
            walked,
            time,
            offset,
            ordinal,
            value: OnceCell::new(),
        }
    }

    /// The record's JSON as it is written.
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// Byte offset in the inflated source: of the record, or of the envelope
    /// whose text it stands in.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Number of the record in its source, from 0; records that failed or were
    /// skipped are counted too.
    pub fn ordinal(&self) -> u64 {
        self.ordinal
    }

    /// `eventTime`.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// `eventSource`, which is never empty.
    pub fn event_source(&self) -> Cow<'a, str> {
        self.text(Field::EventSource).unwrap_or_default()
    }

    /// `eventName`, which is never empty.
    pub fn event_name(&self) -> Cow<'a, str> {
        self.text(Field::EventName).unwrap_or_default()
    }

    texts! {
        event_id EventId
        aws_region AwsRegion
        source_ip SourceIp
        user_agent UserAgent
        error_code ErrorCode
        error_message ErrorMessage
        event_type EventType
        event_category EventCategory
        recipient_account_id RecipientAccountId
        request_id RequestId
        shared_event_id SharedEventId
        vpc_endpoint_id VpcEndpointId
        identity_type IdentityType
        principal_id PrincipalId
        arn Arn
        account_id AccountId
        access_key_id AccessKeyId
        user_name UserName
        invoked_by InvokedBy
        source_identity SourceIdentity
        issuer_type IssuerType
        issuer_arn IssuerArn
        issuer_user_name IssuerUserName
        issuer_account_id IssuerAccountId
        issuer_principal_id IssuerPrincipalId
        creation_date CreationDate
    }

    /// `readOnly`, where the record has it.
    pub fn read_only(&self) -> Option<bool> {
        self.flag(Field::ReadOnly)
    }

    /// Whether the session was made with MFA, where the record says so.
    pub fn mfa_authenticated(&self) -> Option<bool> {
        self.flag(Field::MfaAuthenticated)
    }

    /// `requestParameters`, parsed; `None` where absent or `null`.
    pub fn request(&self) -> Option<Value> {
        self.parsed(Field::RequestParameters)
    }

    /// `responseElements`, parsed; `None` where absent or `null`.
    pub fn response(&self) -> Option<Value> {
        self.parsed(Field::ResponseElements)
    }

    /// A field's JSON as it is written; `None` where the record has no such
    /// key. `null` is `Some("null")`.
    pub fn written(&self, field: Field) -> Option<&'a str> {
        self.raw.get(self.walked.span(field)?.range())
    }

    /// A field's text, unescaped; `None` where it is absent or no string.
    pub fn text(&self, field: Field) -> Option<Cow<'a, str>> {
        let span = self.walked.span(field)?;
        let written = self.raw.get(span.range())?;
        if span.is_escaped() {
            return json::unquote(written);
        }
        written
            .strip_prefix('"')?
            .strip_suffix('"')
            .map(Cow::Borrowed)
    }

    /// The text at the end of a way through the objects of a field; `None` where
    /// the way or the text is not there.
    pub(crate) fn text_at(&self, field: Field, way: &[&str]) -> Option<Cow<'a, str>> {
        let start = self.written(field)?;
        let end = way
            .iter()
            .try_fold(start, |raw, key| json::child(raw, key))?;
        json::unquote(end)
    }

    /// A field's value, parsed; `None` where it is absent or `null`.
    pub fn parsed(&self, field: Field) -> Option<Value> {
        json::value(self.written(field)?).filter(|value| !value.is_null())
    }

    /// How the call ended.
    pub fn outcome(&self) -> Outcome {
        match self.written(Field::ErrorCode) {
            None | Some("null" | "\"\"") => self.outcome_without_code(),
            Some(_) => match self.error_code() {
                Some(code) => outcome::of_code(&code),
                None => Outcome::Unknown,
            },
        }
    }

    fn outcome_without_code(&self) -> Outcome {
        if self.says_failure() {
            return Outcome::Denied;
        }
        let message = self.error_message().filter(|message| !message.is_empty());
        message.map_or(Outcome::Succeeded, |message| outcome::of_message(&message))
    }

    /// Whether the answer, or a service's details, say `"ConsoleLogin":
    /// "Failure"` for the event's own name, as sign-in events do.
    fn says_failure(&self) -> bool {
        let answers = [Field::ResponseElements, Field::ServiceEventDetails];
        answers
            .into_iter()
            .filter_map(|field| self.written(field))
            .any(|answer| {
                answer.starts_with('{')
                    && answer.len() <= LONGEST_ANSWER
                    && json::child(answer, &self.event_name()) == Some("\"Failure\"")
            })
    }

    /// See [`Shape`].
    pub fn shape(&self) -> Shape {
        Shape {
            members: self.walked.members,
            bytes: self.raw.len() as u64 - self.walked.spaces,
        }
    }

    /// The whole record, parsed when first asked for.
    pub fn value(&self) -> &Value {
        self.value
            .get_or_init(|| json::value(self.raw).unwrap_or_default())
    }

    fn flag(&self, field: Field) -> Option<bool> {
        match self.written(field)? {
            "true" => Some(true),
            "false" => Some(false),
            written => match &*json::unquote(written)? {
                text if text.eq_ignore_ascii_case("true") => Some(true),
                text if text.eq_ignore_ascii_case("false") => Some(false),
                _ => None,
            },
        }
    }

    /// A top-level key's value as written.
    pub(super) fn top_level(&self, key: &str) -> Option<&'a str> {
        if let Some(field) = walk::top_level_field(key) {
            return self.written(field);
        }
        let same = |span: walk::Span| {
            let written = self.raw.get(span.range()).unwrap_or_default();
            if span.is_escaped() {
                self.escaped_key(span) == key
            } else {
                written == key
            }
        };
        let entry = self.walked.others.iter().find(|entry| same(entry.key))?;
        self.raw.get(entry.value.range())
    }

    /// A key that is written with escapes.
    fn escaped_key(&self, span: walk::Span) -> Cow<'a, str> {
        let range = span.range();
        let quoted = range
            .start
            .checked_sub(1)
            .and_then(|start| self.raw.get(start..=range.end));
        quoted.and_then(json::unquote).unwrap_or_default()
    }

    /// Calls `visit` with each top-level key.
    pub(super) fn each_top_level_key(&self, visit: &mut dyn FnMut(&str)) {
        for (name, field) in TOP_LEVEL {
            if self.walked.span(field).is_some() {
                visit(name);
            }
        }
        for entry in &self.walked.others {
            if entry.key.is_escaped() {
                visit(&self.escaped_key(entry.key));
            } else {
                visit(self.raw.get(entry.key.range()).unwrap_or_default());
            }
        }
    }

    /// A path into `userIdentity` that the walk has followed: `None` where the
    /// path is none of these, `Some(None)` where the record has no such value.
    pub(super) fn known(&self, path: &str) -> Option<Option<&'a str>> {
        let field = walk::identity_field(path.strip_prefix("userIdentity.")?)?;
        Some(self.written(field))
    }
}
