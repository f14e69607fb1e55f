//! Snapshots from files, good and bad.

use gardefou_finding::{AuditFault, Untrusted};

use super::{Kind, Reader};

fn read(files: &[(&str, &str)]) -> (super::Snapshot, gardefou_finding::AuditCoverage) {
    let mut reader = Reader::default();
    for (name, text) in files {
        reader.add(&Untrusted::new(*name), text.as_bytes(), true);
    }
    reader.finish()
}

const PAGE: &str = r#"{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/ana", "UserName": "ana",
  "UserId": "AIDAEXAMPLE", "CreateDate": "2024-01-02T03:04:05+00:00", "GroupList": ["dev"],
  "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGetObject%22%2C%22Resource%22%3A%22%2A%22%7D%7D"}],
  "AttachedManagedPolicies": [{"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]}],
 "GroupDetailList": [{"Arn": "arn:aws:iam::111122223333:group/dev", "GroupName": "dev", "GroupPolicyList": [], "AttachedManagedPolicies": []}],
 "RoleDetailList": [], "Policies": []}"#;

#[test]
fn url_encoded_documents_and_managed_policies_are_read() {
    let (snapshot, coverage) = read(&[("a.json", PAGE)]);
    assert!(coverage.is_complete(), "{:?}", coverage.failures);
    let user = &snapshot.principals[0];
    assert_eq!(
        (user.kind, user.policies.len(), user.groups.len()),
        (Kind::User, 2, 1)
    );
    assert!(user.policies.iter().all(|policy| policy.policy.is_some()));
    assert!(coverage.managed_policies_of.is_some());
}

#[test]
fn the_same_page_twice_is_counted_and_a_changed_one_is_a_conflict() {
    let (_, coverage) = read(&[("a.json", PAGE), ("b.json", PAGE)]);
    assert_eq!((coverage.repeated, coverage.is_complete()), (2, true));
    let changed = PAGE.replace("AIDAEXAMPLE", "AIDAOTHER");
    let (_, coverage) = read(&[("a.json", PAGE), ("b.json", &changed)]);
    assert_eq!(coverage.failed.get(&AuditFault::Conflict), Some(&1));
}

#[test]
fn an_unknown_managed_policy_is_told_not_taken_for_empty() {
    let unknown = PAGE.replace("policy/AdministratorAccess", "policy/NoSuchPolicyAtAll");
    let (snapshot, coverage) = read(&[("a.json", &unknown)]);
    assert_eq!(coverage.failed.get(&AuditFault::UnknownPolicy), Some(&1));
    assert!(snapshot.principals[0].policies[1].policy.is_none());
}

#[test]
fn one_bad_item_does_not_lose_the_others() {
    let bad = PAGE.replace(
        r#""UserDetailList": ["#,
        r#""UserDetailList": [{"Arn": 5},"#,
    );
    let (snapshot, coverage) = read(&[("a.json", &bad)]);
    assert_eq!(snapshot.principals.len(), 1);
    assert_eq!(coverage.failed.get(&AuditFault::BadItem), Some(&1));
    assert_eq!(coverage.failures[0].offset, Some(20));
}

#[test]
fn json_that_ends_early_is_a_failure_with_its_place() {
    let (_, coverage) = read(&[("a.json", &PAGE[..200])]);
    assert_eq!(coverage.failed.get(&AuditFault::BadJson), Some(&1));
    let (_, coverage) = read(&[("a.json", "{\"what\": 1}")]);
    assert_eq!(coverage.failed.get(&AuditFault::UnknownForm), Some(&1));
}

#[test]
fn a_file_found_in_a_directory_may_be_of_another_form() {
    let mut reader = Reader::default();
    reader.add(&Untrusted::new("package.json"), b"{\"what\": 1}", false);
    let (_, coverage) = reader.finish();
    assert_eq!((coverage.skipped, coverage.is_complete()), (1, true));
}

#[test]
fn credential_reports_are_read_bare_and_in_their_envelope() {
    let csv = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n\
        <root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported,2026-01-01T00:00:00+00:00,not_supported,not_supported,false,true,2020-01-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n\
        ana,arn:aws:iam::111122223333:user/ana,2024-01-02T03:04:05+00:00,true,no_information,2024-01-02T03:04:05+00:00,N/A,false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n";
    let envelope = format!(
        r#"{{"Content": "{}", "ReportFormat": "text/csv", "GeneratedTime": "2026-01-01T00:00:00Z"}}"#,
        data_encoding::BASE64.encode(csv.as_bytes())
    );
    for text in [csv, &envelope] {
        let (snapshot, coverage) = read(&[("a.json", PAGE), ("credentials", text)]);
        assert!(coverage.is_complete(), "{:?}", coverage.failures);
        let root = snapshot.accounts["111122223333"].root.as_ref().unwrap();
        assert!(root.keys[0].active && !root.mfa_active);
        assert_eq!(snapshot.principals[0].has_login(), Some(true));
        assert_eq!(snapshot.principals[0].key_count(), Some(0));
    }
    let (_, coverage) = read(&[("credentials", &csv.replace("ana,arn:", "ana,"))]);
    assert_eq!(coverage.failed.get(&AuditFault::BadCsv), Some(&1));
}

#[test]
fn guardrails_are_given_to_their_accounts() {
    let file = r#"{"organization": "o-1", "guardrails": [
        {"accounts": ["*"], "service_control_policies": [{"level": "root", "policies": [
            {"name": "all", "policy": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}}]}]}]}"#;
    let (snapshot, coverage) = read(&[("a.json", PAGE), ("scp.json", file)]);
    assert!(coverage.is_complete(), "{:?}", coverage.failures);
    let account = &snapshot.accounts["111122223333"];
    assert!(account.has_guardrails);
    assert_eq!(account.service_control[0].policies.len(), 1);
}

mod hostile {
    use proptest::prelude::*;

    use super::{PAGE, Reader, Untrusted};

    /// A page with some bytes changed, cut off or repeated.
    fn damaged() -> impl Strategy<Value = Vec<u8>> {
        let changes = prop::collection::vec((0..PAGE.len(), any::<u8>()), 0..6);
        (changes, 0..=PAGE.len(), any::<bool>()).prop_map(|(changes, end, twice)| {
            let mut bytes = PAGE.as_bytes().to_vec();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            bytes.truncate(end);
            if twice {
                bytes.extend_from_within(..);
            }
            bytes
        })
    }

    proptest! {
        #[test]
        fn damaged_files_are_told_and_never_lost_silently(bytes in damaged()) {
            let mut reader = Reader::default();
            reader.add(&Untrusted::new("file"), &bytes, true);
            let (snapshot, coverage) = reader.finish();
            let nobody = snapshot.principals.is_empty() && snapshot.groups.is_empty();
            prop_assert!(!nobody || !coverage.is_complete() || coverage.accounts.is_empty());
        }
    }

    #[test]
    fn deep_and_wide_files_answer() {
        let deep = format!("{{\"UserDetailList\": {}", "[".repeat(200_000));
        let wide = format!(
            "{{\"UserDetailList\": [{}0], \"RoleDetailList\": []}}",
            "0,".repeat(100_000)
        );
        for text in [deep, wide] {
            let mut reader = Reader::default();
            reader.add(&Untrusted::new("file"), text.as_bytes(), true);
            assert!(!reader.finish().1.is_complete());
        }
    }
}
