//! From files to a snapshot: what each file is, and its items.

use std::collections::{BTreeMap, HashMap};

use data_encoding::BASE64;
use gardefou_finding::{AuditCoverage, AuditFailure, AuditFault, Untrusted};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::authorization::{Group, ManagedPolicy, Page, Role, User};
use super::credential::{self, Credential};
use super::{PasswordPolicy, Snapshot, Thing, assemble, guardrail};
use crate::arn::Arn;
use crate::usage::{self, Usage};

/// Most items kept of all files together: principals, groups, policies, things.
const MAX_ITEMS: u64 = 2_000_000;

/// The top of a JSON document: its keys, and their values as text.
type Top<'a> = BTreeMap<String, &'a RawValue>;

/// Reads files into a snapshot.
#[derive(Debug, Default)]
pub struct Reader {
    pub(super) coverage: AuditCoverage,
    pub(super) parts: Parts,
}

/// What was read, not yet put together.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The pages of authorization details.
    pub(super) pages: Vec<Part>,
    /// Items by ARN: the text as it came, and its place.
    pub(super) users: BTreeMap<String, Item>,
    pub(super) roles: BTreeMap<String, Item>,
    pub(super) groups: BTreeMap<String, Item>,
    pub(super) policies: HashMap<String, Item>,
    pub(super) credentials: Vec<Credential>,
    pub(super) things: Vec<(Thing, Place)>,
    pub(super) guardrails: Vec<Item>,
    /// Answers that do not say of which account they are.
    pub(super) summaries: Vec<(BTreeMap<String, i64>, Place)>,
    pub(super) password_policies: Vec<(Option<PasswordPolicy>, Place)>,
    pub(super) devices: Vec<(Device, Place)>,
    pub(super) usage: Vec<Usage>,
}

/// An item's JSON and where it stood.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) text: Box<str>,
    pub(super) place: Place,
}

/// A place in a file.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) source: Untrusted,
    pub(super) offset: u64,
    /// The account that a document says it is about.
    pub(super) account: Option<String>,
}

impl Place {
    /// A whole file.
    fn file(source: &Untrusted) -> Self {
        Self::at(source, 0)
    }

    fn at(source: &Untrusted, offset: u64) -> Self {
        Self {
            source: source.clone(),
            offset,
            account: None,
        }
    }
}

/// A page of authorization details.
#[derive(Debug)]
pub(super) struct Part {
    /// The account of the first ARN in it; nothing where there is none.
    account: String,
    /// Whether no page follows it.
    ends: bool,
    place: Place,
}

/// The account of the first ARN of IAM in a text.
fn account_in(text: &str) -> String {
    let after = text
        .split(":iam::")
        .skip(1)
        .filter_map(|rest| rest.get(..12));
    let mut accounts = after.filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
    accounts.next().unwrap_or_default().to_owned()
}

/// An MFA device of `list-mfa-devices` or `list-virtual-mfa-devices`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Device {
    pub(super) serial_number: String,
    pub(super) user_name: Option<String>,
    pub(super) user: Option<DeviceUser>,
}

/// The user in a virtual device's answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeviceUser {
    pub(super) arn: String,
}

/// A file being read.
#[derive(Clone, Copy)]
struct File<'a> {
    source: &'a Untrusted,
    text: &'a str,
    /// Whether the user named this very file.
    named: bool,
}

impl File<'_> {
    /// Where a part of the file's text begins.
    fn offset(&self, part: &str) -> u64 {
        let distance = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        if distance <= self.text.len() {
            distance as u64
        } else {
            0
        }
    }

    fn place(&self, part: &str) -> Place {
        Place::at(self.source, self.offset(part))
    }
}

