//! Incidents, and findings outside incidents, as OCSF Detection Findings.
//!
//! One JSON object a line, of class 2004 in OCSF 1.5.0 with the profile
//! `cloud`. A test validates them with the published schema, of which
//! `schemas/ocsf` has a compact copy. OCSF's own captions stay English;
//! titles and descriptions are in the report's language. Fields that OCSF has
//! no place for are under `unmapped`.

mod objects;

use gardefou_finding::{Confidence, Finding, Incident, Report, Severity, Timestamp};
use serde_json::{Map, Value, json};

use crate::Options;
use crate::build::{Builder, total};
use crate::catalogue::{Message, Sentence, step_text};
use crate::json::escape;
use crate::limits::Limits;

/// The version of OCSF that is written.
const OCSF_VERSION: &str = "1.5.0";
/// Longest lists inside one object.
const MAX_EVIDENCES: usize = 100;
const MAX_RESOURCES: usize = 500;
const MAX_RELATED: usize = 500;

/// Renders as NDJSON; nothing at all where nothing was found.
pub(crate) fn render(report: &Report, options: &Options) -> String {
    let builder = Builder::new(report, options.lang, &Limits::MARKDOWN);
    let incidents = report
        .incidents
        .iter()
        .map(|incident| builder.ocsf_incident(incident));
    let outside = report
        .findings
        .iter()
        .filter(|finding| finding.incident.is_none());
    let outside = outside.map(|finding| builder.ocsf_finding(finding));
    incidents
        .chain(outside)
        .map(|object| escape(&object.to_string()) + "\n")
        .collect()
}

/// Milliseconds since the epoch, as OCSF has times.
fn millis(time: Timestamp) -> i64 {
    time.seconds() * 1_000
}

/// What incidents and findings have in common.
struct Common<'a> {
    uid: &'a str,
    severity: Severity,
    confidence: Confidence,
    first: Timestamp,
    last: Timestamp,
    count: u64,
}

