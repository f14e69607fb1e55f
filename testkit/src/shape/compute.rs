//! What instances are launched from: templates, groups, fleets, keys, quotas.

use crate::call::Call;
use crate::clock::rfc3339;
use crate::scribe::Scribe;
use crate::shape::instances::done;
use crate::shape::source::{AUTOSCALING, EC2, QUOTAS};

/// `CreateLaunchTemplate`; EC2's newer calls are recorded as their XML was.
pub(crate) fn create_launch_template(
    scribe: &mut Scribe<'_>,
    id: &str,
    name: &str,
    kind: &str,
    creator: &str,
) -> Call {
    let image = scribe.id("ami");
    let group = scribe.id("sg");
    let token = scribe.dice.uuid();
    let request = fill! {
        r#"{"CreateLaunchTemplateRequest":{"LaunchTemplateName":"$name","LaunchTemplateData":{"ImageId":"$image","InstanceType":"$kind","UserData":"<sensitiveDataRemoved>","SecurityGroupId":{"tag":1,"content":"$group"}},"ClientToken":"$token"}}"#;
        name, image = &image, kind, group = &group, token = &token
    };
    let answer = fill! {
        r#"{"CreateLaunchTemplateResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"$request","launchTemplate":{"launchTemplateId":"$id","launchTemplateName":"$name","createTime":"$time","createdBy":"$creator","defaultVersionNumber":1,"latestVersionNumber":1,"operator":{"managed":false}}}}"#;
        request = &scribe.dice.uuid(), id, name, time = &rfc3339(scribe.now), creator
    };
    Call::write(EC2, "CreateLaunchTemplate")
        .request(request)
        .response(answer)
}

/// An Auto Scaling group to make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group<'a> {
    pub(crate) name: &'a str,
    pub(crate) template: &'a str,
    /// Instance types that replace the template's; empty for none.
    pub(crate) kinds: &'a [&'a str],
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) desired: u32,
    pub(crate) region: &'a str,
}

impl<'a> Group<'a> {
    /// Of the template's instance type, with sizes: smallest, largest, wanted.
    pub(crate) fn new(region: &'a str, name: &'a str, template: &'a str, sizes: [u32; 3]) -> Self {
        let [min, max, desired] = sizes;
        Self {
            name,
            template,
            kinds: &[],
            min,
            max,
            desired,
            region,
        }
    }
}

