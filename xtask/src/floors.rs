//! `xtask floors`: the table of floors in ARCHITECTURE.md against what cargo
//! knows. Imports point only downwards, and only the crates that may do input
//! and output depend on crates that do.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::root;

/// Heading under which the table stands.
const HEADING: &str = "## Floors";

/// Crates that do input and output by nature, or a family of them (`-` at the end).
const IO_CRATES: [&str; 18] = [
    "async-std",
    "aws-",
    "curl",
    "glob",
    "hyper",
    "isahc",
    "memmap2",
    "mio",
    "notify",
    "object_store",
    "reqwest",
    "rusqlite",
    "smol",
    "tempfile",
    "tokio",
    "ureq",
    "walkdir",
    "signal-hook",
];

/// A crate's place in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    /// `None` beside the house: nothing in the house depends on it.
    floor: Option<u32>,
    /// Whether it may do input and output.
    io: bool,
    /// Line of the table's row, from 1.
    line: usize,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// A workspace member, as `cargo metadata` tells it.
#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
    manifest_path: String,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// `dev`, `build`, or nothing.
    kind: Option<String>,
    path: Option<String>,
}

/// Runs the comparison.
pub(crate) fn run() -> Result<()> {
    let root = root();
    let text = fs::read_to_string(root.join("ARCHITECTURE.md"))
        .context("cannot read `ARCHITECTURE.md`")?;
    let places = table(&text)?;
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(&root)
        .output()
        .context("cannot run `cargo metadata`")?;
    if !output.status.success() {
        bail!(
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let problems = problems(&places, &metadata.packages);
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    println!("{} crates on their floors", places.len());
    Ok(())
}

/// Reads the table: `| floor | crate | input and output | … |`.
fn table(text: &str) -> Result<BTreeMap<String, Place>> {
    let lines = text.lines().enumerate();
    let rows = lines
        .skip_while(|(_, line)| *line != HEADING)
        .skip(1)
        .take_while(|(_, line)| !line.starts_with("## "))
        .filter(|(_, line)| line.starts_with('|'))
        .skip(2);
    let mut places = BTreeMap::new();
    for (index, line) in rows {
        let (name, place) = row(line, index + 1)?;
        if places.insert(name.clone(), place).is_some() {
            bail!("ARCHITECTURE.md:{}: `{name}` stands twice", index + 1);
        }
    }
    if places.is_empty() {
        bail!("ARCHITECTURE.md: no table under `{HEADING}`");
    }
    Ok(places)
}

fn row(text: &str, line: usize) -> Result<(String, Place)> {
    let cells: Vec<&str> = text.trim_matches('|').split('|').map(str::trim).collect();
    let [floor, name, io, ..] = cells.as_slice() else {
        bail!("ARCHITECTURE.md:{line}: a row needs floor, crate and input/output");
    };
    let floor = match *floor {
        "beside" => None,
        number => Some(number.parse().with_context(|| {
            format!("ARCHITECTURE.md:{line}: `{number}` is neither a floor nor `beside`")
        })?),
    };
    let io = match *io {
        "yes" => true,
        "no" => false,
        word => bail!("ARCHITECTURE.md:{line}: `{word}` is neither `yes` nor `no`"),
    };
    Ok((name.trim_matches('`').to_owned(), Place { floor, io, line }))
}

fn problems(places: &BTreeMap<String, Place>, packages: &[Package]) -> Vec<String> {
    let mut problems = Vec::new();
    for package in packages {
        match places.get(&package.name) {
            Some(place) => check(&mut problems, package, place, places),
            None => problems.push(format!(
                "ARCHITECTURE.md:1: `{}` is not in the table of floors",
                package.name
            )),
        }
    }
    for (name, place) in places {
        if !packages.iter().any(|package| package.name == *name) {
            problems.push(format!(
                "ARCHITECTURE.md:{}: `{name}` is no crate of this workspace",
                place.line
            ));
        }
    }
    problems
}

fn check(
    problems: &mut Vec<String>,
    package: &Package,
    place: &Place,
    places: &BTreeMap<String, Place>,
) {
    let built = |one: &&Dependency| one.kind.as_deref() != Some("dev");
    for dependency in package.dependencies.iter().filter(built) {
        let target = places.get(&dependency.name);
        let is_wrong = match target {
            Some(target) if dependency.path.is_some() => !is_below(target, place),
            _ => !place.io && is_io(&dependency.name),
        };
        if !is_wrong {
            continue;
        }
        let at = at(package, &dependency.name);
        let (name, other) = (&package.name, &dependency.name);
        problems.push(match target {
            Some(target) => format!(
                "{at}: `{name}` ({}) depends on `{other}` ({}); imports point only downwards",
                floor(place),
                floor(target)
            ),
            None => format!("{at}: `{name}` does no input or output, but depends on `{other}`"),
        });
    }
}

fn is_below(target: &Place, place: &Place) -> bool {
    match (target.floor, place.floor) {
        (Some(target), Some(own)) => target < own,
        (_, None) => true,
        (None, Some(_)) => false,
    }
}

fn is_io(name: &str) -> bool {
    IO_CRATES
        .iter()
        .any(|known| name == *known || (known.ends_with('-') && name.starts_with(known)))
}

fn floor(place: &Place) -> String {
    place.floor.map_or_else(
        || "beside the house".to_owned(),
        |floor| format!("floor {floor}"),
    )
}

/// The manifest's line that names the dependency.
fn at(package: &Package, dependency: &str) -> String {
    let text = fs::read_to_string(&package.manifest_path).unwrap_or_default();
    let line = text
        .lines()
        .position(|line| {
            line.strip_prefix(dependency)
                .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
        })
        .map_or(1, |index| index + 1);
    let path = package.manifest_path.as_str();
    let short = path
        .strip_prefix(&*root().to_string_lossy())
        .map_or(path, |rest| rest.trim_start_matches('/'));
    format!("{short}:{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# A\n\n## Floors\n\n| floor | crate | I/O | what |\n|---|---|---|---|\n\
        | 1 | `upper` | no | x |\n| 0 | `lower` | no | y |\n| 3 | `host` | yes | z |\n\
        | beside | `kit` | yes | t |\n\n## More\n| 9 | `no` | no | n |\n";

    fn package(name: &str, dependencies: &[(&str, bool, Option<&str>)]) -> Package {
        Package {
            name: name.into(),
            manifest_path: format!("/nowhere/{name}/Cargo.toml"),
            dependencies: dependencies
                .iter()
                .map(|(name, own, kind)| Dependency {
                    name: (*name).into(),
                    kind: kind.map(str::to_owned),
                    path: own.then(|| "/nowhere".to_owned()),
                })
                .collect(),
        }
    }

    fn found(packages: &[Package]) -> Vec<String> {
        let names: Vec<&str> = packages.iter().map(|p| p.name.as_str()).collect();
        let mut places = table(TEXT).unwrap();
        places.retain(|name, _| names.contains(&name.as_str()));
        problems(&places, packages)
    }

    #[test]
    fn the_table_is_read_with_its_lines() {
        let places = table(TEXT).unwrap();
        assert_eq!(places.len(), 4);
        assert_eq!(places["upper"].line, 7);
        assert_eq!(places["kit"].floor, None);
        assert!(places["host"].io);
    }

    #[test]
    fn downwards_is_right() {
        let upper = package("upper", &[("lower", true, None), ("serde", false, None)]);
        assert_eq!(found(&[upper, package("lower", &[])]), [""; 0]);
    }

    #[test]
    fn upwards_is_wrong_and_named() {
        let lower = package("lower", &[("upper", true, None)]);
        let told = found(&[lower, package("upper", &[])]);
        assert_eq!(told.len(), 1);
        assert!(
            told[0].starts_with("/nowhere/lower/Cargo.toml:1: `lower` (floor 0)"),
            "{told:?}"
        );
    }

    #[test]
    fn nothing_in_the_house_builds_on_what_stands_beside() {
        let kit = || package("kit", &[]);
        let wrong = package("upper", &[("kit", true, None)]);
        assert_eq!(found(&[wrong, kit()]).len(), 1);
        let tests_only = package("upper", &[("kit", true, Some("dev"))]);
        assert_eq!(found(&[tests_only, kit()]), [""; 0]);
    }

    #[test]
    fn only_some_crates_do_input_and_output() {
        let needs = [("aws-config", false, None), ("tokio", false, None)];
        assert_eq!(found(&[package("upper", &needs)]).len(), 2);
        assert_eq!(found(&[package("host", &needs)]), [""; 0]);
    }

    #[test]
    fn a_crate_without_a_row_and_a_row_without_a_crate_are_told() {
        let told = problems(&table(TEXT).unwrap(), &[package("new", &[])]);
        assert_eq!(told.len(), 5, "{told:?}");
        assert!(told[0].contains("`new` is not in the table"));
        assert!(
            told.iter()
                .any(|line| line.starts_with("ARCHITECTURE.md:8: `lower`"))
        );
    }

    #[test]
    fn bad_rows_are_refused() {
        for bad in ["| x | `a` | no |", "| 1 | `a` | maybe |", "| 1 |"] {
            let text = format!("## Floors\n| f | c | i |\n|---|---|---|\n{bad}\n");
            assert!(table(&text).is_err(), "{bad}");
        }
    }

    #[test]
    fn this_workspace_stands_on_its_floors() {
        run().unwrap();
    }
}
