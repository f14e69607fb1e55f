//! The clock.

use std::time::{SystemTime, UNIX_EPOCH};

use gardefou_finding::Timestamp;

/// Now; `None` when the machine's clock is outside the years 1970 to 9999.
pub fn now() -> Option<Timestamp> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_seconds(i64::try_from(since.as_secs()).ok()?)
}
