//! Makes archives of ordinary and attacked companies from a seed, for tests and benches.
