//! What protects a branch, as GitHub and GitLab export it.
//!
//! Sources: GitHub's REST API, *Get branch protection* and *Get rules for a
//! branch*; GitLab's API, *Protected branches*.

use gardefou_finding::{Confidence, Severity};
use serde_json::Value;

use crate::check::{CheckId, Out, Reason, Report};
use crate::coverage::Unread;
use crate::judge::Judged;

/// Judges an export of a branch's protection; `name` is the file's.
pub fn judge_protection(name: &str, bytes: &[u8], judged: &mut Judged) {
    let mut out = Out::new(&mut judged.coverage, None);
    let faults = serde_json::from_slice::<Value>(bytes)
        .map_err(|error| error.to_string())
        .and_then(|value| faults(&value).ok_or_else(|| "no protection that is known here".into()));
    match faults {
        Ok(faults) => {
            for (reason, severity) in faults {
                let report = Report::new(
                    CheckId::BranchProtection,
                    reason,
                    severity,
                    Confidence::High,
                );
                out.at_path(name, None, "", report);
            }
        }
        Err(error) => out.unread_at(name, Unread::BadSyntax, &error),
    }
    judged.findings.extend(out.findings());
}

type Fault = (Reason, Severity);

/// `None` when the export is of no known form.
fn faults(value: &Value) -> Option<Vec<Fault>> {
    match value {
        Value::Array(rules) if rules.iter().all(|rule| rule.get("type").is_some()) => {
            Some(github_rules(rules))
        }
        Value::Array(branches) if !branches.is_empty() => {
            let each: Option<Vec<Vec<Fault>>> = branches.iter().map(gitlab_branch).collect();
            Some(each?.concat())
        }
        Value::Object(object)
            if object.get("message").and_then(Value::as_str) == Some("Branch not protected") =>
        {
            Some(vec![
                (Reason::BranchUnreviewed, Severity::High),
                (Reason::BranchForcePush, Severity::High),
            ])
        }
        Value::Object(object)
            if object.contains_key("enforce_admins")
                || object.contains_key("allow_force_pushes") =>
        {
            Some(github_branch(value))
        }
        Value::Object(_) => gitlab_branch(value),
        _ => None,
    }
}

fn is_on(value: &Value, pointer: &str) -> bool {
    let found = value.pointer(pointer);
    found.and_then(Value::as_bool).unwrap_or(false)
}

fn count(value: &Value, pointer: &str) -> u64 {
    let found = value.pointer(pointer);
    found.and_then(Value::as_u64).unwrap_or(0)
}

fn github_branch(value: &Value) -> Vec<Fault> {
    let reviews = value
        .get("required_pull_request_reviews")
        .filter(|reviews| reviews.is_object());
    let mut faults = reviews.map_or_else(
        || vec![(Reason::BranchUnreviewed, Severity::High)],
        |reviews| review_faults(reviews, ""),
    );
    let bypass = ["users", "teams", "apps"].iter().any(|kind| {
        let pointer =
            format!("/required_pull_request_reviews/bypass_pull_request_allowances/{kind}");
        value
            .pointer(&pointer)
            .and_then(Value::as_array)
            .is_some_and(|list| !list.is_empty())
    });
    for (is_fault, reason, severity) in [
        (bypass, Reason::BranchBypass, Severity::Medium),
        (
            !is_on(value, "/enforce_admins/enabled"),
            Reason::BranchAdmins,
            Severity::Medium,
        ),
        (
            is_on(value, "/allow_force_pushes/enabled"),
            Reason::BranchForcePush,
            Severity::High,
        ),
        (
            is_on(value, "/allow_deletions/enabled"),
            Reason::BranchDeletion,
            Severity::Medium,
        ),
        (
            !value
                .get("required_status_checks")
                .is_some_and(Value::is_object),
            Reason::BranchUnchecked,
            Severity::Medium,
        ),
        (
            !is_on(value, "/required_signatures/enabled"),
            Reason::BranchUnsigned,
            Severity::Low,
        ),
    ] {
        if is_fault {
            faults.push((reason, severity));
        }
    }
    faults
}

