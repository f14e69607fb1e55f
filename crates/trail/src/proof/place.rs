//! Where a file lies, and what its name says it is.
//!
//! The layout is CloudTrail's: `AWSLogs/[o-ORGANISATION/]ACCOUNT/CloudTrail/…`
//! with `ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHMMZ_RANDOM.json.gz`, and
//! `…/CloudTrail-Digest/…` with
//! `ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHMMSSZ[_backfill].json.gz`.

use gardefou_finding::Timestamp;

/// The folder that CloudTrail's own layout begins with.
const ROOT: &str = "AWSLogs";

/// The kind of a digest's folder and name.
const DIGEST: &str = "CloudTrail-Digest";

/// The kind of a log's folder and name, alone or followed by a subkind
/// (`CloudTrail-Insight`).
const LOG: &str = "CloudTrail";

/// A name in two parts: what stands before CloudTrail's own layout, and that
/// layout. Copying a bucket changes the first and keeps the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place<'a> {
    /// A local folder or `s3://bucket/prefix/`; empty for what has no layout.
    pub(crate) base: &'a str,
    /// From `AWSLogs/` on; for what has no layout, the file's name alone.
    pub(crate) tail: &'a str,
}

impl<'a> Place<'a> {
    /// Divides a path or an `s3://` URL.
    pub(crate) fn of(name: &'a str) -> Self {
        let mut at = None;
        let mut start = 0;
        for part in name.split('/') {
            if part == ROOT {
                at = Some(start);
            }
            start += part.len() + 1;
        }
        let file = name.rfind('/').map_or(0, |slash| slash + 1);
        let (base, tail) = match at {
            Some(at) => name.split_at_checked(at).unwrap_or(("", name)),
            None => ("", name.get(file..).unwrap_or(name)),
        };
        Self { base, tail }
    }

    /// The organisation that the layout names, if it does.
    fn organisation(self) -> Option<&'a str> {
        let mut parts = self.tail.split('/');
        parts.next().filter(|part| *part == ROOT)?;
        parts.next().filter(|part| part.starts_with("o-"))
    }

    /// What the file's name says.
    pub(crate) fn kind(self) -> Kind<'a> {
        let name = self.tail.rsplit('/').next().unwrap_or_default();
        let Some(stem) = name
            .strip_suffix(".json.gz")
            .or_else(|| name.strip_suffix(".json"))
        else {
            return Kind::Other;
        };
        self.digest(stem)
            .map(Kind::Digest)
            .or_else(|| self.log(stem).map(Kind::Log))
            .unwrap_or(Kind::Other)
    }

    fn digest(self, stem: &'a str) -> Option<DigestName<'a>> {
        let (stem, backfill) = match stem.strip_suffix("_backfill") {
            Some(stem) => (stem, true),
            None => (stem, false),
        };
        let (account, rest) = stem.split_once('_')?;
        let rest = rest.strip_prefix(DIGEST)?.strip_prefix('_')?;
        let (region, rest) = rest.split_once('_')?;
        let (rest, stamp) = rest.rsplit_once('_')?;
        // A trail's name may hold underscores, a region's does not.
        let (trail, home_region) = rest.rsplit_once('_')?;
        Some(DigestName {
            group: self.group(account, region)?,
            trail,
            home_region,
            end: stamped(stamp)?,
            backfill,
        })
    }

    fn log(self, stem: &'a str) -> Option<LogName<'a>> {
        let mut fields = stem.split('_');
        let account = fields.next()?;
        let kind = fields.next()?;
        let subkind = kind.strip_prefix(LOG)?;
        if kind == DIGEST || !(subkind.is_empty() || subkind.starts_with('-')) {
            return None;
        }
        let region = fields.next()?;
        let delivered = fields.find_map(stamped)?;
        Some(LogName {
            group: self.group(account, region)?,
            delivered,
        })
    }

    fn group(self, account: &'a str, region: &'a str) -> Option<Group<'a>> {
        let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        digits.then_some(Group {
            base: self.base,
            organisation: self.organisation(),
            account,
            region,
        })
    }
}

/// Logs that the same digests can list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Group<'a> {
    pub(crate) base: &'a str,
    pub(crate) organisation: Option<&'a str>,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
}

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    Digest(DigestName<'a>),
    Log(LogName<'a>),
    Other,
}

/// What a digest's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DigestName<'a> {
    pub(crate) group: Group<'a>,
    pub(crate) trail: &'a str,
    pub(crate) home_region: &'a str,
    /// End of the time that it covers.
    pub(crate) end: Timestamp,
    /// Whether it lists what the digest of that time left out.
    pub(crate) backfill: bool,
}

/// What a log's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogName<'a> {
    pub(crate) group: Group<'a>,
    /// When it was delivered, to the minute.
    pub(crate) delivered: Timestamp,
}

/// Reads `20261101T0035Z` or `20261101T003500Z`.
fn stamped(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if date.len() != 8 || !matches!(time.len(), 4 | 6) || !plain(date) || !plain(time) {
        return None;
    }
    let seconds = time
        .get(4..)
        .filter(|rest| !rest.is_empty())
        .unwrap_or("00");
    let text = format!(
        "{}-{}-{}T{}:{}:{seconds}",
        date.get(..4)?,
        date.get(4..6)?,
        date.get(6..)?,
        time.get(..2)?,
        time.get(2..4)?
    );
    Timestamp::parse(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: &str = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/01/";

    #[test]
    fn a_digest_tells_its_trail_even_with_underscores() {
        let name = format!(
            "copy/b/{FOLDER}111122223333_CloudTrail-Digest_us-east-1_my_trail_eu-west-3_\
             20261101T020000Z_backfill.json.gz"
        );
        let place = Place::of(&name);
        assert_eq!(place.base, "copy/b/");
        assert!(place.tail.starts_with(FOLDER));
        let Kind::Digest(digest) = place.kind() else {
            panic!("{place:?}");
        };
        assert_eq!(
            (digest.trail, digest.home_region),
            ("my_trail", "eu-west-3")
        );
        assert_eq!(digest.group.account, "111122223333");
        assert_eq!(digest.end.to_string(), "2026-11-01T02:00:00Z");
        assert!(digest.backfill);
    }

    #[test]
    fn a_log_tells_its_organisation_and_its_time() {
        let name = "s3://b/pre/AWSLogs/o-abc/111122223333/CloudTrail/us-east-1/2026/11/01/\
                    111122223333_CloudTrail_us-east-1_20261101T0035Z_c0f8.json.gz";
        let place = Place::of(name);
        assert_eq!(place.base, "s3://b/pre/");
        let Kind::Log(log) = place.kind() else {
            panic!("{place:?}");
        };
        assert_eq!(log.group.organisation, Some("o-abc"));
        assert_eq!(log.delivered.to_string(), "2026-11-01T00:35:00Z");
    }

    #[test]
    fn names_of_nothing_we_know_are_other() {
        for name in [
            "notes.txt",
            "AWSLogs/111122223333/Config/us-east-1/x.json.gz",
            "1_CloudTrail_us-east-1_20261101T0035Z_x.json.gz",
            "111122223333_CloudTrailX_us-east-1_20261101T0035Z_x.json.gz",
            "111122223333_CloudTrail_us-east-1_20261301T0035Z_x.json.gz",
            "",
            "///",
        ] {
            assert_eq!(Place::of(name).kind(), Kind::Other, "{name}");
        }
    }

    #[test]
    fn a_flat_name_is_its_own_tail() {
        let place = Place::of("down/load/x.json.gz");
        assert_eq!((place.base, place.tail), ("", "x.json.gz"));
    }
}
