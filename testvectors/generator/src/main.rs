//! Makes the files in testvectors/.
fn main() {}
