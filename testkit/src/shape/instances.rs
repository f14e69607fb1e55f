//! EC2 instances: what launches, ends and protects them.

use crate::call::Call;
use crate::fill::list;
use crate::scribe::Scribe;
use crate::shape::source::EC2;

/// What to launch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Launch<'a> {
    /// Instance type, for example `m6i.large`.
    pub(crate) kind: &'a str,
    /// `ami-…`.
    pub(crate) image: &'a str,
    /// `lt-…`; empty for a launch without a template.
    pub(crate) template: &'a str,
    /// Name of the key pair, if any.
    pub(crate) key_name: Option<&'a str>,
    /// Tags of the instance, as JSON objects `{"key":…,"value":…}`.
    pub(crate) tags: &'a str,
    /// Account that owns the instances.
    pub(crate) account: &'a str,
    /// Region, for the zone and the names.
    pub(crate) region: &'a str,
    /// Ids of the instances, one each.
    pub(crate) ids: &'a [String],
}

impl<'a> Launch<'a> {
    /// Machines of a type from an image, without template, key pair and tags.
    pub(crate) fn new(
        account: &'a str,
        region: &'a str,
        kind: &'a str,
        image: &'a str,
        ids: &'a [String],
    ) -> Self {
        Self {
            kind,
            image,
            template: "",
            key_name: None,
            tags: "",
            account,
            region,
            ids,
        }
    }

    /// From a launch template.
    pub(crate) fn template(self, template: &'a str) -> Self {
        Self { template, ..self }
    }

    /// With a key pair.
    pub(crate) fn key_name(self, name: &'a str) -> Self {
        Self {
            key_name: Some(name),
            ..self
        }
    }

    /// With tags.
    pub(crate) fn tags(self, tags: &'a str) -> Self {
        Self { tags, ..self }
    }
}

