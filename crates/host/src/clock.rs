//! The clock, and who looks at it.

use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gardefou_finding::Timestamp;

/// Now; `None` when the machine's clock is outside the years 1970 to 9999.
pub fn now() -> Option<Timestamp> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_seconds(i64::try_from(since.as_secs()).ok()?)
}

/// Waits.
pub fn pause(time: Duration) {
    sleep(time);
}

/// The user's name, as the environment tells it; `unknown` when it does not.
pub fn user_name() -> String {
    let name = ["USER", "LOGNAME", "USERNAME"];
    let found = name.into_iter().find_map(|name| std::env::var(name).ok());
    found
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}
