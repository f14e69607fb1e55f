//! The AWS managed policies, from a dated data file in the program.
//!
//! `cargo xtask managed-policies` makes the file; its heading names source,
//! licence and date. It is inflated only when a snapshot names a policy
//! without holding it.

use std::io::Read as _;

use flate2::read::GzDecoder;

/// The packed table.
const PACKED: &[u8] = include_bytes!("../../data/aws-managed-policies.tsv.gz");

/// AWS managed policies by ARN.
#[derive(Clone, Debug, Default)]
pub struct ManagedPolicies {
    table: String,
    /// Where the lines of policies begin.
    start: usize,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManagedPolicy<'a> {
    /// Its ARN.
    pub arn: &'a str,
    /// Its version, such as `v3`.
    pub version: &'a str,
    /// The day of its last change.
    pub changed: &'a str,
    /// The document's JSON.
    pub document: &'a str,
}

impl ManagedPolicies {
    /// Inflates the table.
    pub fn load() -> Self {
        let mut table = String::new();
        // The file is a part of the program, and a test reads all of it.
        let _ = GzDecoder::new(PACKED).read_to_string(&mut table);
        let start = table
            .find("\narn:")
            .map_or(table.len(), |newline| newline + 1);
        Self { table, start }
    }

    /// The day of the newest change that the table knows.
    pub fn date(&self) -> &str {
        self.heading()
            .lines()
            .find_map(|line| line.strip_prefix("# date: "))
            .unwrap_or_default()
    }

    /// Source, licence and date.
    pub fn heading(&self) -> &str {
        self.table.get(..self.start).unwrap_or_default()
    }

    /// Every policy, in order of ARN.
    pub fn iter(&self) -> impl Iterator<Item = ManagedPolicy<'_>> {
        let lines = self.table.get(self.start..).unwrap_or_default().lines();
        lines.filter_map(parse)
    }

    /// The policy with this ARN, in whatever partition: AWS publishes the
    /// same documents in each.
    pub fn get(&self, arn: &str) -> Option<ManagedPolicy<'_>> {
        let (_, rest) = arn.strip_prefix("arn:")?.split_once(':')?;
        let line = format!("\narn:aws:{rest}\t");
        let at = memchr::memmem::find(self.table.as_bytes(), line.as_bytes())?;
        parse(self.table.get(at + 1..)?.lines().next()?)
    }
}

fn parse(line: &str) -> Option<ManagedPolicy<'_>> {
    let mut parts = line.splitn(4, '\t');
    Some(ManagedPolicy {
        arn: parts.next()?,
        version: parts.next()?,
        changed: parts.next()?,
        document: parts.next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Policy, PolicyKind};

    #[test]
    fn says_where_it_is_from() {
        let policies = ManagedPolicies::load();
        assert!(policies.heading().contains("Apache-2.0"));
        assert!(policies.heading().contains("moto"));
        assert_eq!(policies.date().len(), "2026-01-01".len());
    }

    #[test]
    fn every_document_is_a_policy() {
        let policies = ManagedPolicies::load();
        let faults: Vec<_> = policies
            .iter()
            .filter_map(|one| {
                let parsed = Policy::parse(one.document, PolicyKind::Identity);
                parsed.err().map(|error| format!("{}: {error}", one.arn))
            })
            .collect();
        assert!(policies.iter().count() > 1_500);
        assert_eq!(faults, Vec::<String>::new());
    }

    #[test]
    fn finds_by_arn_in_every_partition() {
        let policies = ManagedPolicies::load();
        for arn in [
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "arn:aws-cn:iam::aws:policy/AdministratorAccess",
        ] {
            let found = policies.get(arn).unwrap();
            assert_eq!(found.arn, "arn:aws:iam::aws:policy/AdministratorAccess");
        }
        assert_eq!(policies.get("arn:aws:iam::aws:policy/Administrator"), None);
    }
}