impl Reader {
    /// Reads a file. `named` tells a file that the user named from one that
    /// was found in a directory: JSON of another form is a failure in the
    /// first, and only counted as skipped in the second.
    pub fn add(&mut self, source: &Untrusted, bytes: &[u8], named: bool) {
        self.coverage.files += 1;
        self.coverage.bytes += bytes.len() as u64;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let Ok(text) = std::str::from_utf8(bytes) else {
            return self.fail_file(source, AuditFault::BadUtf8, String::new());
        };
        let file = File {
            source,
            text,
            named,
        };
        if text.trim_start().starts_with(credential::HEADING) {
            self.report(&file, text.trim_start());
        } else {
            self.documents(&file);
        }
    }

    /// Notes that something could not be read at all.
    pub fn fail_file(&mut self, source: &Untrusted, reason: AuditFault, detail: String) {
        self.fail(&Place::file(source), reason, detail);
    }

    /// Says that pages are missing, where none of an account's is a last one.
    fn miss_pages(&mut self) {
        let mut last: BTreeMap<String, (bool, Place)> = BTreeMap::new();
        let pages = std::mem::take(&mut self.parts.pages);
        // The last page may hold AWS managed policies alone, and is anybody's.
        let is_anybodys = |page: &Part| page.account.is_empty() && page.ends;
        if pages.iter().any(is_anybodys) {
            return;
        }
        for page in pages {
            let known = last.remove(&page.account);
            let ends = page.ends || known.is_some_and(|(ends, _)| ends);
            last.insert(page.account, (ends, page.place));
        }
        for (_, place) in last.into_values().filter(|(ends, _)| !ends) {
            let detail = "more pages follow, and the last is not here";
            self.fail(&place, AuditFault::Incomplete, detail);
        }
    }

    /// Puts everything together.
    pub fn finish(mut self) -> (Snapshot, AuditCoverage) {
        self.miss_pages();
        assemble::assemble(self)
    }

    pub(super) fn fail(&mut self, place: &Place, reason: AuditFault, detail: impl Into<String>) {
        fail(&mut self.coverage, place, reason, detail);
    }

    /// The JSON documents of a file, one after another.
    fn documents(&mut self, file: &File<'_>) {
        let mut stream = serde_json::Deserializer::from_str(file.text).into_iter::<&RawValue>();
        let mut any = false;
        while let Some(next) = stream.next() {
            match next {
                Ok(raw) => self.document(file, raw),
                Err(error) => {
                    let place = Place::at(file.source, stream.byte_offset() as u64);
                    return self.fail(&place, AuditFault::BadJson, error.to_string());
                }
            }
            any = true;
        }
        if !any {
            self.fail_file(file.source, AuditFault::UnknownForm, "empty".to_owned());
        }
    }

