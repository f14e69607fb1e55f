//! Whether what looks like a credential is one.

use data_encoding::BASE32_NOPAD;
use gardefou_finding::Confidence;

/// Bits of entropy a character that a made-up text does not reach.
const MIN_ENTROPY: f64 = 3.0;

/// Shortest base64 of a private key, of Ed25519 in PKCS #8.
const MIN_KEY: usize = 60;
/// Longest run of one character but `A` in a private key's base64.
const MAX_RUN: usize = 6;
/// Bits of entropy a character in the later part of a private key.
const MIN_KEY_ENTROPY: f64 = 4.0;

/// Shannon entropy in bits a character.
fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX)).max(1.0);
    let bits = |count: &u32| {
        let share = f64::from(*count) / total;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}

/// Whether the characters look drawn by lot.
pub(super) fn random(secret: &str) -> Option<Confidence> {
    let body = secret
        .rsplit(['_', '/', '='])
        .find(|part| part.len() >= 16)
        .unwrap_or(secret);
    let is_varied = body.bytes().any(|b| b.is_ascii_digit()) || body.len() >= 40;
    (entropy(body) >= MIN_ENTROPY && is_varied && !is_sequence(body)).then_some(Confidence::High)
}

/// Whether a password was made by a machine: words that people think up have few
/// kinds of characters.
pub(super) fn is_password(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit)
        && entropy(text) >= MIN_ENTROPY
        && !is_sequence(text)
}

/// Whether a host's name is one of the internet or of a company, not of one
/// machine, of a test or of a document.
pub(super) fn is_somewhere(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let ends = [
        ".local",
        ".localhost",
        ".localdomain",
        ".test",
        ".invalid",
        ".example",
        "example.com",
        "example.org",
        "example.net",
        "docker.internal",
    ];
    host.contains('.')
        && !host.starts_with("127.")
        && host != "0.0.0.0"
        && !ends.iter().any(|end| host.ends_with(end))
}

