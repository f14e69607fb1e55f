//! Tests across formats and languages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gardefou_finding::{Report, Severity, StepKind};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{Format, Lang, Options, examples, json_schema, plan_schema, proof_schema, render};

/// Writes every format where `GARDEFOU_REPORT_OUT` says, to be looked at.
#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a person asks for files to look at"
)]
fn outputs_can_be_looked_at() {
    let Ok(dir) = std::env::var("GARDEFOU_REPORT_OUT") else {
        return;
    };
    let reports = [
        ("campaign", examples::campaign()),
        ("quiet", examples::quiet()),
        ("incomplete", examples::incomplete()),
    ];
    for (name, report) in &reports {
        for lang in Lang::ALL {
            for format in Format::ALL {
                let options = Options {
                    lang: *lang,
                    ..Options::default()
                };
                let path = format!("{dir}/{name}.{lang}.{}", format.extension());
                std::fs::write(path, render(report, *format, &options)).unwrap();
            }
        }
    }
}

const SCHEMA: &str = include_str!("../../../schemas/gardefou.report.1.schema.json");
const OCSF: &str = include_str!("../../../schemas/ocsf/detection_finding.1.5.0.schema.json");

fn reports() -> [Report; 3] {
    [
        examples::campaign(),
        examples::quiet(),
        examples::incomplete(),
    ]
}

fn errors(schema: &str, instance: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let instance: Value = serde_json::from_str(instance).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors = validator.iter_errors(&instance);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a person asks for the schema to be written anew"
)]
fn the_schema_is_the_types() {
    if std::env::var("UPDATE_SCHEMAS").is_ok() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../schemas/gardefou.report.1.schema.json"
        );
        std::fs::write(path, json_schema()).unwrap();
        return;
    }
    assert!(
        SCHEMA == json_schema(),
        "the types changed: run the tests with UPDATE_SCHEMAS=1"
    );
}

