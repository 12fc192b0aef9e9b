//! The `suit` command. What it does is in the library beside it, where generators and tests find it too.

use std::process::ExitCode;

fn main() -> ExitCode {
    suit_cli::main()
}