    fn document(&mut self, file: &File<'_>, raw: &RawValue) {
        let Ok(top) = serde_json::from_str::<Top<'_>>(raw.get()) else {
            return self.unknown(file, raw);
        };
        let has = |name: &str| top.contains_key(name);
        if ["UserDetailList", "RoleDetailList", "GroupDetailList"]
            .iter()
            .any(|name| has(name))
        {
            self.page(file, raw);
        } else if has("Content") && has("ReportFormat") {
            self.envelope(file, &top);
        } else if has("resources") {
            self.resources(file, &top);
        } else if has("guardrails") {
            self.keep_guardrails(file, raw);
        } else if let Some(raw) = top.get("usage") {
            let usage = self.take::<usage::File>(file, raw);
            self.parts.usage.extend(usage.map(Usage::from));
        } else if !self.answer(file, &top) {
            self.unknown(file, raw);
        }
    }

    /// Answers of smaller calls.
    fn answer(&mut self, file: &File<'_>, top: &Top<'_>) -> bool {
        let account = top.get("Account").and_then(|raw| self.take(file, raw));
        let place = |raw: &RawValue| Place {
            account: account.clone(),
            ..file.place(raw.get())
        };
        if let Some(raw) = top.get("SummaryMap") {
            let map = self.take(file, raw);
            let place = place(raw);
            self.parts.summaries.extend(map.map(|map| (map, place)));
        } else if let Some(raw) = top.get("PasswordPolicy") {
            let policy = self.take::<RawPasswordPolicy>(file, raw);
            let policy = policy.map(|policy| (Some(policy.into()), place(raw)));
            self.parts.password_policies.extend(policy);
        } else if let Some(raw) = top
            .get("MFADevices")
            .or_else(|| top.get("VirtualMFADevices"))
        {
            let devices = self.take::<Vec<Device>>(file, raw).unwrap_or_default();
            let devices = devices.into_iter().map(|one| (one, place(raw)));
            self.parts.devices.extend(devices);
        } else if let Some(raw) = top.get("NotRead") {
            self.not_read(file, raw);
        } else {
            return false;
        }
        true
    }

    /// What a snapshot asked AWS for in vain.
    fn not_read(&mut self, file: &File<'_>, raw: &RawValue) {
        for one in self.take::<Vec<NotRead>>(file, raw).unwrap_or_default() {
            let detail = format!("{}: {}", one.what, one.why);
            self.fail(&file.place(raw.get()), AuditFault::Unreadable, detail);
        }
    }

    /// A value of a known shape; what is not is a failure.
    fn take<'a, T: Deserialize<'a>>(&mut self, file: &File<'_>, raw: &'a RawValue) -> Option<T> {
        match serde_json::from_str(raw.get()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.fail(
                    &file.place(raw.get()),
                    AuditFault::BadItem,
                    error.to_string(),
                );
                None
            }
        }
    }

    fn unknown(&mut self, file: &File<'_>, raw: &RawValue) {
        if file.named {
            let place = file.place(raw.get());
            self.fail(
                &place,
                AuditFault::UnknownForm,
                "no form that an audit reads",
            );
        } else {
            self.coverage.skip(file.source.clone());
        }
    }

    fn page(&mut self, file: &File<'_>, raw: &RawValue) {
        let Some(page) = self.take::<Page<'_>>(file, raw) else {
            return;
        };
        let ends = !page.is_truncated && page.next_token.is_none();
        self.parts.pages.push(Part {
            account: account_in(raw.get()),
            ends,
            place: file.place(raw.get()),
        });
        for raw in page.user_detail_list {
            self.item::<User<'_>>(file, raw);
        }
        for raw in page.role_detail_list {
            self.item::<Role<'_>>(file, raw);
        }
        for raw in page.group_detail_list {
            self.item::<Group<'_>>(file, raw);
        }
        for raw in page.policies {
            self.item::<ManagedPolicy<'_>>(file, raw);
        }
    }

    /// Keeps an item's text under its ARN, once.
    fn item<'a, T: Listed + Deserialize<'a>>(&mut self, file: &File<'_>, raw: &'a RawValue) {
        let Some(item) = self.take::<T>(file, raw) else {
            return;
        };
        let place = file.place(raw.get());
        let arn = item.arn().to_owned();
        if Arn::parse(&arn).is_none() {
            return self.fail(&place, AuditFault::BadItem, format!("`{arn}` is no ARN"));
        }
        if self.coverage.items.values().sum::<u64>() >= MAX_ITEMS {
            return self.fail(
                &place,
                AuditFault::LimitReached,
                format!("more than {MAX_ITEMS} items"),
            );
        }
        let same = T::get(&self.parts, &arn).map(|known| *known.text == *raw.get());
        match same {
            Some(true) => self.coverage.repeated += 1,
            // AWS managed policies change: what another account saw first is kept.
            Some(false) if arn.contains(":iam::aws:policy/") => self.coverage.repeated += 1,
            Some(false) => self.fail(&place, AuditFault::Conflict, arn),
            None => {
                self.coverage.count(T::WORD);
                T::put(
                    &mut self.parts,
                    arn,
                    Item {
                        text: raw.get().into(),
                        place,
                    },
                );
            }
        }
    }

    fn envelope(&mut self, file: &File<'_>, top: &Top<'_>) {
        let Some(raw) = top.get("Content") else {
            return;
        };
        let Some(content) = self.take::<String>(file, raw) else {
            return;
        };
        let bytes = BASE64.decode(content.trim().as_bytes()).ok();
        match bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(text) => self.report(file, &text),
            None => self.fail(
                &file.place(raw.get()),
                AuditFault::BadItem,
                "`Content` is not Base64 of text",
            ),
        }
    }

    fn report(&mut self, file: &File<'_>, text: &str) {
        let (lines, bad) = credential::read(text);
        for (offset, why) in bad {
            self.fail(&Place::at(file.source, offset), AuditFault::BadCsv, why);
        }
        for line in lines {
            self.coverage.count("credential");
            self.parts.credentials.push(line);
        }
    }

    fn resources(&mut self, file: &File<'_>, top: &Top<'_>) {
        let Some(raw) = top.get("resources") else {
            return;
        };
        let Some(items) = self.take::<Vec<&RawValue>>(file, raw) else {
            return;
        };
        for raw in items {
            let place = file.place(raw.get());
            let thing = serde_json::from_str(raw.get()).map_err(|error| error.to_string());
            match thing.and_then(|fields| Thing::read(fields).map_err(str::to_owned)) {
                Ok(thing) => {
                    self.coverage.count("resource");
                    self.parts.things.push((thing, place));
                }
                Err(why) => self.fail(&place, AuditFault::BadItem, why),
            }
        }
    }

    fn keep_guardrails(&mut self, file: &File<'_>, raw: &RawValue) {
        let place = file.place(raw.get());
        match serde_json::from_str::<guardrail::File<'_>>(raw.get()) {
            Ok(_) => self.parts.guardrails.push(Item {
                text: raw.get().into(),
                place,
            }),
            Err(error) => self.fail(&place, AuditFault::BadItem, error.to_string()),
        }
    }
}

