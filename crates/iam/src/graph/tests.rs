//! The graph on small accounts of our own.
