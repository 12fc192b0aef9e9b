//! The `suit` command.
fn main() {}
