//! The fields of a record that facts are made of, read once.

use std::borrow::Cow;

use gardefou_finding::{Outcome, Timestamp};

use crate::decode::{Field, Record};
use crate::rules::Signature;

/// A record's fields, borrowed from it where no escape stands in the way.
pub(crate) struct Call<'r> {
    pub(crate) time: Timestamp,
    pub(crate) source: Cow<'r, str>,
    pub(crate) name: Cow<'r, str>,
    pub(crate) region: Cow<'r, str>,
    pub(crate) source_ip: Cow<'r, str>,
    pub(crate) user_agent: Cow<'r, str>,
    pub(crate) error: Option<Cow<'r, str>>,
    pub(crate) event_id: Cow<'r, str>,
    pub(crate) recipient: Cow<'r, str>,
    pub(crate) identity_type: Option<Cow<'r, str>>,
    pub(crate) access_key: Cow<'r, str>,
    pub(crate) arn: Cow<'r, str>,
    pub(crate) outcome: Outcome,
}

impl<'r> Call<'r> {
    pub(crate) fn of(record: &'r Record<'r>) -> Self {
        let text = |field| record.text(field).unwrap_or_default();
        Self {
            time: record.time(),
            source: text(Field::EventSource),
            name: text(Field::EventName),
            region: text(Field::AwsRegion),
            source_ip: text(Field::SourceIp),
            user_agent: text(Field::UserAgent),
            error: record.text(Field::ErrorCode),
            event_id: text(Field::EventId),
            recipient: text(Field::RecipientAccountId),
            identity_type: record.text(Field::IdentityType),
            access_key: text(Field::AccessKeyId),
            arn: text(Field::Arn),
            outcome: record.outcome(),
        }
    }

    /// What decides which rules are asked.
    pub(crate) fn signature(&self) -> Signature<'_> {
        Signature {
            source: &self.source,
            name: &self.name,
            error: self.error.as_deref(),
            identity: self.identity_type.as_deref(),
        }
    }
}
