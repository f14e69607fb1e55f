//! Trails with digest files, signed by a test key as CloudTrail signs its own.
//!
//! Made independently of what verifies them: the string to sign, the names and
//! the JSON follow the AWS CloudTrail user guide ("CloudTrail digest file
//! structure", "Custom implementations of CloudTrail log file integrity
//! validation"). A test of the program shows the AWS CLI one of them, which finds it valid.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Map, Value, json};

use crate::clock::{HOUR, MINUTE, civil, rfc3339};

/// Signs in CloudTrail's place.
const SIGNER: &[u8] = include_bytes!("../keys/TEST-ONLY-digest-signing-key.pkcs1.der");

/// Signs in an attacker's.
const ATTACKER: &[u8] = include_bytes!("../keys/TEST-ONLY-attacker-key.pkcs1.der");

/// The fingerprint under which the list has the signer's key. Invented: AWS
/// does not say how it makes them.
pub const FINGERPRINT: &str = "00112233445566778899aabbccddeeff";

/// Why a trail could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The test key is none, or signing failed.
    #[error("the test key cannot sign")]
    Key,
    /// Compressing or writing failed.
    #[error("cannot write the trail")]
    Write(#[from] io::Error),
}

/// Which key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
    /// The one whose public half the list has.
    Trusted,
    /// One that nobody knows.
    Attacker,
}

/// What a trail is to hold.
#[derive(Clone, Debug)]
pub struct TrailPlan {
    /// Bucket that it says it was delivered to.
    pub bucket: String,
    /// What stands before `AWSLogs/` in its keys: empty, or ending in `/`.
    pub prefix: String,
    /// The organisation's id, for an organisation's trail.
    pub organisation: Option<String>,
    /// Twelve digits.
    pub account: String,
    /// Region of the events.
    pub region: String,
    /// The trail's name.
    pub trail: String,
    /// The trail's home region.
    pub home_region: String,
    /// Start of the first digest, in seconds since 1970.
    pub start: i64,
    /// Digests.
    pub hours: u32,
    /// Logs in each.
    pub logs: u32,
    /// Events in each log.
    pub events: u32,
}

impl Default for TrailPlan {
    /// Six hours of 2026-11-01 with two logs each.
    fn default() -> Self {
        Self {
            bucket: "example-trail-bucket".to_owned(),
            prefix: String::new(),
            organisation: None,
            account: "111122223333".to_owned(),
            region: "us-east-1".to_owned(),
            trail: "my_audit".to_owned(),
            home_region: "us-east-1".to_owned(),
            start: crate::midnight(2026, 11, 1),
            hours: 6,
            logs: 2,
            events: 1,
        }
    }
}

/// A change to a digest's JSON before it is signed: what CloudTrail itself
/// might have written. Given the digest's number, from 0.
pub type Edit<'a> = dyn FnMut(u32, &mut Map<String, Value>) + 'a;

/// A trail as it lies in a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedTrail {
    /// Objects by key, gzip-compressed.
    pub objects: BTreeMap<String, Vec<u8>>,
    /// User metadata of digests by key.
    pub metadata: BTreeMap<String, BTreeMap<String, String>>,
}

/// A digest that was signed, for the next one to point to.
struct Signed {
    key: String,
    hash: String,
    signature: String,
}

impl TrailPlan {
    /// Makes the trail.
    ///
    /// # Errors
    /// None that is expected: the key is known to be good.
    pub fn sign(&self) -> Result<SignedTrail, SignError> {
        self.sign_edited(&mut |_, _| {})
    }

    /// Makes the trail with changes that are signed as if they were right.
    ///
    /// # Errors
    /// As [`TrailPlan::sign`].
    pub fn sign_edited(&self, edit: &mut Edit<'_>) -> Result<SignedTrail, SignError> {
        let mut trail = SignedTrail::default();
        let mut previous = None;
        for hour in 0..self.hours {
            let start = self.start + i64::from(hour) * HOUR;
            let mut body = self.digest(start, previous.as_ref());
            let mut logs = Vec::new();
            for number in 0..self.logs {
                logs.push(self.log(&mut trail, start, number)?);
            }
            body.insert("logFiles".to_owned(), Value::Array(logs));
            edit(hour, &mut body);
            let key = self.digest_key(start + HOUR, "");
            previous = Some(trail.add_digest(&key, &body, Signer::Trusted)?);
        }
        Ok(trail)
    }

