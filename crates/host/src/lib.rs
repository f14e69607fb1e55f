//! The only input and output: files, object stores, clock.
