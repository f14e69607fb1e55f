//! A small client for the AWS APIs that gardefou reads and changes.
//!
//! One SDK a service would take longer to build than all else here. Credentials
//! come as AWS users have them, requests are signed by AWS's own signer, and an
//! [`AwsCall`](gardefou_finding::AwsCall) is written in the protocol of its
//! service. What comes back is JSON, whatever the protocol: of XML, elements
//! are members, lists are arrays, and every value is text.

pub(crate) mod config;
pub(crate) mod partition;
pub(crate) mod retry;
pub(crate) mod send;
pub(crate) mod service;
pub(crate) mod wire;

mod client;
mod error;
mod rest;
mod xml;

use std::error::Error;

pub use client::AwsClient;
pub use error::AwsError;
pub use wire::read as read_answer;

/// An error and its causes on one line, without repetition.
pub(crate) fn causes(error: &dyn Error) -> String {
    // The credential chain lists its providers line by line.
    let one_line = |error: &dyn Error| {
        let lines = error.to_string();
        lines
            .lines()
            .map(str::trim)
            .collect::<Vec<_>>()
            .join("; ")
            .replace(":; ", ": ")
    };
    let mut text = one_line(error);
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = one_line(error);
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}
