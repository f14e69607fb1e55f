//! The time that was asked for, and sets of spans within it.

use gardefou_finding::{TimeSpan, Timestamp};

/// The time that was asked for; open where it is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// Its first second.
    pub since: Option<Timestamp>,
    /// The second after its last.
    pub until: Option<Timestamp>,
}

impl Period {
    /// Whether a moment lies in it.
    pub(crate) fn contains(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time < until)
    }

    /// Whether a span, open where it is `None`, touches the inside of it. An
    /// empty span is a moment between two others and touches nothing at the
    /// period's own ends.
    pub(crate) fn touches(&self, from: Option<Timestamp>, to: Option<Timestamp>) -> bool {
        let ends_before = |since: Timestamp| to.is_some_and(|to| to <= since);
        let starts_after = |until: Timestamp| from.is_some_and(|from| from >= until);
        !self.since.is_some_and(ends_before) && !self.until.is_some_and(starts_after)
    }

    /// The part of a span that lies in it.
    pub(crate) fn clip(&self, span: TimeSpan) -> Option<TimeSpan> {
        let from = self.since.map_or(span.from, |since| since.max(span.from));
        let to = self.until.map_or(span.to, |until| until.min(span.to));
        (from < to).then_some(TimeSpan { from, to })
    }
}

/// What lies in both of two sorted sets of spans.
pub(crate) fn intersection(a: &[TimeSpan], b: &[TimeSpan]) -> Vec<TimeSpan> {
    let mut both = Vec::new();
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        let (from, to) = (x.from.max(y.from), x.to.min(y.to));
        if from < to {
            both.push(TimeSpan { from, to });
        }
        if x.to <= y.to {
            left.next();
        } else {
            right.next();
        }
    }
    both
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds).unwrap()
    }

    fn span(from: i64, to: i64) -> TimeSpan {
        TimeSpan {
            from: at(from),
            to: at(to),
        }
    }

    #[test]
    fn spans_meet_only_where_both_are() {
        let a = [span(0, 10), span(20, 30)];
        let b = [span(5, 25), span(28, 40)];
        assert_eq!(
            intersection(&a, &b),
            [span(5, 10), span(20, 25), span(28, 30)]
        );
        assert_eq!(intersection(&a, &[]), []);
        assert_eq!(intersection(&[span(0, 5)], &[span(5, 9)]), []);
    }

    #[test]
    fn a_moment_at_the_edge_is_outside() {
        let period = Period {
            since: Some(at(10)),
            until: Some(at(20)),
        };
        assert!(period.touches(Some(at(15)), Some(at(15))));
        assert!(!period.touches(Some(at(10)), Some(at(10))));
        assert!(!period.touches(Some(at(20)), None));
        assert!(period.touches(None, Some(at(11))));
        assert!(Period::default().touches(None, None));
        assert_eq!(period.clip(span(0, 12)), Some(span(10, 12)));
        assert_eq!(period.clip(span(0, 10)), None);
    }
}
