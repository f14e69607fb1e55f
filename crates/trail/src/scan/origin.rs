//! Where a call comes from, coarsely enough that habits are visible: the
//! network instead of the address, the kind of client instead of its version.

use std::net::IpAddr;

/// IPv4 /24 or IPv6 /48 of an address; a service's name as it is.
pub(crate) fn network(source_ip: &str) -> String {
    match source_ip.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
        Err(_) => source_ip.to_owned(),
    }
}

/// Clients by which a user agent is known, most telling first: a marker that
/// the text contains, and the family's name.
const CLIENTS: &[(&str, &str)] = &[
    ("terraform", "terraform"),
    ("pulumi", "pulumi"),
    ("karpenter", "karpenter"),
    ("console.amazonaws.com", "console"),
    ("signin.amazonaws.com", "console"),
    ("s3console", "console"),
    ("aws-internal/", "aws-internal"),
    ("kubernetes", "kubernetes"),
    ("configure-aws-credentials", "github-actions"),
    ("aws-cli/2", "aws-cli-2"),
    ("aws-cli/1", "aws-cli-1"),
    ("boto3/", "boto3"),
    ("botocore/", "botocore"),
    ("aws-sdk-go-v2/", "go-sdk"),
    ("aws-sdk-go/", "go-sdk"),
    ("aws-sdk-js/", "js-sdk"),
    ("aws-sdk-nodejs/", "js-sdk"),
    ("aws-sdk-java/", "java-sdk"),
    ("aws-sdk-rust/", "rust-sdk"),
    ("aws-sdk-ruby", "ruby-sdk"),
    ("aws-sdk-php/", "php-sdk"),
    ("aws-sdk-dotnet", "dotnet-sdk"),
    ("powershell", "powershell"),
    ("mozilla/", "browser"),
];

/// Operating systems by the markers that SDKs and browsers write.
const SYSTEMS: &[(&str, &str)] = &[
    ("kali", "kali"),
    ("parrot", "parrot"),
    ("android", "android"),
    ("iphone", "ios"),
    ("macos", "macos"),
    ("darwin", "macos"),
    ("mac os", "macos"),
    ("windows", "windows"),
    ("amzn", "linux"),
    ("linux", "linux"),
];

/// Longest user agent looked at.
const MAX_LOOKED_AT: usize = 1024;

/// The family of a user agent: the client and its operating system, without
/// versions. A client that is not known is named by its product token.
pub(crate) fn agent(user_agent: &str) -> String {
    let head: String = user_agent
        .chars()
        .take(MAX_LOOKED_AT)
        .collect::<String>()
        .to_lowercase();
    if head.ends_with(".amazonaws.com") && !head.contains(' ') {
        return head;
    }
    let client = find(CLIENTS, &head).map_or_else(|| product(&head), str::to_owned);
    match find(SYSTEMS, &head) {
        Some(system) => format!("{client} on {system}"),
        None => client,
    }
}

fn find(table: &[(&str, &'static str)], text: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(marker, _)| text.contains(marker))
        .map(|(_, name)| *name)
}

/// The first product token without its version: `curl/8.1 …` → `curl`.
fn product(head: &str) -> String {
    let token = head
        .trim_start_matches('[')
        .split([' ', '/'])
        .next()
        .unwrap_or(head);
    let token: String = token
        .chars()
        .take_while(|c| !c.is_ascii_digit())
        .take(40)
        .collect();
    if token.is_empty() {
        "unknown".to_owned()
    } else {
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        assert_eq!(network("203.0.113.77"), "203.0.113.0/24");
        assert_eq!(network("2001:db8:7:8::1"), "2001:db8:7::/48");
        assert_eq!(
            network("autoscaling.amazonaws.com"),
            "autoscaling.amazonaws.com"
        );
        assert_eq!(network("AWS Internal"), "AWS Internal");
    }

    #[test]
    fn families_ignore_versions_but_not_systems() {
        let old = "aws-cli/2.15.0 Python/3.11.6 Darwin/23.1.0 exe/x86_64";
        let new = "aws-cli/2.22.1 md/awscrt#0.23 ua/2.0 os/macos#24.1 md/arch#arm64";
        assert_eq!(agent(old), agent(new));
        assert_ne!(
            agent(new),
            agent("aws-cli/2.22.1 md/awscrt#0.23 ua/2.0 os/linux#6.1")
        );
        assert_eq!(agent("curl/8.1.2"), "curl");
        assert_eq!(agent(""), "unknown");
    }
}
