//! Puts what was read together: principals with their policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use gardefou_finding::{AuditCoverage, AuditFault, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::authorization::{self as raw, Inline, Reference};
use super::documents::{Documents, text_of};
use super::guardrail;
use super::reader::{Item, Parts, Place, Reader, fail};
use super::{
    Account, Attached, Credential, Group, Id, Kind, Level, Managed, ManagedPolicies, MfaKind,
    Principal, Snapshot, Thing,
};
use crate::arn::Arn;
use crate::policy::{Policy, PolicyKind};
use crate::usage::Usage;

/// Puts everything together; policies are parsed here, each once.
pub(super) fn assemble(reader: Reader) -> (Snapshot, AuditCoverage) {
    let mut bench = Bench {
        coverage: reader.coverage,
        documents: Documents::default(),
        known: BTreeMap::new(),
        managed: None,
        snapshot: Snapshot::default(),
    };
    let mut parts = reader.parts;
    bench.policies(std::mem::take(&mut parts.policies));
    let members = bench.groups(&parts.groups);
    bench.principals(&parts, &members);
    bench.guardrails(&parts.guardrails);
    bench.credentials(std::mem::take(&mut parts.credentials));
    bench.things(std::mem::take(&mut parts.things));
    bench.usage(std::mem::take(&mut parts.usage));
    bench.answers(parts);
    bench.finish()
}

/// Groups by account and name.
type Members = BTreeMap<(String, String), Id>;

/// The work in hand.
struct Bench {
    coverage: AuditCoverage,
    documents: Documents,
    /// Managed policies' documents in force, by ARN; `None` for one that
    /// could not be read.
    known: BTreeMap<String, Option<Arc<Policy>>>,
    managed: Option<ManagedPolicies>,
    snapshot: Snapshot,
}

impl Bench {
    fn finish(mut self) -> (Snapshot, AuditCoverage) {
        self.coverage.managed_policies_of = self
            .managed
            .as_ref()
            .map(|managed| managed.date().to_owned());
        self.coverage.accounts = self
            .snapshot
            .accounts
            .keys()
            .map(|id| id.as_str().into())
            .collect();
        (self.snapshot, self.coverage)
    }

    fn account(&mut self, id: &str) -> &mut Account {
        self.snapshot.accounts.entry(id.to_owned()).or_default()
    }

    /// Parses a document; what is wrong with it is a failure at `place`.
    fn parse(
        &mut self,
        raw: &RawValue,
        kind: PolicyKind,
        place: &Place,
        whose: &str,
    ) -> Option<Arc<Policy>> {
        match self.documents.parse(raw, kind) {
            Ok(policy) => Some(policy),
            Err(error) => {
                fail(
                    &mut self.coverage,
                    place,
                    AuditFault::BadPolicy,
                    format!("{whose}: {error}"),
                );
                None
            }
        }
    }

