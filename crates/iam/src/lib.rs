//! IAM policies, and what AWS decides with them. Pure.
