//! Stop what runs and close what is open. What replaces itself comes first.

use std::collections::{BTreeMap, BTreeSet};

use gardefou_finding::{Incident, Resource, ResourceKind as K, ResourceState, StepKind, Thing};
use gardefou_trail::resource::Detail as D;

use super::build::{Draft, Place, detail, made, made_ones, owned, place, present};
use crate::things::is_spot;

/// Most instances or tasks of one step.
const MAX_BATCH: usize = 50;

pub(super) fn stop(incident: &Incident, draft: &mut Draft) {
    stop_rules(incident, draft);
    stop_groups(incident, draft);
    stop_nodes(incident, draft);
    stop_batch(incident, draft);
    cancel_spot(incident, draft);
    stop_services(incident, draft);
    terminate(incident, draft);
    stop_tasks(incident, draft);
    stop_notebooks(incident, draft);
    close_functions(incident, draft);
    for mail in made_ones(incident, K::EmailIdentity) {
        let identity = mail.id.as_str().to_owned();
        let thing = Thing::MailIdentity { identity };
        draft.add(
            StepKind::StopMail,
            mail.id.as_str(),
            &place(mail),
            thing,
            made(),
        );
    }
}

/// Before anything shrinks; the ways in are shut by then, so that nobody
/// deletes what was kept.
pub(super) fn keep_evidence(incident: &Incident, draft: &mut Draft) {
    for (place, ids) in by_place(made_ones(incident, K::Instance)) {
        for some in ids.chunks(MAX_BATCH) {
            let thing = Thing::Evidence {
                incident: incident.id.clone(),
                instances: some.to_vec(),
            };
            let target = together(some);
            draft.add(StepKind::KeepEvidence, &target, &place, thing, made());
        }
    }
}

fn stop_rules(incident: &Incident, draft: &mut Draft) {
    let active = |one: &&Resource| {
        one.state == ResourceState::Active && detail(one, D::Service) == Some("events")
    };
    for rule in made_ones(incident, K::Schedule).filter(active) {
        let thing = Thing::EventRule {
            name: rule.id.as_str().to_owned(),
            bus: owned(rule, D::Bus),
        };
        draft.add(
            StepKind::DisableSchedule,
            rule.id.as_str(),
            &place(rule),
            thing,
            made(),
        );
    }
}

fn stop_groups(incident: &Incident, draft: &mut Draft) {
    for group in made_ones(incident, K::AutoScalingGroup) {
        let name = group.id.as_str().to_owned();
        let thing = Thing::ScalingGroup { name };
        draft.add(
            StepKind::StopGroup,
            group.id.as_str(),
            &place(group),
            thing,
            made(),
        );
    }
}

/// Of EKS's resources, those that are node groups are named with their cluster.
fn stop_nodes(incident: &Incident, draft: &mut Draft) {
    for nodes in made_ones(incident, K::EksCluster) {
        let Some((cluster, group)) = nodes.id.as_str().split_once('/') else {
            continue;
        };
        let thing = Thing::NodeGroup {
            cluster: cluster.to_owned(),
            group: group.to_owned(),
        };
        let target = nodes.id.as_str();
        draft.add(StepKind::StopGroup, target, &place(nodes), thing, made());
    }
}

/// Queues go first: what they hand on would ask for machines again.
fn stop_batch(incident: &Incident, draft: &mut Draft) {
    for call in ["CreateJobQueue", "CreateComputeEnvironment"] {
        let of_call = |one: &&Resource| detail(one, D::Call) == Some(call);
        for one in made_ones(incident, K::BatchResource).filter(of_call) {
            let name = one.id.as_str().to_owned();
            let thing = match call {
                "CreateJobQueue" => Thing::BatchQueue { name },
                _ => Thing::BatchEnvironment { name },
            };
            let target = one.id.as_str();
            draft.add(StepKind::StopGroup, target, &place(one), thing, made());
        }
    }
}

fn cancel_spot(incident: &Incident, draft: &mut Draft) {
    let requests = made_ones(incident, K::SpotRequest).filter(|one| is_spot(one.id.as_str()));
    for (place, ids) in by_place(requests) {
        for some in ids.chunks(MAX_BATCH) {
            let requests = some.to_vec();
            let thing = Thing::SpotRequests { requests };
            draft.add(StepKind::CancelSpot, &together(some), &place, thing, made());
        }
    }
}

fn stop_notebooks(incident: &Incident, draft: &mut Draft) {
    let is_notebook = |one: &&Resource| detail(one, D::Call) == Some("CreateNotebookInstance");
    for notebook in made_ones(incident, K::SageMakerResource).filter(is_notebook) {
        let name = notebook.id.as_str().to_owned();
        let target = notebook.id.as_str();
        let thing = Thing::Notebook { name };
        draft.add(
            StepKind::StopNotebook,
            target,
            &place(notebook),
            thing,
            made(),
        );
    }
}

fn stop_services(incident: &Incident, draft: &mut Draft) {
    for service in made_ones(incident, K::EcsService) {
        let Some((cluster, name)) = service.id.as_str().split_once('/') else {
            continue;
        };
        let thing = Thing::EcsService {
            cluster: cluster.to_owned(),
            service: name.to_owned(),
        };
        draft.add(
            StepKind::StopService,
            service.id.as_str(),
            &place(service),
            thing,
            made(),
        );
    }
}