    /// Managed policies that pages hold. Those of AWS are parsed only when
    /// something refers to them.
    fn policies(&mut self, items: std::collections::HashMap<String, Item>) {
        let sorted: BTreeMap<String, Item> = items.into_iter().collect();
        for (arn, item) in sorted {
            let Some(policy) = again::<raw::ManagedPolicy<'_>>(&item) else {
                continue;
            };
            let managed = self.managed_policy(&policy, &item.place);
            let default = managed.versions.get(&managed.default_version).cloned();
            self.known.insert(arn.clone(), default.flatten());
            let account = Arn::parse(&arn)
                .map_or("", |parsed| parsed.account)
                .to_owned();
            if account != "aws" {
                self.account(&account).policies.insert(arn, managed);
            }
        }
    }

    fn managed_policy(&mut self, policy: &raw::ManagedPolicy<'_>, place: &Place) -> Managed {
        let mut versions = BTreeMap::new();
        let mut default = policy.default_version_id.clone();
        for version in &policy.policy_version_list {
            if version.is_default_version {
                default.clone_from(&version.version_id);
            }
            let whose = format!("{} {}", policy.arn, version.version_id);
            let parsed = version
                .document
                .and_then(|document| self.parse(document, PolicyKind::Identity, place, &whose));
            versions.insert(version.version_id.clone(), parsed);
        }
        let name = match policy.policy_name.as_str() {
            "" => policy.arn.rsplit('/').next().unwrap_or_default(),
            name => name,
        };
        Managed {
            name: name.into(),
            versions,
            default_version: default,
        }
    }

    fn groups(&mut self, items: &BTreeMap<String, Item>) -> Members {
        let mut members = Members::new();
        for (arn, item) in items {
            let Some(group) = again::<raw::Group<'_>>(item) else {
                continue;
            };
            let account = account_of(arn);
            let policies = self.attached(
                &group.group_policy_list,
                &group.attached_managed_policies,
                item,
                arn,
            );
            members.insert(
                (account.clone(), group.group_name.clone()),
                self.snapshot.groups.len(),
            );
            self.account(&account);
            self.snapshot.groups.push(Group {
                arn: arn.as_str().into(),
                account: account.into(),
                name: group.group_name.into(),
                policies,
            });
        }
        members
    }

    fn principals(&mut self, parts: &Parts, members: &Members) {
        let mut all = Vec::with_capacity(parts.users.len() + parts.roles.len());
        for (arn, item) in &parts.users {
            all.extend(
                again::<raw::User<'_>>(item).map(|user| self.user(arn, &user, item, members)),
            );
        }
        for (arn, item) in &parts.roles {
            all.extend(again::<raw::Role<'_>>(item).map(|role| self.role(arn, &role, item)));
        }
        all.sort_by(|a, b| a.arn.cmp(&b.arn));
        for principal in &all {
            self.account(&principal.account);
        }
        self.snapshot.principals = all;
    }

    fn user(
        &mut self,
        arn: &str,
        user: &raw::User<'_>,
        item: &Item,
        members: &Members,
    ) -> Principal {
        let account = account_of(arn);
        let mut groups = Vec::new();
        for name in &user.group_list {
            match members.get(&(account.clone(), name.clone())) {
                Some(group) => groups.push(*group),
                None => {
                    let detail = format!("{arn}: group `{name}` is not in what was read");
                    fail(&mut self.coverage, &item.place, AuditFault::BadItem, detail);
                }
            }
        }
        Principal {
            policies: self.attached(
                &user.user_policy_list,
                &user.attached_managed_policies,
                item,
                arn,
            ),
            groups,
            boundary: self.boundary(user.permissions_boundary.as_ref(), &item.place),
            ..self.principal(
                Kind::User,
                arn,
                (&user.user_name, &user.user_id),
                user.create_date.as_ref(),
                &user.tags,
                item,
            )
        }
    }

    fn role(&mut self, arn: &str, role: &raw::Role<'_>, item: &Item) -> Principal {
        let trust = role.assume_role_policy_document.map(|document| Attached {
            name: "trust policy".into(),
            arn: None,
            policy: self.parse(document, PolicyKind::Resource, &item.place, arn),
        });
        if trust.is_none() {
            let detail = format!("{arn}: no `AssumeRolePolicyDocument`");
            fail(&mut self.coverage, &item.place, AuditFault::BadItem, detail);
        }
        let last_used = role.role_last_used.as_ref();
        let used = last_used.and_then(|used| used.last_used_date.as_ref());
        Principal {
            policies: self.attached(
                &role.role_policy_list,
                &role.attached_managed_policies,
                item,
                arn,
            ),
            boundary: self.boundary(role.permissions_boundary.as_ref(), &item.place),
            trust,
            trust_text: role
                .assume_role_policy_document
                .and_then(|document| text_of(document).ok())
                .map(|text| text.as_ref().into()),
            instance_profiles: role
                .instance_profile_list
                .iter()
                .map(|profile| profile.instance_profile_name.clone())
                .collect(),
            last_used: self.time(used, &item.place),
            tells_last_used: last_used.is_some(),
            ..self.principal(
                Kind::Role,
                arn,
                (&role.role_name, &role.role_id),
                role.create_date.as_ref(),
                &role.tags,
                item,
            )
        }
    }

    fn principal(
        &mut self,
        kind: Kind,
        arn: &str,
        (name, id): (&str, &str),
        created: Option<&String>,
        tags: &[raw::Tag],
        item: &Item,
    ) -> Principal {
        Principal {
            created: self.time(created, &item.place),
            tags: tags
                .iter()
                .map(|tag| (tag.key.clone(), tag.value.clone()))
                .collect(),
            ..Principal::bare(kind, arn, name, id)
        }
    }

    fn time(&mut self, text: Option<&String>, place: &Place) -> Option<Timestamp> {
        let text = text?;
        let time = Timestamp::parse(text);
        if time.is_none() {
            fail(
                &mut self.coverage,
                place,
                AuditFault::BadItem,
                format!("`{text}` is no time"),
            );
        }
        time
    }

    fn attached(
        &mut self,
        inline: &[Inline<'_>],
        managed: &[Reference],
        item: &Item,
        whose: &str,
    ) -> Vec<Attached> {
        let mut all = Vec::with_capacity(inline.len() + managed.len());
        for policy in inline {
            let whose = format!("{whose} {}", policy.policy_name);
            all.push(Attached {
                name: policy.policy_name.as_str().into(),
                arn: None,
                policy: self.parse(
                    policy.policy_document,
                    PolicyKind::Identity,
                    &item.place,
                    &whose,
                ),
            });
        }
        for reference in managed {
            let one = self.reference(&reference.policy_arn, &item.place);
            // Terraform exports are seen that list an attachment twice.
            if !all.iter().any(|other| other.arn == one.arn) {
                all.push(one);
            }
        }
        all
    }

    fn boundary(&mut self, boundary: Option<&raw::Boundary>, place: &Place) -> Option<Attached> {
        boundary.map(|boundary| self.reference(&boundary.permissions_boundary_arn, place))
    }

    /// A managed policy that something refers to: from the pages, or from
    /// the AWS managed policies that the program knows.
    fn reference(&mut self, arn: &str, place: &Place) -> Attached {
        if !self.known.contains_key(arn) {
            let policy = self.known_to_aws(arn);
            if policy.is_none() {
                fail(&mut self.coverage, place, AuditFault::UnknownPolicy, arn);
            }
            self.known.insert(arn.to_owned(), policy);
        }
        Attached {
            name: arn.rsplit('/').next().unwrap_or(arn).into(),
            arn: Some(arn.into()),
            policy: self.known.get(arn).cloned().flatten(),
        }
    }

    fn known_to_aws(&mut self, arn: &str) -> Option<Arc<Policy>> {
        if !arn.contains(":iam::aws:policy/") {
            return None;
        }
        let managed = self.managed.get_or_insert_with(ManagedPolicies::load);
        let found = managed.get(arn)?;
        self.documents
            .parse_text(found.document, PolicyKind::Identity)
            .ok()
    }

    fn guardrails(&mut self, items: &[Item]) {
        for item in items {
            let Some(file) = again::<guardrail::File<'_>>(item) else {
                continue;
            };
            if file.organization.is_some() {
                self.snapshot.organization.clone_from(&file.organization);
            }
            let named: Vec<String> = file
                .guardrails
                .iter()
                .flat_map(|entry| entry.accounts.clone())
                .collect();
            for entry in &file.guardrails {
                let service = self.levels(
                    &entry.service_control_policies,
                    PolicyKind::ServiceControl,
                    &item.place,
                );
                let resource = self.levels(
                    &entry.resource_control_policies,
                    PolicyKind::ResourceControl,
                    &item.place,
                );
                for id in self.meant(&entry.accounts, &named) {
                    let account = self.account(&id);
                    account.service_control.clone_from(&service);
                    account.resource_control.clone_from(&resource);
                    account.has_guardrails = true;
                }
            }
        }
    }

    /// The accounts that an entry is about.
    fn meant(&self, accounts: &[String], named: &[String]) -> Vec<String> {
        let all = self.snapshot.accounts.keys();
        let others = all.filter(|id| accounts.iter().any(|one| one == "*") && !named.contains(id));
        let own = accounts.iter().filter(|one| *one != "*");
        own.chain(others).cloned().collect()
    }

    fn levels(
        &mut self,
        levels: &[guardrail::RawLevel<'_>],
        kind: PolicyKind,
        place: &Place,
    ) -> Vec<Level> {
        let mut out = Vec::with_capacity(levels.len());
        for level in levels {
            let mut policies = Vec::with_capacity(level.policies.len());
            for named in &level.policies {
                self.coverage.count("guardrail");
                policies.push(Attached {
                    name: named.name.as_str().into(),
                    arn: None,
                    policy: self.parse(named.policy, kind, place, &named.name),
                });
            }
            out.push(Level {
                name: level.level.clone(),
                policies,
            });
        }
        out
    }

    fn credentials(&mut self, lines: Vec<Credential>) {
        for line in lines {
            let id = account_of(&line.arn);
            self.account(&id).has_credentials = true;
            if line.is_root() {
                self.account(&id).root = Some(line);
            } else if let Some(at) = self.snapshot.principal(&line.arn) {
                if let Some(user) = self.snapshot.principals.get_mut(at) {
                    user.credential = Some(line);
                }
            } else {
                let name = line.arn.rsplit('/').next().unwrap_or_default().to_owned();
                let mut user = Principal::bare(Kind::User, &line.arn, &name, "");
                user.created = line.created;
                user.credential = Some(line);
                let at = self
                    .snapshot
                    .principals
                    .partition_point(|one| one.arn < user.arn);
                self.snapshot.principals.insert(at, user);
            }
        }
    }

    fn things(&mut self, things: Vec<(Thing, Place)>) {
        for (mut thing, place) in things {
            self.snapshot.listed.insert(thing.account.clone());
            match thing.kind.as_str() {
                "aws_iam_access_key" => self.note_user(&thing, |user| user.listed_keys += 1),
                "aws_iam_user_login_profile" => {
                    self.note_user(&thing, |user| user.listed_login = true)
                }
                "aws_s3_bucket_policy" => {
                    let text = thing.text("policy").unwrap_or_default();
                    let parsed = self.documents.parse_text(text, PolicyKind::Resource);
                    if let Err(error) = &parsed {
                        let detail = format!("{}: {error}", thing.name);
                        fail(&mut self.coverage, &place, AuditFault::BadPolicy, detail);
                    }
                    thing.policy = Some(parsed.map_err(|_| ()));
                }
                _ => {}
            }
            self.snapshot.things.push(thing);
        }
    }

    fn note_user(&mut self, thing: &Thing, note: impl FnOnce(&mut Principal)) {
        let Some(name) = thing.text("user") else {
            return;
        };
        let users = self.snapshot.principals.iter_mut();
        let user = users
            .filter(|one| one.kind == Kind::User && *one.account == *thing.account)
            .find(|one| *one.name == *name || *one.arn == *name);
        if let Some(user) = user {
            note(user);
        }
    }

    /// Parts of one history.
    fn usage(&mut self, parts: Vec<Usage>) {
        for part in parts {
            self.coverage.count("usage");
            self.snapshot.usage.get_or_insert_default().merge(part);
        }
    }

    /// Answers that do not name their account belong to the account that the
    /// file's name has, or to the only one there is.
    fn answers(&mut self, parts: Parts) {
        for (map, place) in parts.summaries {
            if let Some(account) = self.owner(&place) {
                account.summary = map;
            }
        }
        for (policy, place) in parts.password_policies {
            if let Some(account) = self.owner(&place) {
                account.password_policy = policy;
            }
        }
        for (device, place) in parts.devices {
            let arn = match (&device.user, &device.user_name) {
                (Some(user), _) => Some(user.arn.clone()),
                (None, Some(name)) => self.user_named(name, &place),
                (None, None) => None,
            };
            let kind = MfaKind::of(&device.serial_number);
            match arn.and_then(|arn| self.snapshot.principal(&arn)) {
                Some(at) => self
                    .snapshot
                    .principals
                    .iter_mut()
                    .skip(at)
                    .take(1)
                    .for_each(|user| user.devices.push(kind)),
                None => self.root_device(&device.serial_number, kind),
            }
        }
    }

    fn root_device(&mut self, serial: &str, kind: MfaKind) {
        if let Some(arn) = Arn::parse(serial) {
            let id = arn.account.to_owned();
            if serial.contains("root-account-mfa-device") {
                self.account(&id).root_devices.push(kind);
            }
        }
    }

    fn user_named(&mut self, name: &str, place: &Place) -> Option<String> {
        let id = self.owner_id(place)?;
        let users = self.snapshot.principals.iter();
        let found = users.filter(|one| one.kind == Kind::User && *one.account == *id);
        found
            .filter(|one| *one.name == *name)
            .map(|one| one.arn.to_string())
            .next()
    }

    fn owner(&mut self, place: &Place) -> Option<&mut Account> {
        let id = self.owner_id(place)?;
        Some(self.account(&id))
    }

    fn owner_id(&mut self, place: &Place) -> Option<String> {
        if place.account.is_some() {
            return place.account.clone();
        }
        let accounts = &self.snapshot.accounts;
        let named = accounts
            .keys()
            .find(|id| place.source.as_str().contains(id.as_str()));
        let only = accounts.keys().next().filter(|_| accounts.len() == 1);
        let found = named.or(only).cloned();
        if found.is_none() {
            let detail = "the answer does not name its account, and the file's name has none";
            fail(&mut self.coverage, place, AuditFault::BadItem, detail);
        }
        found
    }
}

/// An item that was read once already.
fn again<'a, T: Deserialize<'a>>(item: &'a Item) -> Option<T> {
    serde_json::from_str(&item.text).ok()
}

fn account_of(arn: &str) -> String {
    Arn::parse(arn).map_or("", |arn| arn.account).to_owned()
}
