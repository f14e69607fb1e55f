//! What a change and a trail say of the same access key.
//!
//! A key that lies in a commit is a leak; a key at work in an incident is a way
//! in. Found on both sides it is one story, told on both.

use gardefou_finding::{Incident, Leak, Report, Severity, Untrusted};

use crate::check::{CheckId, Reason};
use crate::finding::Finding;

/// Most leaks that an incident names.
const MAX_LEAKS: usize = 50;

/// The AWS access key ids that a finding shows.
fn keys(finding: &Finding) -> impl Iterator<Item = &Untrusted> {
    let is_secret = finding.id == CheckId::Secret;
    finding.details.iter().filter(move |detail| {
        let key = detail.as_str();
        is_secret && key.len() == 20 && (key.starts_with("AKIA") || key.starts_with("ASIA"))
    })
}

fn uses(incident: &Incident, key: &Untrusted) -> bool {
    incident.identities.iter().any(|one| one.actor.key == *key)
}

/// Makes each leaked key that a trail's incident used critical, and names the incident.
pub fn with_trail(findings: &mut [Finding], trail: &Report) {
    for finding in findings {
        let found: Vec<String> = keys(finding)
            .flat_map(|key| trail.incidents.iter().filter(|one| uses(one, key)))
            .map(|incident| incident.id.clone())
            .collect();
        if !found.is_empty() {
            finding.reason = Reason::SecretUsed;
            finding.severity = Severity::Critical;
            finding.confidence = gardefou_finding::Confidence::High;
            finding
                .details
                .extend(found.into_iter().map(Untrusted::new));
        }
    }
}

/// Names in each incident of a trail where the gate found its keys.
pub fn with_changes(trail: &mut Report, findings: &[Finding]) {
    for incident in &mut trail.incidents {
        for finding in findings {
            for key in keys(finding) {
                if uses(incident, key) && incident.leaks.len() < MAX_LEAKS {
                    incident.leaks.push(Leak {
                        key: key.clone(),
                        path: finding.location.path.clone(),
                        line: finding.location.line,
                        commit: finding.commit.clone(),
                    });
                }
            }
        }
    }
}
