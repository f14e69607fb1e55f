//! `xtask new-rule SLUG`: a rule file to fill in.

use std::fs;
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};

use crate::root;

/// Writes `rules/cloudtrail/SLUG.yml`; an existing file is never overwritten.
pub(crate) fn run(slug: Option<&str>) -> Result<()> {
    let slug = slug.context("usage: cargo xtask new-rule SLUG")?;
    let is_slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if slug.is_empty() || !slug.chars().all(is_slug) {
        bail!("`{slug}`: a slug is made of small letters, digits and hyphens");
    }
    let path = root().join(format!("rules/cloudtrail/{slug}.yml"));
    if path.exists() {
        bail!("`{}` exists", path.display());
    }
    let date = DateTime::<Utc>::from(SystemTime::now()).format("%Y-%m-%d");
    let text = skeleton(slug, &uuid(fastrand::u128(..)), &date.to_string());
    fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    println!(
        "rules/cloudtrail/{slug}.yml\n\
         Fill in each TODO (docs/rules-writing.md says how), then run\n  \
         cargo run -p gardefou -- rules test rules/cloudtrail/{slug}.yml\n  \
         cargo xtask pages"
    );
    Ok(())
}

/// A UUID of version 4.
fn uuid(random: u128) -> String {
    let bits = (random & !(0xf << 76) & !(0b11 << 62)) | (0x4 << 76) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}

fn skeleton(slug: &str, id: &str, date: &str) -> String {
    let name = slug.replace('-', "_");
    format!(
        "\
title: TODO what happened, in short English
id: {id}
name: {name}
status: experimental
description: >-
  TODO two to five sentences: what the call does, why an attacker wants it, what to look at first.
references:
  - https://attack.mitre.org/techniques/TODO/
author: gardefou
date: {date}
tags:
  - attack.TODO-tactic
  - attack.tTODO
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    eventSource: TODO.amazonaws.com
    eventName: TODO
  succeeded:
    errorCode: null
  service:
    userIdentity.type: AWSService
  condition: selection and succeeded and not service
falsepositives:
  - TODO ordinary work that matches
level: medium
gardefou.title_fr: TODO le titre en français
gardefou.confidence: medium
rsigma.exemplars:
{}{}{}{}",
        exemplar("TODO the plain case", "match"),
        exemplar("TODO another way to do it", "match"),
        exemplar("TODO the same by a service or pipeline", "no-match"),
        exemplar("TODO the harmless parameter, or a refusal", "no-match"),
    )
}

fn exemplar(name: &str, expect: &str) -> String {
    format!(
        "  - name: {name}
    expect: {expect}
    event: {{\"eventVersion\": \"1.11\", \"eventTime\": \"2026-11-02T09:14:05Z\",
            \"eventSource\": \"TODO.amazonaws.com\", \"eventName\": \"TODO\", \"awsRegion\": \"eu-west-3\",
            \"sourceIPAddress\": \"203.0.113.77\", \"userAgent\": \"aws-cli/2.31.4\",
            \"userIdentity\": {{\"type\": \"IAMUser\", \"principalId\": \"AIDAEXAMPLE4USERID00\",
              \"arn\": \"arn:aws:iam::123456789012:user/reporting\", \"accountId\": \"123456789012\",
              \"accessKeyId\": \"AKIAEXAMPLE4LONGKEY0\", \"userName\": \"reporting\"}},
            \"requestParameters\": null, \"responseElements\": null, \"readOnly\": false,
            \"eventType\": \"AwsApiCall\", \"managementEvent\": true,
            \"recipientAccountId\": \"123456789012\", \"eventCategory\": \"Management\"}}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use yaml_serde::Value;

    #[test]
    fn the_skeleton_is_yaml_with_four_examples() {
        let text = skeleton("a-new-thing", "x", "2026-01-02");
        let value: Value = yaml_serde::from_str(&text).unwrap();
        assert_eq!(value["name"].as_str(), Some("a_new_thing"));
        assert_eq!(value["rsigma.exemplars"].as_sequence().unwrap().len(), 4);
    }

    #[test]
    fn ids_are_of_version_4() {
        for random in [0, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            let id = uuid(random);
            assert_eq!(id.len(), 36);
            assert_eq!(id.as_bytes()[14], b'4', "{id}");
            assert!(b"89ab".contains(&id.as_bytes()[19]), "{id}");
        }
    }
}
