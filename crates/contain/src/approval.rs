//! What people sign when they approve a plan.

use gardefou_finding::Plan;
use gardefou_ledger::sha256_hex;

/// The digest of a plan: SHA-256 of its JSON, in hexadecimal. Any change of the
/// plan, however small, gives another one.
pub fn digest(plan: &Plan) -> String {
    // A plan has no map with keys that are not text, so it always serialises.
    sha256_hex(&serde_json::to_vec(plan).unwrap_or_default())
}

/// The purpose for which SSH keys sign approvals of plans: a signature for git,
/// a login or a change is none.
pub const PLAN_NAMESPACE: &str = "gardefou-plan";

/// The text that an approval signs. Its second line is no number, so that it
/// can never be taken for a ledger's checkpoint, nor one for it.
pub fn approval_note(plan: &Plan) -> String {
    format!("gardefou.contain/approval\nsha256:{}\n", digest(plan))
}