#[test]
fn json_satisfies_its_schema_and_loses_nothing() {
    for report in reports() {
        for pretty in [true, false] {
            let options = Options {
                pretty,
                ..Options::default()
            };
            let json = render(&report, Format::Json, &options);
            assert_eq!(errors(SCHEMA, &json), Vec::<String>::new());
            assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
        }
    }
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    assert_ne!(
        errors(SCHEMA, r#"{"schema": "gardefou.report/1"}"#),
        Vec::<String>::new()
    );
}

#[test]
fn ocsf_satisfies_the_published_schema() {
    for report in reports() {
        let outside = report
            .findings
            .iter()
            .filter(|finding| finding.incident.is_none())
            .count();
        for lang in Lang::ALL {
            let options = Options {
                lang: *lang,
                ..Options::default()
            };
            let ocsf = render(&report, Format::Ocsf, &options);
            assert_eq!(ocsf.lines().count(), report.incidents.len() + outside);
            for line in ocsf.lines() {
                assert_eq!(errors(OCSF, line), Vec::<String>::new());
            }
        }
    }
}

#[test]
fn the_pages_policy_names_its_own_style_sheet() {
    let digest = Sha256::digest(include_str!("html/style.css"));
    let hash = format!("sha256-{}", STANDARD.encode(digest));
    let page = render(&examples::quiet(), Format::Html, &Options::default());
    assert!(page.contains(&hash), "set STYLE_HASH to {hash}");
}

#[test]
fn the_ocsf_schema_refuses_a_field_that_it_does_not_know() {
    let ocsf = render(&examples::quiet(), Format::Ocsf, &Options::default());
    let line = ocsf.lines().next().unwrap();
    let mut object: Value = serde_json::from_str(line).unwrap();
    object["invented"] = Value::Bool(true);
    assert_ne!(errors(OCSF, &object.to_string()), Vec::<String>::new());
}

/// Every format and language of every example.
fn outputs() -> Vec<(String, Format, String)> {
    let mut outputs = Vec::new();
    for (nth, report) in reports().iter().enumerate() {
        for lang in Lang::ALL {
            for format in Format::ALL {
                let options = Options {
                    lang: *lang,
                    ..Options::default()
                };
                let name = format!("report {nth}, {lang}, {format}");
                outputs.push((name, *format, render(report, *format, &options)));
            }
        }
    }
    outputs
}

#[test]
fn no_output_steers_a_terminal_or_hides_text() {
    for (name, _, output) in outputs() {
        let steering: Vec<_> = output
            .chars()
            .filter(|c| *c != '\n' && crate::json::steers(*c))
            .collect();
        assert_eq!(steering, Vec::<char>::new(), "{name}");
    }
}

#[test]
fn colours_are_the_only_escapes_of_a_coloured_terminal() {
    let options = Options {
        colour: true,
        ..Options::default()
    };
    let coloured = render(&examples::campaign(), Format::Text, &options);
    assert!(coloured.contains('\u{1b}'));
    let mut plain = String::new();
    for (nth, part) in coloured.split("\u{1b}[").enumerate() {
        let text = if nth == 0 {
            part
        } else {
            part.split_once('m').unwrap().1
        };
        plain.push_str(text);
    }
    assert_eq!(
        plain,
        render(&examples::campaign(), Format::Text, &Options::default())
    );
}

#[test]
fn pages_hold_no_markup_of_the_attackers() {
    for (name, format, output) in outputs() {
        if format != Format::Html {
            continue;
        }
        // The tags of the page are exactly those that the renderer writes.
        for tag in output.split('<').skip(1) {
            let word: String = tag
                .chars()
                .skip_while(|c| *c == '/' || *c == '!')
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            assert!(TAGS.contains(&word.as_str()), "{name}: <{word}");
        }
        for tag in output
            .split('<')
            .filter_map(|tag| tag.split_once('>'))
            .map(|(tag, _)| tag)
        {
            let names: String = tag.split('"').step_by(2).collect();
            for bad in [" on", " src", " style"] {
                assert!(!names.contains(bad), "{name}: <{tag}>");
            }
            assert!(!tag.contains("javascript:"), "{name}: <{tag}>");
        }
    }
}

const TAGS: &[&str] = &[
    "DOCTYPE",
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "div",
    "header",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "nav",
    "ul",
    "ol",
    "li",
    "main",
    "article",
    "section",
    "dl",
    "dt",
    "dd",
    "code",
    "strong",
    "figure",
    "figcaption",
    "svg",
    "g",
    "rect",
    "line",
    "circle",
    "path",
    "text",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "pre",
    "footer",
];

/// What is left of a Markdown text without its code, where nothing is markup.
fn outside_code(markdown: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<String> = None;
    for line in markdown.lines() {
        let ticks: String = line
            .trim_start()
            .chars()
            .take_while(|c| *c == '`')
            .collect();
        match &fence {
            Some(open) if line.trim() == open => fence = None,
            Some(_) => {}
            None if ticks.len() > 2 && line.trim_end().ends_with("sh") => fence = Some(ticks),
            None => out.push_str(&without_spans(line)),
        }
        out.push('\n');
    }
    assert_eq!(fence, None, "a code block is left open");
    out
}

fn without_spans(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        out.push_str(&rest[..start]);
        let run = rest[start..].chars().take_while(|c| *c == '`').count();
        let after = &rest[start + run..];
        let mut end = None;
        let mut from = 0;
        while let Some(found) = after[from..].find('`') {
            let length = after[from + found..]
                .chars()
                .take_while(|c| *c == '`')
                .count();
            if length == run {
                end = Some(from + found + run);
                break;
            }
            from += found + length;
        }
        rest = &after[end.expect("a code span is left open")..];
    }
    out + rest
}

#[test]
fn markdown_holds_no_markup_of_the_attackers() {
    for (name, format, output) in outputs() {
        if format != Format::Markdown {
            continue;
        }
        let ours = outside_code(&output);
        for bad in [
            "<script",
            "<img",
            "](",
            "javascript:",
            "@all",
            "http://",
            "</style",
        ] {
            assert!(!ours.contains(bad), "{name}: {bad}");
        }
        for tag in ours.split('<').skip(1) {
            let known = [
                "details", "/details", "summary", "/summary", "code", "/code",
            ];
            assert!(
                known.iter().any(|one| tag.starts_with(one)),
                "{name}: <{tag}"
            );
        }
    }
}

#[test]
fn rows_of_a_markdown_table_have_as_many_cells_as_its_head() {
    for (name, format, output) in outputs() {
        if format != Format::Markdown {
            continue;
        }
        let mut head = 0;
        for line in output.lines() {
            let cells = if line.starts_with('|') {
                line.matches('|').count()
            } else {
                0
            };
            assert!(head == 0 || cells == 0 || cells == head, "{name}: {line}");
            head = cells;
        }
    }
}

