//! `gardefou contain plan`

use std::path::{Path, PathBuf};

use gardefou_contain::{
    Request, approval_note, cli_script, deny_policies, digest, plan, terraform,
};
use gardefou_finding::{ExitStatus, Incident, Plan, REPORT_SCHEMA, Report, Timestamp};
use gardefou_host::{Stream, Terminal, print, read_text, write_atomically};
use gardefou_iam::snapshot::Snapshot;
use gardefou_report::{Format, Lang, Options, render_plan};

use super::MAX_FILE;
use super::args::{PlanForm, PlanOptions};
use crate::commands::iam::audit::read_snapshot;
use crate::commands::{Error, colour, investigate, tool};
use crate::messages::say;

/// Makes a plan, and writes it down.
pub(super) fn run(options: &PlanOptions) -> Result<ExitStatus, Error> {
    let report = report(options)?;
    let incident = chosen(&report, options.incident.as_deref())?;
    let snapshot = snapshot(&options.snapshot);
    let plan = plan(
        &Request {
            incident,
            snapshot: snapshot.as_ref().map(|(snapshot, _)| snapshot),
            responder: options.responder.as_deref(),
            now: gardefou_host::now().unwrap_or_else(Timestamp::epoch),
            has_organization: options.organization,
            keeps_evidence: options.evidence,
        },
        tool(),
    );
    show(options, &plan)?;
    if let Some(dir) = &options.out {
        write_all(dir, &plan)?;
    }
    say(&format!(
        "gardefou: the plan's digest is sha256:{}",
        digest(&plan)
    ));
    let is_whole =
        report.coverage.is_complete() && snapshot.is_none_or(|(_, is_complete)| is_complete);
    Ok(status(&plan, incident, is_whole))
}

/// The one place that decides a plan's exit status.
fn status(plan: &Plan, incident: &Incident, is_whole: bool) -> ExitStatus {
    let is_proven = plan
        .proof
        .as_ref()
        .is_some_and(|proof| proof.after.is_empty() && proof.not_in_snapshot.is_empty());
    if !is_whole || incident.resources_left_out > 0 {
        ExitStatus::Incomplete
    } else if is_proven {
        ExitStatus::Clean
    } else {
        ExitStatus::Findings
    }
}

/// The report that was named, or that the logs give. A report named in place
/// of logs is taken as what it is.
fn report(options: &PlanOptions) -> Result<Report, Error> {
    if let Some(path) = options.report.as_deref() {
        let text = read_text(path, MAX_FILE).map_err(|error| Error::file(path, error))?;
        return saved(path, &text);
    }
    if let [path] = options.paths.as_slice()
        && let Some(text) = own_report(Path::new(path))
    {
        return saved(Path::new(path), &text);
    }
    investigate::report_of(&options.paths)
}

/// The text of a file that says of itself that it is one of the program's
/// reports. What is none, or cannot be read, is left to whoever reads logs.
fn own_report(path: &Path) -> Option<String> {
    if path.extension().is_none_or(|it| it != "json") {
        return None;
    }
    let text = read_text(path, MAX_FILE).ok()?;
    is_own(&text).then_some(text)
}

/// Whether a JSON object begins with the schema of one of the program's
/// reports, as all that the program writes does.
fn is_own(text: &str) -> bool {
    ["{", "\"schema\"", ":"]
        .into_iter()
        .try_fold(text, |rest, start| rest.trim_start().strip_prefix(start))
        .is_some_and(|rest| rest.trim_start().starts_with("\"gardefou."))
}

fn saved(path: &Path, text: &str) -> Result<Report, Error> {
    let wrong = |what: String| Error::Usage(format!("`{}` is no report: {what}", path.display()));
    let report: Report = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    if report.schema != REPORT_SCHEMA {
        return Err(wrong(format!("schema `{}`", report.schema)));
    }
    Ok(report)
}

fn chosen<'r>(report: &'r Report, id: Option<&str>) -> Result<&'r Incident, Error> {
    let mut incidents = report.incidents.iter();
    let found = match id {
        Some(id) => incidents.find(|one| one.id == id),
        None => incidents.next(),
    };
    found.ok_or_else(|| match (id, report.coverage.failures.first()) {
        (Some(id), _) => Error::Usage(format!("the report has no incident `{id}`")),
        (None, None) => {
            Error::Usage("there is no incident, so there is nothing to contain".to_owned())
        }
        (None, Some(failure)) => Error::Unread(format!(
            "no incident was found, but `{}` could not be read whole as CloudTrail: \
             `gardefou investigate` says why",
            failure.source.escaped(),
        )),
    })
}

/// The snapshot, where one was named, and whether all of it was read.
fn snapshot(paths: &[PathBuf]) -> Option<(Snapshot, bool)> {
    if paths.is_empty() {
        return None;
    }
    let (snapshot, coverage) = read_snapshot(paths);
    for failure in &coverage.failures {
        say(&format!(
            "gardefou: {}: not read, so nothing is proven with it",
            failure.source.escaped()
        ));
    }
    Some((snapshot, coverage.failures.is_empty()))
}

fn show(options: &PlanOptions, plan: &Plan) -> Result<(), Error> {
    let terminal = Terminal::of(Stream::Out);
    let shown = Options {
        lang: options.lang,
        width: terminal.width.map_or(100, usize::from),
        colour: colour(options.color, &terminal),
        pretty: true,
    };
    let format = match options.format {
        PlanForm::Text => Format::Text,
        PlanForm::Json => Format::Json,
        PlanForm::Markdown => Format::Markdown,
    };
    let text = render_plan(plan, format, &shown);
    print(Stream::Out, &text).map(drop).map_err(Error::output)
}

fn write_all(dir: &Path, plan: &Plan) -> Result<(), Error> {
    let runbook = |lang| {
        let options = Options {
            lang,
            ..Options::default()
        };
        render_plan(plan, Format::Markdown, &options)
    };
    let files = [
        (
            "plan.json",
            render_plan(plan, Format::Json, &Options::default()),
        ),
        ("runbook.en.md", runbook(Lang::En)),
        ("runbook.fr.md", runbook(Lang::Fr)),
        ("contain.sh", cli_script(plan)),
        ("approval.txt", approval_note(plan)),
        ("deny-policies.json", format!("{:#}\n", deny_policies(plan))),
        ("contain.tf.json", format!("{:#}\n", terraform(plan))),
    ];
    for (name, text) in files {
        let path = dir.join(name);
        write_atomically(&path, text.as_bytes()).map_err(|error| Error::file(&path, error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn a_report_is_known_by_how_it_begins() {
        assert!(is_own(r#"{"schema":"gardefou.report/1","tool":{}}"#));
        assert!(is_own("{\n  \"schema\": \"gardefou.audit/1\","));
        for other in [
            r#"{"schema": 1, "incidents": []}"#,
            r#"{"Records": [{"schema": "gardefou.report/1"}]}"#,
            "",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }
}
