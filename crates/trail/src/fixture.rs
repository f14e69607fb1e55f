//! What unit tests of several modules share.

use gardefou_finding::{EventRef, Outcome, Position, Timestamp};

/// A call of `service` that succeeded, so many seconds after 1970 began.
pub(crate) fn event(second: i64, service: &str, call: &str) -> EventRef {
    EventRef {
        time: Timestamp::from_seconds(second).unwrap(),
        event_id: format!("e{second}").into(),
        service: service.into(),
        call: call.into(),
        outcome: Outcome::Succeeded,
        error: None,
        region: "us-east-1".into(),
        source_ip: "".into(),
        user_agent: "".into(),
        targets: Vec::new(),
        position: Position {
            source: "a".into(),
            offset: 0,
            record: 0,
        },
    }
}
