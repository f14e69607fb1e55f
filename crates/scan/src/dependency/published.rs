//! When packages were published, as a file that the user names says.

use std::collections::HashMap;

use gardefou_finding::Timestamp;

use super::Ecosystem;

/// Most lines of the file.
const MAX_LINES: usize = 5_000_000;

/// A line that is none of `ecosystem TAB name TAB version TAB time`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected `ecosystem TAB name TAB version TAB time`")]
pub struct PublishedError {
    /// Its number, from 1.
    pub line: usize,
}

/// Times of publication.
#[derive(Clone, Debug, Default)]
pub struct Published(HashMap<(Ecosystem, String, String), Timestamp>);

impl Published {
    /// Reads lines of `ecosystem TAB name TAB version TAB time`, with OSV's names
    /// of ecosystems and times as in RFC 3339. Empty lines and `#` are left out.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Self, PublishedError> {
        let mut times = HashMap::new();
        for (line, number) in text.lines().zip(1..) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let error = PublishedError { line: number };
            let (key, time) = entry(line).filter(|_| number <= MAX_LINES).ok_or(error)?;
            times.insert(key, time);
        }
        Ok(Self(times))
    }

    /// When this version was published.
    pub fn of(&self, ecosystem: Ecosystem, name: &str, version: &str) -> Option<Timestamp> {
        let key = (ecosystem, ecosystem.normal(name), version.to_owned());
        self.0.get(&key).copied()
    }
}

fn entry(line: &str) -> Option<((Ecosystem, String, String), Timestamp)> {
    let mut words = line.split('\t');
    let ecosystem = Ecosystem::of_word(words.next()?)?;
    let key = (
        ecosystem,
        ecosystem.normal(words.next()?),
        words.next()?.to_owned(),
    );
    let time = Timestamp::parse(words.next()?.trim())?;
    words.next().is_none().then_some((key, time))
}
