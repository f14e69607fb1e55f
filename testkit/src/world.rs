//! The company: accounts, regions, networks, tools, and names that follow from the seed.

use crate::clock::DAY;
use crate::dice::{Dice, hash};

/// Production account (one of the numbers that AWS keeps for documentation).
pub(crate) const PROD: &str = "111122223333";
/// Data and platform account (likewise).
pub(crate) const DATA: &str = "444455556666";
/// Account of the monitoring vendor (likewise).
pub(crate) const VENDOR: &str = "777788889999";
/// Where the company lives.
pub(crate) const HOME: &str = "eu-west-1";
/// Where its backups go.
pub(crate) const SECOND: &str = "eu-central-1";
/// Where the global services log.
pub(crate) const GLOBAL: &str = "us-east-1";
/// The region that Terraform opens in the last week.
pub(crate) const OPENED: &str = "eu-north-1";
/// Public address of the office.
pub(crate) const OFFICE: &str = "203.0.113.18";
/// Public address of the VPN.
pub(crate) const VPN: &str = "198.51.100.44";
/// Public address behind which the company's own servers call.
pub(crate) const NAT: &str = "198.51.100.7";

/// What the tools call themselves.
pub(crate) mod agent {
    /// Terraform run by the pipeline.
    pub(crate) const TERRAFORM: &str = "APN/1.0 HashiCorp/1.0 Terraform/1.13.4 (+https://www.terraform.io) terraform-provider-aws/6.17.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.24.8 md/GOOS#linux md/GOARCH#amd64";
    /// Karpenter in the cluster.
    pub(crate) const KARPENTER: &str = "aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.1 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.253.0 karpenter.sh-1.8.1 m/g";
    /// GitHub's action that exchanges a token for a role.
    pub(crate) const GITHUB: &str = "configure-aws-credentials-for-github-actions aws-sdk-js/3.901.0 ua/2.1 os/linux#6.11.0-1018-azure lang/js md/nodejs#20.19.5 api/sts#3.901.0 m/E";
    /// The command line on a GitHub runner.
    pub(crate) const CLI_RUNNER: &str = "aws-cli/2.31.9 md/awscrt#0.27.6 ua/2.1 os/linux#6.11.0-1018-azure md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython m/b,E,Z,n cfg/retry-mode#standard md/installer#exe md/distrib#ubuntu.24 md/prompt#off";
    /// The command line on the company's laptops.
    pub(crate) const CLI_MAC: &str = "aws-cli/2.31.9 md/awscrt#0.27.6 ua/2.1 os/macos#24.6.0 md/arch#arm64 lang/python#3.13.7 md/pyimpl#CPython m/b,E,Z,n cfg/retry-mode#standard md/installer#exe md/prompt#off";
    /// The contractor's new laptop.
    pub(crate) const CLI_LINUX: &str =
        "aws-cli/2.15.30 Python/3.11.8 Linux/6.8.0-85-generic exe/x86_64.ubuntu.24 prompt/off";
    /// Scripts of the data team.
    pub(crate) const BOTO: &str = "Boto3/1.40.45 md/Botocore#1.40.45 ua/2.1 os/linux#6.1.153-175.280.amzn2023.x86_64 md/arch#x86_64 lang/python#3.12.11 md/pyimpl#CPython m/b,Z cfg/retry-mode#legacy Botocore/1.40.45";
    /// Services written in Go.
    pub(crate) const GO: &str =
        "aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.1 md/GOOS#linux md/GOARCH#arm64 m/E,g";
    /// Services written in Java.
    pub(crate) const JAVA: &str = "aws-sdk-java/2.33.9 md/io#async md/http#NettyNio ua/2.1 os/Linux#6.1.153-175.280.amzn2023 lang/java#21.0.8 md/OpenJDK_64-Bit_Server_VM#21.0.8+9-LTS md/vendor#Amazon.com_Inc. m/D,N";
    /// The monitoring vendor's collector.
    pub(crate) const VENDOR: &str = "argus-collector/7.2.1 aws-sdk-go-v2/1.38.0 ua/2.1 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#amd64";
    /// Browser on the company's laptops.
    pub(crate) const CHROME_MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
    /// Browser of the administrator.
    pub(crate) const FIREFOX: &str =
        "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
    /// The console's page of S3, calling for the user.
    pub(crate) const S3_CONSOLE: &str = "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.750 Linux/5.10.244-214.971.amzn2int.x86_64 OpenJDK_64-Bit_Server_VM/25.462-b09 java/1.8.0_462 vendor/Oracle_Corporation cfg/retry-mode/standard]";
}

/// What an archive is made from: names follow from the seed, days from the start.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// The seed.
    pub(crate) seed: u64,
    /// Midnight of the first day.
    pub(crate) start: i64,
    /// Number of days.
    pub(crate) days: i64,
    /// Characters of a session token (real ones have hundreds; samples save room).
    pub(crate) token: usize,
}

impl World {
    /// Midnight of a day, counted from 0.
    pub(crate) fn midnight(&self, day: i64) -> i64 {
        self.start + day * DAY
    }

    /// Chance for one activity on one day.
    pub(crate) fn dice(&self, label: &str) -> Dice {
        Dice::new(self.seed, label)
    }

    /// A resource id such as `i-0123456789abcdef0`, always the same for a label.
    pub(crate) fn id(&self, prefix: &str, label: &str) -> String {
        let bits = hash(self.seed, &format!("{prefix}/{label}"));
        format!("{prefix}-0{bits:016x}")
    }

    /// An access key or principal id of an account, always the same for a label.
    pub(crate) fn key(&self, prefix: &str, account: &str, label: &str) -> String {
        key_of(prefix, account, hash(self.seed, label))
    }
}

/// An access key or principal id of an account: 4 letters, then 80 bits in base 32
/// of which bits 7 to 46 of the first 48 are the account, as AWS does. Principals
/// have one more letter than keys.
pub(crate) fn key_of(prefix: &str, account: &str, chance: u64) -> String {
    const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let account: u128 = account.parse().unwrap_or(0);
    let chance = u128::from(chance);
    let head = (1_u128 << 47) | (account << 7) | (chance & 0x7f);
    let bits = (head << 32) | ((chance >> 7) & 0xffff_ffff);
    let mut key = String::from(prefix);
    for shift in (0..16).rev() {
        let digit = usize::try_from((bits >> (shift * 5)) & 31).unwrap_or(0);
        key.push(BASE32.get(digit).copied().map_or('A', char::from));
    }
    if matches!(prefix, "AIDA" | "AROA") {
        let digit = usize::try_from((chance >> 39) & 31).unwrap_or(0);
        key.push(BASE32.get(digit).copied().map_or('A', char::from));
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_account_as_real_ones_do() {
        let key = key_of("AKIA", PROD, 0x1234_5678_9abc_def0);
        assert_eq!(key.len(), 20);
        let bits = key[4..].bytes().fold(0_u128, |bits, letter| {
            let digit = if letter >= b'A' {
                letter - b'A'
            } else {
                letter - b'2' + 26
            };
            bits << 5 | u128::from(digit)
        });
        assert_eq!((bits >> 32 & 0x7fff_ffff_ff80) >> 7, PROD.parse().unwrap());
    }
}
