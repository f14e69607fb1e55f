//! `xtask organization`: an invented organization's authorization details, to
//! measure an audit with and to look at its report.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use gardefou_testkit::{OrganizationPlan, organization};

/// Principals, accounts and seed where nothing else is said.
const USUAL: OrganizationPlan = OrganizationPlan {
    seed: 2025,
    accounts: 20,
    principals: 1_000,
};

/// Writes what was asked for.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<()> {
    let (mut plan, mut out) = (USUAL, None);
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let value = arguments
            .next()
            .with_context(|| format!("`{argument}` lacks a value"))?;
        match argument.as_str() {
            "--out" => out = Some(PathBuf::from(value)),
            "--principals" => plan.principals = value.parse()?,
            "--accounts" => plan.accounts = value.parse()?,
            "--seed" => plan.seed = value.parse()?,
            _ => bail!("unknown option `{argument}`"),
        }
    }
    let out = out.context("--out DIR is missing")?;
    write(&out, &plan)?;
    println!("{}: {} principals", out.display(), plan.principals);
    Ok(())
}

/// An organization of so many principals in 20 accounts, in a folder.
pub(crate) fn usual(out: &Path, principals: u32) -> Result<()> {
    write(
        out,
        &OrganizationPlan {
            principals,
            ..USUAL
        },
    )
}

fn write(out: &Path, plan: &OrganizationPlan) -> Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot make `{}`", out.display()))?;
    for (name, bytes) in organization(plan) {
        let path = out.join(name);
        fs::write(&path, bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}
