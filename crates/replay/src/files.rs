//! Guardrails as files that are ready to be put into place: JSON, and
//! Terraform without anything to import.

use std::fmt::Write as _;

use gardefou_finding::{GuardrailEffect, Replay};
use serde_json::Value;

/// Names and texts of the files for the guardrails that a replay is to write:
/// those suggested, else all that it has.
pub fn of(replay: &Replay) -> Vec<(String, String)> {
    let is_chosen = |one: &&GuardrailEffect| {
        let suggestion = replay.suggestion.as_ref();
        suggestion.is_none_or(|it| it.guardrails.contains(&one.id))
    };
    let chosen: Vec<&GuardrailEffect> = replay.guardrails.iter().filter(is_chosen).collect();
    let mut files: Vec<(String, String)> = chosen
        .iter()
        .map(|one| (file_name(one), pretty(&one.policy)))
        .collect();
    if !chosen.is_empty() {
        files.push(("guardrails.tf".to_owned(), terraform(&chosen)));
    }
    files
}

/// Names come from files that people write.
fn file_name(one: &GuardrailEffect) -> String {
    format!("{}.{}.json", plain(&one.id, '-'), plain(&one.kind, '-'))
}

/// Letters and digits, and one character for all else.
fn plain(text: &str, other: char) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() { c } else { other };
    text.chars().map(keep).collect()
}

fn pretty(policy: &Value) -> String {
    format!("{policy:#}\n")
}

fn terraform(chosen: &[&GuardrailEffect]) -> String {
    let mut out = String::from(
        "# Guardrails that gardefou suggests. SCPs are attached to `var.targets`, boundaries are\n\
         # policies to name as permissions boundary.\n\n\
         variable \"targets\" {\n  type        = list(string)\n  \
         description = \"Organization roots, units or accounts that the policies are attached to\"\n}\n",
    );
    for one in chosen {
        let resource = match one.kind.as_str() {
            "boundary" => boundary(one),
            _ => scp(one),
        };
        out.push_str(&resource);
    }
    out
}

fn scp(one: &GuardrailEffect) -> String {
    let name = plain(&one.id, '_');
    let mut out = String::new();
    let _ = write!(
        out,
        "\nresource \"aws_organizations_policy\" \"{name}\" {{\n  name    = \"{id}\"\n  \
         type    = \"SERVICE_CONTROL_POLICY\"\n  content = file(\"${{path.module}}/{file}\")\n}}\n\n\
         resource \"aws_organizations_policy_attachment\" \"{name}\" {{\n  \
         for_each  = toset(var.targets)\n  policy_id = aws_organizations_policy.{name}.id\n  \
         target_id = each.value\n}}\n",
        id = plain(&one.id, '-'),
        file = file_name(one),
    );
    out
}

fn boundary(one: &GuardrailEffect) -> String {
    let name = plain(&one.id, '_');
    let mut out = String::new();
    let _ = write!(
        out,
        "\nresource \"aws_iam_policy\" \"{name}\" {{\n  name   = \"{id}\"\n  \
         policy = file(\"${{path.module}}/{file}\")\n}}\n",
        id = plain(&one.id, '-'),
        file = file_name(one),
    );
    out
}