#[test]
fn text_keeps_to_the_width_but_for_lines_to_paste() {
    for width in [60, 72, 100, 160] {
        let options = Options {
            width,
            lang: Lang::Fr,
            ..Options::default()
        };
        let text = render(&examples::campaign(), Format::Text, &options);
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with("aws "))
        {
            let columns = unicode_width::UnicodeWidthStr::width(line);
            assert!(columns <= width, "{columns} of {width}: {line}");
        }
    }
}

#[test]
fn an_incident_stays_readable_at_one_sitting() {
    let text = render(&examples::campaign(), Format::Text, &Options::default());
    let end = text.find("\nFindings outside incidents").unwrap();
    assert!(text[..end].lines().count() <= 130);
}

#[test]
fn every_identifier_of_a_step_is_in_the_files() {
    let report = examples::campaign();
    for format in [Format::Markdown, Format::Html, Format::Json] {
        let output = render(&report, format, &Options::default());
        for step in &report.incidents[0].next_steps {
            let target = step.target.as_str();
            if target
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            {
                assert!(output.contains(target), "{format}: {target}");
            }
        }
    }
}

#[test]
fn what_was_not_read_is_never_called_clean() {
    let options = Options::default();
    let partial = render(&examples::incomplete(), Format::Text, &options);
    assert!(partial.starts_with("No incident in what could be read."));
    assert!(partial.contains("Incomplete: 4 files or records"));
    let quiet = render(&examples::quiet(), Format::Text, &options);
    assert!(quiet.starts_with("No incident.\n"));
    assert!(!quiet.contains("Incomplete"));
}

/// The few outputs that are compared in full; the rest is tested by what must
/// hold of every output.
#[test]
fn outputs_read_as_reviewed() {
    let snapshot = |name: &str, report: &Report, format, lang| {
        let options = Options {
            lang,
            ..Options::default()
        };
        insta::assert_snapshot!(name, render(report, format, &options));
    };
    snapshot(
        "campaign_text_en",
        &examples::campaign(),
        Format::Text,
        Lang::En,
    );
    snapshot(
        "campaign_text_fr",
        &examples::campaign(),
        Format::Text,
        Lang::Fr,
    );
    snapshot(
        "campaign_markdown_fr",
        &examples::campaign(),
        Format::Markdown,
        Lang::Fr,
    );
    snapshot("quiet_text_en", &examples::quiet(), Format::Text, Lang::En);
    snapshot(
        "incomplete_text_fr",
        &examples::incomplete(),
        Format::Text,
        Lang::Fr,
    );
}

#[test]
fn the_page_of_a_partial_reading_reads_as_reviewed() {
    let page = render(&examples::incomplete(), Format::Html, &Options::default());
    let (_, body) = page.split_once("<body>").unwrap();
    insta::assert_snapshot!("incomplete_page_en", body.replace("><", ">\n<"));
}

#[test]
fn several_incidents_are_told_one_after_another() {
    let mut report = examples::campaign();
    let mut second = report.incidents[0].clone();
    second.id = "inc-second".to_owned();
    second.severity = Severity::High;
    report.incidents.push(second);
    let text = render(&report, Format::Text, &Options::default());
    assert!(text.starts_with("2 incidents, the worst of critical severity.\n"));
    assert!(text.contains("inc-second"));
    let page = render(&report, Format::Html, &Options::default());
    assert_eq!(page.matches("<article").count(), 2);
    let ids: Vec<_> = page
        .split(" id=\"")
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .collect();
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "an id stands twice");
}

/// An incident of which nothing is known but that it is one.
fn bare() -> Report {
    let mut report = examples::campaign();
    report.findings.clear();
    report.coverage = gardefou_finding::Coverage::default();
    let incident = &mut report.incidents[0];
    incident.identities.clear();
    incident.origin = gardefou_finding::Origin::default();
    incident.boundary.novelties.clear();
    incident.boundary.history_is_short = true;
    incident.stages.clear();
    (incident.impact, incident.seconds_to_impact) = (None, None);
    incident.calls.clear();
    incident.timeline.clear();
    incident.resources.clear();
    // Indices that point nowhere must not hurt.
    incident.still_open = vec![7];
    incident.cost = gardefou_finding::Cost::default();
    incident.next_steps.clear();
    report
}