    /// Adds a backfill digest of one late log to `trail`, for the digest that
    /// ends at hour `hour`.
    ///
    /// # Errors
    /// As [`TrailPlan::sign`].
    pub fn backfill(&self, trail: &mut SignedTrail, hour: u32) -> Result<(), SignError> {
        let start = self.start + i64::from(hour) * HOUR;
        let mut body = self.digest(start, None);
        let log = self.log(trail, start, self.logs)?;
        let key = self.digest_key(start + HOUR, "_backfill");
        body.insert("digestS3Object".to_owned(), json!(key));
        body.insert("logFiles".to_owned(), Value::Array(vec![log]));
        trail.add_digest(&key, &body, Signer::Trusted)?;
        let generated = rfc3339(start + 4 * HOUR);
        let metadata = trail.metadata.entry(key).or_default();
        metadata.insert("backfill-generation-timestamp".to_owned(), generated);
        Ok(())
    }

    /// The key of the digest that ends at a time.
    pub fn digest_key(&self, end: i64, suffix: &str) -> String {
        let (account, region) = (&self.account, &self.region);
        let folder = self.folder("CloudTrail-Digest", end);
        let (trail, home) = (&self.trail, &self.home_region);
        let at = stamp(end, true);
        format!("{folder}{account}_CloudTrail-Digest_{region}_{trail}_{home}_{at}{suffix}.json.gz")
    }

    /// The key of the digest with this number, from 0.
    pub fn digest_number(&self, number: u32) -> String {
        self.digest_key(self.start + i64::from(number + 1) * HOUR, "")
    }

    /// The key of a log: the digest's number and the log's in it, from 0.
    pub fn log_number(&self, hour: u32, number: u32) -> String {
        self.log_key(self.start + i64::from(hour) * HOUR, number)
    }

    fn folder(&self, kind: &str, at: i64) -> String {
        let day = civil(at);
        let organisation = self
            .organisation
            .iter()
            .fold(String::new(), |_, id| format!("{id}/"));
        format!(
            "{}AWSLogs/{organisation}{}/{kind}/{}/{:04}/{:02}/{:02}/",
            self.prefix, self.account, self.region, day.year, day.month, day.day
        )
    }

    fn log_key(&self, start: i64, number: u32) -> String {
        let step = HOUR / i64::from(self.logs + 2);
        let delivered = start + step * i64::from(number + 1);
        let (account, region) = (&self.account, &self.region);
        let folder = self.folder("CloudTrail", delivered);
        let at = stamp(delivered, false);
        let random = hex(digest(&SHA256, format!("{start}-{number}").as_bytes()).as_ref());
        let random = random.get(..16).unwrap_or_default();
        format!("{folder}{account}_CloudTrail_{region}_{at}_{random}.json.gz")
    }

    /// A digest without logs.
    fn digest(&self, start: i64, previous: Option<&Signed>) -> Map<String, Value> {
        let of = |get: fn(&Signed) -> &String| previous.map(get);
        let body = json!({
            "awsAccountId": self.account,
            "digestStartTime": rfc3339(start),
            "digestEndTime": rfc3339(start + HOUR),
            "digestS3Bucket": self.bucket,
            "digestS3Object": self.digest_key(start + HOUR, ""),
            "digestPublicKeyFingerprint": FINGERPRINT,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": rfc3339(start + 2 * MINUTE),
            "oldestEventTime": rfc3339(start + MINUTE),
            "previousDigestS3Bucket": previous.map(|_| &self.bucket),
            "previousDigestS3Object": of(|it| &it.key),
            "previousDigestHashValue": of(|it| &it.hash),
            "previousDigestHashAlgorithm": previous.map(|_| "SHA-256"),
            "previousDigestSignature": of(|it| &it.signature),
        });
        match body {
            Value::Object(body) => body,
            _ => Map::new(),
        }
    }

    /// Adds a log and gives its entry in the digest.
    fn log(&self, trail: &mut SignedTrail, start: i64, number: u32) -> Result<Value, SignError> {
        let key = self.log_key(start, number);
        let events = (0..self.events).map(|event| self.event(start, number, event));
        let content = json!({ "Records": events.collect::<Vec<_>>() }).to_string();
        let entry = json!({
            "s3Bucket": self.bucket,
            "s3Object": key,
            "hashValue": hex(digest(&SHA256, content.as_bytes()).as_ref()),
            "hashAlgorithm": "SHA-256",
            "newestEventTime": rfc3339(start + MINUTE),
            "oldestEventTime": rfc3339(start + MINUTE),
        });
        trail.objects.insert(key, gzip(content.as_bytes())?);
        Ok(entry)
    }

