//! What is told of incidents that happen at the same time.

mod common;

use common::{investigate_one, our_rules, records};
use gardefou_finding::LinkKind;
use serde_json::{Value, json};

/// Two keys of one user, used from one network to blind an account.
fn attack(user: &str, address: &str) -> Vec<Value> {
    let calls = [
        ("cloudtrail.amazonaws.com", "StopLogging"),
        ("cloudtrail.amazonaws.com", "DeleteTrail"),
        ("guardduty.amazonaws.com", "DeleteDetector"),
    ];
    let twice = calls.iter().chain(&calls).enumerate();
    let event = |(index, (source, name)): (usize, &(&str, &str))| {
        json!({
            "eventVersion": "1.09", "eventSource": source, "eventName": name,
            "eventTime": format!("2025-11-03T10:00:{index:02}Z"),
            "eventID": format!("{user}-{index}"), "awsRegion": "eu-west-1",
            "sourceIPAddress": address, "userAgent": "aws-cli/2.15.0", "readOnly": false,
            "recipientAccountId": "111122223333", "eventType": "AwsApiCall",
            "requestParameters": {"name": user, "detectorId": user},
            "userIdentity": {
                "type": "IAMUser", "userName": user, "accountId": "111122223333",
                "arn": format!("arn:aws:iam::111122223333:user/{user}"),
                "accessKeyId": format!("AKIA{}{}", user.to_uppercase(), index / 3),
            },
        })
    };
    twice.map(event).collect()
}

#[test]
fn a_further_key_is_shown_by_a_call_of_its_own_incident() {
    let mut events = attack("zoe", "198.51.100.7");
    events.extend(attack("yan", "203.0.113.9"));
    let told = investigate_one(our_rules(), "two.json", &records(&events));
    assert_eq!(told.incidents.len(), 2);
    for incident in &told.incidents {
        let [first, second] = incident.identities.as_slice() else {
            panic!("two keys each: {:?}", incident.identities);
        };
        let user = first.actor.name.as_ref().unwrap().as_str();
        let link = second.link.as_ref().unwrap();
        assert_eq!((link.from, link.kind), (0, LinkKind::SamePrincipal));
        assert_eq!(link.evidence.event_id.as_str(), format!("{user}-3"));
    }
}