#[test]
fn an_incident_without_details_is_told_without_holes() {
    let report = bare();
    for lang in Lang::ALL {
        let options = Options {
            lang: *lang,
            ..Options::default()
        };
        for format in Format::ALL {
            let output = render(&report, *format, &options);
            assert!(output.ends_with('\n'), "{format}");
            assert!(!output.contains("{subject}"), "{format}");
        }
        let ocsf = render(&report, Format::Ocsf, &options);
        assert_eq!(errors(OCSF, &ocsf), Vec::<String>::new());
    }
    let text = render(&report, Format::Text, &Options::default());
    assert!(text.contains("An identity that the log does not name was used."));
    assert!(text.contains("That history is short"));
    assert!(text.contains("The log shows nothing left open."));
    assert!(text.contains("No step is known for what is still open"));
}

#[test]
fn impact_is_named_by_what_costs_first_or_else_by_what_was_done() {
    let mut report = examples::campaign();
    let text = render(&report, Format::Text, &Options::default());
    let told = text.replace('\n', " ");
    assert!(told.contains("after the first call, 14 Auto Scaling groups began to cost money."));
    report.incidents[0].cost = gardefou_finding::Cost::default();
    let text = render(&report, Format::Text, &Options::default());
    let told = text.replace('\n', " ");
    assert!(told.contains("after the first call, impact began: "));
}

/// The address of a helper is not the way in's.
#[test]
fn the_way_in_is_told_with_its_own_addresses() {
    let mut report = examples::campaign();
    let incident = &mut report.incidents[0];
    incident.boundary.novelties.clear();
    incident.origin.addresses = vec![("198.51.100.7".into(), 90), ("192.0.2.1".into(), 10)];
    let helper = incident.timeline[0].clone();
    let mut first = helper.clone();
    (first.identity, first.event.source_ip) = (0, "192.0.2.1".into());
    let mut helper = helper;
    (helper.identity, helper.event.source_ip) = (1, "198.51.100.7".into());
    incident.timeline = vec![first.clone(), helper];
    let told = |report: &Report| {
        let text = render(report, Format::Text, &Options::default());
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(
        told(&report).contains("was used from 192.0.2.1."),
        "{}",
        told(&report)
    );
    // Alone, it has all of the incident's.
    report.incidents[0].timeline = vec![first];
    let alone = "was used from 2 addresses, most often from 198.51.100.7.";
    assert!(told(&report).contains(alone), "{}", told(&report));
}

#[test]
fn a_step_counts_what_it_is_done_to_and_names_what_is_to_be_looked_at() {
    let mut report = examples::campaign();
    let steps = &mut report.incidents[0].next_steps;
    let mut step = steps[0].clone();
    step.kind = StepKind::TerminateInstance;
    (step.target, step.count) = ("i-1, i-2, i-3 (+7)".into(), 10);
    let mut other = step.clone();
    other.count = 8;
    let mut look = step.clone();
    look.kind = StepKind::Review;
    let mut second = look.clone();
    second.count = 1;
    *steps = vec![step, other, look, second];
    let text = render(&report, Format::Text, &Options::default());
    assert!(text.contains("1. Terminate 18 instances."), "{text}");
    assert!(text.contains("2. Look at `i-1, i-2, i-3 (+7)` and 1 more."));
    let ocsf = render(&report, Format::Ocsf, &Options::default());
    assert!(ocsf.contains("1. Terminate 18 instances."));
}

const PLAN_SCHEMA_TEXT: &str = include_str!("../../../schemas/gardefou.plan.1.schema.json");

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a person asks for the schema to be written anew"
)]
fn the_plans_schema_is_the_types() {
    if std::env::var("UPDATE_SCHEMAS").is_ok() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../schemas/gardefou.plan.1.schema.json"
        );
        std::fs::write(path, plan_schema()).unwrap();
        return;
    }
    assert!(
        PLAN_SCHEMA_TEXT == plan_schema(),
        "the types changed: run the tests with UPDATE_SCHEMAS=1"
    );
}

const PROOF_SCHEMA_TEXT: &str = include_str!("../../../schemas/gardefou.trail-proof.1.schema.json");

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a person asks for the schema to be written anew"
)]
fn the_proofs_schema_is_the_types() {
    if std::env::var("UPDATE_SCHEMAS").is_ok() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../schemas/gardefou.trail-proof.1.schema.json"
        );
        std::fs::write(path, proof_schema()).unwrap();
        return;
    }
    assert!(
        PROOF_SCHEMA_TEXT == proof_schema(),
        "the types changed: run the tests with UPDATE_SCHEMAS=1"
    );
}