    fn event(&self, start: i64, log: u32, event: u32) -> Value {
        json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "IAMUser",
                "principalId": "AIDAEXAMPLEEXAMPLE000",
                "arn": format!("arn:aws:iam::{}:user/zoe", self.account),
                "accountId": self.account,
                "accessKeyId": "AKIAEXAMPLEEXAMPLE00",
                "userName": "zoe"
            },
            "eventTime": rfc3339(start + MINUTE),
            "eventSource": "s3.amazonaws.com",
            "eventName": "ListBuckets",
            "awsRegion": self.region,
            "sourceIPAddress": "198.51.100.7",
            "userAgent": "aws-cli/2.15.0",
            "requestParameters": null,
            "responseElements": null,
            "requestID": format!("R{event:015}"),
            "eventID": format!("{:08x}-{log:04x}-4000-8000-{event:012x}", start % 0xffff_ffff),
            "readOnly": true,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": self.account,
            "eventCategory": "Management"
        })
    }
}

/// A log that lies somewhere already.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExistingLog {
    /// Its key, as CloudTrail lays it out, beginning with `AWSLogs/`.
    pub key: String,
    /// SHA-256 of its inflated content, in hexadecimal.
    pub hash: String,
}

/// Signs the digests of logs that exist: a chain for each account and region,
/// from the first hour to the last of all of them. The answer holds no logs.
///
/// # Errors
/// As [`TrailPlan::sign`].
pub fn sign_existing(logs: &[ExistingLog]) -> Result<SignedTrail, SignError> {
    let mut chains: BTreeMap<(&str, &str), BTreeMap<i64, Vec<&ExistingLog>>> = BTreeMap::new();
    for log in logs {
        let mut parts = log.key.split('/').skip(1);
        let (account, region) = (parts.next().unwrap_or(""), parts.nth(1).unwrap_or(""));
        let hour = delivered(&log.key).div_euclid(HOUR) * HOUR;
        let hours = chains.entry((account, region)).or_default();
        hours.entry(hour).or_default().push(log);
    }
    let first = chains
        .values()
        .filter_map(|hours| hours.keys().next())
        .min();
    let last = chains
        .values()
        .filter_map(|hours| hours.keys().last())
        .max();
    let (first, last) = (first.copied().unwrap_or(0), last.copied().unwrap_or(0));
    let mut trail = SignedTrail::default();
    for ((account, region), hours) in &chains {
        let plan = TrailPlan {
            account: (*account).to_owned(),
            region: (*region).to_owned(),
            start: first,
            hours: u32::try_from((last - first) / HOUR + 1).unwrap_or(u32::MAX),
            logs: 0,
            ..TrailPlan::default()
        };
        let signed = plan.sign_edited(&mut |hour, body| {
            let listed = hours.get(&(first + i64::from(hour) * HOUR));
            let entries = listed
                .into_iter()
                .flatten()
                .map(|log| log.entry(&plan.bucket));
            body.insert("logFiles".to_owned(), entries.collect());
        })?;
        trail.join(signed);
    }
    Ok(trail)
}

impl ExistingLog {
    fn entry(&self, bucket: &str) -> Value {
        json!({
            "s3Bucket": bucket,
            "s3Object": self.key,
            "hashValue": self.hash,
            "hashAlgorithm": "SHA-256",
            "newestEventTime": null,
            "oldestEventTime": null,
        })
    }
}

/// The time in a log's name; 1970 where it has none.
fn delivered(key: &str) -> i64 {
    let name = key.rsplit('/').next().unwrap_or_default();
    let stamp = name
        .split('_')
        .find(|field| field.len() == 14 && field.ends_with('Z'));
    let number = |from: usize, to: usize| -> i64 {
        let digits = stamp.and_then(|stamp| stamp.get(from..to));
        digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
    };
    let day = crate::midnight(
        number(0, 4).max(1970),
        number(4, 6).max(1),
        number(6, 8).max(1),
    );
    day + number(9, 11) * HOUR + number(11, 13) * MINUTE
}

impl SignedTrail {
    /// Puts another trail into the same bucket.
    pub fn join(&mut self, other: Self) {
        self.objects.extend(other.objects);
        self.metadata.extend(other.metadata);
    }

    /// Takes an object away, and its metadata with it.
    pub fn delete(&mut self, key: &str) -> Option<Vec<u8>> {
        self.metadata.remove(key);
        self.objects.remove(key)
    }

