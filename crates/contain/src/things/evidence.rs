//! Snapshots of volumes, taken before the instances go.

use gardefou_finding::{AwsCall, AwsService};
use serde_json::{Map, Value, json};

use super::compute::changed;
use super::{Ask, items, text};

/// The tag by which a snapshot is known as an incident's.
const TAG: &str = "gardefou-evidence";

fn ec2(operation: &str, region: Option<&str>) -> AwsCall {
    AwsCall::new(AwsService::Ec2, operation).region(region)
}

/// The volumes that are attached to instances, each `kept` where a snapshot of
/// the incident has been begun, or `open`. A volume that is gone keeps nothing.
pub(super) fn observe<E>(
    incident: &str,
    instances: &[String],
    region: Option<&str>,
    ask: Ask<'_, E>,
) -> Result<Value, E> {
    let attached = json!([{"Name": "attachment.instance-id", "Values": instances}]);
    let pages = ask(&ec2("DescribeVolumes", region).with("Filters", attached))?;
    let mut state = Map::new();
    for volume in items(&pages.unwrap_or_default(), "/volumeSet") {
        if let Some(id) = text(volume, "/volumeId") {
            state.insert(id.to_owned(), json!("open"));
        }
    }
    let ours = json!([{"Name": format!("tag:{TAG}"), "Values": [incident]}]);
    let pages = ask(&ec2("DescribeSnapshots", region).with("Filters", ours))?;
    for snapshot in items(&pages.unwrap_or_default(), "/snapshotSet") {
        let is_usable = text(snapshot, "/status") != Some("error");
        let volume = text(snapshot, "/volumeId").and_then(|id| state.get_mut(id));
        if let (Some(volume), true) = (volume, is_usable) {
            *volume = json!("kept");
        }
    }
    Ok(Value::Object(state))
}

pub(super) fn toward(
    incident: &str,
    region: Option<&str>,
    from: &Value,
    to: &Value,
) -> Vec<AwsCall> {
    let tags = json!([{"ResourceType": "snapshot", "Tags": [{"Key": TAG, "Value": incident}]}]);
    let wanted = changed(from, to).into_iter();
    wanted
        .filter(|(_, word)| *word == &json!("kept"))
        .map(|(volume, _)| {
            ec2("CreateSnapshot", region)
                .with("VolumeId", volume)
                .with("Description", format!("evidence of {incident}"))
                .with("TagSpecifications", tags.clone())
        })
        .collect()
}
