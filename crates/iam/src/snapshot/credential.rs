//! The credential report, as `aws iam get-credential-report` gives it.
//!
//! Columns and their values: IAM User Guide, "Get credential reports for your
//! AWS account". `N/A`, `no_information` and `not_supported` mean no value.

use gardefou_finding::Timestamp;

/// A line of the report: a user, or the root user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credential {
    /// The user's ARN; the root user's ends in `:root`.
    pub arn: String,
    /// When the user was made.
    pub created: Option<Timestamp>,
    /// Whether there is a console password; `None` where the report does not say.
    pub password_enabled: Option<bool>,
    /// When the password was last used.
    pub password_last_used: Option<Timestamp>,
    /// When the password was last changed.
    pub password_last_changed: Option<Timestamp>,
    /// Whether an MFA device is active.
    pub mfa_active: bool,
    /// The two access keys.
    pub keys: [KeyState; 2],
    /// Whether the report has the columns of the keys.
    pub keys_known: bool,
    /// Active signing certificates.
    pub certificates: u8,
}

/// An access key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyState {
    /// Whether it is active.
    pub active: bool,
    /// When it was made.
    pub rotated: Option<Timestamp>,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// The service it was last used with.
    pub last_service: Option<String>,
}

impl KeyState {
    /// Whether there is a key, active or not.
    pub fn exists(&self) -> bool {
        self.active || self.rotated.is_some()
    }
}

impl Credential {
    /// How many access keys there are, active or not.
    pub fn key_count(&self) -> u8 {
        self.keys.iter().map(|key| u8::from(key.exists())).sum()
    }

    /// Whether it is the root user's line.
    pub fn is_root(&self) -> bool {
        self.arn.ends_with(":root")
    }
}

/// The heading by which a report is known.
pub(super) const HEADING: &str = "user,arn,user_creation_time,";

/// A line that could not be read: its byte offset, and why.
pub(super) type BadLine = (u64, String);

/// Reads a report.
pub(super) fn read(text: &str) -> (Vec<Credential>, Vec<BadLine>) {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let Ok(heading) = reader.headers().cloned() else {
        return (Vec::new(), vec![(0, "no heading".to_owned())]);
    };
    let columns = Columns(&heading);
    let (mut lines, mut bad) = (Vec::new(), Vec::new());
    for record in reader.records() {
        match record {
            Ok(record) => match columns.credential(&record) {
                Some(line) => lines.push(line),
                None => bad.push((
                    offset(record.position()),
                    "the ARN or a time or state is not one".to_owned(),
                )),
            },
            Err(error) => bad.push((offset(error.position()), error.to_string())),
        }
    }
    (lines, bad)
}

fn offset(position: Option<&csv::Position>) -> u64 {
    position.map_or(0, csv::Position::byte)
}

/// The names of the columns.
struct Columns<'a>(&'a csv::StringRecord);

impl Columns<'_> {
    /// A cell by its column's name, if it has a value.
    fn get<'r>(&self, record: &'r csv::StringRecord, name: &str) -> Option<&'r str> {
        let at = self.0.iter().position(|column| column == name)?;
        let text = record.get(at)?;
        let none = ["", "N/A", "no_information", "not_supported"];
        (!none.contains(&text)).then_some(text)
    }

    /// A time; `None` inside when there is none, outside when it is not one.
    fn time(&self, record: &csv::StringRecord, name: &str) -> Option<Option<Timestamp>> {
        match self.get(record, name) {
            None => Some(None),
            Some(text) => Timestamp::parse(text).map(Some),
        }
    }

    /// A state, likewise.
    fn flag(&self, record: &csv::StringRecord, name: &str) -> Option<Option<bool>> {
        match self.get(record, name) {
            None => Some(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Some(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Some(Some(false)),
            Some(_) => None,
        }
    }

    fn credential(&self, record: &csv::StringRecord) -> Option<Credential> {
        let arn = self
            .get(record, "arn")
            .filter(|arn| arn.starts_with("arn:"))?;
        let certificate = |name| Some(u8::from(self.flag(record, name)? == Some(true)));
        Some(Credential {
            arn: arn.to_owned(),
            created: self.time(record, "user_creation_time")?,
            password_enabled: self.flag(record, "password_enabled")?,
            password_last_used: self.time(record, "password_last_used")?,
            password_last_changed: self.time(record, "password_last_changed")?,
            mfa_active: self.flag(record, "mfa_active")? == Some(true),
            keys: [self.key(record, 1)?, self.key(record, 2)?],
            keys_known: self.0.iter().any(|column| column == "access_key_1_active"),
            certificates: certificate("cert_1_active")? + certificate("cert_2_active")?,
        })
    }

    fn key(&self, record: &csv::StringRecord, number: u8) -> Option<KeyState> {
        let name = |rest: &str| format!("access_key_{number}_{rest}");
        Some(KeyState {
            active: self.flag(record, &name("active"))? == Some(true),
            rotated: self.time(record, &name("last_rotated"))?,
            last_used: self.time(record, &name("last_used_date"))?,
            last_service: self
                .get(record, &name("last_used_service"))
                .map(str::to_owned),
        })
    }
}
