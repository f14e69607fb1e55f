//! Reviews as GitHub and GitLab export them.
//!
//! Sources: `gh pr view --json author,commits,headRefOid,reviews`; GitLab's API,
//! *Merge request approvals* beside *Get single MR* (`merge_request`, `approvals`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Why an export says nothing.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It is no JSON.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It does not say what is needed.
    #[error("the export does not have `{0}`")]
    Missing(&'static str),
}

/// Who approved which commit, and who wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewExport {
    head: String,
    writers: BTreeSet<String>,
    approved: BTreeSet<String>,
}

impl ReviewExport {
    /// Reads an export.
    ///
    /// # Errors
    /// When it is not of one of the forms, or leaves out who wrote the change or
    /// which commit was reviewed.
    pub fn parse(bytes: &[u8]) -> Result<Self, ExportError> {
        let value: Value = serde_json::from_slice(bytes)?;
        if value.get("approvals").is_some() {
            gitlab(&value)
        } else {
            github(&value)
        }
    }

    /// Who approved this commit, without those who wrote it: logins, lower case.
    pub(super) fn approvers(&self, head: &str, mails: &BTreeSet<&str>) -> Vec<String> {
        if self.head != head {
            return Vec::new();
        }
        let others = self
            .approved
            .iter()
            .filter(|login| !self.writers.contains(*login) && !mails.contains(login.as_str()));
        others.cloned().collect()
    }
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    let text = value.pointer(pointer)?.as_str()?;
    (!text.is_empty()).then(|| text.to_ascii_lowercase())
}

fn list<'v>(value: &'v Value, pointer: &'static str) -> Result<&'v [Value], ExportError> {
    let found = value.pointer(pointer).and_then(Value::as_array);
    found
        .map(Vec::as_slice)
        .ok_or(ExportError::Missing(pointer))
}

fn github(value: &Value) -> Result<ReviewExport, ExportError> {
    let head = text(value, "/headRefOid").ok_or(ExportError::Missing("/headRefOid"))?;
    let author = text(value, "/author/login").ok_or(ExportError::Missing("/author/login"))?;
    let mut writers = BTreeSet::from([author]);
    for commit in list(value, "/commits")? {
        for author in list(commit, "/authors")? {
            writers.extend(text(author, "/login"));
            writers.extend(text(author, "/email"));
        }
    }
    let mut last: BTreeMap<String, bool> = BTreeMap::new();
    for review in list(value, "/reviews")? {
        let state = review.get("state").and_then(Value::as_str).unwrap_or("");
        let Some(login) = text(review, "/author/login") else {
            continue;
        };
        let is_of_head = text(review, "/commit/oid").is_none_or(|commit| commit == head);
        match state {
            "APPROVED" => last.insert(login, is_of_head && belongs(review)),
            "CHANGES_REQUESTED" | "DISMISSED" => last.insert(login, false),
            _ => None,
        };
    }
    let approved = last.into_iter().filter(|(_, approves)| *approves);
    Ok(ReviewExport {
        head,
        writers,
        approved: approved.map(|(login, _)| login).collect(),
    })
}

/// Anybody can approve on GitHub; only members' approvals count.
fn belongs(review: &Value) -> bool {
    let association = review.get("authorAssociation").and_then(Value::as_str);
    matches!(association, Some("OWNER" | "MEMBER" | "COLLABORATOR"))
}

fn gitlab(value: &Value) -> Result<ReviewExport, ExportError> {
    let head =
        text(value, "/merge_request/sha").ok_or(ExportError::Missing("/merge_request/sha"))?;
    let pointer = "/merge_request/author/username";
    let author = text(value, pointer).ok_or(ExportError::Missing("/merge_request/author"))?;
    let given = list(value, "/approvals/approved_by")?;
    let approved = given.iter().filter_map(|one| text(one, "/user/username"));
    Ok(ReviewExport {
        head,
        writers: BTreeSet::from([author]),
        approved: approved.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "aaaa";

    fn review(login: &str, state: &str, commit: &str, association: &str) -> Value {
        serde_json::json!({"author": {"login": login}, "state": state,
            "commit": {"oid": commit}, "authorAssociation": association})
    }

    fn approved(reviews: &[Value]) -> Vec<String> {
        let export = serde_json::json!({"headRefOid": HEAD, "author": {"login": "ann"},
            "commits": [{"authors": [{"login": "bob", "email": "bob@example.org"}]}], "reviews": reviews});
        let export = ReviewExport::parse(export.to_string().as_bytes()).unwrap();
        export.approvers(HEAD, &BTreeSet::new())
    }

    #[test]
    fn only_the_last_word_of_another_member_on_the_last_commit_counts() {
        assert_eq!(
            approved(&[review("Eve", "APPROVED", HEAD, "MEMBER")]),
            ["eve"]
        );
        for reviews in [
            vec![review("ann", "APPROVED", HEAD, "OWNER")],
            vec![review("bob", "APPROVED", HEAD, "MEMBER")],
            vec![review("eve", "APPROVED", "bbbb", "MEMBER")],
            vec![review("eve", "APPROVED", HEAD, "NONE")],
            vec![
                review("eve", "APPROVED", HEAD, "MEMBER"),
                review("eve", "DISMISSED", HEAD, "MEMBER"),
            ],
            vec![review("eve", "COMMENTED", HEAD, "MEMBER")],
        ] {
            assert_eq!(approved(&reviews), Vec::<String>::new(), "{reviews:?}");
        }
    }

    #[test]
    fn an_export_that_leaves_something_out_is_an_error() {
        for text in [
            "[]",
            "{}",
            r#"{"headRefOid":"a","reviews":[],"author":{"login":"x"}}"#,
            "{",
        ] {
            assert!(ReviewExport::parse(text.as_bytes()).is_err(), "{text}");
        }
        let gitlab = br#"{"merge_request":{"sha":"aaaa","author":{"username":"ann"}},
            "approvals":{"approved_by":[{"user":{"username":"ann"}},{"user":{"username":"eve"}}]}}"#;
        let export = ReviewExport::parse(gitlab).unwrap();
        assert_eq!(export.approvers(HEAD, &BTreeSet::new()), ["eve"]);
    }
}
