//! The project's own chores: samples, benchmarks, floors, schemas.

fn main() {}