/// `CreateAutoScalingGroup`.
pub(crate) fn create_group(scribe: &Scribe<'_>, group: Group<'_>) -> Call {
    let spec = format!(
        r#"{{"launchTemplateId":"{}","version":"{}"}}"#,
        group.template, "$Latest"
    );
    let launch = if group.kinds.is_empty() {
        format!(r#""launchTemplate":{spec}"#)
    } else {
        let kinds: Vec<String> = group
            .kinds
            .iter()
            .map(|kind| format!(r#"{{"instanceType":"{kind}"}}"#))
            .collect();
        fill! {
            r#""mixedInstancesPolicy":{"launchTemplate":{"launchTemplateSpecification":$spec,"overrides":$kinds},"instancesDistribution":{"onDemandBaseCapacity":0,"onDemandPercentageAboveBaseCapacity":100}}"#;
            spec = &spec, kinds = &crate::fill::list(&kinds)
        }
    };
    let request = fill! {
        r#"{"autoScalingGroupName":"$name",$launch,"minSize":$min,"maxSize":$max,"desiredCapacity":$desired,"vPCZoneIdentifier":"$subnet","healthCheckType":"EC2","healthCheckGracePeriod":300,"newInstancesProtectedFromScaleIn":false,"tags":[]}"#;
        name = group.name, launch = &launch, min = &group.min.to_string(),
        max = &group.max.to_string(), desired = &group.desired.to_string(),
        subnet = &scribe.world.id("subnet", group.region)
    };
    Call::write(AUTOSCALING, "CreateAutoScalingGroup").request(request)
}

/// `UpdateAutoScalingGroup` of its sizes.
pub(crate) fn resize_group(name: &str, min: u32, max: u32, desired: u32) -> Call {
    Call::write(AUTOSCALING, "UpdateAutoScalingGroup").request(fill! {
        r#"{"autoScalingGroupName":"$name","minSize":$min,"maxSize":$max,"desiredCapacity":$desired}"#;
        name, min = &min.to_string(), max = &max.to_string(), desired = &desired.to_string()
    })
}

/// `DeleteAutoScalingGroup`.
pub(crate) fn delete_group(name: &str) -> Call {
    Call::write(AUTOSCALING, "DeleteAutoScalingGroup").request(format!(
        r#"{{"autoScalingGroupName":"{name}","forceDelete":true}}"#
    ))
}

/// `CreateFleet` of type `instant` that launches one instance.
pub(crate) fn create_fleet(scribe: &mut Scribe<'_>, template: &str, kind: &str, id: &str) -> Call {
    let spec = fill! {
        r#"{"LaunchTemplateSpecification":{"LaunchTemplateName":"$template","Version":"$version"},"Overrides":{"tag":1,"InstanceType":"$kind","SubnetId":"$subnet","Priority":1},"tag":1}"#;
        template, version = "$Latest", kind, subnet = &scribe.world.id("subnet", "karpenter")
    };
    let request = fill! {
        r#"{"CreateFleetRequest":{"Type":"instant","TargetCapacitySpecification":{"TotalTargetCapacity":1,"DefaultTargetCapacityType":"on-demand"},"OnDemandOptions":{"AllocationStrategy":"lowest-price"},"LaunchTemplateConfigs":$spec,"TagSpecification":{"ResourceType":"instance","tag":1,"Tag":[{"Key":"karpenter.sh/nodepool","tag":1,"Value":"default"},{"Key":"eks:eks-cluster-name","tag":2,"Value":"platform"}]}}}"#;
        spec = &spec
    };
    let answer = fill! {
        r#"{"CreateFleetResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"$request","fleetId":"fleet-$fleet","errorSet":"","fleetInstanceSet":{"item":{"instanceType":"$kind","lifecycle":"on-demand","instanceIds":{"item":"$id"}}}}}"#;
        request = &scribe.dice.uuid(), fleet = &scribe.dice.uuid(), kind, id
    };
    Call::write(EC2, "CreateFleet")
        .request(request)
        .response(answer)
}

/// `CreateKeyPair`.
pub(crate) fn create_key_pair(scribe: &mut Scribe<'_>, name: &str) -> Call {
    let print = scribe.dice.text("0123456789abcdef", 40);
    let answer = fill! {
        r#"{"requestId":"$request","keyName":"$name","keyFingerprint":"$print","keyPairId":"$id","keyMaterial":"<sensitiveDataRemoved>"}"#;
        request = &scribe.dice.uuid(), name, print = &print, id = &scribe.id("key")
    };
    Call::write(EC2, "CreateKeyPair")
        .request(format!(
            r#"{{"keyName":"{name}","keyType":"rsa","keyFormat":"pem"}}"#
        ))
        .response(answer)
}

/// `CreateSecurityGroup` that makes `id`.
pub(crate) fn create_security_group(scribe: &mut Scribe<'_>, id: &str, name: &str) -> Call {
    let vpc = scribe.world.id("vpc", name);
    let answer = fill! {
        r#"{"requestId":"$request","_return":true,"groupId":"$id"}"#;
        request = &scribe.dice.uuid(), id
    };
    Call::write(EC2, "CreateSecurityGroup")
        .request(fill! {
            r#"{"groupName":"$name","groupDescription":"$name","vpcId":"$vpc"}"#;
            name, vpc = &vpc
        })
        .response(answer)
}

/// `AuthorizeSecurityGroupIngress` of one TCP port from one range.
pub(crate) fn open_port(scribe: &mut Scribe<'_>, id: &str, port: u16, range: &str) -> Call {
    let answer = done(scribe);
    Call::write(EC2, "AuthorizeSecurityGroupIngress")
        .request(fill! {
            r#"{"groupId":"$id","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":$port,"toPort":$port,"groups":{},"ipRanges":{"items":[{"cidrIp":"$range"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}"#;
            id, port = &port.to_string(), range
        })
        .response(answer)
}

/// `GetServiceQuota`.
pub(crate) fn get_quota(service: &str, code: &str) -> Call {
    Call::read(QUOTAS, "GetServiceQuota").request(fill! {
        r#"{"serviceCode":"$service","quotaCode":"$code"}"#;
        service, code
    })
}

/// `RequestServiceQuotaIncrease`.
pub(crate) fn raise_quota(
    scribe: &mut Scribe<'_>,
    service: &str,
    code: &str,
    name: &str,
    to: u32,
) -> Call {
    let answer = fill! {
        r#"{"requestedQuota":{"id":"$id","serviceCode":"$service","quotaCode":"$code","quotaName":"$name","desiredValue":$to,"status":"PENDING","created":"$time","globalQuota":false,"unit":"None","quotaRequestedAtLevel":"ACCOUNT"}}"#;
        id = &scribe.dice.text("0123456789abcdef", 40), service, code, name, to = &to.to_string(),
        time = &crate::clock::spelled(scribe.now)
    };
    Call::write(QUOTAS, "RequestServiceQuotaIncrease")
        .request(fill! {
            r#"{"serviceCode":"$service","quotaCode":"$code","desiredValue":$to}"#;
            service, code, to = &to.to_string()
        })
        .response(answer)
}
