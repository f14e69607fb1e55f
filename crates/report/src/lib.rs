//! A report in every output format and language. Pure.