/// What a requirement of reviews leaves open; `at` is where its fields are.
fn review_faults(value: &Value, at: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    if count(value, &format!("{at}/required_approving_review_count")) == 0 {
        faults.push((Reason::BranchUnreviewed, Severity::High));
    }
    let dismisses = ["dismiss_stale_reviews", "dismiss_stale_reviews_on_push"];
    if !dismisses
        .iter()
        .any(|name| is_on(value, &format!("{at}/{name}")))
    {
        faults.push((Reason::BranchStaleReviews, Severity::Medium));
    }
    if !is_on(value, &format!("{at}/require_last_push_approval")) {
        faults.push((Reason::BranchLastPush, Severity::Medium));
    }
    if !["require_code_owner_reviews", "require_code_owner_review"]
        .iter()
        .any(|name| is_on(value, &format!("{at}/{name}")))
    {
        faults.push((Reason::BranchOwners, Severity::Low));
    }
    faults
}

fn github_rules(rules: &[Value]) -> Vec<Fault> {
    let of = |kind: &str| {
        rules
            .iter()
            .find(|rule| rule.get("type").and_then(Value::as_str) == Some(kind))
    };
    let mut faults = of("pull_request").map_or_else(
        || vec![(Reason::BranchUnreviewed, Severity::High)],
        |rule| review_faults(rule, "/parameters"),
    );
    for (kind, reason, severity) in [
        ("non_fast_forward", Reason::BranchForcePush, Severity::High),
        ("deletion", Reason::BranchDeletion, Severity::Medium),
        (
            "required_status_checks",
            Reason::BranchUnchecked,
            Severity::Medium,
        ),
        ("required_signatures", Reason::BranchUnsigned, Severity::Low),
    ] {
        if of(kind).is_none() {
            faults.push((reason, severity));
        }
    }
    faults
}

/// GitLab's access level of a developer, who may push without a merge request.
const DEVELOPER: u64 = 30;

fn gitlab_branch(value: &Value) -> Option<Vec<Fault>> {
    let pushers = value.get("push_access_levels")?.as_array()?;
    let level = |one: &Value| count(one, "/access_level");
    let direct = pushers.iter().any(|one| level(one) > 0);
    let many = pushers.iter().any(|one| level(one) == DEVELOPER);
    let mut faults = Vec::new();
    if direct {
        let severity = if many {
            Severity::High
        } else {
            Severity::Medium
        };
        faults.push((Reason::BranchUnreviewed, severity));
    }
    if is_on(value, "/allow_force_push") {
        faults.push((Reason::BranchForcePush, Severity::High));
    }
    if !is_on(value, "/code_owner_approval_required") {
        faults.push((Reason::BranchOwners, Severity::Low));
    }
    Some(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(text: &str) -> Vec<&'static str> {
        let mut judged = Judged::default();
        judge_protection("p.json", text.as_bytes(), &mut judged);
        assert!(judged.coverage.is_complete(), "{text}");
        judged
            .findings
            .iter()
            .map(|one| one.reason.word())
            .collect()
    }

    #[test]
    fn a_branch_that_is_well_protected_is_quiet() {
        let github = r#"{"required_pull_request_reviews":{"required_approving_review_count":2,
            "dismiss_stale_reviews":true,"require_last_push_approval":true,"require_code_owner_reviews":true},
            "enforce_admins":{"enabled":true},"allow_force_pushes":{"enabled":false},
            "allow_deletions":{"enabled":false},"required_signatures":{"enabled":true},
            "required_status_checks":{"strict":true,"contexts":["gardefou"]}}"#;
        assert!(reasons(github).is_empty(), "{:?}", reasons(github));
        let gitlab = r#"[{"name":"main","push_access_levels":[{"access_level":0}],
            "allow_force_push":false,"code_owner_approval_required":true}]"#;
        assert!(reasons(gitlab).is_empty());
    }

    #[test]
    fn what_is_open_is_told() {
        let open = reasons(
            r#"{"enforce_admins":{"enabled":false},"allow_force_pushes":{"enabled":true}}"#,
        );
        for reason in [
            "branch-unreviewed",
            "branch-admins",
            "branch-force-push",
            "branch-unchecked",
        ] {
            assert!(open.contains(&reason), "{reason}: {open:?}");
        }
        assert!(reasons("[]").contains(&"branch-unreviewed"));
        assert!(reasons(r#"{"message":"Branch not protected"}"#).contains(&"branch-force-push"));
        let direct = r#"{"push_access_levels":[{"access_level":30}],"allow_force_push":true}"#;
        assert!(reasons(direct).contains(&"branch-unreviewed"));
    }

    #[test]
    fn another_file_is_not_read() {
        for text in ["{", "{\"a\":1}", "3", "[{\"a\":1}]"] {
            let mut judged = Judged::default();
            judge_protection("p.json", text.as_bytes(), &mut judged);
            assert!(!judged.coverage.is_complete(), "{text}");
        }
    }
}