/// Runs such as `abcdef`, `123456` or one character again and again.
fn is_sequence(text: &str) -> bool {
    let steps = |step: i16| {
        let mut run = 0;
        let mut longest = 0;
        for pair in text.as_bytes().windows(2) {
            let is_step = matches!(pair, [a, b] if i16::from(*b) - i16::from(*a) == step);
            run = if is_step { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        longest
    };
    steps(0) >= 5 || steps(1) >= 7 || steps(-1) >= 7
}

/// Whether the base64 of a private key is one: long, of many characters, and no
/// example. Keys have zero bytes in their headers and padding, which are runs of
/// `A`; any other long run, and a body of few characters, is a placeholder.
pub(super) fn is_key_body(body: &str) -> bool {
    let body = body.trim_end_matches('=');
    let bytes = body.as_bytes();
    let mut run = 0;
    let mut longest = 0;
    for pair in bytes.windows(2) {
        let repeats = matches!(pair, [a, b] if a == b && *a != b'A');
        run = if repeats { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    // The head of OpenSSH's format is the same in every key: what comes after is random.
    let random = body
        .get(body.len() / 3..)
        .unwrap_or_default()
        .replace('A', "");
    bytes.len() >= MIN_KEY && longest < MAX_RUN && entropy(&random) >= MIN_KEY_ENTROPY
}

/// Keys that their makers publish for everybody's tests: the storage emulator's
/// and the database emulator's of Azure, Vagrant's, Hardhat's first account.
pub(super) fn is_published(secret: &str) -> bool {
    const PUBLISHED: &[&str] = &[
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq",
        "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw",
        "MIIEogIBAAKCAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzI",
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    ];
    PUBLISHED.iter().any(|known| secret.contains(known))
}

/// An AWS key id: its account id must be one.
pub(super) fn aws_id(secret: &str) -> Option<Confidence> {
    random(secret.get(4..)?)?;
    aws_account(secret).map(|_| Confidence::High)
}

/// The twelve digits of the account that a key id belongs to.
pub(super) fn aws_account(id: &str) -> Option<String> {
    if id.len() != 20 || !(id.starts_with("AKIA") || id.starts_with("ASIA")) {
        return None;
    }
    let bytes = BASE32_NOPAD.decode(id.get(4..)?.as_bytes()).ok()?;
    let head = bytes.get(..6)?;
    let number = head
        .iter()
        .fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    let account = (number & 0x7fff_ffff_ff80) >> 7;
    (account < 1_000_000_000_000).then(|| format!("{account:012}"))
}

/// GitHub's and npm's tokens end with a CRC-32 of the rest in base 62.
pub(super) fn github(secret: &str) -> Option<Confidence> {
    let (_, body) = secret.split_once('_')?;
    let (random_part, check) = body.split_at_checked(30)?;
    let crc = crc32fast::hash(random_part.as_bytes());
    if base62(crc) == check {
        return Some(Confidence::High);
    }
    // The form alone may be a token of a kind without checksum.
    random(body).map(|_| Confidence::Medium)
}

fn base62(mut value: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut out = [b'0'; 6];
    for place in out.iter_mut().rev() {
        *place = usize::try_from(value % 62)
            .ok()
            .and_then(|at| DIGITS.get(at))
            .copied()
            .unwrap_or(b'0');
        value /= 62;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether the credential is a documented example or a placeholder.
pub(super) fn is_example(secret: &str, line: &str) -> bool {
    let lower = secret.to_ascii_lowercase();
    let marks = [
        "example",
        "xxxx",
        "abcdef",
        "123456",
        "changeme",
        "placeholder",
        "dummy",
        "fake",
        "redacted",
        "your",
        "sample",
        "test",
        "0000000",
    ];
    let line = line.to_ascii_lowercase();
    marks.iter().any(|mark| lower.contains(mark))
        || line.contains("example key")
        || line.contains("gitleaks:allow")
}

/// The first characters and the length, never the rest.
pub(super) fn redacted(secret: &str) -> String {
    let head: String = secret.chars().take(6).collect();
    format!("{head}… ({} characters)", secret.chars().count())
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn private_keys_have_runs_of_zeros_and_placeholders_others() {
        let mut bytes = b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01".to_vec();
        for n in 0..6u8 {
            bytes.extend(Sha256::digest([n]));
            bytes.extend([0; 9]);
        }
        assert!(is_key_body(&BASE64.encode(&bytes)));
        assert!(is_key_body(&BASE64.encode(bytes.get(40..90).unwrap())));
        assert!(!is_key_body(&"MIIEpAIBAAKCAQEA".repeat(12)));
        assert!(!is_key_body(&"x".repeat(300)));
        assert!(!is_key_body("MIIEpAIBAAKCAQEA"));
        let published = "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
        assert!(is_published(published));
    }

    #[test]
    fn the_account_is_in_the_key_id() {
        // The pair that AWS documents for `GetAccessKeyInfo`-like decoding.
        assert_eq!(
            aws_account("ASIAY34FZKBOKMUTVV7A").as_deref(),
            Some("609629065308")
        );
    }

    #[test]
    fn checksums_are_told_from_lookalikes() {
        let body = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";
        let good = format!("ghp_{body}{}", base62(crc32fast::hash(body.as_bytes())));
        assert_eq!(github(&good), Some(Confidence::High));
        assert_eq!(
            github("ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ2Ab9xQ"),
            Some(Confidence::Medium)
        );
        assert_eq!(github("ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), None);
    }

    #[test]
    fn passwords_that_people_think_up_are_none() {
        assert!(is_password("fpibXR0JAqzTFmQH7Nxh"));
        assert!(!is_password("postgrespassword"));
        assert!(!is_password("Passw0rdPassw"));
        assert!(is_somewhere("db.prod.acme.net") && is_somewhere("10.1.2.3"));
        for host in ["db", "localhost", "127.0.0.1", "db.example.com", "pg.local"] {
            assert!(!is_somewhere(host), "{host}");
        }
    }

    #[test]
    fn examples_are_none() {
        assert!(is_example("AKIAIOSFODNN7EXAMPLE", ""));
        assert_eq!(random("abcdefghijklmnopqrstuvwxyz0123456789"), None);
    }
}
