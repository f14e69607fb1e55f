//! A page a guardrail, written from its file alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

/// A guardrail's file, as far as its page shows it.
#[derive(Deserialize)]
struct Guardrail {
    id: String,
    title: String,
    kind: String,
    why: String,
    #[serde(default)]
    caveats: Vec<String>,
    #[serde(default)]
    parameters: BTreeMap<String, Parameter>,
    #[serde(default)]
    policy: Option<Value>,
    #[serde(default)]
    examples: Examples,
}

#[derive(Deserialize)]
struct Parameter {
    about: String,
    #[serde(default)]
    learn: Option<Value>,
    #[serde(default)]
    default: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Examples {
    stops: Vec<Example>,
    lets: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
    principal: String,
    action: String,
    #[serde(default)]
    resource: String,
    #[serde(default)]
    context: BTreeMap<String, Value>,
}

/// Every page by its name, the index among them.
pub(super) fn pages(files: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    let mut pages = BTreeMap::new();
    let mut index = String::from(
        "# Guardrails\n\nWritten by `cargo xtask pages` from the files of `guardrails/`. What they \
         would have done to your own history: [`gardefou replay`](../replay.md).\n\n\
         | guardrail | kind | what |\n|---|---|---|\n",
    );
    for (name, text) in files {
        let one: Guardrail = yaml_serde::from_str(text).with_context(|| name.clone())?;
        writeln!(
            index,
            "| [`{0}`]({0}.md) | {1} | {2} |",
            one.id,
            kind(&one),
            one.title
        )?;
        pages.insert(format!("{}.md", one.id), page(&one)?);
    }
    pages.insert("README.md".to_owned(), index);
    Ok(pages)
}

fn kind(one: &Guardrail) -> &'static str {
    match one.kind.as_str() {
        "scp" => "a service control policy",
        "boundary" => "a permissions boundary",
        _ => "advice",
    }
}

fn page(one: &Guardrail) -> Result<String> {
    let mut out = format!(
        "# {}\n\n`{}`, {}. {}\n",
        one.title,
        one.id,
        kind(one),
        one.why.trim()
    );
    if !one.caveats.is_empty() {
        out.push_str("\n## Before it is put into place\n\n");
        for caveat in &one.caveats {
            writeln!(out, "- {caveat}")?;
        }
    }
    if !one.parameters.is_empty() {
        out.push_str("\n## Parameters\n\n| name | what | from |\n|---|---|---|\n");
        for (name, parameter) in &one.parameters {
            writeln!(
                out,
                "| `{name}` | {} | {} |",
                parameter.about,
                source(parameter)
            )?;
        }
    }
    if let Some(policy) = &one.policy {
        let policy = serde_json::to_string_pretty(&sorted(policy))?;
        write!(out, "\n## Policy\n\n```json\n{policy}\n```\n")?;
        examples(&mut out, "Stops", &one.examples.stops)?;
        examples(&mut out, "Lets through", &one.examples.lets)?;
    }
    Ok(out)
}

/// The same with members in order of their names.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(members) => {
            let by_name: BTreeMap<&String, &Value> = members.iter().collect();
            let members = by_name.into_iter();
            Value::Object(
                members
                    .map(|(name, one)| (name.clone(), sorted(one)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

fn source(parameter: &Parameter) -> String {
    if parameter.learn.is_some() {
        return "learnt from the history, or `--set`".to_owned();
    }
    let values: Vec<String> = parameter
        .default
        .iter()
        .map(|one| format!("`{one}`"))
        .collect();
    format!("{}, or `--set`", values.join(", "))
}

fn examples(out: &mut String, title: &str, examples: &[Example]) -> Result<()> {
    write!(out, "\n## {title}\n\n")?;
    for one in examples {
        write!(out, "- `{}` by `{}`", one.action, one.principal)?;
        if !one.resource.is_empty() {
            write!(out, " on `{}`", one.resource)?;
        }
        for (key, value) in &one.context {
            write!(
                out,
                ", `{key}` = `{}`",
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            )?;
        }
        out.push('\n');
    }
    Ok(())
}