/// Ids by where they are.
fn by_place<'a>(resources: impl Iterator<Item = &'a Resource>) -> BTreeMap<Place, Vec<String>> {
    let mut places: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    for one in resources {
        places
            .entry(place(one))
            .or_default()
            .push(one.id.as_str().to_owned());
    }
    places
}

fn terminate(incident: &Incident, draft: &mut Draft) {
    let templates = protecting(incident);
    let guarded = made_ones(incident, K::Instance).filter(|one| is_protected(one, &templates));
    let protections = by_place(guarded);
    for (place, ids) in &protections {
        for some in ids.chunks(MAX_BATCH) {
            let instances = some.to_vec();
            let thing = Thing::Protection { instances };
            draft.add(
                StepKind::ClearProtection,
                &together(some),
                place,
                thing,
                made(),
            );
        }
    }
    for (place, ids) in by_place(made_ones(incident, K::Instance)) {
        for some in ids.chunks(MAX_BATCH) {
            let instances = some.to_vec();
            let thing = Thing::Instances { instances };
            draft.add(
                StepKind::TerminateInstance,
                &together(some),
                &place,
                thing,
                made(),
            );
        }
    }
}

/// Launch templates, by id and name, whose instances are protected.
fn protecting(incident: &Incident) -> BTreeSet<&str> {
    let on = |one: &&Resource| {
        [D::TerminationProtection, D::StopProtection]
            .iter()
            .any(|which| detail(one, *which) == Some("true"))
    };
    let guarding = present(incident, K::LaunchTemplate).filter(on);
    guarding
        .flat_map(|one| [Some(one.id.as_str()), detail(one, D::Name)])
        .flatten()
        .collect()
}

/// Whether an instance is protected by itself or by its template. Of those
/// that a group launched the log does not name the template.
fn is_protected(instance: &Resource, templates: &BTreeSet<&str>) -> bool {
    let by_itself = [D::TerminationProtection, D::StopProtection]
        .iter()
        .any(|which| detail(instance, *which) == Some("true"));
    let template = detail(instance, D::LaunchTemplate).and_then(|text| text.split(' ').next());
    let by_template = template.is_some_and(|name| templates.contains(name));
    let by_group = detail(instance, D::LaunchedBy).is_some() && !templates.is_empty();
    by_itself || by_template || by_group
}

/// Three ids and how many more.
fn together(ids: &[String]) -> String {
    let shown: Vec<&str> = ids.iter().take(3).map(String::as_str).collect();
    match ids.len().saturating_sub(3) {
        0 => shown.join(", "),
        more => format!("{} (+{more})", shown.join(", ")),
    }
}

/// Tasks that are known by their id, and all of a cluster that the incident
/// made or of which only a count is known.
fn stop_tasks(incident: &Incident, draft: &mut Draft) {
    let mut named: BTreeMap<(Place, &str), Vec<String>> = BTreeMap::new();
    let clusters = made_ones(incident, K::EcsCluster);
    let mut whole: BTreeSet<(Place, &str)> =
        clusters.map(|one| (place(one), one.id.as_str())).collect();
    for task in made_ones(incident, K::EcsTask) {
        let Some((cluster, id)) = task.id.as_str().split_once('/') else {
            continue;
        };
        let key = (place(task), cluster);
        let is_ours = whole.contains(&key);
        match detail(task, D::Count) {
            Some(_) if is_ours => {}
            Some(_) => {
                whole.insert(key);
            }
            None => named.entry(key).or_default().push(id.to_owned()),
        }
    }
    for (place, cluster) in &whole {
        let thing = tasks(cluster, Vec::new());
        draft.add(StepKind::StopTask, cluster, place, thing, made());
    }
    for ((place, cluster), ids) in named {
        if whole.contains(&(place.clone(), cluster)) {
            continue;
        }
        for some in ids.chunks(MAX_BATCH) {
            let thing = tasks(cluster, some.to_vec());
            draft.add(StepKind::StopTask, &together(some), &place, thing, made());
        }
    }
}

fn tasks(cluster: &str, tasks: Vec<String>) -> Thing {
    Thing::EcsTasks {
        cluster: cluster.to_owned(),
        tasks,
    }
}

fn close_functions(incident: &Incident, draft: &mut Draft) {
    for url in made_ones(incident, K::FunctionUrl) {
        let thing = Thing::FunctionUrl {
            function: owned(url, D::Function).unwrap_or_else(|| url.id.as_str().to_owned()),
            qualifier: owned(url, D::Qualifier),
        };
        draft.add(
            StepKind::RemoveFunctionUrl,
            url.id.as_str(),
            &place(url),
            thing,
            made(),
        );
    }
    for permission in made_ones(incident, K::FunctionPermission) {
        let (Some(function), Some(statement)) = (
            owned(permission, D::Function),
            owned(permission, D::Statement),
        ) else {
            continue;
        };
        let kind = match detail(permission, D::Principal) {
            Some(who) if who.ends_with(".amazonaws.com") => StepKind::RemoveServicePermission,
            _ => StepKind::RemoveFunctionPermission,
        };
        let thing = Thing::FunctionPermission {
            function,
            statement,
            qualifier: owned(permission, D::Qualifier),
        };
        draft.add(
            kind,
            permission.id.as_str(),
            &place(permission),
            thing,
            made(),
        );
    }
    for function in made_ones(incident, K::Function) {
        let name = function.id.as_str().to_owned();
        let thing = Thing::FunctionConcurrency { function: name };
        draft.add(
            StepKind::DisableFunction,
            function.id.as_str(),
            &place(function),
            thing,
            made(),
        );
    }
}