    /// Rewrites the content of an object as an attacker would who has no key.
    ///
    /// # Errors
    /// When the object is not gzip.
    pub fn rewrite(&mut self, key: &str, from: &str, to: &str) -> Result<(), SignError> {
        if let Some(stored) = self.objects.get_mut(key) {
            let mut content = String::new();
            io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&**stored), &mut content)?;
            *stored = gzip(content.replacen(from, to, 1).as_bytes())?;
        }
        Ok(())
    }

    /// Signs a digest's content anew and stores it at `key`.
    ///
    /// # Errors
    /// As [`TrailPlan::sign`].
    pub fn resign(
        &mut self,
        key: &str,
        edit: impl FnOnce(&mut Map<String, Value>),
        signer: Signer,
    ) -> Result<(), SignError> {
        let Some(stored) = self.objects.get(key) else {
            return Ok(());
        };
        let content: Value = serde_json::from_reader(flate2::read::GzDecoder::new(&**stored))
            .map_err(io::Error::from)?;
        if let Value::Object(mut body) = content {
            edit(&mut body);
            self.add_digest(key, &body, signer)?;
        }
        Ok(())
    }

    /// `list-public-keys.json`: the signer's key, valid for 2026.
    ///
    /// # Errors
    /// As [`TrailPlan::sign`].
    pub fn public_keys() -> Result<String, SignError> {
        Self::public_keys_valid("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")
    }

    /// The same with a validity.
    ///
    /// # Errors
    /// As [`TrailPlan::sign`].
    pub fn public_keys_valid(from: &str, to: &str) -> Result<String, SignError> {
        let key = key_pair(Signer::Trusted)?;
        let list = json!({"PublicKeyList": [{
            "Value": base64(key.public_key().as_ref()),
            "ValidityStartTime": from,
            "ValidityEndTime": to,
            "Fingerprint": FINGERPRINT,
        }]});
        Ok(list.to_string())
    }

    /// `s3-metadata.json`.
    pub fn metadata_json(&self) -> String {
        json!(self.metadata).to_string()
    }

    fn add_digest(
        &mut self,
        key: &str,
        body: &Map<String, Value>,
        signer: Signer,
    ) -> Result<Signed, SignError> {
        let content = Value::Object(body.clone()).to_string();
        let hash = hex(digest(&SHA256, content.as_bytes()).as_ref());
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or("null");
        let to_sign = format!(
            "{}\n{}/{}\n{hash}\n{}",
            text("digestEndTime"),
            text("digestS3Bucket"),
            text("digestS3Object"),
            text("previousDigestSignature")
        );
        let signature = hex(&signature(signer, to_sign.as_bytes())?);
        let metadata = [
            ("signature", signature.as_str()),
            ("signature-algorithm", "SHA256withRSA"),
        ];
        let metadata = metadata.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.metadata.insert(key.to_owned(), metadata.into());
        self.objects
            .insert(key.to_owned(), gzip(content.as_bytes())?);
        Ok(Signed {
            key: key.to_owned(),
            hash,
            signature,
        })
    }
}

fn key_pair(signer: Signer) -> Result<RsaKeyPair, SignError> {
    let der = match signer {
        Signer::Trusted => SIGNER,
        Signer::Attacker => ATTACKER,
    };
    RsaKeyPair::from_der(der).map_err(|_| SignError::Key)
}

fn signature(signer: Signer, text: &[u8]) -> Result<Vec<u8>, SignError> {
    let key = key_pair(signer)?;
    let mut signature = vec![0; key.public().modulus_len()];
    // PKCS #1 v1.5 is deterministic; the randomness only blinds the key.
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text,
        &mut signature,
    )
    .map_err(|_| SignError::Key)?;
    Ok(signature)
}

/// Gzip as CloudTrail stores it: one member.
///
/// # Errors
/// None that is expected: it is written to memory.
pub fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::fast());
    encoder.write_all(content)?;
    encoder.finish()
}

fn stamp(at: i64, seconds: bool) -> String {
    let text: String = rfc3339(at)
        .chars()
        .filter(|c| !matches!(c, '-' | ':'))
        .collect();
    if seconds {
        text
    } else {
        format!("{}Z", text.get(..13).unwrap_or_default())
    }
}

/// SHA-256 of content, in hexadecimal.
pub fn sha256(content: &[u8]) -> String {
    hex(digest(&SHA256, content).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_usize, |sum, at| {
            sum << 8 | chunk.get(at).copied().map_or(0, usize::from)
        });
        for position in 0..4 {
            let index = group >> (18 - 6 * position) & 63;
            let letter = LETTERS
                .get(index)
                .copied()
                .filter(|_| position <= chunk.len());
            text.push(letter.map_or('=', char::from));
        }
    }
    text
}