impl Builder<'_> {
    fn ocsf_incident(&self, incident: &Incident) -> Value {
        let common = Common {
            uid: &incident.id,
            severity: incident.severity,
            confidence: incident.confidence,
            first: incident.boundary.starts,
            last: incident.boundary.ends,
            count: total(&incident.calls),
        };
        let mut object = self.ocsf_common(&common);
        let story = self
            .story(incident)
            .into_iter()
            .fold(Sentence::default(), Sentence::and_then);
        object.insert("message".into(), self.ocsf_title(incident).into());
        object.insert(
            "finding_info".into(),
            self.ocsf_incident_info(incident, &story),
        );
        object.insert("cloud".into(), objects::cloud_of(incident));
        let evidences = incident.timeline.iter().take(MAX_EVIDENCES).map(|entry| {
            let actor = incident
                .identities
                .get(entry.identity)
                .map(|identity| &identity.actor);
            objects::evidence(&entry.event, actor)
        });
        insert_list(&mut object, "evidences", evidences.collect());
        let resources = incident
            .resources
            .iter()
            .take(MAX_RESOURCES)
            .map(objects::resource);
        insert_list(&mut object, "resources", resources.collect());
        insert_list(&mut object, "observables", objects::observables(incident));
        if !incident.next_steps.is_empty() {
            object.insert(
                "remediation".into(),
                json!({ "desc": self.ocsf_steps(incident) }),
            );
        }
        object.insert("unmapped".into(), objects::unmapped(incident));
        Value::Object(object)
    }

    fn ocsf_finding(&self, finding: &Finding) -> Value {
        let common = Common {
            uid: &finding.id.0,
            severity: finding.severity,
            confidence: finding.confidence,
            first: finding.first_seen,
            last: finding.last_seen,
            count: finding.count,
        };
        let mut object = self.ocsf_common(&common);
        let title = self.title(finding).to_plain();
        let mut info = info(&common, &title);
        let attacks = objects::attacks(&finding.tactics, &finding.techniques);
        insert_list(&mut info, "attacks", attacks);
        info.insert("analytic".into(), objects::analytic(&finding.rule, &title));
        object.insert("message".into(), title.into());
        object.insert("finding_info".into(), Value::Object(info));
        object.insert(
            "cloud".into(),
            objects::cloud_of_actor(&finding.actor, &finding.evidence),
        );
        let actor = Some(&finding.actor);
        let evidences = finding
            .evidence
            .iter()
            .map(|event| objects::evidence(event, actor));
        insert_list(&mut object, "evidences", evidences.collect());
        object.insert("unmapped".into(), json!({ "outcome": finding.outcome }));
        Value::Object(object)
    }

    fn ocsf_common(&self, common: &Common<'_>) -> Map<String, Value> {
        let (severity_id, severity) = severity(common.severity);
        let (confidence_id, confidence) = confidence(common.confidence);
        let tool = &self.report.tool;
        let object = json!({
            "activity_id": 1,
            "activity_name": "Create",
            "category_uid": 2,
            "category_name": "Findings",
            "class_uid": 2004,
            "class_name": "Detection Finding",
            "type_uid": 200_401,
            "type_name": "Detection Finding: Create",
            "severity_id": severity_id,
            "severity": severity,
            "confidence_id": confidence_id,
            "confidence": confidence,
            "status_id": 1,
            "status": "New",
            "is_alert": common.severity >= Severity::High,
            // The program has no clock of its own: the last event's time.
            "time": millis(common.last),
            "start_time": millis(common.first),
            "end_time": millis(common.last),
            "duration": millis(common.last) - millis(common.first),
            "count": common.count,
            "metadata": {
                "version": OCSF_VERSION,
                "profiles": ["cloud"],
                "uid": common.uid,
                "product": {
                    "name": tool.name,
                    "vendor_name": tool.name,
                    "version": tool.version,
                    "lang": self.say.lang.code(),
                },
            },
        });
        match object {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    fn ocsf_incident_info(&self, incident: &Incident, story: &Sentence) -> Value {
        let common = Common {
            uid: &incident.id,
            severity: incident.severity,
            confidence: incident.confidence,
            first: incident.first_sign,
            last: incident.boundary.ends,
            count: 0,
        };
        let title = self.ocsf_title(incident);
        let mut info = info(&common, &title);
        info.insert("desc".into(), story.to_plain().into());
        let attacks = incident.stages.iter();
        let attacks =
            attacks.flat_map(|stage| objects::attacks(&[stage.tactic], &stage.techniques));
        insert_list(&mut info, "attacks", attacks.collect());
        let related = incident
            .findings
            .iter()
            .filter_map(|id| self.findings.get(id));
        let related = related
            .take(MAX_RELATED)
            .map(|finding| self.ocsf_related(finding));
        insert_list(&mut info, "related_events", related.collect());
        info.insert(
            "related_events_count".into(),
            incident.findings.len().into(),
        );
        info.insert(
            "analytic".into(),
            objects::analytic("gardefou.incident", "gardefou"),
        );
        Value::Object(info)
    }

    fn ocsf_title(&self, incident: &Incident) -> String {
        let mut stages: Vec<_> = incident.stages.iter().map(|stage| stage.tactic).collect();
        stages.dedup();
        let stages = stages.into_iter().map(|tactic| self.say.word(tactic));
        let values = [
            (
                "severity",
                Sentence::plain(self.say.word(incident.severity)),
            ),
            (
                "stages",
                Sentence::plain(stages.collect::<Vec<_>>().join(", ")),
            ),
        ];
        self.say
            .fill(Message::OcsfIncidentTitle, &values)
            .to_plain()
    }

    fn ocsf_related(&self, finding: &Finding) -> Value {
        let (severity_id, severity) = severity(finding.severity);
        let mut object = json!({
            "uid": finding.id.0,
            "type": "Detection Finding: Create",
            "type_uid": 200_401,
            "title": self.title(finding).to_plain(),
            "severity_id": severity_id,
            "severity": severity,
            "first_seen_time": millis(finding.first_seen),
            "last_seen_time": millis(finding.last_seen),
            "count": finding.count,
        });
        let attacks = objects::attacks(&finding.tactics, &finding.techniques);
        if let (Some(map), false) = (object.as_object_mut(), attacks.is_empty()) {
            map.insert("attacks".into(), attacks.into());
        }
        object
    }

    /// What to do, in order, like steps put together; the lines to paste are
    /// under `unmapped`.
    fn ocsf_steps(&self, incident: &Incident) -> String {
        let groups = incident
            .next_steps
            .chunk_by(|one, next| one.kind == next.kind);
        let lines = groups.enumerate().filter_map(|(index, group)| {
            let first = group.first()?;
            let text = step_text(first.kind);
            let title = self.step_title(group)?.to_plain();
            Some(format!(
                "{}. {title}. {}",
                index + 1,
                text.stops.text(self.say.lang)
            ))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn info(common: &Common<'_>, title: &str) -> Map<String, Value> {
    let mut info = Map::new();
    info.insert("uid".into(), common.uid.into());
    info.insert("title".into(), title.into());
    info.insert("types".into(), json!(["AWS CloudTrail"]));
    info.insert("data_sources".into(), json!(["AWS CloudTrail"]));
    info.insert("created_time".into(), millis(common.last).into());
    info.insert("first_seen_time".into(), millis(common.first).into());
    info.insert("last_seen_time".into(), millis(common.last).into());
    info
}

/// Adds a list, unless it is empty.
fn insert_list(object: &mut Map<String, Value>, name: &str, list: Vec<Value>) {
    if !list.is_empty() {
        object.insert(name.to_owned(), Value::Array(list));
    }
}

/// OCSF `severity_id` and its caption.
fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

/// OCSF `confidence_id` and its caption.
fn confidence(confidence: Confidence) -> (u8, &'static str) {
    match confidence {
        Confidence::Low => (1, "Low"),
        Confidence::Medium => (2, "Medium"),
        Confidence::High => (3, "High"),
    }
}
