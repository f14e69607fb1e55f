//! `xtask pages`: a page a rule and a page a guardrail, written from their files
//! alone.

mod guardrail;
mod index;
mod page;
mod rule;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use self::rule::RuleFile;
use crate::root;

/// Writes the pages, or with `check` only says which are not as they should be.
pub(crate) fn run(check: bool) -> Result<()> {
    let root = root();
    let rules = pages(&root.join("rules/cloudtrail"))?;
    let guardrails = guardrail::pages(&texts(&root.join("guardrails"), "yml")?)?;
    let mut problems = Vec::new();
    for (folder, wanted) in [("docs/rules", &rules), ("docs/guardrails", &guardrails)] {
        let path = root.join(folder);
        let found = found(&path)?;
        let differing = compare(folder, wanted, &found);
        if !check {
            write(&path, wanted, &found)?;
            println!(
                "{folder}: {} pages, {} changed",
                wanted.len(),
                differing.len()
            );
        }
        problems.extend(differing);
    }
    if check && !problems.is_empty() {
        bail!("{}\nrun `cargo xtask pages`", problems.join("\n"));
    }
    Ok(())
}

/// Every page by its name, the index among them.
fn pages(rules: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = Vec::new();
    for (name, text) in texts(rules, "yml")? {
        let slug = name.trim_end_matches(".yml");
        files.push(RuleFile::parse(slug, &text)?);
    }
    let mut pages: BTreeMap<String, String> = files
        .iter()
        .map(|file| (format!("{}.md", file.slug), page::page(file)))
        .collect();
    pages.insert("README.md".to_owned(), index::index(&files));
    Ok(pages)
}

fn found(folder: &Path) -> Result<BTreeMap<String, String>> {
    if folder.exists() {
        texts(folder, "md")
    } else {
        Ok(BTreeMap::new())
    }
}

/// Name and text of a folder's files with this extension.
fn texts(folder: &Path, extension: &str) -> Result<BTreeMap<String, String>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut texts = BTreeMap::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|found| found != extension) {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        texts.insert(name.into_owned(), text);
    }
    Ok(texts)
}

/// A line for each page that is missing, stale, or without what it is about.
fn compare(
    folder: &str,
    wanted: &BTreeMap<String, String>,
    found: &BTreeMap<String, String>,
) -> Vec<String> {
    let of_rules = wanted
        .iter()
        .filter_map(|(name, text)| match found.get(name) {
            None => Some(format!("{folder}/{name}: missing")),
            Some(old) if old != text => Some(format!("{folder}/{name}: stale")),
            Some(_) => None,
        });
    let orphans = found
        .keys()
        .filter(|name| !wanted.contains_key(*name))
        .map(|name| format!("{folder}/{name}: about nothing that there is"));
    of_rules.chain(orphans).collect()
}

fn write(
    folder: &Path,
    wanted: &BTreeMap<String, String>,
    found: &BTreeMap<String, String>,
) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (name, text) in wanted {
        if found.get(name) != Some(text) {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        }
    }
    for name in found.keys().filter(|name| !wanted.contains_key(*name)) {
        fs::remove_file(folder.join(name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages_of(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn missing_stale_and_orphaned_pages_are_told() {
        let wanted = pages_of(&[("a.md", "1"), ("b.md", "1"), ("c.md", "1")]);
        let found = pages_of(&[("b.md", "0"), ("c.md", "1"), ("d.md", "1")]);
        assert_eq!(
            compare("docs/rules", &wanted, &found),
            [
                "docs/rules/a.md: missing",
                "docs/rules/b.md: stale",
                "docs/rules/d.md: about nothing that there is"
            ]
        );
    }

    #[test]
    fn every_rule_and_guardrail_has_its_page() {
        run(true).unwrap();
    }
}