/// A tag as EC2 writes it.
pub(crate) fn tag(key: &str, value: &str) -> String {
    fill! { r#"{"key":"$key","value":"$value"}"#; key, value }
}

/// `RunInstances`.
pub(crate) fn run_instances(scribe: &mut Scribe<'_>, launch: Launch<'_>) -> Call {
    let token = scribe.dice.uuid();
    let items: Vec<String> = launch
        .ids
        .iter()
        .map(|id| instance(scribe, launch, id, &token))
        .collect();
    let answer = fill! {
        r#"{"requestId":"$request","reservationId":"$reservation","ownerId":"$owner","groupSet":{},"instancesSet":{"items":$items}}"#;
        request = &scribe.dice.uuid(), reservation = &scribe.id("r"), owner = launch.account,
        items = &list(&items)
    };
    Call::write(EC2, "RunInstances")
        .request(run_request(scribe, launch, &token))
        .response(answer)
}

fn run_request(scribe: &mut Scribe<'_>, launch: Launch<'_>, token: &str) -> String {
    let count = launch.ids.len().max(1).to_string();
    let image = match launch.image {
        "" => String::new(),
        image => format!(r#""imageId":"{image}","#),
    };
    let key_name = launch
        .key_name
        .map(|name| format!(r#""keyName":"{name}","#));
    let template = match launch.template {
        "" => String::new(),
        id => format!(r#","launchTemplate":{{"launchTemplateId":"{id}","version":"1"}}"#),
    };
    fill! {
        r#"{"instancesSet":{"items":[{$image$keyname"minCount":$count,"maxCount":$count}]},"instanceType":"$kind","blockDeviceMapping":{},"monitoring":{"enabled":false},"subnetId":"$subnet","disableApiTermination":false,"disableApiStop":false,"clientToken":"$token"$template,"tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[$tags]}]}}"#;
        image = &image, keyname = key_name.as_deref().unwrap_or(""), count = &count,
        kind = launch.kind, subnet = &scribe.world.id("subnet", launch.region), token,
        template = &template, tags = launch.tags
    }
}

/// One item of the answer's `instancesSet`.
fn instance(scribe: &mut Scribe<'_>, launch: Launch<'_>, id: &str, token: &str) -> String {
    let address = scribe.dice.range(4, 250).to_string();
    let key_name = launch
        .key_name
        .map(|name| format!(r#""keyName":"{name}","#));
    fill! {
        r#"{"instanceId":"$id","imageId":"$image","currentInstanceBootMode":"uefi","instanceState":{"code":0,"name":"pending"},"privateDnsName":"ip-10-20-1-$address.$region.compute.internal",$keyname"amiLaunchIndex":0,"productCodes":{},"instanceType":"$kind","launchTime":$time000,"placement":{"availabilityZone":"$regiona","tenancy":"default"},"monitoring":{"state":"disabled"},"subnetId":"$subnet","vpcId":"$vpc","privateIpAddress":"10.20.1.$address","stateReason":{"code":"pending","message":"pending"},"architecture":"x86_64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","blockDeviceMapping":{},"virtualizationType":"hvm","hypervisor":"xen","tagSet":{"items":[$tags]},"clientToken":"$token","groupSet":{"items":[{"groupId":"$group","groupName":"default"}]},"sourceDestCheck":true,"ebsOptimized":false,"enaSupport":true,"metadataOptions":{"state":"pending","httpTokens":"required","httpPutResponseHopLimit":2,"httpEndpoint":"enabled"},"privateDnsNameOptions":{"hostnameType":"ip-name","enableResourceNameDnsARecord":false,"enableResourceNameDnsAAAARecord":false}}"#;
        id, image = launch.image, address = &address, keyname = key_name.as_deref().unwrap_or(""),
        kind = launch.kind, time = &scribe.now.to_string(),
        regiona = &format!("{}a", launch.region), region = launch.region,
        subnet = &scribe.world.id("subnet", launch.region),
        vpc = &scribe.world.id("vpc", launch.region), tags = launch.tags, token,
        group = &scribe.world.id("sg", launch.region)
    }
}

/// `TerminateInstances`.
pub(crate) fn terminate_instances(scribe: &mut Scribe<'_>, ids: &[String]) -> Call {
    let asked: Vec<String> = ids
        .iter()
        .map(|id| format!(r#"{{"instanceId":"{id}"}}"#))
        .collect();
    let ended: Vec<String> = ids
        .iter()
        .map(|id| {
            fill! {
                r#"{"instanceId":"$id","currentState":{"code":32,"name":"shutting-down"},"previousState":{"code":16,"name":"running"}}"#;
                id
            }
        })
        .collect();
    Call::write(EC2, "TerminateInstances")
        .request(fill! { r#"{"instancesSet":{"items":$items}}"#; items = &list(&asked) })
        .response(fill! {
            r#"{"requestId":"$request","instancesSet":{"items":$items}}"#;
            request = &scribe.dice.uuid(), items = &list(&ended)
        })
}

/// `ModifyInstanceAttribute` that switches termination protection.
pub(crate) fn protect(scribe: &mut Scribe<'_>, id: &str, on: bool) -> Call {
    let on = if on { "true" } else { "false" };
    Call::write(EC2, "ModifyInstanceAttribute")
        .request(fill! { r#"{"instanceId":"$id","disableApiTermination":{"value":$on}}"#; id, on })
        .response(done(scribe))
}

/// The answer of calls that only say that it is done.
pub(crate) fn done(scribe: &mut Scribe<'_>) -> String {
    fill! { r#"{"requestId":"$id","_return":true}"#; id = &scribe.dice.uuid() }
}

/// `DescribeInstances` of all, or of some.
pub(crate) fn describe_instances(ids: &[String]) -> Call {
    let items: Vec<String> = ids
        .iter()
        .map(|id| format!(r#"{{"instanceId":"{id}"}}"#))
        .collect();
    let set = if ids.is_empty() {
        "{}".into()
    } else {
        format!(r#"{{"items":{}}}"#, list(&items))
    };
    Call::read(EC2, "DescribeInstances")
        .request(format!(r#"{{"instancesSet":{set},"filterSet":{{}}}}"#))
}
