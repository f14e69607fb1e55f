//! What a history shows of who used what. Whoever reads the history makes it.
//!
//! A file of a snapshot may hold it too:
//!
//! ```json
//! {"usage": {"from": "2026-08-01T00:00:00Z", "until": "2026-11-01T00:00:00Z",
//!  "principals": [{"arn": "arn:aws:iam::111122223333:role/app",
//!    "last": "2026-10-30T08:00:00Z", "actions": {"s3:PutObject": 12}}]}}
//! ```

use std::collections::BTreeMap;

use gardefou_finding::Timestamp;
use serde::{Deserialize, Serialize};

use crate::arn::Arn;
use crate::snapshot::{Kind, Principal};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Who used what within a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    span: Option<(Timestamp, Timestamp)>,
    principals: BTreeMap<Who, Used>,
}

/// A user or role: a session's ARN does not have its role's path, so that there
/// is none here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who {
    account: String,
    kind: Kind,
    name: String,
}

impl Who {
    /// Of the ARN of a user, a role, or a role's session.
    pub fn of(arn: &str) -> Option<Self> {
        let parsed = Arn::parse(arn)?;
        let (kind, rest) = parsed.resource.split_once('/')?;
        let (kind, name) = match kind {
            "user" => (Kind::User, rest.rsplit('/').next()?),
            "role" => (Kind::Role, rest.rsplit('/').next()?),
            "assumed-role" => (Kind::Role, rest.split('/').next()?),
            _ => return None,
        };
        Some(Self {
            account: parsed.account.to_owned(),
            kind,
            name: name.to_owned(),
        })
    }

    /// Whether it is this principal.
    pub fn is(&self, principal: &Principal) -> bool {
        *self.account == *principal.account
            && self.kind == principal.kind
            && *self.name == *principal.name
    }
}

/// What one principal used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// When it last did something.
    pub last: Timestamp,
    /// Actions in lower case, and how often.
    pub actions: BTreeMap<String, u64>,
}

impl Used {
    /// Whether any action of a service was used.
    pub fn has_service(&self, prefix: &str) -> bool {
        let mut services = self.actions.keys().filter_map(|one| one.split_once(':'));
        services.any(|(service, _)| service == prefix)
    }
}

impl Usage {
    /// Notes that the history has something at a time.
    pub fn see(&mut self, time: Timestamp) {
        let (first, last) = self.span.unwrap_or((time, time));
        self.span = Some((first.min(time), last.max(time)));
    }

    /// Notes that a principal used an action.
    pub fn note(&mut self, who: &Who, action: &str, time: Timestamp, times: u64) {
        self.see(time);
        let used = self.principals.entry(who.clone()).or_insert_with(|| Used {
            last: time,
            actions: BTreeMap::new(),
        });
        used.last = used.last.max(time);
        *used.actions.entry(action.to_ascii_lowercase()).or_default() += times;
    }

    /// Adds another part of the same history.
    pub fn merge(&mut self, other: Self) {
        for time in other.span.into_iter().flat_map(|(a, b)| [a, b]) {
            self.see(time);
        }
        for (who, used) in other.principals {
            let own = self.principals.entry(who).or_insert_with(|| Used {
                last: used.last,
                actions: BTreeMap::new(),
            });
            own.last = own.last.max(used.last);
            for (action, times) in used.actions {
                *own.actions.entry(action).or_default() += times;
            }
        }
    }

    /// When the history begins.
    pub fn begins(&self) -> Option<Timestamp> {
        self.span.map(|(first, _)| first)
    }

    /// Whole days that the history covers.
    pub fn days(&self) -> i64 {
        self.span
            .map_or(0, |(first, last)| (last.seconds() - first.seconds()) / DAY)
    }

    /// What a principal used; `None` where the history has nothing of it.
    pub fn of(&self, principal: &Principal) -> Option<&Used> {
        let who = Who {
            account: principal.account.to_string(),
            kind: principal.kind,
            name: principal.name.to_string(),
        };
        self.principals.get(&who)
    }
}

/// The document.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    from: Timestamp,
    until: Timestamp,
    principals: Vec<Entry>,
}

/// A principal of the document.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    arn: String,
    last: Timestamp,
    actions: BTreeMap<String, u64>,
}

impl From<File> for Usage {
    fn from(file: File) -> Self {
        let mut usage = Self::default();
        usage.see(file.from);
        usage.see(file.until);
        for one in file.principals {
            let Some(who) = Who::of(&one.arn) else {
                continue;
            };
            for (action, times) in one.actions {
                usage.note(&who, &action, one.last, times);
            }
        }
        usage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn sessions_count_for_their_role_whatever_its_path() {
        let mut usage = Usage::default();
        let session = Who::of("arn:aws:sts::111122223333:assumed-role/app/x").unwrap();
        usage.note(&session, "S3:PutObject", time("2026-01-02T00:00:00Z"), 2);
        let mut other = Usage::default();
        other.note(&session, "s3:PutObject", time("2026-03-02T00:00:00Z"), 3);
        other.see(time("2026-01-01T00:00:00Z"));
        usage.merge(other);
        assert_eq!(Who::of("arn:aws:sts::111122223333:federated-user/x"), None);
        let role = Principal::bare(
            Kind::Role,
            "arn:aws:iam::111122223333:role/team/app",
            "app",
            "",
        );
        let used = usage.of(&role).unwrap();
        assert_eq!(used.actions["s3:putobject"], 5);
        assert_eq!(used.last, time("2026-03-02T00:00:00Z"));
        assert!(used.has_service("s3") && !used.has_service("s"));
        assert_eq!(usage.days(), 60);
    }
}
