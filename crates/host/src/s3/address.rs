//! Where a bucket is reached, and how keys and queries are written into URLs.

use aws_config::SdkConfig;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::S3Error;
use crate::aws::config::own_endpoint;
use crate::aws::partition::{dns_suffix, is_label};
use crate::aws::send::Endpoint;

/// All but what RFC 3986 leaves as it is.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The same, but a key's slashes are the path's.
const KEY: &AsciiSet = &QUERY.remove(b'/');

/// Where the requests of a bucket go. Its own host at AWS where its name can
/// be one; else, and on servers that are not AWS's, it begins the path.
///
/// # Errors
/// A region that cannot be part of AWS's host names.
pub(super) fn endpoint(
    config: &SdkConfig,
    bucket: &str,
    region: &str,
) -> Result<Endpoint, S3Error> {
    let url = match own_endpoint(config, "S3") {
        Some(own) => in_path(own.trim_end_matches('/'), bucket),
        None if is_label(region) => usual(&host(config, region), bucket),
        None => return Err(S3Error::Unsendable(format!("`{region}` is no region"))),
    };
    Ok(Endpoint {
        url,
        region: region.to_owned(),
        service: "s3",
    })
}

fn usual(host: &str, bucket: &str) -> String {
    if can_be_a_host(bucket) {
        format!("https://{bucket}.{host}")
    } else {
        in_path(&format!("https://{host}"), bucket)
    }
}

fn in_path(server: &str, bucket: &str) -> String {
    format!("{server}/{}", utf8_percent_encode(bucket, QUERY))
}

/// S3's host in a region.
fn host(config: &SdkConfig, region: &str) -> String {
    let fips = ("-fips", config.use_fips());
    let dual = (".dualstack", config.use_dual_stack());
    let part = |(name, is_wanted): (&'static str, Option<bool>)| match is_wanted {
        Some(true) => name,
        _ => "",
    };
    let suffix = dns_suffix(region);
    format!("s3{}{}.{region}.{suffix}", part(fips), part(dual))
}

/// Whether a bucket's name can be one part of a host's: no dots, which S3's
/// certificate would not cover.
fn can_be_a_host(bucket: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=63).contains(&bucket.len())
        && bucket.bytes().all(plain)
        && !bucket.starts_with('-')
        && !bucket.ends_with('-')
}

/// The path of an object.
pub(super) fn path(key: &str) -> String {
    format!("/{}", utf8_percent_encode(key, KEY))
}

/// A bucket's path with a query.
pub(super) fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, QUERY)));
    format!("/?{}", pairs.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_aws(bucket: &str, region: &str) -> String {
        endpoint(&SdkConfig::builder().build(), bucket, region)
            .unwrap()
            .url
    }

    #[test]
    fn buckets_at_aws_are_hosts_where_they_can_be() {
        let there = |bucket| at_aws(bucket, "eu-west-3");
        assert_eq!(
            there("my-trail1"),
            "https://my-trail1.s3.eu-west-3.amazonaws.com"
        );
        let long = "a".repeat(64);
        for name in [
            "logs.example.com",
            "My-Trail",
            "my_trail",
            "ab",
            "-ab",
            "ab-",
            &long,
        ] {
            let path = format!("https://s3.eu-west-3.amazonaws.com/{name}");
            assert_eq!(there(name), path);
        }
    }

    #[test]
    fn every_partition_has_its_hosts() {
        for (region, host) in [
            ("us-east-1", "s3.us-east-1.amazonaws.com"),
            ("us-gov-west-1", "s3.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
            ("us-iso-east-1", "s3.us-iso-east-1.c2s.ic.gov"),
        ] {
            assert_eq!(at_aws("logs", region), format!("https://logs.{host}"));
        }
        let both = SdkConfig::builder().use_fips(true).use_dual_stack(true);
        assert_eq!(
            endpoint(&both.build(), "logs", "us-gov-west-1")
                .unwrap()
                .url,
            "https://logs.s3-fips.dualstack.us-gov-west-1.amazonaws.com"
        );
    }

    #[test]
    fn other_servers_have_buckets_in_the_path() {
        for own in ["http://127.0.0.1:9000", "http://127.0.0.1:9000/"] {
            let config = SdkConfig::builder()
                .endpoint_url(own)
                .use_fips(true)
                .build();
            let found = endpoint(&config, "my-trail", "Region One").unwrap();
            assert_eq!(found.url, "http://127.0.0.1:9000/my-trail");
            assert_eq!((&*found.region, found.service), ("Region One", "s3"));
        }
        let below = SdkConfig::builder().endpoint_url("https://store.example/s3/");
        let found = endpoint(&below.build(), "logs", "us-east-1").unwrap();
        assert_eq!(found.url, "https://store.example/s3/logs");
    }

    #[test]
    fn no_region_becomes_another_host() {
        let config = SdkConfig::builder().build();
        for bad in ["", "evil.example/", "a@evil.example", "x#", "eu west"] {
            assert!(endpoint(&config, "logs", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_are_written_byte_by_byte() {
        for (key, path_of_it) in [
            ("AWSLogs/1.json.gz", "/AWSLogs/1.json.gz"),
            ("/lead", "//lead"),
            ("a//b", "/a//b"),
            ("dot/../dot/.", "/dot/../dot/."),
            ("sp ace+plus%41\u{e9}", "/sp%20ace%2Bplus%2541%C3%A9"),
            ("tab\tq?h#a&b=c", "/tab%09q%3Fh%23a%26b%3Dc"),
            ("-._~!*'()", "/-._~%21%2A%27%28%29"),
        ] {
            assert_eq!(path(key), path_of_it);
        }
    }

    #[test]
    fn queries_hide_every_byte_that_has_a_meaning() {
        let pairs = [("list-type", "2"), ("prefix", "a b/+\u{e9}&x=1")];
        assert_eq!(
            query(pairs),
            "/?list-type=2&prefix=a%20b%2F%2B%C3%A9%26x%3D1"
        );
    }
}
