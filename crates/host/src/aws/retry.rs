//! How long to wait before asking again.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_types::retry::RetryConfig;

/// How often something is tried, and how long to wait in between.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    /// At least 1.
    pub(crate) tries: u32,
    /// Before the second try at most; then twice as long each time.
    pub(crate) pause: Duration,
    /// Longest pause.
    pub(crate) longest: Duration,
}

impl Retry {
    /// As the user configures it (`AWS_MAX_ATTEMPTS`, `max_attempts`).
    pub(crate) fn of(config: &SdkConfig) -> Self {
        let standard = RetryConfig::standard();
        let wanted = config.retry_config().unwrap_or(&standard);
        Self {
            tries: wanted.max_attempts().max(1),
            pause: wanted.initial_backoff(),
            longest: wanted.max_backoff(),
        }
    }

    /// The pauses between tries, one fewer than there are tries. Each is a
    /// random share of what it may be at most, so that many who were refused
    /// together do not come back together.
    pub(crate) fn pauses(self) -> impl Iterator<Item = Duration> + Send {
        (1..self.tries).map(move |number| {
            let doubled = 2_u32.saturating_pow(number.saturating_sub(1));
            let most = self.pause.saturating_mul(doubled).min(self.longest);
            most.mul_f64(share())
        })
    }
}

/// Between 0 and 1; without randomness 1.
fn share() -> f64 {
    let drawn = getrandom::u32();
    drawn.map_or(1.0, |drawn| f64::from(drawn) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_longest() {
        let retry = Retry {
            tries: 40,
            pause: Duration::from_secs(1),
            longest: Duration::from_secs(20),
        };
        let pauses: Vec<_> = retry.pauses().collect();
        assert_eq!(pauses.len(), 39);
        for (most, pause) in [1, 2, 4, 8, 16].into_iter().zip(&pauses) {
            assert!(*pause <= Duration::from_secs(most), "{pause:?}");
        }
        assert!(pauses.iter().all(|pause| *pause <= retry.longest));
        let distinct: std::collections::BTreeSet<_> = pauses.iter().collect();
        assert!(distinct.len() > 30, "they are random");
        let once = Retry { tries: 1, ..retry };
        assert_eq!(once.pauses().count(), 0);
    }
}
