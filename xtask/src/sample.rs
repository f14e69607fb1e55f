//! Writes archives to disk.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use gardefou_testkit::{Benign, Config, GroundTruth, Variant, accounts, archive};
use serde::Serialize;

use crate::options::Options;

/// Seed of the shipped samples.
const SEED: u64 = 2025;

/// `xtask sample`: the shipped pair, with and without the attack, and the truth about it.
pub(crate) fn samples(options: &Options) -> Result<()> {
    let seed = options.seed.unwrap_or(SEED);
    let out = options
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("samples"));
    let attack = write(&Config::attacked(seed), &out.join("attack"))?;
    write(&Config::quiet(seed), &out.join("quiet"))?;
    save_truth(&attack, &out.join("attack-truth.json"))?;
    let snapshot = out.join("snapshot");
    fs::create_dir_all(&snapshot)?;
    for (name, text) in accounts(&Config::attacked(seed)) {
        fs::write(snapshot.join(name), text)?;
    }
    Ok(())
}

/// `xtask variant NAME`: one attack or one benign undertaking.
pub(crate) fn variant(options: &Options) -> Result<()> {
    let name = options.name.as_deref().unwrap_or("");
    let seed = options.seed.unwrap_or(SEED);
    let mut config = if let Some(variant) = Variant::ALL.into_iter().find(|v| word(v) == name) {
        Config::short(seed, options.days.unwrap_or(30), variant)
    } else if let Some(benign) = Benign::ALL.into_iter().find(|b| word(b) == name) {
        Config::benign(seed, benign)
    } else {
        bail!(
            "`{name}` is neither an attack nor a benign undertaking; {}",
            known()
        );
    };
    config.days = options.days.unwrap_or(config.days);
    let out = options
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("target/variant"));
    let truth = write(&config, &out)?;
    save_truth(&truth, &out.with_extension("truth.json"))
}

/// `xtask bulk`: a large archive for benchmarks.
pub(crate) fn bulk(options: &Options) -> Result<()> {
    let out = options.out.as_deref().context("`--out` is missing")?;
    let bytes = options.bytes.unwrap_or(1_500_000_000);
    let config = Config::bulk(
        options.seed.unwrap_or(SEED),
        bytes,
        options.files.unwrap_or(2_000),
    );
    write(&config, out).map(drop)
}

/// Writes an archive into an empty or missing folder.
pub(crate) fn write(config: &Config, out: &Path) -> Result<GroundTruth> {
    let logs = out.join("AWSLogs");
    if logs.exists() {
        // Files of another seed would stay beside the new ones.
        fs::remove_dir_all(&logs).with_context(|| format!("cannot empty `{}`", logs.display()))?;
    }
    let truth = archive(config, &mut |path, bytes| {
        let path = out.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, bytes)
    })
    .with_context(|| format!("cannot write into `{}`", out.display()))?;
    println!(
        "{}: {} events in {} files, {} bytes ({} inflated)",
        out.display(),
        truth.events,
        truth.files,
        truth.compressed_bytes,
        truth.inflated_bytes
    );
    Ok(truth)
}

fn save_truth(truth: &GroundTruth, path: &Path) -> Result<()> {
    let mut text = serde_json::to_string_pretty(truth)?;
    text.push('\n');
    fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}

/// How a kind is written.
fn word(kind: &impl Serialize) -> String {
    let json = serde_json::to_string(kind).unwrap_or_default();
    json.trim_matches('"').to_owned()
}

fn known() -> String {
    let words: Vec<String> = Variant::ALL
        .iter()
        .map(word)
        .chain(Benign::ALL.iter().map(word))
        .collect();
    format!("known are {}", words.join(", "))
}
