//! The embedded price table. Provenance and gaps: `data/README.md`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// EC2 by region and type.
static EC2: &str = include_str!("../../data/ec2.txt");
/// Fargate and Lambda by region.
static FARGATE: &str = include_str!("../../data/fargate.txt");

/// Date of the newest numbers, those of us-east-1 (ISO 8601).
pub const AS_OF: &str = "2026-01-19";
/// Where the numbers come from: a citation that reads the same in every
/// language. What it stands for is in `data/README.md`.
pub const SOURCE: &str = "AWS Price List: karpenter-provider-aws (us-east-1, 2026-01-19), \
    apache-libcloud 3.6.0 + 3.9.1 (2022-05-22, 2025-03-02), Fargate + Lambda (2026-03)";

type Table = HashMap<&'static str, HashMap<&'static str, Family>>;
type Family = HashMap<&'static str, f64>;

static TYPES: LazyLock<Table> = LazyLock::new(read_ec2);
static RATES: LazyLock<HashMap<&'static str, Rates>> = LazyLock::new(read_rates);

/// What Fargate and Lambda cost in a region, in US dollars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Fargate vCPU-hour and GB-hour on x86.
    pub fargate: (f64, f64),
    /// The same on ARM.
    pub fargate_arm: (f64, f64),
    /// Lambda GB-second on x86, first tier.
    pub lambda: f64,
    /// The same on ARM.
    pub lambda_arm: f64,
}

/// US dollars an hour of an EC2 instance type, Linux on demand; `None` where
/// the table has no number for that region.
pub fn ec2(region: &str, instance_type: &str) -> Option<f64> {
    let (family, size) = instance_type.split_once('.')?;
    let short = match size.strip_suffix("xlarge") {
        Some("") => "x".to_owned(),
        Some(count) if count.bytes().all(|b| b.is_ascii_digit()) => format!("{count}x"),
        _ => size.to_owned(),
    };
    TYPES.get(region)?.get(family)?.get(short.as_str()).copied()
}

/// Fargate's and Lambda's rates in a region.
pub fn rates(region: &str) -> Option<Rates> {
    RATES.get(region).copied()
}

/// How many types the table has, by region.
pub fn coverage() -> Vec<(&'static str, usize)> {
    let mut regions: Vec<_> = TYPES
        .iter()
        .map(|(region, families)| (*region, families.values().map(HashMap::len).sum()))
        .collect();
    regions.sort_unstable();
    regions
}

fn read_ec2() -> Table {
    let mut table = Table::new();
    let mut region = "";
    for line in EC2.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            region = name;
            continue;
        }
        let mut words = line.split(' ');
        let Some(family) = words.next() else { continue };
        let sizes = words.filter_map(|word| {
            let (size, price) = word.split_once('=')?;
            Some((size, price.parse().ok()?))
        });
        table
            .entry(region)
            .or_default()
            .insert(family, sizes.collect());
    }
    table
}

fn read_rates() -> HashMap<&'static str, Rates> {
    let lines = FARGATE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(read_rate).collect()
}

fn read_rate(line: &'static str) -> Option<(&'static str, Rates)> {
    let (region, numbers) = line.split_once(' ')?;
    let mut numbers = numbers.split(' ').map(|word| word.parse::<f64>());
    let mut next = || numbers.next()?.ok();
    let rates = Rates {
        fargate: (next()?, next()?),
        fargate_arm: (next()?, next()?),
        lambda: next()?,
        lambda_arm: next()?,
    };
    Some((region, rates))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_published_prices() {
        for (region, kind, price) in [
            ("us-east-1", "t3.micro", 0.0104),
            ("us-east-1", "p4d.24xlarge", 21.957642),
            ("us-east-1", "g5.xlarge", 1.006),
            ("us-east-1", "c7i.metal-48xl", 8.568),
            ("eu-west-1", "m5.large", 0.107),
            ("us-west-2", "p3.16xlarge", 24.48),
        ] {
            assert_eq!(ec2(region, kind), Some(price), "{region} {kind}");
        }
    }

    #[test]
    fn guesses_nothing() {
        for (region, kind) in [
            ("us-east-1", "p9.xlarge"),
            ("us-east-1", "m5"),
            ("us-east-1", "m5.xxlarge"),
            ("mars-north-1", "m5.large"),
            ("eu-central-1", "p4d.24xlarge"),
        ] {
            assert_eq!(ec2(region, kind), None, "{region} {kind}");
        }
        assert_eq!(rates("mars-north-1"), None);
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let written: usize = EC2
            .lines()
            .filter(|l| !l.starts_with('#'))
            .map(|l| l.matches('=').count())
            .sum();
        let read: usize = coverage().iter().map(|(_, count)| count).sum();
        assert_eq!((read, TYPES.len()), (written, 22));
        assert!(
            TYPES
                .values()
                .flat_map(HashMap::values)
                .flat_map(HashMap::values)
                .all(|p| *p > 0.0)
        );
        assert_eq!(
            RATES.len(),
            FARGATE.lines().filter(|l| !l.starts_with('#')).count()
        );
    }
}
