//! CloudTrail's `ListPublicKeys`, as one call of its JSON protocol.

use std::io;

use gardefou_finding::{AwsCall, AwsService, Timestamp};
use serde_json::Value;

use super::Session;
use crate::aws::partition::is_region;
use crate::aws::send::{self, Endpoint};
use crate::aws::{causes, service, wire};

/// Most pages of one answer; a key is valid for months, a page holds many.
const MAX_PAGES: usize = 100;

/// Largest page, in bytes.
const MAX_PAGE: usize = 8 << 20;

/// Asks a region for the keys that were valid at some time between two, and
/// gives the JSON of every page of the answer.
///
/// # Errors
/// No credentials, no answer, or one that is an error.
pub(crate) fn public_keys(
    session: &Session,
    region: &str,
    from: Timestamp,
    to: Timestamp,
) -> io::Result<Vec<Vec<u8>>> {
    if !is_region(region) {
        let shown = region.escape_debug();
        return Err(io::Error::other(format!("`{shown}` is no region")));
    }
    let endpoint = service::endpoint(&session.config, AwsService::Cloudtrail, region);
    let mut call = AwsCall::new(AwsService::Cloudtrail, "ListPublicKeys")
        .with("StartTime", from.seconds())
        .with("EndTime", to.seconds());
    session.runtime.block_on(async {
        let mut pages = Vec::new();
        while pages.len() < MAX_PAGES {
            let page = page(session, &endpoint, &call).await?;
            let token = next_token(&page);
            pages.push(page);
            let Some(token) = token else {
                return Ok(pages);
            };
            call = call.clone().with("NextToken", token);
        }
        Err(io::Error::other("ListPublicKeys never ends"))
    })
}

/// One page, as it is.
async fn page(session: &Session, endpoint: &Endpoint, call: &AwsCall) -> io::Result<Vec<u8>> {
    let unsigned = wire::write(call).map_err(io::Error::other)?;
    let answer = session.sender.send(&unsigned, endpoint).await;
    let answer = answer.map_err(|error| io::Error::other(causes(&error)))?;
    let status = answer.status();
    let body = send::whole(answer, MAX_PAGE).await;
    let body = body.map_err(io::Error::other)?;
    if status.is_success() {
        return Ok(body);
    }
    let text: String = String::from_utf8_lossy(&body).chars().take(300).collect();
    let detail = format!("HTTP status {}: {text}", status.as_u16());
    Err(io::Error::other(detail))
}

/// The token of the page after this one.
fn next_token(page: &[u8]) -> Option<String> {
    let page: Value = serde_json::from_slice(page).ok()?;
    let token = page.get("NextToken")?.as_str()?;
    (!token.is_empty()).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_which_comes_next() {
        let token = |json: &str| next_token(json.as_bytes());
        let more = r#"{"PublicKeyList":[{"NextToken":"no"}],"NextToken": "aB+/=\""}"#;
        assert_eq!(token(more).unwrap(), "aB+/=\"");
        for json in ["", "{}", r#"{"NextToken":null}"#, r#"{"NextToken":""}"#] {
            assert_eq!(token(json), None, "{json}");
        }
    }
}
