//! OCSF objects made from our data.

use std::collections::BTreeSet;
use std::net::IpAddr;

use gardefou_finding::{
    Actor, ActorKind, EventRef, Incident, Resource, ResourceAction, ResourceState, Tactic,
    Technique, Untrusted,
};
use serde_json::{Map, Value, json};

use crate::catalogue::{Lang, Say, resource_name};

/// Observables of one object.
const MAX_OBSERVABLES: usize = 200;
/// Next steps kept under `unmapped`.
const MAX_STEPS: usize = 500;

/// `cloud` of an incident: its first account, its most used region.
pub(super) fn cloud_of(incident: &Incident) -> Value {
    let account = incident
        .identities
        .iter()
        .find_map(|identity| identity.actor.account.as_ref());
    cloud(
        account,
        incident.origin.regions.first().map(|(region, _)| region),
    )
}

/// `cloud` of a finding.
pub(super) fn cloud_of_actor(actor: &Actor, evidence: &[EventRef]) -> Value {
    cloud(
        actor.account.as_ref(),
        evidence.first().map(|event| &event.region),
    )
}

fn cloud(account: Option<&Untrusted>, region: Option<&Untrusted>) -> Value {
    let mut cloud = Map::new();
    cloud.insert("provider".into(), "AWS".into());
    if let Some(account) = account {
        cloud.insert("account".into(), account_object(account));
    }
    if let Some(region) = region {
        cloud.insert("region".into(), region.as_str().into());
        cloud.insert("cloud_partition".into(), partition(region).into());
    }
    Value::Object(cloud)
}

fn account_object(account: &Untrusted) -> Value {
    json!({ "uid": account.as_str(), "type_id": 10, "type": "AWS Account" })
}

/// The partition that a region is in, by its name.
fn partition(region: &Untrusted) -> &'static str {
    let name = region.as_str();
    if name.starts_with("cn-") {
        "aws-cn"
    } else if name.starts_with("us-gov-") {
        "aws-us-gov"
    } else if name.starts_with("eusc-") {
        "aws-eusc"
    } else {
        "aws"
    }
}

/// One call as evidence.
pub(super) fn evidence(event: &EventRef, actor: Option<&Actor>) -> Value {
    let mut evidence = Map::new();
    if !event.event_id.is_empty() {
        evidence.insert("uid".into(), event.event_id.as_str().into());
    }
    evidence.insert("api".into(), api(event));
    evidence.extend(actor.map(|actor| ("actor".to_owned(), actor_object(actor))));
    if !event.source_ip.is_empty() {
        evidence.insert("src_endpoint".into(), endpoint(&event.source_ip));
    }
    if !event.user_agent.is_empty() {
        let agent = json!({ "user_agent": event.user_agent.as_str() });
        evidence.insert("http_request".into(), agent);
    }
    let targets = event.targets.iter().filter(|target| !target.is_empty());
    let targets: Vec<_> = targets
        .map(|target| json!({ "uid": target.as_str() }))
        .collect();
    if !targets.is_empty() {
        evidence.insert("resources".into(), targets.into());
    }
    let data = json!({
        "time": event.time,
        "region": event.region,
        "outcome": event.outcome,
        "position": event.position,
    });
    evidence.insert("data".into(), data);
    Value::Object(evidence)
}

fn api(event: &EventRef) -> Value {
    let mut api = json!({
        "operation": event.call.as_str(),
        "service": { "name": event.service.as_str() },
    });
    if let (Some(error), Some(map)) = (&event.error, api.as_object_mut()) {
        map.insert("response".into(), json!({ "error": error.as_str() }));
    }
    api
}

/// CloudTrail writes an address or a service's name in the same field; OCSF
/// has a field for each.
fn endpoint(source: &Untrusted) -> Value {
    let text = source.as_str();
    if text.parse::<IpAddr>().is_ok() {
        json!({ "ip": text })
    } else if text.ends_with(".amazonaws.com") {
        json!({ "svc_name": text })
    } else {
        json!({ "name": text })
    }
}

fn actor_object(actor: &Actor) -> Value {
    let mut user = Map::new();
    let (type_id, caption) = match actor.kind {
        ActorKind::Root => (2, "Admin"),
        ActorKind::Service => (3, "System"),
        ActorKind::Unknown => (0, "Unknown"),
        _ => (1, "User"),
    };
    user.insert("type_id".into(), type_id.into());
    user.insert("type".into(), caption.into());
    let uid = actor.arn.as_ref().unwrap_or(&actor.key);
    user.insert("uid".into(), uid.as_str().into());
    user.extend(
        actor
            .name
            .as_ref()
            .map(|name| ("name".to_owned(), name.as_str().into())),
    );
    if matches!(actor.kind, ActorKind::AccessKey | ActorKind::Session) {
        user.insert("credential_uid".into(), actor.key.as_str().into());
    }
    let account = actor.account.as_ref().map(account_object);
    user.extend(account.map(|account| ("account".to_owned(), account)));
    json!({ "user": user })
}

