//! Reads AWS CloudTrail and tells what happened as incidents.

fn main() {}
