//! `xtask managed-policies`: the AWS managed policies as a data file.
//!
//! AWS publishes its managed policies only through its API. The PyPI package
//! `moto` (Apache-2.0) carries a copy, made with that API, which is taken from
//! there into a compressed table: a heading of comments with source, licence
//! and date, then a line for each policy: ARN, version, day of the last
//! change, document, with tabs between.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use std::io::Write as _;

use crate::root;

/// The release of moto that is read; change it to take newer policies.
const MOTO: &str = "5.2.5";

/// Where the data file stands.
const OUT: &str = "crates/iam/data/aws-managed-policies.tsv.gz";

/// A policy as moto writes it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Managed {
    path: String,
    default_version_id: String,
    update_date: String,
    document: serde_json::Value,
}

/// Downloads moto with pip and writes the data file.
pub(crate) fn run() -> Result<()> {
    let dir = root().join("target/moto");
    download(&dir)?;
    let module = fs::read_to_string(dir.join("moto/iam/aws_managed_policies.py"))?;
    let json = module
        .split("\"\"\"")
        .nth(1)
        .context("moto's module is not one long string any more")?;
    let policies: BTreeMap<String, Managed> = serde_json::from_str(json)?;
    let table = table(&policies)?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(table.as_bytes())?;
    let packed = packed.finish()?;
    println!("{OUT}: {} policies, {} bytes", policies.len(), packed.len());
    fs::write(root().join(OUT), packed).context(OUT)
}

/// Puts the module of moto that has the policies under `dir`.
fn download(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir)?;
    let wheel = format!("moto-{MOTO}-py3-none-any.whl");
    succeed(
        Command::new("pip")
            .args(["download", "--quiet", "--no-deps", "--dest"])
            .arg(dir)
            .arg(format!("moto=={MOTO}")),
    )?;
    succeed(
        Command::new("python3")
            .args(["-m", "zipfile", "--extract"])
            .arg(dir.join(wheel))
            .arg(dir),
    )
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?}"))?;
    if !status.success() {
        bail!("{command:?}: {status}");
    }
    Ok(())
}

/// The table, lines in order of their ARN.
fn table(policies: &BTreeMap<String, Managed>) -> Result<String> {
    let newest = policies
        .values()
        .map(|policy| day(&policy.update_date))
        .max();
    let mut lines = BTreeMap::new();
    for (name, policy) in policies {
        let arn = format!("arn:aws:iam::aws:policy{}{name}", policy.path);
        let document = serde_json::to_string(&policy.document)?;
        let line = format!(
            "{arn}\t{}\t{}\t{document}\n",
            policy.default_version_id,
            day(&policy.update_date)
        );
        lines.insert(arn, line);
    }
    let mut out = format!(
        "# AWS managed policies, {} of them\n# source: PyPI moto {MOTO}, moto/iam/aws_managed_policies.py\n\
         # licence: Apache-2.0, copyright Steve Pulec and the contributors of moto\n# date: {}\n",
        policies.len(),
        newest.unwrap_or_default()
    );
    out.extend(lines.into_values());
    Ok(out)
}

/// The day of a time such as `2026-09-24T20:57:09+00:00`.
fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}
