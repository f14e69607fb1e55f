//! `gardefou rules`: list, show, test.

use std::fmt::Write as _;
use std::path::Path;

use gardefou_finding::{ExitStatus, Untrusted};
use gardefou_host::{Stream, print, read_text, text_files};
use gardefou_trail::rules::{RuleMeta, RuleSet, RuleText, check_examples, embedded};

use super::{Error, show};
use crate::args::{RuleChoice, Rules};

/// Largest rule file read, in bytes.
const MAX_RULE_FILE: u64 = 1 << 20;

/// Runs `gardefou rules`.
pub(crate) fn run(command: &Rules) -> Result<ExitStatus, Error> {
    match command {
        Rules::List { rules } => list(&load(rules)?),
        Rules::Show { id, rules } => show_one(id, rules),
        Rules::Test { path } => test(path),
    }
}

/// Loads the chosen rules.
pub(crate) fn load(choice: &RuleChoice) -> Result<RuleSet, Error> {
    Ok(RuleSet::load(&texts(choice)?)?)
}

fn texts(choice: &RuleChoice) -> Result<Vec<RuleText>, Error> {
    let mut texts = if choice.no_embedded_rules {
        Vec::new()
    } else {
        embedded()
    };
    for path in &choice.paths {
        texts.extend(read(path)?);
    }
    if texts.is_empty() {
        return Err(Error::Usage(
            "no rules: --no-embedded-rules without --rules".to_owned(),
        ));
    }
    Ok(texts)
}

fn read(path: &Path) -> Result<Vec<RuleText>, Error> {
    let files = text_files(path, &["yml", "yaml"]).map_err(|error| Error::file(path, error))?;
    if files.is_empty() {
        return Err(Error::Usage(format!(
            "`{}`: no .yml or .yaml file",
            path.display()
        )));
    }
    files
        .into_iter()
        .map(|file| {
            let text =
                read_text(&file, MAX_RULE_FILE).map_err(|error| Error::file(&file, error))?;
            let origin = file.to_string_lossy().into_owned();
            Ok(RuleText { origin, text })
        })
        .collect()
}

fn metas(rules: &RuleSet) -> Vec<&RuleMeta> {
    let mut metas: Vec<&RuleMeta> = rules
        .detection_metas()
        .iter()
        .chain(rules.correlation_metas())
        .collect();
    metas.sort_by(|a, b| (&a.origin, &a.id).cmp(&(&b.origin, &b.id)));
    metas
}

fn list(rules: &RuleSet) -> Result<ExitStatus, Error> {
    let mut text = String::new();
    for meta in metas(rules).into_iter().filter(|meta| meta.alerts) {
        let name = meta.name.as_deref().unwrap_or("");
        let _ = writeln!(
            text,
            "{:<13} {:<36}  {:<44} {}",
            meta.severity.word(),
            Untrusted::new(meta.id.as_str()).escaped(),
            Untrusted::new(name).escaped(),
            Untrusted::new(meta.title.as_str()).escaped()
        );
    }
    show(&text)
}

fn show_one(id: &str, choice: &RuleChoice) -> Result<ExitStatus, Error> {
    let texts = texts(choice)?;
    let rules = RuleSet::load(&texts)?;
    let found = metas(&rules)
        .into_iter()
        .find(|meta| meta.id == id || meta.name.as_deref() == Some(id))
        .and_then(|meta| texts.iter().find(|text| text.origin == meta.origin));
    let Some(file) = found else {
        return Err(Error::Usage(format!(
            "no rule `{id}`; `gardefou rules list` names them"
        )));
    };
    let mut text = format!("# {}\n", file.origin);
    for line in file.text.lines() {
        let _ = writeln!(text, "{}", Untrusted::new(line).escaped());
    }
    show(&text)
}

/// Status 0 when every example holds, 1 when one does not or a rule has none.
fn test(path: &Path) -> Result<ExitStatus, Error> {
    let files = read(path)?;
    RuleSet::load(&files)?;
    let outcome = check_examples(&files)?;
    for line in &outcome.problems {
        let line = Untrusted::new(line.as_str());
        print(Stream::Out, &format!("{}\n", line.escaped()))
            .map(drop)
            .map_err(Error::output)?;
    }
    let summary = format!(
        "{} rules, {} examples: {} failed, {} rules without examples\n",
        outcome.rules, outcome.examples, outcome.failed, outcome.without
    );
    print(Stream::Out, &summary)
        .map(drop)
        .map_err(Error::output)?;
    Ok(if outcome.problems.is_empty() {
        ExitStatus::Clean
    } else {
        ExitStatus::Findings
    })
}
