//! Any bytes as what AWS answers, in every protocol that it speaks: no panic,
//! and what is read is JSON that can be written.

#![no_main]

use gardefou_finding::{AwsCall, AwsService};
use gardefou_host::read_answer;
use libfuzzer_sys::fuzz_target;

/// A service of each protocol: Query, EC2's own, JSON, REST.
const CALLS: [(AwsService, &str); 4] = [
    (AwsService::Iam, "ListUsers"),
    (AwsService::Ec2, "DescribeInstances"),
    (AwsService::Ecs, "DescribeServices"),
    (AwsService::Lambda, "GetPolicy"),
];

fuzz_target!(|bytes: &[u8]| {
    for (service, operation) in CALLS {
        if let Ok(answer) = read_answer(&AwsCall::new(service, operation), bytes) {
            let written = serde_json::to_string(&answer).expect("an answer is JSON");
            serde_json::from_str::<serde_json::Value>(&written).expect("it is read again");
        }
    }
});
