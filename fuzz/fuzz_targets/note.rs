//! Any bytes as a signed note, a policy, a witness's request or a verifier
//! key: no panic, and what is read comes back as it was written.

#![no_main]

use gardefou_ledger::{AddCheckpoint, Policy, SignedCheckpoint, VerifierKey, judge};
use libfuzzer_sys::fuzz_target;

const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

fuzz_target!(|bytes: &[u8]| {
    let key = VerifierKey::parse(KEY).expect("the key is one");
    if let Some(checkpoint) = SignedCheckpoint::parse(bytes) {
        assert_eq!(checkpoint.to_bytes(), bytes, "a checkpoint has one spelling");
        assert!(!checkpoint.signed_by(&key), "nobody has the private key here");
        let _ = checkpoint.cosigned_by(&key);
    }
    if let Ok(request) = AddCheckpoint::parse(bytes) {
        assert_eq!(request.to_string().as_bytes(), bytes, "a request has one spelling");
        assert!(judge(&[key], None, &request).is_err());
    }
    let _ = Policy::parse(bytes);
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(key) = VerifierKey::parse(text)
    {
        assert_eq!(key.to_string(), text.trim());
    }
});
