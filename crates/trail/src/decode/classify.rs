//! What an object is: a CloudTrail record, one of the envelopes around it, or
//! one of the files and messages that AWS delivers beside it.

use gardefou_finding::InputForm;

use super::fields::Field;
use super::walk::{Span, Walked};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A record, though perhaps an incomplete one.
    Event,
    /// An Insights record.
    Insight,
    /// A digest file.
    Digest,
    /// A message that tells of files.
    Notification,
    /// An envelope whose content is the object at this place.
    Object(InputForm, Span),
    /// An envelope whose content is the text at this place.
    Text(InputForm, Span),
    /// Lambda's envelope around the SNS notification at this place.
    Sns(Span),
    /// An envelope with a list, which was not taken apart before.
    List,
    /// Nothing of the kind.
    Other,
}

impl Field {
    /// Whether the field's array holds records or envelopes.
    pub(super) fn is_list(self) -> bool {
        self.list_form().is_some()
    }

    /// The form whose list the field is.
    pub(super) fn list_form(self) -> Option<InputForm> {
        match self {
            Self::Records => Some(InputForm::Records),
            Self::Events => Some(InputForm::LookupEvents),
            Self::Messages => Some(InputForm::Sqs),
            Self::LogEvents | Self::FilteredEvents => Some(InputForm::CloudWatchLogs),
            _ => None,
        }
    }
}

/// An object that has been walked, with what is asked of it.
struct Object<'a> {
    raw: &'a str,
    walked: &'a Walked,
}

impl Object<'_> {
    fn has(&self, field: Field) -> bool {
        self.walked.span(field).is_some()
    }

    fn written(&self, field: Field) -> &str {
        let span = self.walked.span(field);
        span.and_then(|span| self.raw.get(span.range()))
            .unwrap_or_default()
    }

    /// The field's span, where its value begins with this byte.
    fn begins(&self, field: Field, first: u8) -> Option<Span> {
        let span = self.walked.span(field)?;
        (self.raw.as_bytes().get(span.range().start) == Some(&first)).then_some(span)
    }

    fn says(&self, field: Field, text: &str) -> bool {
        self.written(field).trim_matches('"') == text
    }
}

/// Says what the object is.
pub(super) fn classify(raw: &str, walked: &Walked) -> Class {
    let object = Object { raw, walked };
    let marked = object.has(Field::EventName) || object.has(Field::EventVersion);
    if marked && !object.written(Field::EventSource).starts_with("\"aws:") {
        return event_or_insight(&object);
    }
    envelope(&object)
        .or_else(|| text(&object))
        .or_else(|| delivery(&object))
        .unwrap_or_else(|| fragment(&object))
}

fn event_or_insight(object: &Object<'_>) -> Class {
    let insight = object.has(Field::InsightDetails) || object.says(Field::EventCategory, "Insight");
    if insight {
        Class::Insight
    } else {
        Class::Event
    }
}

fn envelope(object: &Object<'_>) -> Option<Class> {
    if object.has(Field::DetailType) && object.has(Field::Detail) {
        return Some(event_bridge(object));
    }
    if let Some(sns) = object.begins(Field::Sns, b'{') {
        return Some(Class::Sns(sns));
    }
    let lists = [
        Field::Records,
        Field::Events,
        Field::Messages,
        Field::LogEvents,
        Field::FilteredEvents,
    ];
    lists
        .into_iter()
        .any(|list| object.begins(list, b'[').is_some())
        .then_some(Class::List)
}

fn event_bridge(object: &Object<'_>) -> Class {
    let kind = object.written(Field::DetailType).trim_matches('"');
    match object.begins(Field::Detail, b'{') {
        Some(_) if kind == "AWS Insight via CloudTrail" => Class::Insight,
        Some(detail) if kind.ends_with(" via CloudTrail") => {
            Class::Object(InputForm::EventBridge, detail)
        }
        Some(_) if matches!(kind, "Object Created" | "Object Deleted") => Class::Notification,
        _ => Class::Other,
    }
}

fn text(object: &Object<'_>) -> Option<Class> {
    let texts = [
        (Field::CloudTrailEvent, InputForm::LookupEvents),
        (Field::LambdaBody, InputForm::Sqs),
        (Field::Body, InputForm::Sqs),
        (Field::Message, InputForm::Sns),
        (Field::LogMessage, InputForm::CloudWatchLogs),
    ];
    let is_text = |(field, form)| Some(Class::Text(form, object.begins(field, b'"')?));
    texts
        .into_iter()
        .filter(|(field, _)| is_wanted(object, *field))
        .find_map(is_text)
}

/// `Message` is SNS's only beside its type.
fn is_wanted(object: &Object<'_>, field: Field) -> bool {
    field != Field::Message || object.says(Field::Type, "Notification")
}

fn delivery(object: &Object<'_>) -> Option<Class> {
    if object.has(Field::DigestS3Object) {
        return Some(Class::Digest);
    }
    let told = object.has(Field::S3Bucket) && object.has(Field::S3ObjectKey)
        || object.has(Field::S3) && object.says(Field::EventSource, "aws:s3")
        || object.says(Field::S3Event, "s3:TestEvent");
    told.then_some(Class::Notification)
}

/// What has some of a record's keys counts as a record, so that it fails for
/// what it lacks.
fn fragment(object: &Object<'_>) -> Class {
    let keys = [
        Field::UserIdentity,
        Field::EventTime,
        Field::EventSource,
        Field::EventId,
        Field::RecipientAccountId,
        Field::InsightDetails,
    ];
    let foreign = object.written(Field::EventSource).starts_with("\"aws:");
    if foreign || !keys.into_iter().any(|key| object.has(key)) {
        return Class::Other;
    }
    event_or_insight(object)
}