/// Counts a failure at a place.
pub(super) fn fail(
    coverage: &mut AuditCoverage,
    place: &Place,
    reason: AuditFault,
    detail: impl Into<String>,
) {
    coverage.fail(AuditFailure {
        source: place.source.clone(),
        offset: (place.offset > 0).then_some(place.offset),
        reason,
        detail: Untrusted::new(detail),
    });
}

/// `PasswordPolicy` of the API.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawPasswordPolicy {
    minimum_password_length: Option<i64>,
    password_reuse_prevention: Option<i64>,
}

impl From<RawPasswordPolicy> for PasswordPolicy {
    fn from(raw: RawPasswordPolicy) -> Self {
        Self {
            minimum_length: raw.minimum_password_length,
            reuse_prevention: raw.password_reuse_prevention,
        }
    }
}

/// A call that had no answer when a snapshot was taken.
#[derive(Debug, Deserialize)]
struct NotRead {
    what: String,
    why: String,
}

/// What stands in the lists of a page.
trait Listed {
    /// The word that coverage counts it under.
    const WORD: &'static str;
    /// Its ARN.
    fn arn(&self) -> &str;
    /// The item of this kind that is kept under an ARN.
    fn get<'p>(parts: &'p Parts, arn: &str) -> Option<&'p Item>;
    /// Keeps an item of this kind.
    fn put(parts: &mut Parts, arn: String, item: Item);
}

macro_rules! listed {
    ($($kind:ty, $word:literal, $list:ident;)+) => {$(
        impl Listed for $kind {
            const WORD: &'static str = $word;
            fn arn(&self) -> &str {
                &self.arn
            }
            fn get<'p>(parts: &'p Parts, arn: &str) -> Option<&'p Item> {
                parts.$list.get(arn)
            }
            fn put(parts: &mut Parts, arn: String, item: Item) {
                parts.$list.insert(arn, item);
            }
        }
    )+};
}

listed! {
    User<'_>, "user", users;
    Role<'_>, "role", roles;
    Group<'_>, "group", groups;
    ManagedPolicy<'_>, "policy", policies;
}