/// A resource with what was done to it.
pub(super) fn resource(resource: &Resource) -> Value {
    let mut labels = vec![match resource.action {
        ResourceAction::Created => "created",
        ResourceAction::Changed => "changed",
        ResourceAction::Deleted => "deleted",
        ResourceAction::Used => "used",
    }];
    labels.push(match resource.state {
        ResourceState::Active => "active",
        ResourceState::Stopped => "stopped",
        ResourceState::Deleted => "gone",
        ResourceState::Unknown => "state unknown",
    });
    let english = Say { lang: Lang::En };
    json!({
        "uid": resource.id.as_str(),
        "type": resource_name(resource.kind).text(english.lang),
        "region": resource.region.as_str(),
        "cloud_partition": partition(&resource.region),
        "labels": labels,
        "created_time": super::millis(resource.first),
        "modified_time": super::millis(resource.last),
        "data": resource.details,
    })
}

/// Tactics and techniques. OCSF pairs them; where a rule has several of both,
/// which belongs to which is not known, so each technique is given with the
/// first tactic and the other tactics stand alone.
pub(super) fn attacks(tactics: &[Tactic], techniques: &[Technique]) -> Vec<Value> {
    let english = Say { lang: Lang::En };
    let tactic = |tactic: Tactic| {
        json!({
            "uid": tactic.id(),
            "name": english.word(tactic),
            "src_url": format!("https://attack.mitre.org/tactics/{}/", tactic.id()),
        })
    };
    let mut attacks: Vec<_> = techniques
        .iter()
        .map(|technique| {
            let mut attack = technique_object(technique);
            let first = tactics.first().copied().map(tactic);
            attack.extend(first.map(|first| ("tactic".to_owned(), first)));
            Value::Object(attack)
        })
        .collect();
    let alone = tactics.iter().skip(usize::from(!techniques.is_empty()));
    attacks.extend(alone.map(|one| json!({ "tactic": tactic(*one) })));
    attacks
}

fn technique_object(technique: &Technique) -> Map<String, Value> {
    let id = technique.0.as_str();
    let mut object = Map::new();
    let parent = id.split_once('.').map_or(id, |(parent, _)| parent);
    object.insert("technique".into(), json!({ "uid": parent }));
    if parent != id {
        object.insert("sub_technique".into(), json!({ "uid": id }));
    }
    object
}

/// What decided: a rule.
pub(super) fn analytic(uid: &str, name: &str) -> Value {
    json!({ "uid": uid, "name": name, "type_id": 1, "type": "Rule" })
}

/// What to search other logs for.
pub(super) fn observables(incident: &Incident) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let mut list = Vec::new();
    let mut add = |type_id: u8, caption: &str, name: &str, value: &Untrusted| {
        let new = !value.is_empty() && seen.insert((type_id, value.clone()));
        if new && list.len() < MAX_OBSERVABLES {
            let value = value.as_str();
            list.push(json!({
                "type_id": type_id, "type": caption, "name": name, "value": value,
            }));
        }
    };
    for (address, _) in &incident.origin.addresses {
        if address.as_str().parse::<IpAddr>().is_ok() {
            add(2, "IP Address", "evidences.src_endpoint.ip", address);
        }
    }
    for identity in &incident.identities {
        let actor = &identity.actor;
        if matches!(actor.kind, ActorKind::AccessKey | ActorKind::Session) {
            add(
                19,
                "User Credential ID",
                "evidences.actor.user.credential_uid",
                &actor.key,
            );
        }
        if let Some(name) = &actor.name {
            add(4, "User Name", "evidences.actor.user.name", name);
        }
    }
    for (agent, _) in &incident.origin.user_agents {
        add(
            16,
            "HTTP User-Agent",
            "evidences.http_request.user_agent",
            agent,
        );
    }
    for resource in &incident.resources {
        add(10, "Resource UID", "resources.uid", &resource.id);
    }
    list
}

/// What OCSF has no field for.
pub(super) fn unmapped(incident: &Incident) -> Value {
    let steps: Vec<_> = incident.next_steps.iter().take(MAX_STEPS).collect();
    json!({
        "calls": incident.calls,
        "seconds_to_impact": incident.seconds_to_impact,
        "boundary": incident.boundary,
        "still_open": incident.still_open.len(),
        "cost": {
            "usd_per_hour_now": incident.cost.usd_per_hour_now,
            "usd_per_hour_max": incident.cost.usd_per_hour_max,
            "prices_as_of": incident.cost.prices_as_of,
        },
        "next_steps": steps,
    })
}
