//! A small client for the AWS APIs that gardefou reads and changes.
//!
//! One SDK a service would take longer to build than all else here. Credentials
//! come as AWS users have them, requests are signed by AWS's own signer, and an
//! [`AwsCall`](gardefou_finding::AwsCall) is written in the protocol of its
//! service. What comes back is JSON, whatever the protocol: of XML, elements
//! are members, lists are arrays, and every value is text.

mod client;
mod error;
mod rest;
mod service;
mod wire;
mod xml;

pub use client::AwsClient;
pub use error::AwsError;
