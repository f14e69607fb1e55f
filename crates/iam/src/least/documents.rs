//! Statements as policies: JSON, and Terraform's JSON.

use gardefou_finding::{ProposedStatement, Untrusted};
use serde_json::{Map, Value, json};

/// Largest document, in characters without white space: AWS's limit for a
/// managed policy.
pub const MAX_DOCUMENT: usize = 6_144;

/// Policy documents that hold all statements, as few as AWS's limit allows.
pub fn documents(statements: &[ProposedStatement]) -> Vec<Value> {
    let mut all: Vec<Vec<Value>> = Vec::new();
    for one in statements.iter().flat_map(|one| parts(one.clone())) {
        let statement = statement(&one);
        let fits = all.last().is_some_and(|last| {
            let with = [&last[..], std::slice::from_ref(&statement)].concat();
            size(&document(with)) <= MAX_DOCUMENT
        });
        match all.last_mut() {
            Some(last) if fits => last.push(statement),
            _ => all.push(vec![statement]),
        }
    }
    all.into_iter().map(document).collect()
}

/// A statement, or parts of it that each fit into a document.
fn parts(mut one: ProposedStatement) -> Vec<ProposedStatement> {
    if size(&document(vec![statement(&one)])) <= MAX_DOCUMENT {
        return vec![one];
    }
    let mut other = one.clone();
    if one.resources.len() > 1 {
        other.resources = one.resources.split_off(one.resources.len() / 2);
    } else if one.actions.len() > 1 {
        other.actions = one.actions.split_off(one.actions.len() / 2);
    } else {
        return vec![one];
    }
    one.sid.push('a');
    other.sid.push('b');
    [parts(one), parts(other)].concat()
}

fn document(statements: Vec<Value>) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Characters as AWS counts them.
fn size(document: &Value) -> usize {
    document
        .to_string()
        .chars()
        .filter(|one| !one.is_whitespace())
        .count()
}

fn statement(one: &ProposedStatement) -> Value {
    let texts =
        |all: &[Untrusted]| -> Vec<Value> { all.iter().map(|text| text.as_str().into()).collect() };
    let mut members = Map::new();
    members.insert("Sid".to_owned(), one.sid.as_str().into());
    members.insert("Effect".to_owned(), "Allow".into());
    members.insert("Action".to_owned(), json!(one.actions));
    members.insert("Resource".to_owned(), texts(&one.resources).into());
    if !one.conditions.is_empty() {
        let mut operators = Map::new();
        for (operator, keys) in &one.conditions {
            let keys: Map<String, Value> = keys
                .iter()
                .map(|(key, values)| (key.clone(), texts(values).into()))
                .collect();
            operators.insert(operator.clone(), keys.into());
        }
        members.insert("Condition".to_owned(), operators.into());
    }
    members.into()
}

/// Terraform's JSON (`.tf.json`) of a managed policy for each document.
pub fn terraform(name: &str, documents: &[Value]) -> Value {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let label: String = name.chars().map(plain).collect();
    let mut resources = Map::new();
    for (nth, document) in documents.iter().enumerate() {
        let resource = json!({
            "name": format!("{name}-least-privilege-{}", nth + 1),
            "description": "What was used, and no more",
            "policy": literal(&document.to_string()),
        });
        resources.insert(format!("least_privilege_{label}_{}", nth + 1), resource);
    }
    json!({"resource": {"aws_iam_policy": resources}})
}

/// A text in which Terraform evaluates nothing: IAM's `${aws:username}` looks
/// like a template of its own.
fn literal(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}
