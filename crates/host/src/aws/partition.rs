//! AWS's partitions: which regions there can be, and what their hosts end with.

/// The end of host names of each partition whose regions do not end with
/// `amazonaws.com`, by the beginning of its regions' names; those of the AWS
/// SDKs' `partitions.json`.
const SUFFIXES: &[(&str, &str)] = &[
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
];

/// Whether this can be a region's name: it becomes part of a host name.
pub(crate) fn is_region(region: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=40).contains(&region.len()) && region.bytes().all(plain)
}

/// Whether this can be one part of a host name. Servers that are not AWS's have
/// regions such as `RegionOne`.
pub(crate) fn is_label(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(plain)
}

/// What the host names of a region's services end with.
pub(crate) fn dns_suffix(region: &str) -> &'static str {
    SUFFIXES
        .iter()
        .find(|(start, _)| region.starts_with(start))
        .map_or("amazonaws.com", |(_, suffix)| suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_plain_names() {
        assert!(is_region("ap-southeast-2"));
        for bad in ["", "eu-west-3.evil.example", "eu west", "a/b", "EU"] {
            assert!(!is_region(bad), "{bad}");
        }
        assert!(is_label("RegionOne"));
        for bad in ["", "evil.example", "a/b", "a@b", "a b"] {
            assert!(!is_label(bad), "{bad}");
        }
    }

    #[test]
    fn hosts_end_as_their_partition_does() {
        for (region, suffix) in [
            ("eu-west-3", "amazonaws.com"),
            ("us-gov-west-1", "amazonaws.com"),
            ("cn-northwest-1", "amazonaws.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
        ] {
            assert_eq!(dns_suffix(region), suffix, "{region}");
        }
    }
}
